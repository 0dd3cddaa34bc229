#include "server/rpc/batch.h"

#include "absl/strings/str_cat.h"

#include "ledger/api/unavailable.h"
#include "ledger/policy/refusal_text.h"
#include "ledger/validation/field_checker.h"

namespace voucher {

std::vector<FieldProblem> ValidateBatch(const google::protobuf::Message& around,
                                        const Commands& commands, absl::string_view field,
                                        size_t max_items, UnixNanos now) {
  FieldChecker checker(now);
  checker.NoUnknownFields(around);
  checker.Count(field, static_cast<int>(commands.size()), 1, static_cast<int>(max_items));
  std::vector<FieldProblem> problems = std::move(checker).TakeProblems();
  if (commands.size() > max_items) return problems;
  for (size_t i = 0; i < commands.size(); ++i) {
    for (FieldProblem& problem : ValidateCommand(commands[i], now)) {
      problem.field = absl::StrCat(field, "[", i, "].", problem.field);
      problems.push_back(std::move(problem));
    }
  }
  return problems;
}

absl::Status BatchError(const CallContext& call_context, const std::vector<Outcome>& outcomes) {
  const Outcome* first = nullptr;
  uint64_t unrecorded = 0;
  for (const Outcome& outcome : outcomes) {
    if (outcome.status.ok() || absl::IsAlreadyExists(outcome.status)) continue;
    if (first == nullptr) first = &outcome;
    ++unrecorded;
  }
  if (first == nullptr) return absl::OkStatus();
  call_context.metrics->OnUnrecorded(UnavailableReason(first->status), unrecorded);
  return first->status;
}

v1::Refusal RefusalOf(const Outcome& outcome, const std::string& request_id) {
  if (outcome.recorded == nullptr) return RequestIdReused(request_id);
  v1::Refusal refusal = outcome.recorded->entry.refusal();
  FillMessages(&refusal);
  return refusal;
}

void SubmitBatch(const UnaryCall& call, std::shared_ptr<Commands> commands, BatchReply reply) {
  WorkerPool* const pool = call.call_context().pool;
  call.call_context().ledger->Submit(
      std::move(commands), call.who(),
      [call, pool, reply = std::move(reply)](std::vector<Outcome> outcomes) mutable {
        pool->Post([call, reply = std::move(reply), outcomes = std::move(outcomes)]() mutable {
          const absl::Status error = BatchError(call.call_context(), outcomes);
          if (!error.ok()) return call.Fail(OperatingStatus(error));
          reply(call, outcomes);
        });
      });
}

}  // namespace voucher
