#include "ledger/machine/decode.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/invoice.h"
#include "ledger/base/money.h"
#include "ledger/machine/field_checker.h"
#include "ledger/machine/verbs.h"
#include "ledger/policy/division.h"
#include "ledger/policy/validate.h"

namespace voucher {
namespace {

constexpr size_t kProgramIdSize = 48;
constexpr size_t kSlugSize = 32;

void Check(const v1::PublishProgramRequest& request, FieldChecker* check) {
  for (const FieldProblem& problem : ValidateRules(request.rules())) {
    check->Fail(problem.field, problem.description);
  }
}

void Check(const v1::SetProgramStateRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kProgramIdSize);
  if (request.state() != v1::PROGRAM_STATE_OPEN && request.state() != v1::PROGRAM_STATE_SUSPENDED &&
      request.state() != v1::PROGRAM_STATE_CLOSED) {
    check->Fail("state", "must be OPEN, SUSPENDED or CLOSED");
  }
}

void Check(const v1::AppropriateRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kProgramIdSize);
  check->Range("amount_fen", request.amount_fen(), -kMaxAmountFen, kMaxAmountFen);
  if (request.amount_fen() == 0) check->Fail("amount_fen", "must not be 0");
  check->Text("fiscal_reference", request.fiscal_reference(), 1, 128);
}

void Check(const v1::PublishCalendarRequest& request, FieldChecker* check) {
  check->Range("first_year", request.first_year(), kFirstCivilYear, kLastCivilYear);
  check->Range("last_year", request.last_year(), request.first_year(), kLastCivilYear);
  check->Count("days", request.days_size(), 0, 4096);
  std::optional<CivilDay> before;
  for (int i = 0; i < request.days_size(); ++i) {
    const v1::CalendarDay& day = request.days(i);
    const std::string path = absl::StrCat("days[", i, "]");
    check->Text(path + ".name", day.name(), 0, 64);
    const auto date = check->Date(path + ".date", day.has_date(), day.date());
    if (!date) continue;
    if (date->year() < request.first_year() || date->year() > request.last_year()) {
      check->Fail(path + ".date", "lies outside the years covered");
    }
    if (before && *date <= *before) check->Fail(path + ".date", "days must ascend");
    before = date;
  }
}

void Check(const v1::PutEnterpriseRequest& request, FieldChecker* check) {
  const v1::EnterpriseFacts& facts = request.facts();
  check->Uscc("facts.uscc", facts.uscc(), facts.uscc_check_waived());
  check->Text("facts.name", facts.name(), 1, 256);
  if (!IsDivisionCode(facts.division())) {
    check->Fail("facts.division", "must be a division code (GB/T 2260) of six digits");
  }
  check->Enum("facts.size", v1::EnterpriseSize_IsValid(facts.size()), facts.size());
  check->Enum("facts.industry", v1::Industry_IsValid(facts.industry()), facts.industry());
  check->PastDate("facts.registered_on", facts.has_registered_on(), facts.registered_on());
  check->Range("facts.prior_year_revenue_fen", facts.prior_year_revenue_fen(), 0,
               1'000 * kMaxAmountFen);
}

// Looking up does not ask for a valid check digit: what is not registered is not found.
void CheckUsccForm(absl::string_view uscc, FieldChecker* check) {
  check->Uscc("uscc", uscc, true);
}

void Check(const v1::RecordIncidentRequest& request, FieldChecker* check) {
  CheckUsccForm(request.uscc(), check);
  const v1::Incident& incident = request.incident();
  check->Enum("incident.kind", v1::IncidentKind_IsValid(incident.kind()), incident.kind());
  if (!v1::IncidentSeverity_IsValid(incident.severity())) {
    check->Fail("incident.severity", "must be one of the named values");
  }
  check->PastDate("incident.date", incident.has_date(), incident.date());
  check->Text("incident.reference", incident.reference(), 1, 128);
}

void Check(const v1::SetListingRequest& request, FieldChecker* check) {
  CheckUsccForm(request.uscc(), check);
  check->Enum("kind", v1::ListingKind_IsValid(request.kind()), request.kind());
}

void Check(const v1::SetBlacklistRequest& request, FieldChecker* check) {
  CheckUsccForm(request.uscc(), check);
  if (!request.has_blacklisting()) return;
  check->Text("blacklisting.reason", request.blacklisting().reason(), 1, 512);
  if (request.blacklisting().has_until()) {
    check->Date("blacklisting.until", true, request.blacklisting().until());
  }
}

void Check(const v1::PutProviderRequest& request, FieldChecker* check) {
  check->Slug("provider_id", request.provider_id(), kSlugSize);
  check->Text("name", request.name(), 1, 256);
}

void Check(const v1::SetProviderStateRequest& request, FieldChecker* check) {
  check->Slug("provider_id", request.provider_id(), kSlugSize);
  check->Enum("state", v1::ProviderState_IsValid(request.state()), request.state());
}

void Check(const v1::PutProductRequest& request, FieldChecker* check) {
  const v1::Product& product = request.product();
  check->Slug("product.program_id", product.program_id(), kProgramIdSize);
  check->Slug("product.provider_id", product.provider_id(), kSlugSize);
  check->Slug("product.product_id", product.product_id(), kSlugSize);
  check->Text("product.name", product.name(), 1, 256);
  check->Text("product.category", product.category(), 1, 64);
  check->Count("product.item_ids", product.item_ids_size(), 1, 16);
  for (int i = 0; i < product.item_ids_size(); ++i) {
    check->Slug(absl::StrCat("product.item_ids[", i, "]"), product.item_ids(i), kSlugSize);
  }
  const auto from =
      check->Date("product.effective_from", product.has_effective_from(), product.effective_from());
  if (!product.has_effective_until()) return;
  const auto until = check->Date("product.effective_until", true, product.effective_until());
  if (from && until && *until < *from) {
    check->Fail("product.effective_until", "must not lie before effective_from");
  }
}

void Check(const v1::WithdrawProductRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kProgramIdSize);
  check->Slug("provider_id", request.provider_id(), kSlugSize);
  check->Slug("product_id", request.product_id(), kSlugSize);
  check->Date("last_day", request.has_last_day(), request.last_day());
}

