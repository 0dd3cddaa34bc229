#include "ledger/validation/validate_command.h"

#include <utility>

#include "ledger/validation/validate_dates.h"
#include "ledger/validation/verb_checks.h"

namespace voucher {
namespace {

template <class Request>
void ValidateRequest(const Request& request, FieldChecker* check) {
  check->NoUnknownFields(request);
  check->RequestId(request.request_id());
  Validate(request, check);
}

}  // namespace

std::vector<FieldProblem> ValidateCommand(const v1::Command& command) {
  FieldChecker check;
  switch (command.verb_case()) {
#define VOUCHER_VALIDATE_VERB(Verb, verb, EventType, event_field) \
  case v1::Command::k##Verb:                                      \
    ValidateRequest(command.verb(), &check);                      \
    break;
    VOUCHER_VERBS(VOUCHER_VALIDATE_VERB)
#undef VOUCHER_VALIDATE_VERB
    default:
      check.Fail("verb", "is required");
  }
  return std::move(check).TakeProblems();
}

std::vector<FieldProblem> ValidateCommand(const v1::Command& command, UnixNanos now) {
  std::vector<FieldProblem> problems = ValidateCommand(command);
  for (FieldProblem& problem : ValidateDates(command, now)) problems.push_back(std::move(problem));
  return problems;
}

}  // namespace voucher
