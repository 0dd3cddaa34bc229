#include "tests/support/sample_program.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "ledger/base/civil.h"
#include "ledger/base/sha256.h"
#include "ledger/base/status_macros.h"
#include "ledger/base/uscc.h"
#include "tests/support/shipped_program.h"

namespace voucher::testing {
namespace {

void SetDate(int year, int month, int day, v1::CivilDate* date) {
  date->set_year(year);
  date->set_month(month);
  date->set_day(day);
}

void AddDocument(v1::DocumentKind kind, const std::string& number, v1::Evidence* evidence) {
  v1::Document* document = evidence->add_documents();
  document->set_kind(kind);
  document->set_number(number);
  document->set_sha256(std::string(AsBytes(Sha256Of({number}))));
}

template <class Response>
absl::Status Accepted(absl::string_view call, const Reply<Response>& reply) {
  if (reply.ok()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(call, ": ", Describe(reply.status)));
}

absl::Status PublishAndFund(ApiClient* client, int64_t appropriated_fen) {
  v1::PublishProgramRequest publish;
  publish.set_request_id("publish");
  VOUCHER_ASSIGN_OR_RETURN(*publish.mutable_rules(), ReadShippedProgram(kProgramId));
  publish.mutable_rules()->mutable_voucher_terms()->mutable_earlier_usage()->set_clause("test");
  client->As("platform");
  VOUCHER_RETURN_IF_ERROR(
      Accepted("PublishProgram", client->Call(kRpc<v1::PublishProgramResponse>, publish)));
  v1::AppropriateRequest appropriate;
  appropriate.set_request_id("appropriate");
  appropriate.set_program_id(kProgramId);
  appropriate.set_amount_fen(appropriated_fen);
  appropriate.set_fiscal_reference("test");
  client->As("finance");
  VOUCHER_RETURN_IF_ERROR(
      Accepted("Appropriate", client->Call(kRpc<v1::AppropriateResponse>, appropriate)));
  v1::SetProgramStateRequest open;
  open.set_request_id("open");
  open.set_program_id(kProgramId);
  open.set_state(v1::PROGRAM_STATE_OPEN);
  client->As("platform");
  return Accepted("SetProgramState", client->Call(kRpc<v1::SetProgramStateResponse>, open));
}

absl::Status RegisterCatalog(ApiClient* client) {
  v1::PutProviderRequest provider;
  provider.set_request_id("provider");
  provider.set_provider_id(kProviderId);
  provider.set_name("华为云计算技术有限公司");
  VOUCHER_RETURN_IF_ERROR(
      Accepted("PutProvider", client->Call(kRpc<v1::PutProviderResponse>, provider)));
  v1::PutProductRequest put;
  put.set_request_id("product");
  v1::Product* product = put.mutable_product();
  product->set_program_id(kProgramId);
  product->set_provider_id(kProviderId);
  product->set_product_id(kProductId);
  product->set_name("弹性云服务器 ECS");
  for (const char* item : {"resource", "business", "capability", "ecosystem"}) {
    product->add_item_ids(item);
  }
  product->set_category("计算");
  SetDate(2025, 1, 1, product->mutable_effective_from());
  return Accepted("PutProduct", client->Call(kRpc<v1::PutProductResponse>, put));
}

// Reviews at every stage and approves; returns the voucher.
absl::StatusOr<uint64_t> Approve(ApiClient* client, uint64_t application_id) {
  for (const char* stage : {"DISTRICT", "EXPERT", "AUDIT", "CITY", "PROVINCE"}) {
    v1::ReviewApplicationRequest review;
    review.set_request_id(absl::StrCat("review-", application_id, "-", stage));
    review.set_application_id(application_id);
    review.set_stage_id(stage);
    review.set_verdict(v1::REVIEW_VERDICT_PASS);
    client->As("reviewer");
    VOUCHER_RETURN_IF_ERROR(
        Accepted("ReviewApplication", client->Call(kRpc<v1::ReviewApplicationResponse>, review)));
  }
  v1::ApproveApplicationRequest approve;
  approve.set_request_id(absl::StrCat("approve-", application_id));
  approve.set_application_id(application_id);
  const auto approved = client->As("approver").Call(kRpc<v1::ApproveApplicationResponse>, approve);
  VOUCHER_RETURN_IF_ERROR(Accepted("ApproveApplication", approved));
  return approved.response.event().voucher_id();
}

}  // namespace

std::string SampleUscc(int n) {
  const std::string head = absl::StrFormat("91420106%09d", n + 300'000'000);
  return head + UsccCheckCharacter(head).value();
}

v1::PutEnterpriseRequest SampleEnterprise(int n) {
  v1::PutEnterpriseRequest request;
  request.set_request_id(absl::StrCat("enterprise-", n));
  v1::EnterpriseFacts* facts = request.mutable_facts();
  facts->set_uscc(SampleUscc(n));
  facts->set_name(absl::StrCat("武汉样本制造有限公司 ", n));
  facts->set_division("420106");
  facts->set_size(v1::ENTERPRISE_SIZE_SMALL);
  facts->set_industry(v1::INDUSTRY_INDUSTRIAL);
  SetDate(2015, 3, 1, facts->mutable_registered_on());
  facts->set_prior_year_revenue_fen(int64_t{20'000'000} * 100);
  return request;
}

v1::SubmitApplicationRequest SampleApplication(int n, int64_t number, int64_t spend_fen) {
  v1::SubmitApplicationRequest request;
  request.set_request_id(absl::StrCat("apply-", number));
  request.set_program_id(kProgramId);
  request.set_item_id("resource");
  request.set_uscc(SampleUscc(n));
  request.set_delivery_mode(v1::DELIVERY_MODE_CLOUD_CREDIT);
  request.set_spend_fen(spend_fen);
  request.mutable_project()->set_project_id(absl::StrCat("P", number));
  v1::ProductChoice* product = request.add_products();
  product->set_provider_id(kProviderId);
  product->set_product_id(kProductId);
  v1::Evidence* evidence = request.mutable_evidence();
  v1::Invoice* invoice = evidence->add_invoices();
  invoice->set_number(absl::StrFormat("25422%015d", number));
  invoice->set_amount_fen(spend_fen);
  SetDate(2025, 6, 30, invoice->mutable_issued_on());
  AddDocument(v1::DOCUMENT_KIND_CONTRACT, absl::StrCat("HT", number), evidence);
  AddDocument(v1::DOCUMENT_KIND_PAYMENT_PROOF, absl::StrCat("FK", number), evidence);
  AddDocument(v1::DOCUMENT_KIND_ITEM_LIST, absl::StrCat("QD", number), evidence);
  return request;
}

v1::RedeemRequest SampleOrder(uint64_t account_id, absl::string_view order, int64_t amount_fen) {
  v1::RedeemRequest request;
  request.set_request_id(std::string(order));
  request.set_program_id(kProgramId);
  request.set_account_id(account_id);
  request.set_product_id(kProductId);
  request.set_order_number(std::string(order));
  *request.mutable_usage_ended_at() =
      ToTimestamp(ParseRfc3339("2025-10-30T00:00:00+08:00").value());
  request.set_amount_fen(amount_fen);
  return request;
}

absl::Status PrepareProgram(ApiClient* client, int64_t appropriated_fen, int enterprises) {
  VOUCHER_RETURN_IF_ERROR(PublishAndFund(client, appropriated_fen));
  VOUCHER_RETURN_IF_ERROR(RegisterCatalog(client));
  for (int n = 0; n < enterprises; ++n) {
    VOUCHER_RETURN_IF_ERROR(Accepted(
        "PutEnterprise", client->Call(kRpc<v1::PutEnterpriseResponse>, SampleEnterprise(n))));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> CarryToVoucher(ApiClient* client, int n, int64_t number,
                                        int64_t spend_fen) {
  const auto submitted =
      client->As("platform")
          .Call(kRpc<v1::SubmitApplicationResponse>, SampleApplication(n, number, spend_fen));
  VOUCHER_RETURN_IF_ERROR(Accepted("SubmitApplication", submitted));
  return Approve(client, submitted.response.event().application_id());
}

absl::StatusOr<uint64_t> CarryToCredit(ApiClient* client, int n, int64_t number,
                                       int64_t spend_fen) {
  VOUCHER_ASSIGN_OR_RETURN(const uint64_t voucher_id, CarryToVoucher(client, n, number, spend_fen));
  v1::GetVoucherRequest get;
  get.set_voucher_id(voucher_id);
  const auto voucher = client->As("platform").Call(kRpc<v1::GetVoucherResponse>, get);
  VOUCHER_RETURN_IF_ERROR(Accepted("GetVoucher", voucher));
  v1::BindCloudAccountRequest bind;
  bind.set_request_id(absl::StrCat("bind-", number));
  bind.set_provider_id(kProviderId);
  bind.set_account_number(absl::StrCat("hw", number));
  bind.set_uscc(SampleUscc(n));
  const auto bound = client->As("platform").Call(kRpc<v1::BindCloudAccountResponse>, bind);
  VOUCHER_RETURN_IF_ERROR(Accepted("BindCloudAccount", bound));
  v1::OrderTransferRequest order;
  order.set_request_id(absl::StrCat("transfer-", number));
  order.set_voucher_id(voucher_id);
  order.set_account_id(bound.response.event().account_id());
  order.set_amount_fen(voucher.response.voucher().approved_fen());
  const auto ordered = client->As("issuer").Call(kRpc<v1::OrderTransferResponse>, order);
  VOUCHER_RETURN_IF_ERROR(Accepted("OrderTransfer", ordered));
  v1::ConfirmTransferRequest confirm;
  confirm.set_request_id(absl::StrCat("confirm-", number));
  confirm.set_transfer_id(ordered.response.event().transfer_id());
  confirm.set_provider_reference(absl::StrCat("ref-", number));
  const auto confirmed = client->As(absl::StrCat("provider-", kProviderId))
                             .Call(kRpc<v1::ConfirmTransferResponse>, confirm);
  VOUCHER_RETURN_IF_ERROR(Accepted("ConfirmTransfer", confirmed));
  return bound.response.event().account_id();
}

}  // namespace voucher::testing
