#include "ledger/validation/reads.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/validation/limits.h"

namespace voucher {
namespace {

void ProgramId(const std::string& value, FieldChecker* check) {
  check->Slug("program_id", value, kMaxProgramIdSize);
}

void ProviderId(const std::string& value, FieldChecker* check) {
  check->Slug("provider_id", value, kMaxSlugSize);
}

void Uscc(const std::string& value, FieldChecker* check) {
  check->Uscc("uscc", value, /*check_waived=*/true);
}

template <class Request>
void Page(const Request& request, FieldChecker* check) {
  check->Range("page_size", request.page_size(), 0, kMaxPageRows);
  check->PageToken("page_token", request.page_token());
}

// `rows` are listed by the one or by the other.
template <class Request>
void ByProgramOrEnterprise(const Request& request, absl::string_view rows, FieldChecker* check) {
  const bool by_program = !request.program_id().empty();
  const bool by_enterprise = !request.uscc().empty();
  if (by_program) ProgramId(request.program_id(), check);
  if (by_enterprise) Uscc(request.uscc(), check);
  if (by_program == by_enterprise) {
    check->Fail(by_program ? "uscc" : "program_id",
                absl::StrCat("give exactly one of program_id and uscc: ", rows,
                             " are listed by program or by enterprise"));
  }
}

// A row is named by its number, or by its provider and that provider's own name for it.
struct NameOfProvider {
  absl::string_view id_field;
  uint64_t id;
  const std::string& provider_id;
  absl::string_view name_field;
  const std::string& name;
  bool sandbox;
};

void ByIdOrProvider(const NameOfProvider& given, FieldChecker* check) {
  const bool by_provider = !given.provider_id.empty() || !given.name.empty();
  if (given.id != 0) {
    check->Require(!by_provider, given.id_field,
                   absl::StrCat("goes without provider_id and ", given.name_field));
    check->Require(!given.sandbox, "sandbox",
                   absl::StrCat("goes with provider_id and ", given.name_field, " only"));
  } else {
    check->Require(by_provider, given.id_field,
                   absl::StrCat("is required, or provider_id and ", given.name_field));
  }
  if (!by_provider) return;
  ProviderId(given.provider_id, check);
  check->Number(given.name_field, given.name, kMaxExternalIdSize);
}

template <class Request>
void AsOf(const Request& request, FieldChecker* check) {
  switch (request.as_of_case()) {
    case Request::kSequence:
      check->Id("sequence", request.sequence());
      break;
    case Request::kTime:
      check->Instant("time", true, request.time());
      break;
    case Request::AS_OF_NOT_SET:
      break;
  }
}

// Without uscc and name, which a hypothesis does not need.
void Hypothesis(const v1::QuoteRequest& request, FieldChecker* check) {
  const v1::EnterpriseFacts& facts = request.facts();
  FieldChecker below = check->Under("facts");
  below.Division("division", facts.division());
  below.Enum("size", v1::EnterpriseSize_IsValid(facts.size()), facts.size());
  below.Enum("industry", v1::Industry_IsValid(facts.industry()), facts.industry());
  below.Date("registered_on", facts.has_registered_on(), facts.registered_on());
  if (facts.has_platform_updated_on()) {
    below.Date("platform_updated_on", true, facts.platform_updated_on());
  }
  below.Range("prior_year_revenue_fen", facts.prior_year_revenue_fen(), 0, kMaxRevenueFen);
  for (int i = 0; i < request.incidents_size(); ++i) {
    const v1::Incident& incident = request.incidents(i);
    FieldChecker at = check->Under("incidents", i);
    at.Enum("kind", v1::IncidentKind_IsValid(incident.kind()), incident.kind());
    at.Require(v1::IncidentSeverity_IsValid(incident.severity()), "severity",
               "must be one of the named values");
    at.Date("date", incident.has_date(), incident.date());
  }
  for (int i = 0; i < request.listings_size(); ++i) {
    check->Enum(absl::StrCat("listings[", i, "]"), v1::ListingKind_IsValid(request.listings(i)),
                request.listings(i));
  }
  check->Range("already_granted_fen", request.already_granted_fen(), 0, kMaxAmountFen);
  if (request.has_received_at()) check->Instant("received_at", true, request.received_at());
}

void NoHypothesis(const v1::QuoteRequest& request, FieldChecker* check) {
  constexpr absl::string_view kWhy = "goes with facts only";
  check->Require(request.incidents().empty(), "incidents", kWhy);
  check->Require(request.listings().empty(), "listings", kWhy);
  check->Require(!request.blacklisted(), "blacklisted", kWhy);
  check->Require(!request.has_received_at(), "received_at", kWhy);
  check->Require(request.already_granted_fen() == 0, "already_granted_fen", kWhy);
}

}  // namespace

void Validate(const v1::GetProgramRequest& request, FieldChecker* check) {
  ProgramId(request.program_id(), check);
}

void Validate(const v1::ListProgramsRequest& request, FieldChecker* check) {
  Page(request, check);
}

void Validate(const v1::GetCalendarRequest&, FieldChecker*) {}

void Validate(const v1::QuoteRequest& request, FieldChecker* check) {
  ProgramId(request.program_id(), check);
  check->Slug("item_id", request.item_id(), kMaxSlugSize);
  if (request.has_facts()) {
    Hypothesis(request, check);
  } else {
    check->Require(!request.uscc().empty(), "uscc", "is required, or facts for a hypothesis");
    NoHypothesis(request, check);
  }
  if (!request.uscc().empty()) Uscc(request.uscc(), check);
  if (!request.project().project_id().empty()) {
    check->Number("project.project_id", request.project().project_id(), kMaxExternalIdSize);
  }
  check->Amount("spend_fen", request.spend_fen());
}

void Validate(const v1::GetBudgetRequest& request, FieldChecker* check) {
  ProgramId(request.program_id(), check);
  AsOf(request, check);
}

void Validate(const v1::WatchBudgetRequest& request, FieldChecker* check) {
  ProgramId(request.program_id(), check);
  if (request.interval_ms() == 0) return;
  check->Range("interval_ms", request.interval_ms(), kMinIntervalMs, kMaxIntervalMs);
}

void Validate(const v1::GetEnterpriseRequest& request, FieldChecker* check) {
  Uscc(request.uscc(), check);
}

void Validate(const v1::ListEnterprisesRequest& request, FieldChecker* check) {
  Page(request, check);
}

void Validate(const v1::ListCatalogRequest& request, FieldChecker* check) {
  Page(request, check);
  ProgramId(request.program_id(), check);
  if (!request.provider_id().empty()) ProviderId(request.provider_id(), check);
}

void Validate(const v1::ListProvidersRequest& request, FieldChecker* check) {
  Page(request, check);
}

void Validate(const v1::GetCloudAccountRequest& request, FieldChecker* check) {
  ByIdOrProvider({.id_field = "account_id",
                  .id = request.account_id(),
                  .provider_id = request.provider_id(),
                  .name_field = "account_number",
                  .name = request.account_number(),
                  .sandbox = request.sandbox()},
                 check);
}

void Validate(const v1::GetClusterRequest& request, FieldChecker* check) {
  ProgramId(request.program_id(), check);
  check->Slug("cluster_id", request.cluster_id(), kMaxSlugSize);
}

void Validate(const v1::ListClustersRequest& request, FieldChecker* check) {
  Page(request, check);
  ProgramId(request.program_id(), check);
}

void Validate(const v1::GetApplicationRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
}

void Validate(const v1::ListApplicationsRequest& request, FieldChecker* check) {
  Page(request, check);
  ByProgramOrEnterprise(request, "applications", check);
  check->Require(v1::ApplicationState_IsValid(request.state()), "state",
                 "must be a state of an application, or unspecified for all");
}

void Validate(const v1::GetNoticeRequest& request, FieldChecker* check) {
  check->Id("notice_id", request.notice_id());
}

void Validate(const v1::ListNoticesRequest& request, FieldChecker* check) {
  Page(request, check);
  ProgramId(request.program_id(), check);
}

// A provider may leave out its own: whether somebody must name one the query knows.
void Validate(const v1::WatchTransfersRequest& request, FieldChecker* check) {
  if (!request.provider_id().empty()) ProviderId(request.provider_id(), check);
}

void Validate(const v1::GetVoucherRequest& request, FieldChecker* check) {
  check->Id("voucher_id", request.voucher_id());
}

void Validate(const v1::ListVouchersRequest& request, FieldChecker* check) {
  Page(request, check);
  ByProgramOrEnterprise(request, "vouchers", check);
}

void Validate(const v1::GetTransferRequest& request, FieldChecker* check) {
  check->Id("transfer_id", request.transfer_id());
}

void Validate(const v1::ListTransfersRequest& request, FieldChecker* check) {
  Page(request, check);
  ProviderId(request.provider_id(), check);
  check->Require(v1::TransferState_IsValid(request.state()), "state",
                 "must be a state of a transfer, or unspecified for all");
}

void Validate(const v1::GetRedemptionRequest& request, FieldChecker* check) {
  ByIdOrProvider({.id_field = "redemption_id",
                  .id = request.redemption_id(),
                  .provider_id = request.provider_id(),
                  .name_field = "order_number",
                  .name = request.order_number(),
                  .sandbox = request.sandbox()},
                 check);
}

void Validate(const v1::ListRedemptionsRequest& request, FieldChecker* check) {
  Page(request, check);
  check->Id("account_id", request.account_id());
}

void Validate(const v1::GetCreditRequest& request, FieldChecker* check) {
  check->Id("account_id", request.account_id());
  if (!request.program_id().empty()) ProgramId(request.program_id(), check);
}

void Validate(const v1::GetStatementRequest& request, FieldChecker* check) {
  check->Id("statement_id", request.statement_id());
}

void Validate(const v1::ListStatementsRequest& request, FieldChecker* check) {
  Page(request, check);
  ProgramId(request.program_id(), check);
  if (!request.provider_id().empty()) ProviderId(request.provider_id(), check);
}

void Validate(const v1::GetEntryRequest& request, FieldChecker* check) {
  check->Id("sequence", request.sequence());
}

void Validate(const v1::ListEntriesRequest& request, FieldChecker* check) {
  check->Range("page_size", request.page_size(), 0, kMaxPageRows);
}

void Validate(const v1::GetBalancesRequest& request, FieldChecker* check) {
  if (!request.program_id().empty()) ProgramId(request.program_id(), check);
  AsOf(request, check);
}

void Validate(const v1::WatchEntriesRequest&, FieldChecker*) {}

void Validate(const v1::GetStatusRequest&, FieldChecker*) {}

}  // namespace voucher
