// What the five programme documents say, worked by hand, against the files of deploy/programs.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/policy/refusal_text.h"
#include "ledger/validation/compiled_rules.h"
#include "ledger/validation/program_rules.h"
#include "tests/support/shipped_program.h"

namespace voucher {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const char* const kProgramIds[] = {"hubei-2025", "jiangxia-2023", "harbin-2022", "jiangmen-2021",
                                   "jiangmen-cluster-2021"};

CompiledRules Shipped(const std::string& program_id) {
  absl::StatusOr<v1::ProgramRules> rules = ReadShippedProgram(program_id);
  EXPECT_TRUE(rules.ok()) << rules.status();
  return CompiledRules(*std::move(rules));
}

// "MICRO" for ENTERPRISE_SIZE_MICRO.
std::string Short(const std::string& name, absl::string_view prefix) {
  return std::string(absl::StripPrefix(name, prefix));
}

// An item in one line: amount, caps in fen, documents, once, delivery, as in
// "new 30% >=2000000000:30000000 CONTRACT invoices".
std::string InOneLine(const v1::Item& item) {
  std::string line = absl::StrCat(item.number(), " ", item.item_id());
  if (item.rate_bps() > 0) absl::StrAppend(&line, " ", item.rate_bps() / 100, "%");
  if (item.fixed_fen() > 0) absl::StrAppend(&line, " =", item.fixed_fen());
  if (item.cap_fen() > 0) absl::StrAppend(&line, " <=", item.cap_fen());
  if (item.cap_scope() == v1::CAP_SCOPE_PROJECT) line += " per project";
  for (const v1::RevenueTier& tier : item.revenue_tiers()) {
    absl::StrAppend(&line, " >=", tier.minimum_revenue_fen(), ":", tier.cap_fen());
    for (const int industry : tier.industries()) {
      absl::StrAppend(&line, "/",
                      Short(v1::Industry_Name(static_cast<v1::Industry>(industry)), "INDUSTRY_"));
    }
  }
  for (const int kind : item.evidence()) {
    absl::StrAppend(
        &line, " ",
        Short(v1::DocumentKind_Name(static_cast<v1::DocumentKind>(kind)), "DOCUMENT_KIND_"));
  }
  if (item.invoices_required()) line += " invoices";
  if (item.has_once()) {
    absl::StrAppend(&line, " once/", Short(v1::OnceScope_Name(item.once().scope()), "ONCE_SCOPE_"));
  }
  if (item.has_not_applied_for()) {
    line += item.not_applied_for().awarded() ? " awarded" : " elsewhere";
  }
  for (const int mode : item.delivery_modes()) {
    absl::StrAppend(
        &line, " ",
        Short(v1::DeliveryMode_Name(static_cast<v1::DeliveryMode>(mode)), "DELIVERY_MODE_"));
  }
  return line;
}

std::vector<std::string> ItemsOf(const CompiledRules& rules) {
  std::vector<std::string> lines;
  for (const v1::Item& item : rules.rules().items()) lines.push_back(InOneLine(item));
  return lines;
}

// The review chain, as in {"EXPERT scores", "CITY"}.
std::vector<std::string> StagesOf(const CompiledRules& rules) {
  std::vector<std::string> stages;
  for (const v1::ReviewStage& stage : rules.rules().review_stages()) {
    stages.push_back(stage.stage_id() + (stage.scores() ? " scores" : ""));
  }
  return stages;
}

std::string WindowOf(const CompiledRules& rules) {
  return absl::StrCat(FormatIsoDate(DayOf(rules.opens_at(), rules.zone())), " until ",
                      FormatRfc3339(rules.cutoff_at(), rules.zone()));
}

// The eligibility rules that are there, as in {"region 420100", "size"}.
std::vector<std::string> RulesOf(const v1::Eligibility& rules) {
  std::vector<std::string> names;
  if (rules.has_region()) names.push_back("region " + rules.region().divisions(0));
  if (rules.has_exclude_cloud_providers()) names.emplace_back("cloud_provider");
  if (rules.has_industry()) names.emplace_back("industry");
  if (rules.has_size()) names.emplace_back("size");
  if (rules.has_age()) names.push_back(absl::StrCat("age ", rules.age().full_years()));
  if (rules.has_no_other_funding()) names.emplace_back("other_funding");
  for (const v1::IncidentRule& rule : rules.incidents()) {
    std::string name = absl::StrCat("incident ", rule.years(), " years");
    for (const int kind : rule.kinds()) {
      absl::StrAppend(
          &name, " ",
          Short(v1::IncidentKind_Name(static_cast<v1::IncidentKind>(kind)), "INCIDENT_KIND_"));
    }
    absl::StrAppend(
        &name,
        " >= ", Short(v1::IncidentSeverity_Name(rule.minimum_severity()), "INCIDENT_SEVERITY_"));
    names.push_back(std::move(name));
  }
  for (const int kind : rules.listing().kinds()) {
    names.push_back("listing " + Short(v1::ListingKind_Name(static_cast<v1::ListingKind>(kind)),
                                       "LISTING_KIND_"));
  }
  if (rules.has_prior_year_project()) names.emplace_back("prior_year_project");
  if (rules.has_registered_on_platform()) {
    names.push_back(absl::StrCat("registered_on_platform ",
                                 rules.registered_on_platform().updated_within_months()));
  }
  if (rules.has_cluster_member()) names.emplace_back("cluster_member");
  return names;
}

std::vector<std::string> RulesOf(const CompiledRules& rules) {
  return RulesOf(rules.rules().eligibility());
}

std::vector<std::string> RulesOfItem(const CompiledRules& rules, absl::string_view item) {
  return RulesOf(rules.FindItem(item)->eligibility());
}

TEST(ShippedProgramsTest, HaveNoProblems) {
  for (const char* program_id : kProgramIds) {
    const absl::StatusOr<v1::ProgramRules> program = ReadShippedProgram(program_id);
    ASSERT_TRUE(program.ok()) << program.status();
    EXPECT_EQ(program->program_id(), program_id);
    for (const FieldProblem& problem : ValidateRules(*program)) {
      ADD_FAILURE() << program_id << " " << problem.field << ": " << problem.description;
    }
  }
}

// Which refusals of a well-formed submission or order rest on no rule of the file: these need a
// clause per reason.
TEST(ShippedProgramsTest, HaveAClauseForEveryRefusalThatNoRuleOfTheirsMakes) {
  const std::vector<v1::Reason> always = {
      v1::REASON_ITEM_NOT_FOUND,          v1::REASON_PROVIDER_NOT_FOUND,
      v1::REASON_PRODUCT_NOT_FOUND,       v1::REASON_PROGRAM_NOT_OPEN,
      v1::REASON_ILLEGAL_STATE,           v1::REASON_BLACKLISTED,
      v1::REASON_INVOICE_ALREADY_CLAIMED, v1::REASON_PROVIDER_SUSPENDED,
      v1::REASON_PRODUCT_NOT_APPROVED};
  const std::vector<v1::Reason> with_vouchers = {
      v1::REASON_ACCOUNT_NOT_OWNED, v1::REASON_INSUFFICIENT_CREDIT,
      v1::REASON_ORDER_ALREADY_REDEEMED, v1::REASON_NOT_REVERSIBLE};
  for (const char* program_id : kProgramIds) {
    const CompiledRules rules = Shipped(program_id);
    const auto has = [&rules](v1::Reason reason) {
      for (const v1::ReasonClause& own : rules.rules().clauses()) {
        if (own.reason() == reason) return true;
      }
      return false;
    };
    for (const v1::Reason reason : always) {
      EXPECT_TRUE(has(reason)) << program_id << " " << ReasonName(reason);
    }
    for (const v1::Reason reason : with_vouchers) {
      EXPECT_EQ(has(reason), rules.rules().has_voucher_terms())
          << program_id << " " << ReasonName(reason);
    }
  }
}

TEST(Hubei2025Test, SaysWhatTheNoticeSays) {
  const CompiledRules rules = Shipped("hubei-2025");
  EXPECT_EQ(WindowOf(rules), "2025-01-01 until 2025-11-01T00:00:00+08:00");
  EXPECT_EQ(FormatRfc3339(rules.voucher_expires_at(), rules.zone()), "2026-01-01T00:00:00+08:00");
  EXPECT_EQ(FormatRfc3339(rules.voucher_lapses_at(), rules.zone()), "2026-01-04T00:00:00+08:00");
  EXPECT_THAT(RulesOf(rules), ElementsAre("region 420100", "cloud_provider", "industry", "size",
                                          "incident 3 years SAFETY ENVIRONMENT >= MAJOR",
                                          "listing SERIOUS_DISHONESTY"));
  EXPECT_THAT(ItemsOf(rules),
              ElementsAre("1 resource 20% CONTRACT PAYMENT_PROOF ITEM_LIST invoices",
                          "2 business 30% CONTRACT PAYMENT_PROOF ITEM_LIST invoices",
                          "3 capability 40% CONTRACT PAYMENT_PROOF ITEM_LIST invoices",
                          "4 ecosystem 50% CONTRACT PAYMENT_PROOF ITEM_LIST invoices"));
  ASSERT_EQ(rules.rules().caps_size(), 1);
  EXPECT_EQ(rules.rules().caps(0).scope(), v1::CAP_SCOPE_ENTERPRISE_YEAR);
  EXPECT_EQ(rules.rules().caps(0).amount_fen(), 200'000'00);
  EXPECT_EQ(rules.rules().on_exhausted(), v1::ON_EXHAUSTED_REJECT);
  EXPECT_THAT(StagesOf(rules), ElementsAre("DISTRICT", "EXPERT", "AUDIT", "CITY", "PROVINCE"));
  EXPECT_THAT(rules.rules().delivery_modes(),
              ElementsAre(v1::DELIVERY_MODE_CLOUD_CREDIT, v1::DELIVERY_MODE_REIMBURSEMENT));
  EXPECT_TRUE(rules.rules().invoices_in_fiscal_year());
  EXPECT_FALSE(rules.rules().has_notice());
  EXPECT_FALSE(rules.rules().has_acceptance());
}

TEST(Jiangxia2023Test, SaysWhatTheMeasureSays) {
  const CompiledRules rules = Shipped("jiangxia-2023");
  EXPECT_EQ(WindowOf(rules), "2023-07-31 until 2024-01-01T00:00:00+08:00");
  EXPECT_THAT(RulesOf(rules), ElementsAre("region 420115", "industry",
                                          "incident 3 years SAFETY ENVIRONMENT >= LARGER",
                                          "incident 3 years ADMIN_SANCTION CRIMINAL >= GENERAL"));
  EXPECT_THAT(
      ItemsOf(rules),
      ElementsAre("1 renewal 50% <=10000000 CONTRACT ITEM_LIST invoices",
                  "2 new 30% >=100000000000:100000000 >=50000000000:80000000 "
                  ">=10000000000:50000000 >=2000000000:30000000 >=1200000000:10000000/INDUSTRIAL "
                  "CONTRACT ITEM_LIST invoices"));
  EXPECT_THAT(RulesOfItem(rules, "renewal"), ElementsAre("prior_year_project"));
  EXPECT_THAT(RulesOfItem(rules, "new"), IsEmpty());
  ASSERT_EQ(rules.rules().caps_size(), 1);
  EXPECT_EQ(rules.rules().caps(0).scope(), v1::CAP_SCOPE_ENTERPRISE_YEAR);
  EXPECT_EQ(rules.rules().caps(0).amount_fen(), 1'000'000'00);
  EXPECT_THAT(StagesOf(rules), ElementsAre("PRELIMINARY", "BUREAU"));
  EXPECT_EQ(rules.rules().delivery_modes_size(), 2);
  EXPECT_EQ(rules.rules().notice().days(), 5);
  EXPECT_EQ(rules.rules().notice().unit(), v1::DAY_UNIT_WORKING);
  EXPECT_EQ(rules.rules().project().extension_months(), 12);
  EXPECT_TRUE(rules.rules().acceptance().gates_settlement());
  EXPECT_FALSE(rules.IsCompetitive());
  // Credit of an extended project of the year holds to its end.
  EXPECT_EQ(FormatRfc3339(rules.voucher_expires_at(), rules.zone()), "2026-01-01T00:00:00+08:00");
}

TEST(Harbin2022Test, SaysWhatTheRulesSay) {
  const CompiledRules rules = Shipped("harbin-2022");
  EXPECT_EQ(WindowOf(rules), "2022-01-05 until 2023-01-01T00:00:00+08:00");
  EXPECT_THAT(RulesOf(rules), ElementsAre("region 230100", "listing JOINT_PUNISHMENT"));
  EXPECT_THAT(
      ItemsOf(rules),
      ElementsAre(
          "1 platform-build 20% <=500000000 CONTRACT PAYMENT_PROOF INVESTMENT_PROOF invoices "
          "once/PROJECT REIMBURSEMENT",
          "2 starter-voucher =200000 REGISTRATION_PROOF once/ENTERPRISE CLOUD_CREDIT",
          "3 star-1-tools 50% <=10000000 CONTRACT PAYMENT_PROOF ITEM_LIST invoices once/PROJECT "
          "REIMBURSEMENT",
          "4 star-2-management 50% <=20000000 CONTRACT PAYMENT_PROOF ITEM_LIST invoices "
          "once/PROJECT REIMBURSEMENT",
          "5 star-2-identifier 50% <=20000000 CONTRACT PAYMENT_PROOF ITEM_LIST invoices "
          "once/PROJECT REIMBURSEMENT",
          "6 star-3-equipment 50% <=30000000 CONTRACT PAYMENT_PROOF ITEM_LIST invoices "
          "once/PROJECT REIMBURSEMENT",
          "7 star-4-business 50% <=40000000 CONTRACT PAYMENT_PROOF ITEM_LIST invoices "
          "once/PROJECT REIMBURSEMENT",
          "8 national-pilot =100000000 once/ENTERPRISE awarded REIMBURSEMENT",
          "9 diagnosis =5000000 DIAGNOSIS_REPORT once/ENTERPRISE REIMBURSEMENT",
          "10 5g-fusion 30% <=100000000 CONTRACT PAYMENT_PROOF ITEM_LIST invoices once/PROJECT "
          "REIMBURSEMENT",
          "11 platform-service 30% <=200000000 CONTRACT PAYMENT_PROOF ITEM_LIST invoices "
          "once/ENTERPRISE REIMBURSEMENT",
          "12 smart-manufacturing 30% <=500000000 CONTRACT PAYMENT_PROOF INVESTMENT_PROOF "
          "invoices once/ENTERPRISE REIMBURSEMENT"));
  EXPECT_THAT(RulesOfItem(rules, "starter-voucher"), ElementsAre("registered_on_platform 1"));
  EXPECT_THAT(rules.FindItem("starter-voucher")->spendable_categories(), ElementsAre("云服务"));
  EXPECT_TRUE(rules.rules().has_highest_only());
  EXPECT_THAT(StagesOf(rules), ElementsAre("DISTRICT", "EXPERT", "CITY"));
  EXPECT_EQ(rules.rules().notice().days(), 7);
  EXPECT_EQ(rules.rules().notice().unit(), v1::DAY_UNIT_WORKING);
  EXPECT_FALSE(rules.rules().has_acceptance());
  EXPECT_FALSE(rules.IsCompetitive());
}

TEST(Jiangmen2021Test, SaysWhatTheRulesSay) {
  const CompiledRules rules = Shipped("jiangmen-2021");
  EXPECT_EQ(WindowOf(rules), "2021-05-16 until 2022-01-01T00:00:00+08:00");
  EXPECT_THAT(RulesOf(rules),
              ElementsAre("region 440700", "age 1", "other_funding",
                          "incident 3 years SAFETY ENVIRONMENT QUALITY >= MAJOR",
                          "listing ABNORMAL_OPERATION", "listing SERIOUS_DISHONESTY"));
  EXPECT_THAT(ItemsOf(rules),
              ElementsAre("1 benchmark 50% <=100000000 per project CONTRACT PAYMENT_PROOF "
                          "ITEM_LIST invoices",
                          "2 sme-cloud 80% <=60000000 CONTRACT PAYMENT_PROOF ITEM_LIST invoices",
                          "3 cluster 80% <=50000000 invoices elsewhere",
                          "4 training =100000000 TRAINING_RECORD"));
  EXPECT_THAT(RulesOfItem(rules, "benchmark"), IsEmpty());
  EXPECT_THAT(RulesOfItem(rules, "sme-cloud"), ElementsAre("size"));
  ASSERT_EQ(rules.rules().pools_size(), 1);
  EXPECT_EQ(rules.rules().pools(0).key(), "training");
  EXPECT_EQ(rules.rules().pools(0).amount_fen(), 1'000'000'00);
  EXPECT_TRUE(rules.IsCompetitive());
  EXPECT_THAT(StagesOf(rules), ElementsAre("EXPERT scores", "CITY"));
  EXPECT_EQ(rules.rules().notice().days(), 7);
  EXPECT_EQ(rules.rules().notice().unit(), v1::DAY_UNIT_CALENDAR);
  EXPECT_TRUE(rules.rules().acceptance().gates_settlement());
  EXPECT_FALSE(rules.rules().has_voucher_terms());
}

TEST(JiangmenCluster2021Test, SaysWhatTheGuidelineSays) {
  const CompiledRules rules = Shipped("jiangmen-cluster-2021");
  EXPECT_EQ(WindowOf(rules), "2021-05-16 until 2022-01-01T00:00:00+08:00");
  EXPECT_THAT(
      RulesOf(rules),
      ElementsAre("region 440700", "age 1", "incident 3 years SAFETY ENVIRONMENT QUALITY >= MAJOR",
                  "listing ABNORMAL_OPERATION", "listing SERIOUS_DISHONESTY", "cluster_member"));
  EXPECT_THAT(ItemsOf(rules), ElementsAre("1 cluster-voucher 80% <=50000000 PLAN ITEM_LIST"));
  EXPECT_EQ(rules.rules().clusters().minimum_members(), 10);
  EXPECT_EQ(rules.rules().clusters().pool_fen(), 5'000'000'00);
  EXPECT_THAT(rules.rules().basket().core_categories(),
              ElementsAre("研发设计", "生产管控", "供应链管理", "经营销售管理", "售后服务"));
  EXPECT_EQ(rules.rules().cure().months(), 6);
  EXPECT_THAT(StagesOf(rules), ElementsAre("OPERATOR", "CITY"));
  EXPECT_EQ(rules.rules().notice().days(), 5);
  EXPECT_EQ(rules.rules().notice().unit(), v1::DAY_UNIT_WORKING);
  EXPECT_THAT(rules.rules().delivery_modes(), ElementsAre(v1::DELIVERY_MODE_CLOUD_CREDIT));
  EXPECT_TRUE(rules.rules().acceptance().gates_settlement());
  EXPECT_FALSE(rules.IsCompetitive()) << "the clusters compete, not the enterprises";
}

}  // namespace
}  // namespace voucher
