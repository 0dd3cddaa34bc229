#pragma once

#include <string>

#include "absl/strings/string_view.h"

#include "ledger/validation/field_checker.h"
#include "ledger/validation/verbs.h"

namespace voucher {

// What is malformed in the fields of each request, request_id and unknown fields apart: one file of
// checks per service. ValidateCommand calls them.
#define VOUCHER_DECLARE_VALIDATE(Verb, verb, EventType, event_field) \
  void Validate(const v1::Verb##Request& request, FieldChecker* check);
VOUCHER_VERBS(VOUCHER_DECLARE_VALIDATE)
#undef VOUCHER_DECLARE_VALIDATE

// Looking up does not ask for a valid check digit: what is not registered is not found.
void ValidateUscc(absl::string_view uscc, FieldChecker* check);
void ValidateEvidence(const v1::Evidence& evidence, FieldChecker* check);
void ValidateBlacklisting(const v1::Blacklisting& blacklisting, FieldChecker* check);
void ValidateDocument(const std::string& path, const v1::Document& document, FieldChecker* check);

}  // namespace voucher
