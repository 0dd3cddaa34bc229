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

// Nothing to state: ACCEPTANCE_MISSING if there is money that waits for it.
v1::Refusal NothingToState(const Context::Program& program, int64_t waiting_fen) {
  if (waiting_fen == 0) return NotInThisState("nothing to settle", "没有可结算的款项");
  return MakeRefusal(v1::REASON_ACCEPTANCE_MISSING, program.rules->rules().acceptance().clause(),
                     program.row->program_id(), {{"waiting_fen", waiting_fen}});
}

// What waits for acceptance in accounts of `kind` from party `first` to before `end`, of those that
// `counts`.
template <class Counts>
int64_t WaitingFen(const View& view, uint32_t program, v1::AccountKind kind, uint64_t first,
                   uint64_t end, Counts counts) {
  int64_t waiting_fen = 0;
  const auto k = static_cast<uint8_t>(kind);
  view.Scan<tables::Balances>({program, k, first, 0}, {program, k, end, 0},
                              [&](const tables::Balances::Key& key, const rows::BalanceRow& row) {
                                if (std::get<3>(key) != 0 && counts(std::get<2>(key))) {
                                  waiting_fen += row.fen();
                                }
                                return true;
                              });
  return waiting_fen;
}

Decision CloseForProvider(Context* context, const Context::Program& program,
                          const v1::CloseStatementRequest& request) {
  const auto provider = context->FindProvider(request.provider_id());
  if (!provider) return MakeRefusal(v1::REASON_PROVIDER_NOT_FOUND, {}, request.provider_id());
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
    return NothingToState(program,
                          WaitingFen(context->view, program.number, kProviders, provider->number,
                                     provider->number + 1, [](uint64_t) { return true; }));
  }
  closed->set_statement_id(context->counters().statement() + 1);
  closed->set_provider_number(provider->number);
  closed->set_brought_forward_fen(party.carried_fen());
  const int64_t net_fen = closed->booked_fen() - closed->reversed_fen() + party.carried_fen();
  if (net_fen > 0) {
    closed->set_due_fen(net_fen);
    Post(PayableToProvider(provider->number), DueOn(closed->statement_id()), net_fen, &event);
  } else {
    closed->set_carried_forward_fen(net_fen);
  }
  return event;
}

// One line per application, by enterprise, then application.
std::vector<v1::DueLine> LinesOf(const View& view, uint32_t program, const std::string& division,
                                 uint32_t month) {
  std::vector<v1::DueLine> lines;
  view.Scan<tables::UnpaidApplications>(
      {program, 0, 0}, {program + 1, 0, 0},
      [&](const tables::UnpaidApplications::Key& key, const rows::UnpaidRow& row) {
        const uint64_t enterprise = std::get<1>(key);
        if (row.month() > month ||
            !DivisionCovers(division,
                            view.Find<tables::Enterprises>({enterprise})->facts().division())) {
          return true;
        }
        v1::DueLine& line = lines.emplace_back();
        line.set_application_id(std::get<2>(key));
        line.set_enterprise_number(enterprise);
        line.set_due_fen(row.fen());
        return lines.size() <= kMaxStatementLines;
      });
  return lines;
}

// Keeps back from the lines of one enterprise, in order, what it owes in any program, in the order
// of programs; posts that and what is then due.
void SetOff(const View& view, uint32_t program, v1::DueLine* first, v1::DueLine* end,
            uint64_t statement, v1::Event* event) {
  const uint64_t enterprise = first->enterprise_number();
  const auto debts = DebtsAgainst(view, program, enterprise);
  int64_t owed_fen = 0;
  for (const auto& debt : debts) owed_fen = CheckedAddFen(owed_fen, debt.second);
  int64_t set_off_fen = 0;
  int64_t due_fen = 0;
  for (v1::DueLine* line = first; line != end; ++line) {
    const int64_t kept_fen = std::min(owed_fen, line->due_fen());
    line->set_set_off_fen(kept_fen);
    line->set_due_fen(line->due_fen() - kept_fen);
    owed_fen -= kept_fen;
    set_off_fen += kept_fen;
    due_fen += line->due_fen();
  }
  if (due_fen > 0) Post(PayableToEnterprise(enterprise), DueOn(statement), due_fen, event);
  if (set_off_fen > 0) Post(PayableToEnterprise(enterprise), Returned(), set_off_fen, event);
  for (const auto& [of, debt_fen] : debts) {
    const int64_t part_fen = std::min(set_off_fen, debt_fen);
    if (part_fen == 0) break;
    Post(Receivable(enterprise), Recovery(), part_fen, event, of == program ? 0 : of);
    set_off_fen -= part_fen;
  }
}

