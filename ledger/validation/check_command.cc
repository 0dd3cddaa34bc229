#include "ledger/validation/check_command.h"

#include "ledger/validation/verb_checks.h"

namespace voucher {
namespace {

template <class Request>
void CheckRequest(const Request& request, FieldChecker* check) {
  check->NoUnknownFields(request);
  check->RequestId(request.request_id());
  Check(request, check);
}

}  // namespace

std::vector<FieldProblem> CheckCommand(const v1::Command& command, UnixNanos now) {
  FieldChecker check(now);
  switch (command.verb_case()) {
#define VOUCHER_CHECK_VERB(Verb, verb, EventType, event_field) \
  case v1::Command::k##Verb:                                   \
    CheckRequest(command.verb(), &check);                      \
    break;
    VOUCHER_VERBS(VOUCHER_CHECK_VERB)
#undef VOUCHER_CHECK_VERB
    default:
      check.Fail("verb", "is required");
  }
  return std::move(check).TakeProblems();
}

}  // namespace voucher
