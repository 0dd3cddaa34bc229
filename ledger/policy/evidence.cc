#include "ledger/policy/evidence.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
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

struct Spend {
  int64_t invoiced_fen = 0;
  // Of that, what credit paid.
  int64_t credit_fen = 0;
};

// Several invoices may bill one order in parts: credit pays for no more of it than they bill.
Spend SpendOf(const v1::Evidence& evidence,
              absl::FunctionRef<int64_t(const v1::BilledOrder&)> credit_paid_fen) {
  Spend spend;
  struct Billed {
    int64_t fen = 0;
    int64_t credit_fen = 0;
  };
  std::map<std::pair<absl::string_view, absl::string_view>, Billed> orders;
  for (const v1::Invoice& invoice : evidence.invoices()) {
    spend.invoiced_fen = CheckedAddFen(spend.invoiced_fen, invoice.amount_fen());
    if (!invoice.has_order()) continue;
    Billed& order = orders[{invoice.order().provider_id(), invoice.order().order_number()}];
    order.fen = CheckedAddFen(order.fen, invoice.amount_fen());
    order.credit_fen = credit_paid_fen(invoice.order());
  }
  for (const auto& [name, order] : orders) {
    spend.credit_fen = CheckedAddFen(spend.credit_fen, std::min(order.fen, order.credit_fen));
  }
  return spend;
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

std::optional<v1::Refusal> RefuseIfEvidenceMissing(
    const CompiledRules& rules, const v1::Item& item, const v1::Evidence& evidence,
    int64_t spend_fen, absl::FunctionRef<int64_t(const v1::BilledOrder&)> credit_paid_fen) {
  std::vector<std::string> missing = MissingDocuments(item.evidence(), evidence.documents());
  if (item.invoices_required() && evidence.invoices().empty()) missing.emplace_back("INVOICE");
  for (const v1::Invoice& invoice : evidence.invoices()) {
    if (rules.rules().invoices_in_fiscal_year() &&
        invoice.issued_on().year() != rules.rules().fiscal_year()) {
      missing.push_back(absl::StrCat("INVOICE_OF_FISCAL_YEAR (", invoice.number(), ")"));
    }
  }
  if (!missing.empty()) {
    return MakeRefusal(v1::REASON_EVIDENCE_MISSING, item.clause(), absl::StrJoin(missing, ", "));
  }
  const auto [invoiced_fen, credit_fen] = SpendOf(evidence, credit_paid_fen);
  const bool must_cover = item.invoices_required() || credit_fen > 0;
  if (!must_cover || invoiced_fen - credit_fen >= spend_fen) return std::nullopt;
  if (credit_fen == 0) {
    return MakeRefusal(v1::REASON_EVIDENCE_MISSING, item.clause(), "INVOICE",
                       {{"invoiced_fen", invoiced_fen}, {"spend_fen", spend_fen}});
  }
  return MakeRefusal(
      v1::REASON_EVIDENCE_MISSING, item.clause(), "INVOICE",
      {{"invoiced_fen", invoiced_fen}, {"credit_fen", credit_fen}, {"spend_fen", spend_fen}});
}

}  // namespace voucher
