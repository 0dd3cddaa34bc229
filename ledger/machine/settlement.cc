#include "ledger/machine/settlement.h"

#include <algorithm>
#include <map>

#include "absl/algorithm/container.h"

#include "ledger/base/civil.h"
#include "ledger/base/money.h"
#include "ledger/base/proto_enum.h"
#include "ledger/machine/accounts.h"
#include "ledger/machine/application_states.h"
#include "ledger/machine/worlds.h"

namespace voucher {

namespace {

// The application whose reimbursement or refund a posting from or to its enterprise's payable
// account moves: approved, put before its gate or behind it, or refunded from its voucher's credit.
uint64_t PaidApplication(const View& view, const v1::Posting& posting) {
  switch (posting.from().kind()) {
    case v1::ACCOUNT_KIND_HELD:
      return posting.from().id();
    case v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE:
      return posting.from().sub() != 0 ? posting.from().sub() : posting.to().sub();
    case v1::ACCOUNT_KIND_CREDIT:
      return view.Find<tables::Vouchers>({posting.from().sub()})->application();
    case v1::ACCOUNT_KIND_UNSPECIFIED:
    case v1::ACCOUNT_KIND_TREASURY:
    case v1::ACCOUNT_KIND_BUDGET:
    case v1::ACCOUNT_KIND_VOUCHER:
    case v1::ACCOUNT_KIND_TRANSIT:
    case v1::ACCOUNT_KIND_PAYABLE_PROVIDER:
    case v1::ACCOUNT_KIND_RETURNED:
    case v1::ACCOUNT_KIND_DUE:
    case v1::ACCOUNT_KIND_PAID:
    case v1::ACCOUNT_KIND_RECEIVABLE:
    case v1::ACCOUNT_KIND_RECOVERY:
      VOUCHER_PROTO_SENTINELS(v1::AccountKind)
      break;
  }
  return 0;
}

void CountUnpaid(const v1::Entry& entry, const v1::Posting& posting, uint32_t program,
                 uint64_t enterprise, int64_t delta_fen, EditableRows* rows) {
  const uint64_t application = PaidApplication(*rows, posting);
  VOUCHER_CHECK(application != 0) << "entry " << entry.sequence() << ": whose money?";
  const tables::UnpaidApplications::Key key{program, enterprise, application};
  rows::UnpaidRow& unpaid = rows->Edit<tables::UnpaidApplications>(key);
  if (unpaid.month() == 0) unpaid.set_month(MonthOf(entry.received_unix_ns()));
  unpaid.set_fen(CheckedAddFen(unpaid.fen(), delta_fen));
  VOUCHER_CHECK(unpaid.fen() >= 0)
      << "application " << application << " would be owed " << unpaid.fen() << " fen";
  if (unpaid.fen() == 0) rows->Erase<tables::UnpaidApplications>(key);
}

void CountMonth(const v1::Entry& entry, uint32_t program, const v1::AccountRef& payable,
                int64_t delta_fen, EditableRows* rows) {
  rows::PayableMonthRow& month =
      rows->Edit<tables::PayableMonths>({program, static_cast<uint8_t>(payable.kind()),
                                         payable.id(), MonthOf(entry.received_unix_ns())});
  if (delta_fen > 0) {
    month.set_booked_fen(CheckedAddFen(month.booked_fen(), delta_fen));
  } else {
    month.set_reversed_fen(CheckedSubtractFen(month.reversed_fen(), delta_fen));
  }
}

// A voucher that was over before its project was accepted is on the statement of the acceptance.
void DelayVoucherEnd(const v1::Entry& entry, const v1::Posting& posting, uint32_t program,
                     EditableRows* rows) {
  const rows::ApplicationRow* application =
      rows->Find<tables::Applications>({posting.from().sub()});
  if (application == nullptr || application->voucher() == 0) return;
  const tables::EndedVouchers::Key key{program, posting.to().id(), application->voucher()};
  if (rows->Find<tables::EndedVouchers>(key) == nullptr) return;
  rows->PutNumber<tables::EndedVouchers>(key, MonthOf(entry.received_unix_ns()));
}

// What was spent of a grant is taken back in money (or kept back), unless a reversal lowers what
// was spent; what was taken back of it too much by that is refunded.
void CountRecovered(const v1::Entry& entry, const v1::Posting& posting, EditableRows* rows) {
  const v1::AccountRef& from = posting.from();
  const v1::AccountRef& to = posting.to();
  if (from.kind() == v1::ACCOUNT_KIND_RECEIVABLE && !entry.event().has_redemption_reversed()) {
    rows::ApplicationRow& application = rows->Edit<tables::Applications>({from.sub()});
    application.set_recovered_fen(CheckedAddFen(application.recovered_fen(), posting.amount_fen()));
  }
  if (from.kind() == v1::ACCOUNT_KIND_CREDIT && to.kind() == v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE) {
    rows::ApplicationRow& application =
        rows->Edit<tables::Applications>({PaidApplication(*rows, posting)});
    application.set_recovered_fen(
        CheckedSubtractFen(application.recovered_fen(), posting.amount_fen()));
    VOUCHER_CHECK(application.recovered_fen() >= 0)
        << "entry " << entry.sequence() << " refunds more than was recovered";
  }
}

void AddDebts(const View& view, uint32_t program, uint64_t enterprise, std::vector<Debt>* debts) {
  const auto kind = static_cast<uint8_t>(v1::ACCOUNT_KIND_RECEIVABLE);
  view.Scan<tables::Balances>({program, kind, enterprise, 0}, {program, kind, enterprise + 1, 0},
                              [&](const tables::Balances::Key& key, const rows::BalanceRow& row) {
                                if (row.fen() > 0)
                                  debts->push_back({program, std::get<3>(key), row.fen()});
                                return true;
                              });
}

// What a provider waits for.
struct OpenMonths {
  // Everything up to the end of this month is disbursed.
  uint32_t paid_through = 0;
  // A statement after that is not paid.
  bool unpaid = false;
  // First month that no statement includes; 0 if none.
  uint32_t first = 0;