Decision CloseForDistrict(Context* context, const Context::Program& program,
                          const v1::CloseStatementRequest& request) {
  uint64_t code = 0;
  VOUCHER_CHECK(absl::SimpleAtoi(request.division(), &code)) << request.division();
  const uint32_t month = MonthOf(request.period());
  const rows::PartyRow& party = PartyOf(context->view, program.number, kEnterprises, code);
  if (auto refusal = RefuseIfMonthNotDue(*context, party, month)) return *refusal;
  std::vector<v1::DueLine> lines =
      LinesOf(context->view, program.number, request.division(), month);
  if (lines.empty()) {
    const auto covered = [&](uint64_t enterprise) {
      const auto* row = context->view.Find<tables::Enterprises>({enterprise});
      return DivisionCovers(request.division(), row->facts().division());
    };
    return NothingToState(program, WaitingFen(context->view, program.number, kEnterprises, 0,
                                              context->counters().enterprise() + 1, covered));
  }
  const v1::Refusal too_many =
      NotInThisState("more lines than one statement holds", "超过一份结算单的容量", {},
                     {{"line_limit", static_cast<int64_t>(kMaxStatementLines)}});
  if (lines.size() > kMaxStatementLines) return too_many;

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::StatementClosed* closed = event.mutable_statement_closed();
  closed->set_statement_id(context->counters().statement() + 1);
  for (size_t first = 0, end = 0; first < lines.size(); first = end) {
    while (end < lines.size() &&
           lines[end].enterprise_number() == lines[first].enterprise_number()) {
      ++end;
    }
    SetOff(context->view, program.number, &lines[first], lines.data() + end, closed->statement_id(),
           &event);
  }
  if (event.postings_size() > kMaxStatementPostings) return too_many;
  std::sort(lines.begin(), lines.end(), [](const v1::DueLine& a, const v1::DueLine& b) {
    return a.application_id() < b.application_id();
  });
  for (v1::DueLine& line : lines) {
    closed->set_due_fen(CheckedAddFen(closed->due_fen(), line.due_fen()));
    closed->set_set_off_fen(CheckedAddFen(closed->set_off_fen(), line.set_off_fen()));
    *closed->add_lines() = std::move(line);
  }
  closed->set_booked_fen(CheckedAddFen(closed->due_fen(), closed->set_off_fen()));
  return event;
}

void SettleLines(const v1::Entry& entry, const v1::StatementClosed& event, EditableRows* rows) {
  for (const v1::DueLine& line : event.lines()) {
    rows::StatementLineRow row;
    row.set_enterprise(line.enterprise_number());
    row.set_due_fen(line.due_fen());
    row.set_set_off_fen(line.set_off_fen());
    rows->Put<tables::StatementLines>({event.statement_id(), line.application_id()},
                                      std::move(row));
    rows->Erase<tables::UnpaidApplications>(
        {entry.program(), line.enterprise_number(), line.application_id()});
    // A superseded or terminated one stays what it is.
    if (event.due_fen() == 0 &&
        AwaitsSettlement(rows->Find<tables::Applications>({line.application_id()})->state())) {
      SettleApplication(line.application_id(), rows);
    }
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
  rows->Edit<tables::Counters>({}).set_statement(id);
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
    SettleLines(entry, event, rows);
  }
  rows::PartyRow& settled = rows->Edit<tables::Parties>(
      {entry.program(),
       static_cast<uint8_t>(event.provider_number() != 0 ? kProviders : kEnterprises), party});
  settled.set_closed_month(month);
  settled.set_carried_fen(event.carried_forward_fen());
}

}  // namespace voucher
