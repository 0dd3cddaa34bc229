#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "ledger/validation/limits.h"
#include "ledger/validation/verb_checks.h"

namespace voucher {

void ValidateUscc(absl::string_view uscc, FieldChecker* check) {
  check->Uscc("uscc", uscc, true);
}

void Validate(const v1::PutEnterpriseRequest& request, FieldChecker* check) {
  const v1::EnterpriseFacts& facts = request.facts();
  check->Uscc("facts.uscc", facts.uscc(), facts.uscc_check_waived());
  check->Text("facts.name", facts.name(), 1, kMaxNameBytes);
  check->Division("facts.division", facts.division());
  check->Enum("facts.size", v1::EnterpriseSize_IsValid(facts.size()), facts.size());
  check->Enum("facts.industry", v1::Industry_IsValid(facts.industry()), facts.industry());
  check->Date("facts.registered_on", facts.has_registered_on(), facts.registered_on());
  check->Range("facts.prior_year_revenue_fen", facts.prior_year_revenue_fen(), 0, kMaxRevenueFen);
  if (facts.has_platform_updated_on()) {
    check->Date("facts.platform_updated_on", true, facts.platform_updated_on());
  }
}

void Validate(const v1::RecordIncidentRequest& request, FieldChecker* check) {
  ValidateUscc(request.uscc(), check);
  const v1::Incident& incident = request.incident();
  check->Enum("incident.kind", v1::IncidentKind_IsValid(incident.kind()), incident.kind());
  if (!v1::IncidentSeverity_IsValid(incident.severity())) {
    check->Fail("incident.severity", "must be one of the named values");
  }
  check->Date("incident.date", incident.has_date(), incident.date());
  check->Reference("incident.reference", incident.reference(), 1, kMaxReferenceBytes);
}

namespace {

// The first and the last day of a record, both optional. The first is none in the future where
// that is asked for (ValidateDates).
template <typename Record>
void ValidateDays(absl::string_view prefix, const Record& record, FieldChecker* check) {
  std::optional<CivilDay> from;
  std::optional<CivilDay> until;
  if (record.has_from()) from = check->Date(absl::StrCat(prefix, "from"), true, record.from());
  if (record.has_until()) until = check->Date(absl::StrCat(prefix, "until"), true, record.until());
  if (from && until && *until < *from) {
    check->Fail(absl::StrCat(prefix, "until"), "must not lie before from");
  }
}

}  // namespace

void Validate(const v1::SetListingRequest& request, FieldChecker* check) {
  ValidateUscc(request.uscc(), check);
  check->Enum("kind", v1::ListingKind_IsValid(request.kind()), request.kind());
  check->Reference("reference", request.reference(), 0, kMaxReferenceBytes);
  ValidateDays("", request, check);
  if (request.listed()) return;
  constexpr absl::string_view kWhy = "goes with listed only";
  check->Require(!request.has_from(), "from", kWhy);
  check->Require(!request.has_until(), "until", kWhy);
}

void Validate(const v1::SetBlacklistRequest& request, FieldChecker* check) {
  ValidateUscc(request.uscc(), check);
  if (request.has_blacklisting()) ValidateBlacklisting(request.blacklisting(), check);
}

void ValidateBlacklisting(const v1::Blacklisting& blacklisting, FieldChecker* check) {
  check->Text("blacklisting.reason", blacklisting.reason(), 1, kMaxReasonBytes);
  check->Reference("blacklisting.reference", blacklisting.reference(), 0, kMaxReferenceBytes);
  ValidateDays("blacklisting.", blacklisting, check);
  const auto& programs = blacklisting.program_ids();
  check->Count("blacklisting.program_ids", programs.size(), 0, kMaxBlacklistPrograms);
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < programs.size(); ++i) {
    const std::string path = absl::StrCat("blacklisting.program_ids[", i, "]");
    check->Slug(path, programs[i], kMaxProgramIdSize);
    if (!seen.insert(programs[i]).second) check->Fail(path, "stands twice in this blacklisting");
  }
}

void Validate(const v1::EndRecordRequest& request, FieldChecker* check) {
  ValidateUscc(request.uscc(), check);
  check->Id("sequence", request.sequence());
  if (request.has_last_day()) check->Date("last_day", true, request.last_day());
  check->Text("reason", request.reason(), 1, kMaxReasonBytes);
  check->Reference("reference", request.reference(), 0, kMaxReferenceBytes);
}

void Validate(const v1::PutProviderRequest& request, FieldChecker* check) {
  check->Slug("provider_id", request.provider_id(), kMaxSlugSize);
  check->Text("name", request.name(), 1, kMaxNameBytes);
}

void Validate(const v1::SetProviderStateRequest& request, FieldChecker* check) {
  check->Slug("provider_id", request.provider_id(), kMaxSlugSize);
  check->Enum("state", v1::ProviderState_IsValid(request.state()), request.state());
}

