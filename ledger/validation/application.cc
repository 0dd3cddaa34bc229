#include <limits>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/invoice.h"
#include "ledger/base/money.h"
#include "ledger/base/sha256.h"
#include "ledger/validation/limits.h"
#include "ledger/validation/verb_checks.h"

namespace voucher {

void ValidateDocument(const std::string& path, const v1::Document& document, FieldChecker* check) {
  check->Enum(path + ".kind", v1::DocumentKind_IsValid(document.kind()), document.kind());
  check->Reference(path + ".number", document.number(), 1, kMaxReferenceBytes);
  if (document.sha256().size() != sizeof(Hash)) {
    check->Fail(path + ".sha256",
                absl::StrCat("must be ", sizeof(Hash), " bytes; has ", document.sha256().size()));
  }
}

namespace {

// `keys`: those of the invoices before it.
void ValidateInvoiceKeys(const std::string& path, const v1::Invoice& invoice, FieldChecker* check,
                         absl::flat_hash_set<std::string>* keys) {
  const auto own = InvoiceKeys(invoice.code(), invoice.number(), invoice.digital_number());
  if (!own.ok()) {
    // The digital number is all that is wrong if the others are good without it.
    const bool digital = InvoiceKeys(invoice.code(), invoice.number(), {}).ok();
    return check->Fail(path + (digital ? ".digital_number" : ".number"), own.status().message());
  }
  bool twice = false;
  for (const std::string& key : *own) twice = !keys->insert(key).second || twice;
  check->Require(!twice, path + ".number", "stands twice in this application");
}

}  // namespace

void ValidateEvidence(const v1::Evidence& evidence, FieldChecker* check) {
  check->Count("evidence.invoices", evidence.invoices_size(), 0, kMaxInvoices);
  check->Count("evidence.documents", evidence.documents_size(), 0, kMaxDocuments);
  absl::flat_hash_set<std::string> keys;
  int billing = 0;
  for (int i = 0; i < evidence.invoices_size(); ++i) {
    const v1::Invoice& invoice = evidence.invoices(i);
    const std::string path = absl::StrCat("evidence.invoices[", i, "]");
    ValidateInvoiceKeys(path, invoice, check, &keys);
    check->Amount(path + ".amount_fen", invoice.amount_fen());
    check->Date(path + ".issued_on", invoice.has_issued_on(), invoice.issued_on());
    if (!invoice.has_order()) continue;
    if (++billing == kMaxBillingInvoices + 1) {
      check->Fail(path + ".order", absl::StrCat("at most ", kMaxBillingInvoices,
                                                " invoices may name the order that they bill"));
    }
    check->Slug(path + ".order.provider_id", invoice.order().provider_id(), kMaxSlugSize);
    check->Number(path + ".order.order_number", invoice.order().order_number(), kMaxExternalIdSize);
  }
  for (int i = 0; i < evidence.documents_size(); ++i) {
    ValidateDocument(absl::StrCat("evidence.documents[", i, "]"), evidence.documents(i), check);
  }
}

void Validate(const v1::SubmitApplicationRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
  check->Slug("item_id", request.item_id(), kMaxSlugSize);
  ValidateUscc(request.uscc(), check);
  check->Enum("delivery_mode", v1::DeliveryMode_IsValid(request.delivery_mode()),
              request.delivery_mode());
  check->Amount("spend_fen", request.spend_fen());
  check->Number("project.project_id", request.project().project_id(), kMaxExternalIdSize);
  check->Count("products", request.products_size(), 1, kMaxChosenProducts);
  for (int i = 0; i < request.products_size(); ++i) {
    const std::string path = absl::StrCat("products[", i, "]");
    check->Slug(path + ".provider_id", request.products(i).provider_id(), kMaxSlugSize);
    check->Slug(path + ".product_id", request.products(i).product_id(), kMaxSlugSize);
  }
  ValidateEvidence(request.evidence(), check);
}

void Validate(const v1::WithdrawApplicationRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
}

void Validate(const v1::ReviewApplicationRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
  check->PrintableAscii("stage_id", request.stage_id(), kMaxStageIdSize);
  check->Enum("verdict", v1::ReviewVerdict_IsValid(request.verdict()), request.verdict());
  check->Text("opinion", request.opinion(), request.verdict() == v1::REVIEW_VERDICT_REJECT ? 1 : 0,
              kMaxOpinionBytes);
  check->Range("score", request.score(), 0,
               request.verdict() == v1::REVIEW_VERDICT_PASS ? kMaxScore : 0);
}

void Validate(const v1::ApproveApplicationRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
  check->Range("approved_fen", request.approved_fen(), 0, kMaxAmountFen);
}

void Validate(const v1::ReturnApplicationRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
  check->Text("reason", request.reason(), 1, kMaxOpinionBytes);
}

void Validate(const v1::CorrectApplicationRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
  check->Amount("spend_fen", request.spend_fen());
  ValidateEvidence(request.evidence(), check);
}

void Validate(const v1::PublishNoticeRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
  check->Count("application_ids", request.application_ids_size(), 1, kMaxNoticeApplications);
  absl::flat_hash_set<uint64_t> ids;
  for (int i = 0; i < request.application_ids_size(); ++i) {
    const std::string path = absl::StrCat("application_ids[", i, "]");
    check->Id(path, request.application_ids(i));
    if (!ids.insert(request.application_ids(i)).second) {
      check->Fail(path, "stands twice in this notice");
    }
  }
}

void Validate(const v1::FileObjectionRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
  check->Reference("reference", request.reference(), 1, kMaxReferenceBytes);
  check->Text("reason", request.reason(), 1, kMaxOpinionBytes);
}

void Validate(const v1::ResolveObjectionRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
  check->Text("opinion", request.opinion(), 1, kMaxOpinionBytes);
}

void Validate(const v1::RankApplicationsRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
  if (!request.item_id().empty()) check->Slug("item_id", request.item_id(), kMaxSlugSize);
}

void Validate(const v1::AwardGrantRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
  check->Slug("item_id", request.item_id(), kMaxSlugSize);
  ValidateUscc(request.uscc(), check);
  check->Enum("delivery_mode", v1::DeliveryMode_IsValid(request.delivery_mode()),
              request.delivery_mode());
  check->Number("project.project_id", request.project().project_id(), kMaxExternalIdSize);
  check->Reference("reference", request.reference(), 1, kMaxReferenceBytes);
}

void Validate(const v1::AcceptProjectRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
  check->Count("documents", request.documents_size(), 0, kMaxDocuments);
  for (int i = 0; i < request.documents_size(); ++i) {
    ValidateDocument(absl::StrCat("documents[", i, "]"), request.documents(i), check);
  }
  check->Range("actual_cost_fen", request.actual_cost_fen(), 0, kMaxAmountFen);
}

void Validate(const v1::ExtendProjectRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
  check->Range("months", request.months(), 1, std::numeric_limits<int32_t>::max());
  check->Text("reason", request.reason(), 1, kMaxReasonBytes);
}

void Validate(const v1::TerminateProjectRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
  check->Text("reason", request.reason(), 1, kMaxReasonBytes);
}

}  // namespace voucher
