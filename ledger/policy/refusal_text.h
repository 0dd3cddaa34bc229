// Refusals for people and for the status of a reply.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "voucher/v1/reasons.pb.h"

namespace voucher {

// Fills `message` and `message_zh` with one sentence each, from the reason, the subject, the rules
// and the numbers. Derived in replies only, never stored.
//
// A subject that is words stands in subject_zh too, for the Chinese sentence.
//
// What the sentences use where it is given (without it they say less, never nonsense):
//
//   reason                     subject                       numbers
//   PERMISSION_DENIED          target, as "program x"
//   REQUEST_ID_REUSED          request_id
//   *_NOT_FOUND                the name that was not found
//   ITEM_NOT_FOUND             or, in words, where the money is granted
//   ALREADY_REGISTERED         what exists already
//   PROGRAM_NOT_OPEN           state name, as "DRAFT"
//   WINDOW_NOT_OPEN                                          received_unix_ns, opens_unix_ns
//   WINDOW_CLOSED                                            received_unix_ns, cutoff_unix_ns
//   ILLEGAL_STATE              current state name, or words
//   ILLEGAL_STATE              limit to be lowered           amount_fen, used_fen
//   NOTICE_RUNNING                                           possible_unix_ns
//   CALENDAR_MISSING           year or day not covered
//   BLACKLISTED                why
//   EVIDENCE_MISSING           what is missing               invoiced_fen, credit_fen, spend_fen
//   INVOICE_ALREADY_CLAIMED    invoice key                   application_id
//   ITEM_ALREADY_CLAIMED       item_id                       application_id
//   SUPERSEDED_BY_HIGHER                                     application_id, approved_fen
//   AMOUNT_TOO_SMALL           item_id                       spend_fen, rate_bps
//   ENTERPRISE_CAP_REACHED     cap, as "ENTERPRISE_YEAR"     cap_fen, used_fen
//   PROJECT_CAP_REACHED        cap                           cap_fen, used_fen
//   QUOTA_EXHAUSTED            pool, as "DIVISION 420115"    available_fen, grant_fen
//   BUDGET_EXHAUSTED             "BUDGET"                      available_fen, grant_fen or cut_fen
//   PROVIDER_SUSPENDED         provider_id
//   PRODUCT_NOT_APPROVED       product_id
//   ACCOUNT_NOT_OWNED          account number
//   NON_TRANSFERABLE           account number
//   BASKET_RULE                product_id
//   VOUCHER_EXPIRED            voucher                       expires_unix_ns
//   INSUFFICIENT_CREDIT        voucher or account            available_fen, amount_fen
//   ORDER_ALREADY_REDEEMED     order number                  redemption_id
//   NOT_REVERSIBLE             redemption                    available_fen, amount_fen
//   ACCEPTANCE_MISSING                                       waiting_fen
void FillMessages(v1::Refusal* refusal);

// "BUDGET_EXHAUSTED" for v1::REASON_BUDGET_EXHAUSTED.
absl::string_view ReasonName(v1::Reason reason);

// "prior_year_project" for v1::ELIGIBILITY_RULE_PRIOR_YEAR_PROJECT.
std::string RuleName(v1::EligibilityRule rule);

// Code of a unary RPC that ends with this refusal; the values are those of gRPC.
absl::StatusCode StatusCodeOf(v1::Reason reason);

}  // namespace voucher
