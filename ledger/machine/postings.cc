#include "ledger/machine/postings.h"

#include <algorithm>

#include "absl/algorithm/container.h"

#include "ledger/base/money.h"
#include "ledger/base/proto_enum.h"
#include "ledger/machine/settlement.h"

namespace voucher {
namespace {

// Accounts of one thing that ends: their rows go when the money is gone.
bool IsTransient(const v1::AccountRef& ref) {
  switch (ref.kind()) {
    case v1::ACCOUNT_KIND_HELD:
    case v1::ACCOUNT_KIND_VOUCHER:
    case v1::ACCOUNT_KIND_TRANSIT:
    case v1::ACCOUNT_KIND_DUE:
    case v1::ACCOUNT_KIND_RECEIVABLE:
      return true;
    case v1::ACCOUNT_KIND_PAYABLE_PROVIDER:
    case v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE:
      return ref.sub() != 0;
    case v1::ACCOUNT_KIND_UNSPECIFIED:
    case v1::ACCOUNT_KIND_TREASURY:
    case v1::ACCOUNT_KIND_BUDGET:
    case v1::ACCOUNT_KIND_CREDIT:
    case v1::ACCOUNT_KIND_RETURNED:
    case v1::ACCOUNT_KIND_PAID:
    case v1::ACCOUNT_KIND_RECOVERY:
      VOUCHER_PROTO_SENTINELS(v1::AccountKind)
      break;
  }
  return false;
}

// What an account holds after a change.
int64_t Changed(const v1::AccountRef& ref, int64_t fen, int64_t delta_fen) {
  const int64_t changed_fen = CheckedAddFen(fen, delta_fen);
  VOUCHER_CHECK(changed_fen >= 0 || MayBeNegative(ref.kind()))
      << v1::AccountKind_Name(ref.kind()) << ' ' << ref.id() << '/' << ref.sub() << " would hold "
      << changed_fen << " fen";
  return changed_fen;
}

void MoveBalance(uint32_t program, const v1::AccountRef& ref, int64_t delta_fen,
                 EditableRows* rows) {
  rows::BalanceRow& balance = rows->Edit<tables::Balances>(KeyOf(program, ref));
  balance.set_fen(Changed(ref, balance.fen(), delta_fen));
  if (ref.kind() == v1::ACCOUNT_KIND_RECEIVABLE) {
    CountReceivable(program, ref, delta_fen, balance.fen(), rows);
  }
  if (balance.fen() == 0 && IsTransient(ref)) rows->Erase<tables::Balances>(KeyOf(program, ref));
}

void Move(uint32_t program, const v1::AccountRef& ref, int64_t delta_fen, EditableRows* rows) {
  if (!IsLot(ref.kind())) MoveBalance(program, ref, delta_fen, rows);
  rows::TotalsRow& totals = rows->Edit<tables::Totals>({program});
  while (totals.class_fen_size() <= ref.kind()) totals.add_class_fen(0);
  totals.set_class_fen(ref.kind(), CheckedAddFen(totals.class_fen(ref.kind()), delta_fen));
}

uint64_t VoucherOf(const v1::Posting& posting) {
  for (const v1::AccountRef* ref : {&posting.from(), &posting.to()}) {
    if (ref->kind() == v1::ACCOUNT_KIND_VOUCHER) return ref->id();
    if (ref->kind() == v1::ACCOUNT_KIND_CREDIT) return ref->sub();
  }
  return 0;
}

// Keeps the account's lots: first-expiring first, then by voucher; empty lots go.
void MoveLot(const v1::AccountRef& credit, const rows::VoucherRow& voucher, int64_t delta_fen,
             EditableRows* rows) {
  rows::AccountRow& account = rows->Edit<tables::CloudAccounts>({credit.id()});
  auto* lots = account.mutable_credits();
  auto lot = std::find_if(lots->begin(), lots->end(),
                          [&](const auto& l) { return l.voucher() == credit.sub(); });
  if (lot == lots->end()) {
    rows::CreditRow* added = lots->Add();
    added->set_voucher(credit.sub());
    added->set_program(voucher.program());
    added->set_item(voucher.item());
    added->set_expires_unix_ns(voucher.expires_unix_ns());
    added->set_lapses_unix_ns(voucher.lapses_unix_ns());
    added->set_amount_fen(Changed(credit, 0, delta_fen));
    std::sort(lots->begin(), lots->end(), [](const auto& a, const auto& b) {
      return std::make_pair(a.expires_unix_ns(), a.voucher()) <
             std::make_pair(b.expires_unix_ns(), b.voucher());
    });
    return;
  }
  lot->set_amount_fen(Changed(credit, lot->amount_fen(), delta_fen));
  if (lot->amount_fen() == 0) lots->erase(lot);
}

void MoveClaim(uint64_t provider, int64_t delta_fen, UnixNanos at, rows::VoucherRow* voucher) {
  auto* claims = voucher->mutable_claims();
  auto claim = std::find_if(claims->begin(), claims->end(),
                            [&](const auto& c) { return c.provider() == provider; });
  rows::ProviderClaimRow* moved = claim != claims->end() ? &*claim : claims->Add();
  moved->set_provider(provider);
  moved->set_fen(moved->fen() + delta_fen);
  moved->set_month(MonthOf(at));
}

// Claims on a voucher that waited for acceptance: they can be settled now, or, where the project
// ended without it, never.
void ResolveClaim(const v1::Posting& posting, UnixNanos at, EditableRows* rows) {
  const rows::ApplicationRow* application =
      rows->Find<tables::Applications>({posting.from().sub()});
  const bool settleable = posting.to().kind() == v1::ACCOUNT_KIND_PAYABLE_PROVIDER;
  MoveClaim(posting.from().id(), settleable ? 0 : -posting.amount_fen(), at,
            &rows->Edit<tables::Vouchers>({application->voucher()}));
}

void MoveInVoucher(const v1::AccountRef& ref, uint64_t voucher_id, int64_t delta_fen, UnixNanos at,
                   EditableRows* rows) {
  rows::VoucherRow& voucher = rows->Edit<tables::Vouchers>({voucher_id});
  switch (ref.kind()) {
    case v1::ACCOUNT_KIND_VOUCHER:
      voucher.set_available_fen(voucher.available_fen() + delta_fen);
      break;
    case v1::ACCOUNT_KIND_TRANSIT:
      voucher.set_in_transit_fen(voucher.in_transit_fen() + delta_fen);
      break;
    case v1::ACCOUNT_KIND_CREDIT:
      voucher.set_credit_fen(voucher.credit_fen() + delta_fen);
      // What takes credit out of an account finds it there.
      if (delta_fen > 0 && !absl::c_linear_search(voucher.accounts(), ref.id())) {
        voucher.add_accounts(ref.id());
      }
      MoveLot(ref, voucher, delta_fen, rows);
      break;
    case v1::ACCOUNT_KIND_PAYABLE_PROVIDER:
      voucher.set_redeemed_fen(voucher.redeemed_fen() + delta_fen);
      MoveClaim(ref.id(), delta_fen, at, &voucher);
      break;
    case v1::ACCOUNT_KIND_BUDGET:
    case v1::ACCOUNT_KIND_RETURNED:
      voucher.set_released_fen(voucher.released_fen() + delta_fen);
      break;
    case v1::ACCOUNT_KIND_UNSPECIFIED:
    case v1::ACCOUNT_KIND_TREASURY:
    case v1::ACCOUNT_KIND_HELD:
    case v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE:
    case v1::ACCOUNT_KIND_DUE:
    case v1::ACCOUNT_KIND_PAID:
    case v1::ACCOUNT_KIND_RECEIVABLE:
    case v1::ACCOUNT_KIND_RECOVERY:
      VOUCHER_PROTO_SENTINELS(v1::AccountKind)
      break;  // held: what arises there is approved, which ApproveApplication states.
  }
}

}  // namespace

void Post(const v1::AccountRef& from, const v1::AccountRef& to, int64_t amount_fen,
          v1::Event* event, uint32_t program) {
  VOUCHER_CHECK(amount_fen > 0) << amount_fen;
  v1::Posting* posting = event->add_postings();
  *posting->mutable_from() = from;
  *posting->mutable_to() = to;
  posting->set_amount_fen(amount_fen);
  posting->set_program(program);
}

void AddLimitDeltas(const google::protobuf::RepeatedPtrField<v1::LimitRef>& limits,
                    int64_t delta_fen, v1::Event* event, uint32_t program) {
  for (const v1::LimitRef& limit : limits) {
    auto* deltas = event->mutable_limit_deltas();
    auto known = std::find_if(deltas->begin(), deltas->end(), [&](const v1::LimitDelta& delta) {
      return delta.program() == program && KeyOf(program, delta.limit()) == KeyOf(program, limit);
    });
    v1::LimitDelta* delta = known != deltas->end() ? &*known : deltas->Add();
    *delta->mutable_limit() = limit;
    delta->set_program(program);
    delta->set_delta_fen(delta->delta_fen() + delta_fen);
  }
}

void ReleaseHold(uint64_t application_id, const rows::ApplicationRow& application,
                 int64_t amount_fen, v1::Event* event) {
  Post(Held(application_id), BudgetAccount(), amount_fen, event);
  AddLimitDeltas(application.limits(), -amount_fen, event);
}

void ReleaseUnspent(const v1::AccountRef& from, const rows::ProgramRow& program, UnixNanos at,
                    const rows::ApplicationRow& application, int64_t amount_fen, v1::Event* event,
                    uint32_t other_program) {
  if (program.state() == v1::PROGRAM_STATE_CLOSED ||
      program.state() == v1::PROGRAM_STATE_ARCHIVED || at >= program.cutoff_unix_ns()) {
    Post(from, Returned(), amount_fen, event, other_program);
    return;
  }
  Post(from, BudgetAccount(), amount_fen, event, other_program);
  AddLimitDeltas(application.limits(), -amount_fen, event, other_program);
}

void ApplyPostings(const v1::Entry& entry, EditableRows* rows) {
  const UnixNanos at = entry.received_unix_ns();
  for (const v1::Posting& posting : entry.event().postings()) {
    const uint32_t program = posting.program() != 0 ? posting.program() : entry.program();
    Move(program, posting.from(), -posting.amount_fen(), rows);
    Move(program, posting.to(), posting.amount_fen(), rows);
    CountPayable(entry, posting, program, rows);
    if (const uint64_t voucher = VoucherOf(posting); voucher != 0) {
      MoveInVoucher(posting.from(), voucher, -posting.amount_fen(), at, rows);
      MoveInVoucher(posting.to(), voucher, posting.amount_fen(), at, rows);
    } else if (posting.from().kind() == v1::ACCOUNT_KIND_PAYABLE_PROVIDER &&
               posting.from().sub() != 0) {
      ResolveClaim(posting, at, rows);
    }
  }
  for (const v1::LimitDelta& delta : entry.event().limit_deltas()) {
    const uint32_t program = delta.program() != 0 ? delta.program() : entry.program();
    rows::LimitRow& limit = rows->Edit<tables::Limits>(KeyOf(program, delta.limit()));
    limit.set_used_fen(CheckedAddFen(limit.used_fen(), delta.delta_fen()));
    VOUCHER_CHECK(limit.used_fen() >= 0) << "limit used " << limit.used_fen() << " fen";
  }
}

bool IsDead(const rows::VoucherRow& voucher, UnixNanos at) {
  return voucher.state() == v1::VOUCHER_STATE_EXPIRED ||
         voucher.state() == v1::VOUCHER_STATE_RECLAIMED || at >= voucher.lapses_unix_ns();
}

}  // namespace voucher