  // Whether a booking of this month is among what it waits for.
  bool Include(uint32_t month) const {
    return month > paid_through && (unpaid || (first != 0 && first <= month));
  }
};

// The statement `paid` counts as paid, and so does one of the month `closing`, which is not there
// yet; 0 for none.
OpenMonths OpenMonthsOf(const View& view, uint32_t program, uint64_t provider, uint64_t paid = 0,
                        uint32_t closing = 0) {
  OpenMonths open;
  view.Scan<tables::StatementsByProgram>(
      {program, 0}, {program + 1, 0},
      [&](const tables::StatementsByProgram::Key& key, const rows::PresentRow&) {
        const uint64_t id = std::get<1>(key);
        const rows::StatementRow& row = *view.Find<tables::Statements>({id});
        if (row.provider() != provider) return true;
        open.unpaid = row.statement().state() != v1::STATEMENT_STATE_PAID && id != paid;
        if (!open.unpaid) open.paid_through = MonthOf(row.statement().period());
        return !open.unpaid;
      });
  if (!open.unpaid && closing != 0) open.paid_through = closing;
  const auto kind = static_cast<uint8_t>(v1::ACCOUNT_KIND_PAYABLE_PROVIDER);
  view.Scan<tables::PayableMonths>(
      {program, kind, provider, closing + 1}, {program, kind, provider + 1, 0},
      [&](const tables::PayableMonths::Key& key, const rows::PayableMonthRow&) {
        open.first = std::get<3>(key);
        return false;
      });
  return open;
}

// Whether the application is settled once no provider is owed anything for it.
bool CanSettle(const View& view, uint64_t id, const rows::ApplicationRow& application) {
  return AwaitsSettlement(application.state()) && GatedBy(view, id, application) == 0;
}

}  // namespace

uint32_t MonthOf(UnixNanos at) {
  const CivilDay day = DayOf(at, Zone::Shanghai());
  return static_cast<uint32_t>(day.year() * 100 + day.month());
}

uint32_t MonthOf(const v1::CivilMonth& month) {
  return static_cast<uint32_t>(month.year() * 100 + month.month());
}

UnixNanos EndOfMonth(uint32_t month) {
  const CivilDay first(month / 100, static_cast<int>(month % 100), 1);
  return StartOfDay(CivilDay(absl::CivilMonth(first) + 1), Zone::Shanghai());
}

void CountPayable(const v1::Entry& entry, const v1::Posting& posting, uint32_t program,
                  EditableRows* rows) {
  CountRecovered(entry, posting, rows);
  if (entry.event().has_statement_closed()) return;
  const auto count = [&](const v1::AccountRef& payable, int64_t delta_fen) {
    if (payable.sub() != 0) return;
    if (payable.kind() == v1::ACCOUNT_KIND_PAYABLE_PROVIDER) {
      CountMonth(entry, program, payable, delta_fen, rows);
    } else if (payable.kind() == v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE) {
      CountUnpaid(entry, posting, program, payable.id(), delta_fen, rows);
    }
  };
  count(posting.from(), -posting.amount_fen());
  count(posting.to(), posting.amount_fen());
  if (posting.from().kind() == v1::ACCOUNT_KIND_PAYABLE_PROVIDER &&
      posting.to().kind() == v1::ACCOUNT_KIND_PAYABLE_PROVIDER) {
    DelayVoucherEnd(entry, posting, program, rows);
  }
}

void CountReceivable(uint32_t program, const v1::AccountRef& receivable, int64_t delta_fen,
                     int64_t balance_fen, EditableRows* rows) {
  rows->Edit<tables::Applications>({receivable.sub()}).set_receivable_fen(balance_fen);
  rows::EnterpriseRow& enterprise = rows->Edit<tables::Enterprises>({receivable.id()});
  if (WorldOf(*rows, program) == World::kReal) {
    enterprise.set_receivable_fen(CheckedAddFen(enterprise.receivable_fen(), delta_fen));
  }
  const bool owes = balance_fen != 0 || !DebtsIn(*rows, program, receivable.id()).empty();
  auto* programs = enterprise.mutable_receivable_programs();
  const auto place = std::lower_bound(programs->begin(), programs->end(), program);
  const bool listed = place != programs->end() && *place == program;
  if (!owes && listed) programs->erase(place);
  if (owes && !listed) {
    programs->Add(program);
    std::sort(programs->begin(), programs->end());
  }
}

const rows::PartyRow& PartyOf(const View& view, uint32_t program, v1::AccountKind kind,
                              uint64_t party) {
  const rows::PartyRow* row =
      view.Find<tables::Parties>({program, static_cast<uint8_t>(kind), party});
  return row != nullptr ? *row : rows::PartyRow::default_instance();
}

std::vector<Debt> DebtsIn(const View& view, uint32_t program, uint64_t enterprise) {
  std::vector<Debt> debts;
  AddDebts(view, program, enterprise, &debts);
  return debts;
}

std::vector<Debt> DebtsAgainst(const View& view, uint32_t program, uint64_t enterprise) {
  const World world = WorldOf(view, program);
  std::vector<Debt> debts;
  for (const uint32_t of : view.Find<tables::Enterprises>({enterprise})->receivable_programs()) {
    if (WorldOf(view, of) == world) AddDebts(view, of, enterprise, &debts);
  }
  std::sort(debts.begin(), debts.end(),
            [](const Debt& a, const Debt& b) { return a.application < b.application; });
  return debts;
}

int64_t SpentOfGrantFen(const View& view, const rows::ApplicationRow& application) {
  int64_t spent_fen = application.stated_fen();
  if (application.voucher() != 0) {
    for (const rows::ProviderClaimRow& claim :
         view.Find<tables::Vouchers>({application.voucher()})->claims()) {
      spent_fen = CheckedAddFen(spent_fen, claim.fen());
    }
  }
  return spent_fen - application.receivable_fen() - application.recovered_fen();
}

void ForgetEndedVoucher(uint64_t voucher_id, EditableRows* rows) {
  const rows::VoucherRow& voucher = *rows->Find<tables::Vouchers>({voucher_id});
  for (const rows::ProviderClaimRow& claim : voucher.claims()) {
    rows->Erase<tables::EndedVouchers>({voucher.program(), claim.provider(), voucher_id});
  }
}

bool OwesProviders(const View& view, uint64_t voucher_id, uint64_t provider, int64_t reversed_fen) {
  const rows::VoucherRow& voucher = *view.Find<tables::Vouchers>({voucher_id});
  return absl::c_any_of(voucher.claims(), [&](const rows::ProviderClaimRow& claim) {
    const int64_t left_fen = claim.fen() - (claim.provider() == provider ? reversed_fen : 0);
    return left_fen > 0 &&
           OpenMonthsOf(view, voucher.program(), claim.provider()).Include(claim.month());
  });
}

bool IsSettledByExpiry(const View& view, uint64_t voucher_id, uint64_t provider,
                       int64_t reversed_fen) {
  const uint64_t id = view.Find<tables::Vouchers>({voucher_id})->application();
  const rows::ApplicationRow& application = *view.Find<tables::Applications>({id});
  return CanSettle(view, id, application) &&
         !OwesProviders(view, voucher_id, provider, reversed_fen);
}

std::vector<uint64_t> SettledBy(const Context& context, uint32_t program, uint64_t provider,
                                uint64_t paid, uint32_t closing) {
  const View& view = context.view;
  std::map<uint64_t, OpenMonths> open;
  const auto waits = [&](uint64_t of, uint32_t month) {
    const auto [it, added] = open.try_emplace(of);
    if (added) it->second = OpenMonthsOf(view, program, of, paid, of == provider ? closing : 0);
    return it->second.Include(month);
  };
  std::vector<uint64_t> settled;
  const auto take = [&](uint64_t voucher_id) {
    const rows::VoucherRow& voucher = *view.Find<tables::Vouchers>({voucher_id});
    const uint64_t id = voucher.application();
    const rows::ApplicationRow& application = *view.Find<tables::Applications>({id});
    if (!CanSettle(view, id, application)) return;
    for (const rows::ProviderClaimRow& claim : voucher.claims()) {
      const auto* ended = view.Find<tables::EndedVouchers>({program, claim.provider(), voucher_id});
      if (ended != nullptr && waits(claim.provider(), static_cast<uint32_t>(ended->number()))) {
        return;
      }
    }
    settled.push_back(id);
  };
  view.Scan<tables::EndedVouchers>(
      {program, provider, 0}, {program, provider + 1, 0},
      [&](const tables::EndedVouchers::Key& key, const rows::NumberRow&) {
        take(std::get<2>(key));
        return settled.size() < kMaxSettledApplications;
      });
  return settled;
}

}  // namespace voucher