void Check(const v1::BindCloudAccountRequest& request, FieldChecker* check) {
  check->Slug("provider_id", request.provider_id(), kSlugSize);
  check->PrintableAscii("account_number", request.account_number(), 64);
  CheckUsccForm(request.uscc(), check);
}

void CheckEvidenceForm(const v1::Evidence& evidence, FieldChecker* check) {
  check->Count("evidence.invoices", evidence.invoices_size(), 0, 64);
  check->Count("evidence.documents", evidence.documents_size(), 0, 32);
  absl::flat_hash_set<std::string> keys;
  for (int i = 0; i < evidence.invoices_size(); ++i) {
    const v1::Invoice& invoice = evidence.invoices(i);
    const std::string path = absl::StrCat("evidence.invoices[", i, "]");
    const absl::StatusOr<std::string> key = InvoiceKey(invoice.code(), invoice.number());
    if (!key.ok()) {
      check->Fail(path + ".number", key.status().message());
    } else if (!keys.insert(*key).second) {
      check->Fail(path + ".number", "stands twice in this application");
    }
    check->Amount(path + ".amount_fen", invoice.amount_fen());
    check->PastDate(path + ".issued_on", invoice.has_issued_on(), invoice.issued_on());
  }
  for (int i = 0; i < evidence.documents_size(); ++i) {
    const v1::Document& document = evidence.documents(i);
    const std::string path = absl::StrCat("evidence.documents[", i, "]");
    check->Enum(path + ".kind", v1::DocumentKind_IsValid(document.kind()), document.kind());
    check->Text(path + ".number", document.number(), 1, 128);
    if (document.sha256().size() != 32) {
      check->Fail(path + ".sha256",
                  absl::StrCat("must be 32 bytes; has ", document.sha256().size()));
    }
  }
}

void Check(const v1::SubmitApplicationRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kProgramIdSize);
  check->Slug("item_id", request.item_id(), kSlugSize);
  CheckUsccForm(request.uscc(), check);
  check->Enum("delivery_mode", v1::DeliveryMode_IsValid(request.delivery_mode()),
              request.delivery_mode());
  check->Amount("spend_fen", request.spend_fen());
  check->PrintableAscii("project.project_id", request.project().project_id(), 64);
  check->Count("products", request.products_size(), 1, 32);
  for (int i = 0; i < request.products_size(); ++i) {
    const std::string path = absl::StrCat("products[", i, "]");
    check->Slug(path + ".provider_id", request.products(i).provider_id(), kSlugSize);
    check->Slug(path + ".product_id", request.products(i).product_id(), kSlugSize);
  }
  CheckEvidenceForm(request.evidence(), check);
}

void Check(const v1::WithdrawApplicationRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
}

void Check(const v1::ReviewApplicationRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
  check->PrintableAscii("stage_id", request.stage_id(), kSlugSize);
  check->Enum("verdict", v1::ReviewVerdict_IsValid(request.verdict()), request.verdict());
  check->Text("opinion", request.opinion(), request.verdict() == v1::REVIEW_VERDICT_REJECT ? 1 : 0,
              1024);
}

void Check(const v1::ApproveApplicationRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
  check->Range("approved_fen", request.approved_fen(), 0, kMaxAmountFen);
}

void Check(const v1::OrderTransferRequest& request, FieldChecker* check) {
  check->Id("voucher_id", request.voucher_id());
  check->Id("account_id", request.account_id());
  check->Amount("amount_fen", request.amount_fen());
}

void Check(const v1::ConfirmTransferRequest& request, FieldChecker* check) {
  check->Id("transfer_id", request.transfer_id());
  check->PrintableAscii("provider_reference", request.provider_reference(), 64);
}

void Check(const v1::DeclineTransferRequest& request, FieldChecker* check) {
  check->Id("transfer_id", request.transfer_id());
  check->Text("reason", request.reason(), 1, 512);
}

void Check(const v1::RedeemRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kProgramIdSize);
  check->Id("account_id", request.account_id());
  check->Slug("product_id", request.product_id(), kSlugSize);
  check->PrintableAscii("order_number", request.order_number(), 64);
  check->PastInstant("usage_ended_at", request.has_usage_ended_at(), request.usage_ended_at());
  switch (request.amount_case()) {
    case v1::RedeemRequest::kAmountFen:
      check->Amount("amount_fen", request.amount_fen());
      break;
    case v1::RedeemRequest::kAtMostFen:
      check->Amount("at_most_fen", request.at_most_fen());
      break;
    case v1::RedeemRequest::AMOUNT_NOT_SET:
      check->Fail("amount", "amount_fen or at_most_fen is required");
      break;
  }
  if (!request.uscc().empty()) CheckUsccForm(request.uscc(), check);
}

void Check(const v1::ReverseRedemptionRequest& request, FieldChecker* check) {
  check->Id("redemption_id", request.redemption_id());
  check->Amount("amount_fen", request.amount_fen());
  check->Text("reason", request.reason(), 1, 512);
}

void Check(const v1::ResumeAfterClockJumpRequest& request, FieldChecker* check) {
  check->Text("reason", request.reason(), 1, 512);
}

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
