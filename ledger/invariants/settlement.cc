#include "ledger/machine/settlement.h"

#include "absl/strings/numbers.h"

#include "ledger/invariants/checker.h"
#include "ledger/machine/application_states.h"

namespace voucher::invariants {

namespace {

// What the statements of a party say, in their order.
struct Account {
  uint32_t month = 0;
  // Of the last statement for an earlier month: as far as a division is closed while its statements
  // for a month go on.
  uint32_t before = 0;
  int64_t carried_fen = 0;
};

bool IsDivision(const tables::Parties::Key& party) {
  return std::get<1>(party) == v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE;
}

tables::Parties::Key PartyOn(const rows::StatementRow& row) {
  uint64_t division = 0;
  if (row.provider() != 0) {
    return {row.program(), v1::ACCOUNT_KIND_PAYABLE_PROVIDER, row.provider()};
  }
  const bool numeric = absl::SimpleAtoi(row.statement().division(), &division);
  return {row.program(), v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, numeric ? division : 0};
}

void CheckAmounts(uint64_t id, const v1::Statement& statement, Checker* checker) {
  const int64_t net_fen = Plus(Minus(statement.booked_fen(), statement.reversed_fen()),
                               statement.brought_forward_fen());
  const int64_t due_fen = net_fen > 0 ? Minus(net_fen, statement.set_off_fen()) : 0;
  const int64_t carried_fen = net_fen > 0 ? 0 : net_fen;
  checker->Require(due_fen >= 0 && statement.due_fen() == due_fen &&
                       statement.carried_forward_fen() == carried_fen,
                   "statement ", id, " says ", statement.due_fen(), " fen due and ",
                   statement.carried_forward_fen(), " carried forward of ", net_fen);
  int64_t paid_fen = 0;
  for (const v1::Disbursement& payment : statement.disbursements()) {
    paid_fen = Plus(paid_fen, payment.amount_fen());
  }
  const int64_t left_fen = Minus(statement.due_fen(), paid_fen);
  checker->Require(statement.paid_fen() == paid_fen && left_fen >= 0 &&
                       (statement.state() == v1::STATEMENT_STATE_PAID) == (left_fen == 0),
                   "statement ", id, " says ", statement.paid_fen(), " fen paid of ",
                   statement.due_fen(), ", its disbursements add up to ", paid_fen);
}

// The lines of a district's statement add up to it.
void CheckLines(uint64_t id, const v1::Statement& statement, Checker* checker) {
  int64_t due_fen = 0;
  int64_t set_off_fen = 0;
  checker->view.Scan<tables::StatementLines>(
      {id, 0}, {id + 1, 0},
      [&](const tables::StatementLines::Key& key, const rows::StatementLineRow& row) {
        due_fen = Plus(due_fen, row.due_fen());
        set_off_fen = Plus(set_off_fen, row.set_off_fen());
        int64_t& stated_fen = checker->stated[std::get<1>(key)];
        stated_fen = Plus(stated_fen, Plus(row.due_fen(), row.set_off_fen()));
        return true;
      });
  checker->Require(due_fen == statement.due_fen() && set_off_fen == statement.set_off_fen(),
                   "statement ", id, " says ", statement.due_fen(), " fen due and ",
                   statement.set_off_fen(), " set off, its lines add up to ", due_fen, " and ",
                   set_off_fen);
}

}  // namespace

void CheckStatements(Checker* checker) {
  absl::btree_map<tables::Parties::Key, Account> parties;
  checker->Numbered<tables::Statements>(
      "statement", &rows::DenseNumbers::statement, [&](uint64_t id, const rows::StatementRow& row) {
        const v1::Statement& statement = row.statement();
        checker->Require(
            checker->view.Find<tables::StatementsByProgram>({row.program(), id}) != nullptr,
            "statement ", id, " is not found by its program");
        CheckAmounts(id, statement, checker);
        if (row.provider() == 0) CheckLines(id, statement, checker);
        const tables::Parties::Key key = PartyOn(row);
        Account& party = parties[key];
        const uint32_t month = MonthOf(statement.period());
        checker->Require(month > party.month || (month == party.month && IsDivision(key)),
                         "statement ", id, " for ", month, " follows one for ", party.month);
        checker->Require(statement.brought_forward_fen() == party.carried_fen, "statement ", id,
                         " brought ", statement.brought_forward_fen(),
                         " fen forward, the one before carried ", party.carried_fen);
        party = {month, month > party.month ? party.month : party.before,
                 statement.carried_forward_fen()};
        checker->Expect(row.program(), v1::ACCOUNT_KIND_DUE, id, 0,
                        Minus(statement.due_fen(), statement.paid_fen()));
      });
  checker->view.Scan<tables::Parties>(
      {0, 0, 0}, {kLastProgram, 0, 0},
      [&](const tables::Parties::Key& key, const rows::PartyRow& row) {
        const auto& [program, kind, id] = key;
        const auto found = parties.find(key);
        const Account last = found == parties.end() ? Account{} : found->second;
        const bool closed = row.closed_month() == last.month ||
                            (IsDivision(key) && row.closed_month() == last.before);
        checker->Require(closed && row.carried_fen() == last.carried_fen, "party ", id, " of kind ",
                         kind, " in program ", program, " is closed up to ", row.closed_month(),
                         " with ", row.carried_fen(), " fen, its last statement says ", last.month,
                         " with ", last.carried_fen);
        if (kind == v1::ACCOUNT_KIND_PAYABLE_PROVIDER) {
          checker->Expect(program, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, id, 0, row.carried_fen());
        }
        if (found != parties.end()) parties.erase(found);
        return true;
      });
  for (const auto& [key, last] : parties) {
    checker->Require(false, "party ", std::get<2>(key), " of program ", std::get<0>(key),
                     " has statements up to ", last.month, " and no row");
  }
  const uint64_t by_program =
      checker->CountRows<tables::StatementsByProgram>({0, 0}, {kLastProgram, 0});
  const uint64_t statements = checker->CountOf(&rows::DenseNumbers::statement);
  checker->Require(by_program == statements, by_program, " statements by program of ", statements);
}

namespace {

// What was spent of a grant bounds what is taken back of it, and after a reclaim is all taken back.
void CheckTakenBack(uint64_t id, const rows::ApplicationRow& row, Checker* checker) {
  checker->Expect(row.program(), v1::ACCOUNT_KIND_RECEIVABLE, row.enterprise(), id,
                  row.receivable_fen());
  if (row.voucher() != 0 && checker->view.Find<tables::Vouchers>({row.voucher()}) == nullptr)
    return;
  const int64_t left_fen = SpentOfGrantFen(checker->view, row);
  checker->Require(row.receivable_fen() >= 0 && row.recovered_fen() >= 0 && left_fen >= 0 &&
                       (!row.reclaimed() || left_fen == 0),
                   "application ", id, " owes ", row.receivable_fen(), " fen and ",
                   row.recovered_fen(), " were recovered, which leaves ", left_fen,
                   " of what was spent");
}

// On statements for reimbursement, or kept back at the approval of credit.
void CheckStated(uint64_t id, const rows::ApplicationRow& row, Checker* checker) {
  const auto found = checker->stated.find(id);
  int64_t stated_fen = found == checker->stated.end() ? 0 : found->second;
  if (row.delivery_mode() == v1::DELIVERY_MODE_CLOUD_CREDIT) {
    const rows::VoucherRow* voucher = checker->view.Find<tables::Vouchers>({row.voucher()});
    stated_fen = Minus(row.approved_fen(), voucher != nullptr ? voucher->approved_fen() : 0);
  }
  checker->Require(row.stated_fen() == stated_fen, "application ", id, " says ", row.stated_fen(),
                   " fen stated or set off, there are ", stated_fen);
}

// What is pending for credit waits for its timer.
void ExpectPendingLapse(const rows::ApplicationRow& row, Checker* checker) {
  const CompiledRules* rules =
      checker->view.Find<tables::Revisions>({row.program(), row.revision()});
  if (!IsPending(row.state()) || row.delivery_mode() != v1::DELIVERY_MODE_CLOUD_CREDIT ||
      rules == nullptr || !rules->rules().has_voucher_terms()) {
    return;
  }
  checker->timers.insert({rules->voucher_expires_at(), v1::TIMER_KIND_PENDING_LAPSE,
                          PendingLapseTimer(row.program(), row.revision())});
}

}  // namespace

void CheckOwed(Checker* checker) {
  checker->view.Scan<tables::Applications>(
      {1}, {kLastId}, [&](const tables::Applications::Key& key, const rows::ApplicationRow& row) {
        CheckTakenBack(std::get<0>(key), row, checker);
        CheckStated(std::get<0>(key), row, checker);
        ExpectPendingLapse(row, checker);
        return true;
      });
  checker->view.Scan<tables::PayableMonths>(
      {0, 0, 0, 0}, {kLastProgram, 0, 0, 0},
      [&](const tables::PayableMonths::Key& key, const rows::PayableMonthRow& row) {
        const auto& [program, kind, provider, month] = key;
        checker->Require(
            kind == v1::ACCOUNT_KIND_PAYABLE_PROVIDER && row.booked_fen() >= 0 &&
                row.reversed_fen() >= 0 &&
                month > PartyOf(checker->view, program, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, provider)
                            .closed_month(),
            "month ", month, " of provider ", provider, " in program ", program, " has ",
            row.booked_fen(), " fen booked and ", row.reversed_fen(), " reversed, and is open");
        checker->Expect(program, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, provider, 0,
                        Minus(row.booked_fen(), row.reversed_fen()));
        return true;
      });
  checker->view.Scan<tables::UnpaidApplications>(
      {0, 0, 0}, {kLastProgram, 0, 0},
      [&](const tables::UnpaidApplications::Key& key, const rows::UnpaidRow& row) {
        const auto& [program, enterprise, id] = key;
        const rows::ApplicationRow* application = checker->view.Find<tables::Applications>({id});
        checker->Require(application != nullptr && application->program() == program &&
                             application->enterprise() == enterprise && row.fen() > 0 &&
                             row.month() > 0,
                         "application ", id, " of enterprise ", enterprise, " in program ", program,
                         " is unpaid with ", row.fen(), " fen");
        checker->Expect(program, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, enterprise, 0, row.fen());
        return true;
      });
}

}  // namespace voucher::invariants
