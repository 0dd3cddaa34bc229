#include "absl/strings/str_cat.h"

#include "ledger/machine/acts.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/settlement.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

std::string KeyOf(const v1::RecordDisbursementRequest& request) {
  return ActKey({static_cast<int64_t>(request.statement_id()), request.disbursement().amount_fen()},
                {request.disbursement().fiscal_reference()});
}

// The applications of a district's statement, which it settles: those that it reimburses. The line
// of a voucher's is a refund, and its providers' statements settle it.
std::vector<uint64_t> ApplicationsOn(const Context& context, uint64_t statement) {
  const View& view = context.view;
  std::vector<uint64_t> applications;
  view.Scan<tables::StatementLines>(
      {statement, 0}, {statement + 1, 0},
      [&](const tables::StatementLines::Key& key, const rows::StatementLineRow&) {
        const uint64_t id = std::get<1>(key);
        const rows::ApplicationRow& application = *view.Find<tables::Applications>({id});
        if (application.voucher() == 0 && AwaitsSettlement(application.state())) {
          applications.push_back(id);
        }
        return true;
      });
  return applications;
}

}  // namespace

Decision Decide(Context* context, const v1::RecordDisbursementRequest& request) {
  const uint64_t id = request.statement_id();
  const rows::StatementRow* row = context->view.Find<tables::Statements>({id});
  if (row == nullptr) {
    return MakeRefusal(v1::REASON_STATEMENT_NOT_FOUND, {}, absl::StrCat(id));
  }
  const auto program = context->FindProgram(row->program());
  if (auto refusal =
          RefuseIfBooked(*context, Act::kDisbursement, KeyOf(request), request.repeats())) {
    return *refusal;
  }
  // Only refunds are still paid in an archived program.
  if (row->statement().state() == v1::STATEMENT_STATE_PAID) {
    if (auto refusal = RefuseIfArchived(*program->row)) return *refusal;
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, "PAID");
  }
  const int64_t amount_fen = request.disbursement().amount_fen();
  const int64_t left_fen = row->statement().due_fen() - row->statement().paid_fen();
  if (amount_fen > left_fen) {
    return NotInThisState("less is due", "应付金额不足", {},
                          {{"due_fen", left_fen}, {"amount_fen", amount_fen}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  Post(DueOn(id), Paid(), amount_fen, &event);
  v1::DisbursementRecorded* recorded = event.mutable_disbursement_recorded();
  recorded->set_due_fen(left_fen - amount_fen);
  recorded->set_state(v1::STATEMENT_STATE_CLOSED);
  if (amount_fen < left_fen) return event;
  recorded->set_state(v1::STATEMENT_STATE_PAID);
  const std::vector<uint64_t> settled =
      row->provider() != 0 ? SettledBy(*context, row->program(), row->provider(), id, 0)
                           : ApplicationsOn(*context, id);
  recorded->mutable_settled_application_ids()->Assign(settled.begin(), settled.end());
  return event;
}

void Evolve(const v1::Entry& entry, const v1::RecordDisbursementRequest& request,
            const v1::DisbursementRecorded& event, EditableRows* rows) {
  BookAct(entry, Act::kDisbursement, KeyOf(request), rows);
  v1::Statement* statement =
      rows->Edit<tables::Statements>({request.statement_id()}).mutable_statement();
  *statement->add_disbursements() = request.disbursement();
  statement->set_paid_fen(statement->due_fen() - event.due_fen());
  statement->set_state(event.state());
  for (const uint64_t id : event.settled_application_ids()) SettleApplication(id, rows);
}

}  // namespace voucher
