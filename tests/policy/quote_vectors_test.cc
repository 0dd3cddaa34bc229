#include <fstream>
#include <string>
#include <variant>

#include "gtest/gtest.h"

#include "ledger/policy/compiled_rules.h"
#include "ledger/policy/eligibility.h"
#include "ledger/policy/limits.h"
#include "ledger/policy/refusal.h"
#include "ledger/policy/refusal_text.h"
#include "ledger/policy/subsidy.h"
#include "ledger/policy/validate.h"
#include "ledger/policy/window.h"
#include "nlohmann/json.hpp"
#include "tests/support/shipped_program.h"

namespace voucher {
namespace {

using nlohmann::json;

// The value of an enum by its short name, as in "MICRO" with prefix "ENTERPRISE_SIZE_".
template <typename Enum>
Enum EnumOf(bool (*parse)(google::protobuf::ConstStringParam, Enum*), const std::string& prefix,
            const json& name) {
  Enum value{};
  EXPECT_TRUE(parse(prefix + name.get<std::string>(), &value)) << name;
  return value;
}

v1::CivilDate DateOf(const json& text) {
  return ToCivilDate(ParseIsoDate(text.get<std::string>()).value());
}

v1::Enterprise EnterpriseOf(const json& from) {
  v1::Enterprise enterprise;
  v1::EnterpriseFacts* facts = enterprise.mutable_facts();
  facts->set_uscc(from["uscc"].get<std::string>());
  facts->set_division(from["division"].get<std::string>());
  facts->set_size(EnumOf(&v1::EnterpriseSize_Parse, "ENTERPRISE_SIZE_", from["size"]));
  facts->set_industry(EnumOf(&v1::Industry_Parse, "INDUSTRY_", from["industry"]));
  *facts->mutable_registered_on() = DateOf(from["registered_on"]);
  facts->set_is_cloud_provider(from["is_cloud_provider"].get<bool>());
  facts->set_prior_year_revenue_fen(from["prior_year_revenue_fen"].get<int64_t>());
  for (const json& given : from["incidents"]) {
    v1::Incident* incident = enterprise.add_incidents();
    incident->set_kind(EnumOf(&v1::IncidentKind_Parse, "INCIDENT_KIND_", given["kind"]));
    *incident->mutable_date() = DateOf(given["date"]);
    if (given.contains("severity")) {
      incident->set_severity(
          EnumOf(&v1::IncidentSeverity_Parse, "INCIDENT_SEVERITY_", given["severity"]));
    }
  }
  for (const json& listing : from["listings"]) {
    enterprise.add_listings(EnumOf(&v1::ListingKind_Parse, "LISTING_KIND_", listing));
  }
  return enterprise;
}

// The hypothetical decision in the documented order of precedence, with unlimited pools.
FitResult Quote(const CompiledRules& rules, const json& vector) {
  const v1::Item* item = rules.FindItem(vector["item"].get<std::string>());
  if (item == nullptr) return MakeRefusal(v1::REASON_ITEM_NOT_FOUND);
  const v1::Enterprise enterprise = EnterpriseOf(vector["enterprise"]);
  const Applicant applicant{enterprise.facts(), enterprise.incidents(), enterprise.listings()};
  v1::Project project;
  project.set_other_funding(vector["project"]["other_funding"].get<bool>());
  project.set_completed_prior_year(vector["project"]["completed_prior_year"].get<bool>());
  const UnixNanos received_at = ParseRfc3339(vector["received_at"].get<std::string>()).value();
  const auto spend_fen = vector["spend_fen"].get<int64_t>();

  if (auto refusal = CheckWindow(rules, received_at)) return *refusal;
  if (vector["enterprise"]["blacklisted"].get<bool>()) return MakeRefusal(v1::REASON_BLACKLISTED);
  if (auto refusal = CheckEligibility(rules, *item, applicant, project, received_at)) {
    return *refusal;
  }
  if (auto refusal = CheckAmount(*item, spend_fen)) return *refusal;
  Limits limits;
  for (const CapRule& cap : CapsFor(rules, *item, enterprise.facts())) {
    const int64_t used_fen = cap.kind == v1::LIMIT_KIND_ENTERPRISE_YEAR
                                 ? vector["already_granted_fen"].get<int64_t>()
                                 : 0;
    limits.caps.push_back({{cap.kind}, cap.amount_fen, used_fen, cap.clause});
  }
  return FitLimits(BaseAmountFen(*item, spend_fen), limits);
}

// The decision in the form of the vectors' `expect`.
json Outcome(const FitResult& result) {
  if (const auto* grant = std::get_if<FittingGrant>(&result)) {
    return {{"grant_fen", grant->granted_fen}};
  }
  const auto& refusal = std::get<v1::Refusal>(result);
  json outcome = {{"reject", std::string(ReasonName(refusal.reason()))}};
  for (const int rule : refusal.rules()) {
    outcome["rules"].push_back(RuleName(static_cast<v1::EligibilityRule>(rule)));
  }
  return outcome;
}

TEST(QuoteVectorsTest, EveryVectorOfHubei2025Holds) {
  const absl::StatusOr<v1::ProgramRules> program = ReadShippedProgram("hubei-2025");
  ASSERT_TRUE(program.ok()) << program.status();
  const CompiledRules rules(*program);
  std::ifstream file("tests/vectors/quotes.jsonl");
  std::string line;
  int count = 0;
  while (std::getline(file, line)) {
    const json vector = json::parse(line);
    if (vector["program"] != "hubei-2025") continue;
    const FitResult result = Quote(rules, vector);
    EXPECT_EQ(Outcome(result), vector["expect"]) << line;
    if (const auto* refusal = std::get_if<v1::Refusal>(&result)) {
      v1::Refusal filled = *refusal;
      FillMessages(&filled);
      EXPECT_NE(filled.message(), "") << line;
      EXPECT_NE(filled.message_zh(), "") << line;
    }
    ++count;
  }
  EXPECT_EQ(count, 120);
}

TEST(Hubei2025Test, ShipsWithoutProblems) {
  const absl::StatusOr<v1::ProgramRules> program = ReadShippedProgram("hubei-2025");
  ASSERT_TRUE(program.ok()) << program.status();
  for (const FieldProblem& problem : ValidateRules(*program)) {
    ADD_FAILURE() << problem.field << ": " << problem.description;
  }
}

TEST(Hubei2025Test, SaysWhatTheNoticeSays) {
  const absl::StatusOr<v1::ProgramRules> program = ReadShippedProgram("hubei-2025");
  ASSERT_TRUE(program.ok()) << program.status();
  const CompiledRules rules(*program);
  EXPECT_EQ(FormatRfc3339(rules.opens_at(), rules.zone()), "2025-01-01T00:00:00+08:00");
  EXPECT_EQ(FormatRfc3339(rules.cutoff_at(), rules.zone()), "2025-11-01T00:00:00+08:00");
  EXPECT_EQ(FormatRfc3339(rules.voucher_expires_at(), rules.zone()), "2026-01-01T00:00:00+08:00");
  EXPECT_EQ(FormatRfc3339(rules.voucher_lapses_at(), rules.zone()), "2026-01-04T00:00:00+08:00");
  const int32_t rates[] = {2'000, 3'000, 4'000, 5'000};
  const char* ids[] = {"resource", "business", "capability", "ecosystem"};
  ASSERT_EQ(program->items_size(), 4);
  for (uint32_t i = 0; i < 4; ++i) {
    const v1::Item* item = rules.FindItem(ids[i]);
    ASSERT_NE(item, nullptr) << ids[i];
    EXPECT_EQ(item->number(), i + 1);
    EXPECT_EQ(item->rate_bps(), rates[i]);
    EXPECT_TRUE(item->invoices_required());
    EXPECT_EQ(item->evidence_size(), 3);
  }
  std::string stages;
  for (const v1::ReviewStage& stage : program->review_stages()) stages += stage.stage_id() + " ";
  EXPECT_EQ(stages, "DISTRICT EXPERT AUDIT CITY PROVINCE ");
  EXPECT_TRUE(rules.AllowsDelivery(v1::DELIVERY_MODE_CLOUD_CREDIT));
  EXPECT_TRUE(rules.AllowsDelivery(v1::DELIVERY_MODE_REIMBURSEMENT));
  EXPECT_TRUE(program->invoices_in_fiscal_year());
}

}  // namespace
}  // namespace voucher
