#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"

#include "ledger/base/division.h"
#include "ledger/base/money.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/settlement.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/worlds.h"

namespace voucher {

namespace {

constexpr auto kProviders = v1::ACCOUNT_KIND_PAYABLE_PROVIDER;
constexpr auto kEnterprises = v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE;

// ILLEGAL_STATE unless the month is over and this party did not close it before.
std::optional<v1::Refusal> RefuseIfMonthNotDue(const Context& context, const rows::PartyRow& party,
                                               uint32_t month) {
  if (context.received_at < EndOfMonth(month)) {
    return NotInThisState("month not over", "当月尚未结束", {},
                          {{"month_ends_unix_ns", EndOfMonth(month)}});
  }
  if (month <= party.closed_month()) {
    return NotInThisState("month closed before", "该月已结算", {},
                          {{"closed_month", party.closed_month()}});
  }
  return std::nullopt;
}

// Money that waits for acceptance, and the first application that has some.
struct Waiting {
  int64_t fen = 0;
  uint64_t application = 0;
};

// Nothing to state: ACCEPTANCE_MISSING if there is money that waits for it, by the clause of the
// rules that judge the grant.
v1::Refusal NothingToState(Context* context, const Waiting& waiting) {
  if (waiting.fen == 0) return NotInThisState("nothing to settle", "没有可结算的款项");
  const v1::ProgramRules& rules =
      JudgingRules(context, *context->view.Find<tables::Applications>({waiting.application}))
          .rules();
  return MakeRefusal(v1::REASON_ACCEPTANCE_MISSING, rules.acceptance().clause(), rules.program_id(),
                     {{"waiting_fen", waiting.fen}});
}

// What waits for acceptance in accounts of `kind` from party `first` to before `end`, of those that
// `counts`.
template <class Counts>
Waiting WaitingOf(const View& view, uint32_t program, v1::AccountKind kind, uint64_t first,
                  uint64_t end, Counts counts) {
  Waiting waiting;
  const auto k = static_cast<uint8_t>(kind);
  view.Scan<tables::Balances>(
      {program, k, first, 0}, {program, k, end, 0},
      [&](const tables::Balances::Key& key, const rows::BalanceRow& row) {
        const uint64_t application = std::get<3>(key);
        if (application == 0 || row.fen() == 0 || !counts(std::get<2>(key))) {
          return true;
        }
        waiting.fen = CheckedAddFen(waiting.fen, row.fen());
        if (waiting.application == 0) waiting.application = application;
        return true;
      });
  return waiting;
}

Decision CloseForProvider(Context* context, const Context::Program& program,
                          const v1::CloseStatementRequest& request) {
  const auto provider = context->FindProvider(request.provider_id());
  if (!provider) return MakeRefusal(v1::REASON_PROVIDER_NOT_FOUND, {}, request.provider_id());
  if (auto refusal = RefuseIfArchived(*program.row)) return *refusal;
  const uint32_t month = MonthOf(request.period());
  const rows::PartyRow& party =
      PartyOf(context->view, program.number, kProviders, provider->number);
  if (auto refusal = RefuseIfMonthNotDue(*context, party, month)) return *refusal;

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::StatementClosed* closed = event.mutable_statement_closed();
  bool any = false;
  const auto kind = static_cast<uint8_t>(kProviders);
  context->view.Scan<tables::PayableMonths>(
      {program.number, kind, provider->number, 0},
      {program.number, kind, provider->number, month + 1},
      [&](const tables::PayableMonths::Key&, const rows::PayableMonthRow& row) {
        any = true;
        closed->set_booked_fen(CheckedAddFen(closed->booked_fen(), row.booked_fen()));
        closed->set_reversed_fen(CheckedAddFen(closed->reversed_fen(), row.reversed_fen()));
        return true;
      });
  if (!any) {
    return NothingToState(context,
                          WaitingOf(context->view, program.number, kProviders, provider->number,
                                    provider->number + 1, [](uint64_t) { return true; }));
  }
  closed->set_statement_id(NextNumber(*context, WorldOf(program), &rows::DenseNumbers::statement));
  closed->set_provider_number(provider->number);
  closed->set_brought_forward_fen(party.carried_fen());
  const int64_t net_fen = closed->booked_fen() - closed->reversed_fen() + party.carried_fen();
  if (net_fen > 0) {
    closed->set_due_fen(net_fen);
    Post(PayableToProvider(provider->number), DueOn(closed->statement_id()), net_fen, &event);
  } else {
    closed->set_carried_forward_fen(net_fen);
    const std::vector<uint64_t> settled =
        SettledBy(*context, program.number, provider->number, 0, month);
    closed->mutable_settled_application_ids()->Assign(settled.begin(), settled.end());
  }
  return event;
}

// Whether the rules that judge an application keep back what its enterprise owes.
bool SetsOff(const View& view, uint64_t application_id) {
  const rows::ApplicationRow& row = *view.Find<tables::Applications>({application_id});
  return view.Find<tables::Revisions>({row.program(), row.revision()})->rules().has_set_off();
}

// The lines of a district's statement, by enterprise, then application, with the postings of each
// enterprise: what its lines keep back of what it owes in any program, the oldest debts first, and
// what is then due.
class DistrictLines {
 public:
  DistrictLines(const View& view, uint32_t program, uint64_t statement, v1::Event* event)
      : view_(view), program_(program), statement_(statement), event_(event) {}

