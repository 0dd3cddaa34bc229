#include "server/rpc/batch.h"

#include "absl/strings/str_cat.h"

#include "ledger/api/unavailable.h"
#include "ledger/policy/refusal_text.h"
#include "ledger/validation/bad_field.h"
#include "ledger/validation/field_checker.h"

namespace voucher {
namespace {

// Adds the problems of the item at `index` with their paths in the whole request.
void AddBelow(absl::string_view field, size_t index, std::vector<FieldProblem> problems,
              std::vector<FieldProblem>* all) {
  for (FieldProblem& problem : problems) {
    problem.field = absl::StrCat(field, "[", index, "].", problem.field);
    all->push_back(std::move(problem));
  }
}

}  // namespace

std::vector<FieldProblem> ValidateBatch(const google::protobuf::Message& around,
                                        const Commands& commands, absl::string_view field,
                                        size_t max_items) {
  FieldChecker checker;
  checker.NoUnknownFields(around);
  checker.Count(field, static_cast<int>(commands.size()), 1, static_cast<int>(max_items));
  std::vector<FieldProblem> problems = std::move(checker).TakeProblems();
  if (commands.size() > max_items) return problems;
  for (size_t i = 0; i < commands.size(); ++i) {
    AddBelow(field, i, ValidateCommand(commands[i]), &problems);
  }
  return problems;
}

absl::Status BatchError(const CallContext& call_context, absl::string_view field,
                        const std::vector<Outcome>& outcomes) {
  const Outcome* first = nullptr;  // Of those that were not recorded.
  const Outcome* counted = nullptr;
  uint64_t unrecorded = 0;
  std::vector<FieldProblem> problems;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Outcome& outcome = outcomes[i];
    if (outcome.status.ok() || absl::IsAlreadyExists(outcome.status)) continue;
    if (first == nullptr) first = &outcome;
    std::vector<FieldProblem> bad = BadFieldsOf(outcome.status);
    if (bad.empty()) {
      if (counted == nullptr) counted = &outcome;
      ++unrecorded;
    }
    AddBelow(field, i, std::move(bad), &problems);
  }
  if (first == nullptr) return absl::OkStatus();
  if (counted != nullptr) {
    call_context.metrics->OnUnrecorded(UnavailableReason(counted->status), unrecorded);
  }
  return first == counted ? first->status : BadFieldsError(problems);
}

v1::Refusal RefusalOf(const Outcome& outcome, const std::string& request_id) {
  if (outcome.recorded == nullptr) return RequestIdReused(request_id);
  v1::Refusal refusal = outcome.recorded->entry.refusal();
  FillMessages(&refusal);
  return refusal;
}

void SubmitBatch(const UnaryCall& call, absl::string_view field, std::shared_ptr<Commands> commands,
                 BatchReply reply) {
  WorkerPool* const pool = call.call_context().pool;
  call.call_context().ledger->Submit(
      std::move(commands), call.who(),
      [call, field, pool, reply = std::move(reply)](std::vector<Outcome> outcomes) mutable {
        pool->Post(
            [call, field, reply = std::move(reply), outcomes = std::move(outcomes)]() mutable {
              const absl::Status error = BatchError(call.call_context(), field, outcomes);
              if (!error.ok()) return call.Fail(OperatingStatus(error));
              reply(call, outcomes);
            });
      });
}

}  // namespace voucher
