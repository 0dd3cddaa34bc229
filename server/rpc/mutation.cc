#include "server/rpc/mutation.h"

#include <memory>

#include "ledger/api/unavailable.h"
#include "ledger/base/check.h"
#include "ledger/validation/bad_field.h"
#include "ledger/validation/validate_command.h"
#include "ledger/validation/verbs.h"
#include "server/rpc/grpc_status.h"

namespace voucher {

namespace {

void EndOne(const UnaryCall& call, const Outcome& outcome, const std::string& request_id,
            MutationReply* reply) {
  if (absl::IsAlreadyExists(outcome.status)) return call.Fail(RequestIdReusedStatus(request_id));
  if (!outcome.status.ok()) {
    if (BadFieldsOf(outcome.status).empty()) {
      call.call_context().metrics->OnUnrecorded(UnavailableReason(outcome.status), 1);
    }
    return call.Fail(OperatingStatus(outcome.status));
  }
  const Recorded& recorded = *outcome.recorded;
  if (recorded.entry.has_refusal()) {
    return call.Fail(RefusalStatus(recorded.entry.refusal(), recorded.receipt()));
  }
  (*reply)(call, recorded);
}

}  // namespace

void SubmitOne(const UnaryCall& call, std::shared_ptr<Commands> single, MutationReply reply) {
  const v1::Command& command = *single->at(0);
  const std::vector<FieldProblem> problems = ValidateCommand(command);
  if (!problems.empty()) return call.Fail(BadRequestStatus(problems));
  call.call_context().ledger->Submit(
      single, call.who(),
      [call, single, reply = std::move(reply)](const std::vector<Outcome>& outcomes) mutable {
        VOUCHER_CHECK(outcomes.size() == 1) << outcomes.size();
        EndOne(call, outcomes.front(), RequestIdOf((*single)[0]), &reply);
      });
}

}  // namespace voucher