  // Adds the line of an application that is owed so much; false if the statement is full.
  bool Add(uint64_t enterprise, uint64_t application, int64_t owed_fen) {
    if (enterprise != enterprise_) {
      FinishEnterprise();
      enterprise_ = enterprise;
    }
    const bool sets_off = SetsOff(view_, application);
    if (sets_off && !debts_read_) ReadDebts();
    const int64_t kept_fen = sets_off ? std::min(left_fen_, owed_fen) : 0;
    // Of the enterprise: what is due, what is kept back, and each debt that it lowers.
    const size_t postings = postings_ + 2 + LoweredDebts(kept_fen_ + kept_fen);
    if (lines_.size() == kMaxStatementLines ||
        (!lines_.empty() && postings > kMaxStatementPostings)) {
      return false;
    }
    v1::DueLine& line = lines_.emplace_back();
    line.set_application_id(application);
    line.set_enterprise_number(enterprise);
    line.set_due_fen(owed_fen - kept_fen);
    line.set_set_off_fen(kept_fen);
    due_fen_ = CheckedAddFen(due_fen_, owed_fen - kept_fen);
    kept_fen_ = CheckedAddFen(kept_fen_, kept_fen);
    left_fen_ -= kept_fen;
    return true;
  }

  // All lines, by application.
  std::vector<v1::DueLine> Take() && {
    FinishEnterprise();
    std::sort(lines_.begin(), lines_.end(), [](const v1::DueLine& a, const v1::DueLine& b) {
      return a.application_id() < b.application_id();
    });
    return std::move(lines_);
  }

 private:
  void ReadDebts() {
    debts_read_ = true;
    debts_ = DebtsAgainst(view_, program_, enterprise_);
    if (debts_.size() > kMaxLoweredDebts) debts_.resize(kMaxLoweredDebts);
    for (const Debt& debt : debts_) left_fen_ = CheckedAddFen(left_fen_, debt.fen);
  }

  size_t LoweredDebts(int64_t kept_fen) const {
    size_t lowered = 0;
    for (; lowered < debts_.size() && kept_fen > 0; ++lowered) kept_fen -= debts_[lowered].fen;
    return lowered;
  }

  void FinishEnterprise() {
    const v1::AccountRef payable = PayableToEnterprise(enterprise_);
    if (due_fen_ > 0) Post(payable, DueOn(statement_), due_fen_, event_);
    if (kept_fen_ > 0) Post(payable, Returned(), kept_fen_, event_);
    PostRecovered(enterprise_, debts_, kept_fen_, program_, event_);
    postings_ = static_cast<size_t>(event_->postings_size());
    debts_.clear();
    debts_read_ = false;
    due_fen_ = kept_fen_ = left_fen_ = 0;
  }

