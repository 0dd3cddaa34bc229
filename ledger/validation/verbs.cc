#include "ledger/validation/verbs.h"

namespace voucher {

const std::string& RequestIdOf(const v1::Command& command) {
  static const std::string* const kNone = new std::string;
  switch (command.verb_case()) {
#define VOUCHER_REQUEST_ID(Verb, verb, EventType, event_field) \
  case v1::Command::k##Verb:                                   \
    return command.verb().request_id();
    VOUCHER_VERBS(VOUCHER_REQUEST_ID)
#undef VOUCHER_REQUEST_ID
    default:
      return *kNone;
  }
}

absl::string_view VerbName(const v1::Command& command) {
  switch (command.verb_case()) {
#define VOUCHER_VERB_NAME(Verb, verb, EventType, event_field) \
  case v1::Command::k##Verb:                                  \
    return #Verb;
    VOUCHER_VERBS(VOUCHER_VERB_NAME)
#undef VOUCHER_VERB_NAME
    default:
      return "TimerDue";
  }
}

}  // namespace voucher
