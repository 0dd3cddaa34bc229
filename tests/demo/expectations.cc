#include "tests/demo/expectations.h"

#include <algorithm>
#include <tuple>

namespace voucher::demo {
namespace {

// 二: 20 %, 30 %, 40 %, 50 % from the first stage to the fourth.
int64_t PercentOf(const std::string& stage) {
  if (stage == "resource") return 20;
  if (stage == "business") return 30;
  if (stage == "capability") return 40;
  return stage == "ecosystem" ? 50 : 0;
}

// 二: 200,000 yuan per enterprise and year.
constexpr int64_t kEnterpriseCapFen = 200'000 * 100;

// 四(一): until October 31: 2025-11-01T00:00:00+08:00 is 2025-10-31T16:00:00Z.
constexpr int64_t kCutoffSeconds = 1'761'926'400;

// Seconds of 2025-01-01T00:00:00+08:00, from which civil days of 2025 are counted.
constexpr int64_t kYearStartSeconds = 1'735'660'800;

// Days from January 1, 2025 of a civil date (Rata Die by years and months).
int64_t DaysFrom2025(const v1::CivilDate& date) {
  const int64_t y = date.month() <= 2 ? date.year() - 1 : date.year();
  const int64_t m = date.month() <= 2 ? date.month() + 9 : date.month() - 3;
  const int64_t day_number = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + date.day();
  constexpr int64_t k20250101 = 365 * 2024 + 506 - 20 + 5 + (153 * 10 + 2) / 5 + 1;
  return day_number - k20250101;
}

std::string InvoiceName(const v1::Invoice& invoice) {
  return invoice.code() + "-" + invoice.number();
}

bool HasDocument(const v1::Evidence& evidence, v1::DocumentKind kind) {
  return std::any_of(evidence.documents().begin(), evidence.documents().end(),
                     [kind](const v1::Document& document) { return document.kind() == kind; });
}

// 三(二): invoices of the current year that cover the spend, contract, proof of payment, list.
bool EvidenceIsComplete(const v1::SubmitApplicationRequest& request) {
  const v1::Evidence& evidence = request.evidence();
  int64_t invoiced_fen = 0;
  for (const v1::Invoice& invoice : evidence.invoices()) {
    if (invoice.issued_on().year() != 2025) return false;
    invoiced_fen += invoice.amount_fen();
  }
  return invoiced_fen >= request.spend_fen() && HasDocument(evidence, v1::DOCUMENT_KIND_CONTRACT) &&
         HasDocument(evidence, v1::DOCUMENT_KIND_PAYMENT_PROOF) &&
         HasDocument(evidence, v1::DOCUMENT_KIND_ITEM_LIST);
}

}  // namespace

Expectations::Expectations(const Input& input, int64_t appropriated_fen)
    : remaining_fen_(appropriated_fen), lowest_remaining_fen_(appropriated_fen) {
  for (const auto& request : input.enterprises) {
    enterprises_[request.facts().uscc()] = request.facts();
  }
  for (const auto& request : input.providers) providers_.insert(request.provider_id());
  for (const auto& request : input.products) {
    products_[{request.product().provider_id(), request.product().product_id()}] =
        request.product();
  }
}

std::string Expectations::Refuse(const v1::SubmitApplicationRequest& request,
                                 const google::protobuf::Timestamp& received_at) const {
  if (PercentOf(request.item_id()) == 0) return "ITEM_NOT_FOUND";
  const auto enterprise = enterprises_.find(request.uscc());
  if (enterprise == enterprises_.end()) return "ENTERPRISE_NOT_FOUND";
  const v1::EnterpriseFacts& facts = enterprise->second;
  bool products_in_force = true;
  for (const v1::ProductChoice& choice : request.products()) {
    if (!providers_.contains(choice.provider_id())) return "PROVIDER_NOT_FOUND";
  }
  for (const v1::ProductChoice& choice : request.products()) {
    const auto found = products_.find({choice.provider_id(), choice.product_id()});
    if (found == products_.end()) return "PRODUCT_NOT_FOUND";
    const v1::Product& product = found->second;
    const int64_t today = (received_at.seconds() - kYearStartSeconds) / 86'400;
    const auto& items = product.item_ids();
    products_in_force =
        products_in_force && DaysFrom2025(product.effective_from()) <= today &&
        (!product.has_effective_until() || today <= DaysFrom2025(product.effective_until())) &&
        std::find(items.begin(), items.end(), request.item_id()) != items.end();
  }
  if (received_at.seconds() < kYearStartSeconds) return "WINDOW_NOT_OPEN";
  if (received_at.seconds() >= kCutoffSeconds) return "WINDOW_CLOSED";
  if (blacklisted_.contains(request.uscc())) return "BLACKLISTED";
  const bool eligible = facts.division().substr(0, 4) == "4201" && !facts.is_cloud_provider() &&
                        facts.industry() != v1::INDUSTRY_OTHER &&
                        facts.size() != v1::ENTERPRISE_SIZE_LARGE &&
                        !blemished_.contains(request.uscc());
  if (!eligible) return "NOT_ELIGIBLE";
  if (!EvidenceIsComplete(request)) return "EVIDENCE_MISSING";
  for (const v1::Invoice& invoice : request.evidence().invoices()) {
    if (claimed_invoices_.contains(InvoiceName(invoice))) return "INVOICE_ALREADY_CLAIMED";
  }
  const int64_t base_fen = request.spend_fen() * PercentOf(request.item_id()) / 100;
  if (base_fen == 0) return "AMOUNT_TOO_SMALL";
  const auto granted = granted_by_enterprise_.find(request.uscc());
  const int64_t used_fen = granted == granted_by_enterprise_.end() ? 0 : granted->second;
  if (used_fen >= kEnterpriseCapFen) return "ENTERPRISE_CAP_REACHED";
  if (std::min(base_fen, kEnterpriseCapFen - used_fen) > remaining_fen_) return "BUDGET_EXHAUSTED";
  if (!products_in_force) return "PRODUCT_NOT_APPROVED";
  return "";
}

Expected Expectations::Submit(const v1::SubmitApplicationRequest& request,
                              const google::protobuf::Timestamp& received_at) {
  Expected expected;
  expected.reason = Refuse(request, received_at);
  if (!expected.reason.empty()) return expected;
  int64_t& used_fen = granted_by_enterprise_[request.uscc()];
  expected.granted_fen = std::min(request.spend_fen() * PercentOf(request.item_id()) / 100,
                                  kEnterpriseCapFen - used_fen);
  used_fen += expected.granted_fen;
  remaining_fen_ -= expected.granted_fen;
  lowest_remaining_fen_ = std::min(lowest_remaining_fen_, remaining_fen_);
  for (const v1::Invoice& invoice : request.evidence().invoices()) {
    claimed_invoices_.insert(InvoiceName(invoice));
  }
  return expected;
}

void Expectations::Release(const v1::SubmitApplicationRequest& request, int64_t released_fen,
                           bool all) {
  granted_by_enterprise_[request.uscc()] -= released_fen;
  remaining_fen_ += released_fen;
  if (!all) return;
  for (const v1::Invoice& invoice : request.evidence().invoices()) {
    claimed_invoices_.erase(InvoiceName(invoice));
  }
}

}  // namespace voucher::demo