  const View& view_;
  const uint32_t program_;
  const uint64_t statement_;
  v1::Event* const event_;
  std::vector<v1::DueLine> lines_;
  size_t postings_ = 0;  // of the enterprises before
  // Of the enterprise at hand.
  uint64_t enterprise_ = 0;
  bool debts_read_ = false;
  std::vector<Debt> debts_;
  int64_t left_fen_ = 0;  // of its debts
  int64_t due_fen_ = 0;
  int64_t kept_fen_ = 0;
};

// Visits what is owed since a month up to `month` to the enterprises of a division, by enterprise,
// then application, until `visit` returns false.
template <class Visit>
void VisitUnpaid(const View& view, uint32_t program, const std::string& division, uint32_t month,
                 Visit visit) {
  view.Scan<tables::UnpaidApplications>(
      {program, 0, 0}, {program + 1, 0, 0},
      [&](const tables::UnpaidApplications::Key& key, const rows::UnpaidRow& row) {
        const uint64_t enterprise = std::get<1>(key);
        const bool covered =
            row.month() <= month &&
            DivisionCovers(division,
                           view.Find<tables::Enterprises>({enterprise})->facts().division());
        return !covered || visit(enterprise, std::get<2>(key), row.fen());
      });
}

v1::Refusal NothingForDistrict(Context* context, const Context::Program& program,
                               const std::string& division) {
  const auto covered = [&](uint64_t enterprise) {
    const auto* row = context->view.Find<tables::Enterprises>({enterprise});
    return DivisionCovers(division, row->facts().division());
  };
  return NothingToState(context, WaitingOf(context->view, program.number, kEnterprises, 0,
                                           context->counters().enterprise() + 1, covered));
}

Decision CloseForDistrict(Context* context, const Context::Program& program,
                          const v1::CloseStatementRequest& request) {
  const View& view = context->view;
  uint64_t code = 0;
  VOUCHER_CHECK(absl::SimpleAtoi(request.division(), &code)) << request.division();
  const uint32_t month = MonthOf(request.period());
  bool any = false;
  VisitUnpaid(view, program.number, request.division(), month, [&](uint64_t, uint64_t, int64_t) {
    any = true;
    return false;
  });
  // Only refunds are still stated in an archived program.
  if (!any) {
    if (auto refusal = RefuseIfArchived(*program.row)) return *refusal;
  }
  const rows::PartyRow& party = PartyOf(view, program.number, kEnterprises, code);
  if (auto refusal = RefuseIfMonthNotDue(*context, party, month)) return *refusal;
  if (!any) return NothingForDistrict(context, program, request.division());

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::StatementClosed* closed = event.mutable_statement_closed();
  closed->set_statement_id(NextNumber(*context, WorldOf(program), &rows::DenseNumbers::statement));
  DistrictLines lines(view, program.number, closed->statement_id(), &event);
  VisitUnpaid(view, program.number, request.division(), month,
              [&](uint64_t enterprise, uint64_t application, int64_t owed_fen) {
                const bool added = lines.Add(enterprise, application, owed_fen);
                closed->set_more(!added);
                return added;
              });
  for (v1::DueLine& line : std::move(lines).Take()) {
    closed->set_due_fen(CheckedAddFen(closed->due_fen(), line.due_fen()));
    closed->set_set_off_fen(CheckedAddFen(closed->set_off_fen(), line.set_off_fen()));
    *closed->add_lines() = std::move(line);
  }
  closed->set_booked_fen(CheckedAddFen(closed->due_fen(), closed->set_off_fen()));
  if (closed->due_fen() > 0) return event;
  for (const v1::DueLine& line : closed->lines()) {
    const uint64_t id = line.application_id();
    const rows::ApplicationRow& application = *view.Find<tables::Applications>({id});
    // A superseded or terminated one stays what it is; a refund settles nothing.
    if (application.voucher() == 0 && AwaitsSettlement(application.state())) {
      closed->add_settled_application_ids(id);
    }
  }
  return event;
}

void StateLines(const v1::Entry& entry, const v1::StatementClosed& event, EditableRows* rows) {
  for (const v1::DueLine& line : event.lines()) {
    const uint64_t id = line.application_id();
    rows::StatementLineRow row;
    row.set_enterprise(line.enterprise_number());
    row.set_due_fen(line.due_fen());
    row.set_set_off_fen(line.set_off_fen());
    rows->Put<tables::StatementLines>({event.statement_id(), id}, std::move(row));
    rows->Erase<tables::UnpaidApplications>({entry.program(), line.enterprise_number(), id});
    // A refund of what was redeemed of a voucher is no grant.
    if (rows->Find<tables::Applications>({id})->voucher() != 0) continue;
    rows::ApplicationRow& application = rows->Edit<tables::Applications>({id});
    application.set_stated_fen(
        CheckedAddFen(application.stated_fen(), CheckedAddFen(line.due_fen(), line.set_off_fen())));
  }
}

void SettleMonths(uint32_t program, uint64_t provider, uint32_t month, EditableRows* rows) {
  const auto kind = static_cast<uint8_t>(kProviders);
  std::vector<tables::PayableMonths::Key> closed;
  rows->Scan<tables::PayableMonths>(
      {program, kind, provider, 0}, {program, kind, provider, month + 1},
      [&](const tables::PayableMonths::Key& key, const rows::PayableMonthRow&) {
        closed.push_back(key);
        return true;
      });
  for (const auto& key : closed) rows->Erase<tables::PayableMonths>(key);
}

}  // namespace

Decision Decide(Context* context, const v1::CloseStatementRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  return request.has_provider_id() ? CloseForProvider(context, *program, request)
                                   : CloseForDistrict(context, *program, request);
}

void Evolve(const v1::Entry& entry, const v1::CloseStatementRequest& request,
            const v1::StatementClosed& event, EditableRows* rows) {
  const uint64_t id = event.statement_id();
  const uint32_t month = MonthOf(request.period());
  KeepNumber(id, &rows::DenseNumbers::set_statement, rows);
  rows->Put<tables::StatementsByProgram>({entry.program(), id}, {});
  rows::StatementRow& row = rows->Edit<tables::Statements>({id});
  row.set_program(entry.program());
  row.set_provider(event.provider_number());
  v1::Statement* statement = row.mutable_statement();
  statement->set_division(request.division());
  *statement->mutable_period() = request.period();
  statement->set_booked_fen(event.booked_fen());
  statement->set_reversed_fen(event.reversed_fen());
  statement->set_brought_forward_fen(event.brought_forward_fen());
  statement->set_set_off_fen(event.set_off_fen());
  statement->set_due_fen(event.due_fen());
  statement->set_carried_forward_fen(event.carried_forward_fen());
  statement->set_state(event.due_fen() > 0 ? v1::STATEMENT_STATE_CLOSED : v1::STATEMENT_STATE_PAID);
  statement->set_closed_sequence(entry.sequence());

  uint64_t party = event.provider_number();
  if (party != 0) {
    SettleMonths(entry.program(), party, month, rows);
  } else {
    VOUCHER_CHECK(absl::SimpleAtoi(request.division(), &party)) << request.division();
    StateLines(entry, event, rows);
  }
  for (const uint64_t settled : event.settled_application_ids()) SettleApplication(settled, rows);
  rows::PartyRow& closed = rows->Edit<tables::Parties>(
      {entry.program(),
       static_cast<uint8_t>(event.provider_number() != 0 ? kProviders : kEnterprises), party});
  // The month stays open for the lines that did not fit.
  if (event.more()) return;
  closed.set_closed_month(month);
  closed.set_carried_fen(event.carried_forward_fen());
}

}  // namespace voucher
