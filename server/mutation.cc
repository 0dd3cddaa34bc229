#include "server/mutation.h"

#include <memory>

#include "ledger/base/check.h"
#include "ledger/machine/decode.h"
#include "ledger/machine/machine.h"
#include "ledger/unavailable.h"
#include "server/grpc_status.h"

namespace voucher {

namespace {

void EndOne(const UnaryCall& call, const Outcome& outcome, const std::string& request_id,
            MutationReply* reply) {
  if (absl::IsAlreadyExists(outcome.status)) return call.Fail(RequestIdReusedStatus(request_id));
  if (!outcome.status.ok()) {
    call.door().metrics->OnUnrecorded(UnavailableReason(outcome.status), 1);
    return call.Fail(OperatingStatus(outcome.status));
  }
  const Recorded& recorded = *outcome.recorded;
  if (recorded.entry.has_refusal()) {
    return call.Fail(RefusalStatus(recorded.entry.refusal(), recorded.receipt));
  }
  (*reply)(call, recorded);
}

}  // namespace

void SubmitOne(const UnaryCall& call, v1::Command command, MutationReply reply) {
  const std::vector<FieldProblem> problems = CheckCommand(command, call.door().clock->WallNow());
  if (!problems.empty()) return call.Fail(BadRequestStatus(problems));
  std::string request_id = RequestIdOf(command);
  std::vector<v1::Command> commands;
  commands.push_back(std::move(command));
  call.door().ledger->Submit(std::move(commands), call.who(),
                             [call, request_id = std::move(request_id),
                              reply = std::move(reply)](std::vector<Outcome> outcomes) mutable {
                               VOUCHER_CHECK(outcomes.size() == 1) << outcomes.size();
                               EndOne(call, outcomes.front(), request_id, &reply);
                             });
}

}  // namespace voucher
