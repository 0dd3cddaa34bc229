#include "ledger/policy/evidence.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

#include "ledger/base/money.h"
#include "ledger/policy/refusal.h"

namespace voucher {
namespace {

// "CONTRACT" for DOCUMENT_KIND_CONTRACT.
std::string KindName(int kind) {
  const std::string& name = v1::DocumentKind_Name(static_cast<v1::DocumentKind>(kind));
  return std::string(absl::StripPrefix(absl::string_view(name), "DOCUMENT_KIND_"));
}

}  // namespace

std::vector<std::string> MissingDocuments(
    const google::protobuf::RepeatedField<int>& kinds,
    const google::protobuf::RepeatedPtrField<v1::Document>& documents) {
  std::vector<std::string> missing;
  for (const int kind : kinds) {
    const bool there =
        std::any_of(documents.begin(), documents.end(),
                    [kind](const v1::Document& document) { return document.kind() == kind; });
    if (!there) missing.push_back(KindName(kind));
  }
  return missing;
}

std::optional<v1::Refusal> RefuseIfEvidenceMissing(const CompiledRules& rules, const v1::Item& item,
                                                   const v1::Evidence& evidence,
                                                   int64_t spend_fen) {
  std::vector<std::string> missing = MissingDocuments(item.evidence(), evidence.documents());
  if (item.invoices_required() && evidence.invoices().empty()) missing.emplace_back("INVOICE");
  int64_t invoiced_fen = 0;
  for (const v1::Invoice& invoice : evidence.invoices()) {
    invoiced_fen = CheckedAddFen(invoiced_fen, invoice.amount_fen());
    if (rules.rules().invoices_in_fiscal_year() &&
        invoice.issued_on().year() != rules.rules().fiscal_year()) {
      missing.push_back(absl::StrCat("INVOICE_OF_FISCAL_YEAR (", invoice.number(), ")"));
    }
  }
  if (!missing.empty()) {
    return MakeRefusal(v1::REASON_EVIDENCE_MISSING, item.clause(), absl::StrJoin(missing, ", "));
  }
  if (item.invoices_required() && invoiced_fen < spend_fen) {
    return MakeRefusal(v1::REASON_EVIDENCE_MISSING, item.clause(), "INVOICE",
                       {{"invoiced_fen", invoiced_fen}, {"spend_fen", spend_fen}});
  }
  return std::nullopt;
}

}  // namespace voucher
