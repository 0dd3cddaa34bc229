// What an application must bring to prove the spend.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "google/protobuf/repeated_field.h"

#include "ledger/validation/compiled_rules.h"
#include "voucher/v1/application.pb.h"
#include "voucher/v1/program.pb.h"
#include "voucher/v1/reasons.pb.h"
#include "voucher/v1/types.pb.h"

namespace voucher {

// The kinds of documents asked for that are not there, as in "CONTRACT", in the order of `kinds`,
// which are values of v1::DocumentKind.
std::vector<std::string> MissingDocuments(
    const google::protobuf::RepeatedField<int>& kinds,
    const google::protobuf::RepeatedPtrField<v1::Document>& documents);

// EVIDENCE_MISSING, with all that is missing, if a kind of document that the item asks for is
// absent, the item needs invoices and there is none, an invoice is dated outside the program's
// fiscal year where that is asked for, or the invoices do not cover the spend with what is the
// enterprise's own of them: less what credit paid of the orders that they bill, by
// `credit_paid_fen`. An item that needs no invoices asks for that only where credit paid some of
// what the invoices bill. nullopt if the evidence is complete. The evidence is well-formed: amounts
// > 0, real dates.
std::optional<v1::Refusal> RefuseIfEvidenceMissing(
    const CompiledRules& rules, const v1::Item& item, const v1::Evidence& evidence,
    int64_t spend_fen, absl::FunctionRef<int64_t(const v1::BilledOrder&)> credit_paid_fen);

}  // namespace voucher
