#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

#include "ledger/machine/applications.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/settlement.h"
#include "ledger/machine/verbs.h"
#include "ledger/policy/evidence.h"

namespace voucher {

namespace {

constexpr absl::string_view kStage = "ACCEPT";

// PERMISSION_DENIED unless it is an ISSUER's program, or within a REVIEWER's divisions and stages;
// with both roles, either.
std::optional<v1::Refusal> RefuseIfOutOfScope(const Context& context,
                                              const rows::ApplicationRow& application,
                                              const std::string& program_id) {
  const bool issuer = context.HasRole(v1::ROLE_ISSUER);
  const bool reviewer = context.HasRole(v1::ROLE_REVIEWER);
  if (issuer && context.MayIssue(program_id)) return std::nullopt;
  if (issuer && !reviewer) return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, program_id);
  if (context.MayReview(kStage, {application.enterprise()})) return std::nullopt;
  return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, kStage);
}

bool IsOver(const View& view, uint64_t voucher_id) {
  return view.Find<tables::Vouchers>({voucher_id})->state() != v1::VOUCHER_STATE_ACTIVE;
}

}  // namespace

Decision Decide(Context* context, const v1::AcceptProjectRequest& request) {
  const rows::ApplicationRow* row =
      context->view.Find<tables::Applications>({request.application_id()});
  if (row == nullptr) return ApplicationNotFound(request.application_id());
  const v1::ProgramRules& rules = JudgingRules(context, *row).rules();
  if (auto refusal = RefuseIfOutOfScope(*context, *row, rules.program_id())) return *refusal;
  if (row->state() != v1::APPLICATION_STATE_APPROVED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(row->state()));
  }
  if (!rules.has_acceptance()) {
    return IllegalState(row->state(), "the program has no acceptance", "本项目不设验收");
  }
  if (row->project_due_unix_ns() != 0 && context->received_at >= row->project_due_unix_ns()) {
    return IllegalState(row->state(), "the project is late", "项目已逾期",
                        {{"due_unix_ns", row->project_due_unix_ns()}});
  }
  const std::vector<std::string> missing =
      MissingDocuments(rules.acceptance().evidence(), request.documents());
  if (!missing.empty()) {
    return MakeRefusal(v1::REASON_EVIDENCE_MISSING, rules.acceptance().clause(),
                       absl::StrJoin(missing, ", "));
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  const int64_t opened_fen = OpenGate(context->view, request.application_id(), *row, &event);
  event.mutable_project_accepted()->set_settleable_fen(opened_fen);
  event.mutable_project_accepted()->set_settles_application(
      opened_fen == 0 && row->voucher() != 0 && IsOver(context->view, row->voucher()) &&
      !OwesProviders(context->view, row->voucher()));
  return event;
}

void Evolve(const v1::Entry&, const v1::AcceptProjectRequest& request,
            const v1::ProjectAccepted& event, EditableRows* rows) {
  if (event.settles_application()) {
    SettleApplication(request.application_id(), rows);
  } else {
    MoveApplication(request.application_id(), v1::APPLICATION_STATE_ACCEPTED, rows);
  }
}

}  // namespace voucher