void Validate(const v1::PutProductRequest& request, FieldChecker* check) {
  const v1::Product& product = request.product();
  check->Slug("product.program_id", product.program_id(), kMaxProgramIdSize);
  check->Slug("product.provider_id", product.provider_id(), kMaxSlugSize);
  check->Slug("product.product_id", product.product_id(), kMaxSlugSize);
  check->Text("product.name", product.name(), 1, kMaxNameBytes);
  check->Text("product.category", product.category(), 1, kMaxCategoryBytes);
  check->Count("product.item_ids", product.item_ids_size(), 1, kMaxProductItems);
  for (int i = 0; i < product.item_ids_size(); ++i) {
    check->Slug(absl::StrCat("product.item_ids[", i, "]"), product.item_ids(i), kMaxSlugSize);
  }
  check->Require(product.earlier().empty(), "product.earlier", "is only in replies");
  const auto from =
      check->Date("product.effective_from", product.has_effective_from(), product.effective_from());
  if (!product.has_effective_until()) return;
  const auto until = check->Date("product.effective_until", true, product.effective_until());
  if (from && until && *until < *from) {
    check->Fail("product.effective_until", "must not lie before effective_from");
  }
}

void Validate(const v1::WithdrawProductRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
  check->Slug("provider_id", request.provider_id(), kMaxSlugSize);
  check->Slug("product_id", request.product_id(), kMaxSlugSize);
  check->Date("last_day", request.has_last_day(), request.last_day());
}

void Validate(const v1::BindCloudAccountRequest& request, FieldChecker* check) {
  check->Slug("provider_id", request.provider_id(), kMaxSlugSize);
  check->Number("account_number", request.account_number(), kMaxExternalIdSize);
  ValidateUscc(request.uscc(), check);
}

void Validate(const v1::SucceedEnterpriseRequest& request, FieldChecker* check) {
  ValidateUscc(request.uscc(), check);
  check->Uscc("new_uscc", request.new_uscc(), request.new_uscc() == request.uscc());
  check->Text("new_name", request.new_name(), 0, kMaxNameBytes);
  if (request.new_uscc() == request.uscc() && request.new_name().empty()) {
    check->Fail("new_uscc", "is the code it has; give another one, or a new name");
  }
  check->Reference("reference", request.reference(), 1, kMaxReferenceBytes);
}

void Validate(const v1::RemindEnterpriseRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
  ValidateUscc(request.uscc(), check);
  check->Reference("reference", request.reference(), 1, kMaxReferenceBytes);
}

void Validate(const v1::PutClusterRequest& request, FieldChecker* check) {
  const v1::Cluster& cluster = request.cluster();
  check->Slug("cluster.program_id", cluster.program_id(), kMaxProgramIdSize);
  check->Slug("cluster.cluster_id", cluster.cluster_id(), kMaxSlugSize);
  check->Text("cluster.name", cluster.name(), 1, kMaxNameBytes);
  check->Uscc("cluster.lead_uscc", cluster.lead_uscc(), true);
  check->Text("cluster.lead_name", cluster.lead_name(), 1, kMaxNameBytes);
  check->Count("cluster.members", cluster.members_size(), 0, kMaxClusterMembers);
  absl::flat_hash_set<absl::string_view> usccs;
  for (int i = 0; i < cluster.members_size(); ++i) {
    const v1::ClusterMember& member = cluster.members(i);
    const std::string path = absl::StrCat("cluster.members[", i, "]");
    check->Uscc(path + ".uscc", member.uscc(), true);
    if (!usccs.insert(member.uscc()).second) {
      check->Fail(path + ".uscc", "stands twice in this plan");
    }
    check->Amount(path + ".planned_cost_fen", member.planned_cost_fen());
  }
  check->Amount("cluster.requested_fen", cluster.requested_fen());
  check->Count("cluster.documents", cluster.documents_size(), 0, kMaxDocuments);
  for (int i = 0; i < cluster.documents_size(); ++i) {
    ValidateDocument(absl::StrCat("cluster.documents[", i, "]"), cluster.documents(i), check);
  }
}

void Validate(const v1::ReviewClusterRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
  check->Slug("cluster_id", request.cluster_id(), kMaxSlugSize);
  const bool pass = request.verdict() == v1::REVIEW_VERDICT_PASS;
  const bool reject = request.verdict() == v1::REVIEW_VERDICT_REJECT;
  if (!pass && !reject) check->Fail("verdict", "must be PASS or REJECT");
  check->Range("score", request.score(), pass ? 1 : 0, pass ? kMaxScore : 0);
  check->Text("opinion", request.opinion(), reject ? 1 : 0, kMaxOpinionBytes);
}

void Validate(const v1::RankClustersRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
}

}  // namespace voucher
