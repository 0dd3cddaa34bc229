// What the documents of the programmes say, worked by hand, against the files of deploy/programs.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/policy/refusal_text.h"
#include "ledger/validation/compiled_rules.h"
#include "ledger/validation/program_rules.h"
#include "tests/support/shipped_program.h"

namespace voucher {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

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
    const int years = rules.listing().years();
    names.push_back(absl::StrCat(
        "listing ", years > 0 ? absl::StrCat(years, " years ") : "",
        Short(v1::ListingKind_Name(static_cast<v1::ListingKind>(kind)), "LISTING_KIND_")));
  }
  if (rules.has_prior_year_project()) names.emplace_back("prior_year_project");
  if (rules.has_registered_on_platform()) {
    names.push_back(absl::StrCat("registered_on_platform ",
                                 rules.registered_on_platform().updated_within_months()));
  }
  if (rules.has_cluster_member()) names.emplace_back("cluster_member");
  return names;
}

void AppendItems(const CompiledRules& rules, std::vector<std::string>* lines) {
  for (const v1::Item& item : rules.rules().items()) {
    lines->push_back("item " + InOneLine(item));
    for (const std::string& rule : RulesOf(item.eligibility())) {
      lines->push_back(absl::StrCat("item ", item.item_id(), " rule ", rule));
    }
    for (const std::string& category : item.spendable_categories()) {
      lines->push_back(absl::StrCat("item ", item.item_id(), " spendable ", category));
    }
  }
}

void AppendLimits(const v1::ProgramRules& rules, std::vector<std::string>* lines) {
  for (const v1::Cap& cap : rules.caps()) {
    lines->push_back(absl::StrCat("cap ", Short(v1::CapScope_Name(cap.scope()), "CAP_SCOPE_"), " ",
                                  cap.amount_fen()));
  }
  for (const v1::Pool& pool : rules.pools()) {
    lines->push_back(absl::StrCat("pool ", Short(v1::PoolScope_Name(pool.scope()), "POOL_SCOPE_"),
                                  " ", pool.key(), " ", pool.amount_fen()));
  }
  if (rules.has_clusters()) {
    lines->push_back(absl::StrCat("clusters of ", rules.clusters().minimum_members(), " pool ",
                                  rules.clusters().pool_fen()));
  }
  lines->push_back("exhausted " +
                   Short(v1::OnExhausted_Name(rules.on_exhausted()), "ON_EXHAUSTED_"));
}

// From the review chain to the end of a voucher.
void AppendProcess(const CompiledRules& compiled, std::vector<std::string>* lines) {
  const v1::ProgramRules& rules = compiled.rules();
  for (const v1::ReviewStage& stage : rules.review_stages()) {
    lines->push_back(absl::StrCat("stage ", stage.stage_id(), stage.scores() ? " scores" : ""));
  }
  if (rules.has_notice()) {
    lines->push_back(absl::StrCat("notice ", rules.notice().days(), " ",
                                  Short(v1::DayUnit_Name(rules.notice().unit()), "DAY_UNIT_")));
  }
  for (const int mode : rules.delivery_modes()) {
    lines->push_back("delivery " + Short(v1::DeliveryMode_Name(static_cast<v1::DeliveryMode>(mode)),
                                         "DELIVERY_MODE_"));
  }
  if (rules.project().extension_months() > 0) {
    lines->push_back(
        absl::StrCat("project extended by ", rules.project().extension_months(), " months"));
  }
  if (rules.has_acceptance()) {
    lines->push_back(rules.acceptance().gates_settlement() ? "acceptance gates settlement"
                                                           : "acceptance");
  }
  if (rules.has_voucher_terms()) {
    lines->push_back("voucher expires " +
                     FormatRfc3339(compiled.voucher_expires_at(), compiled.zone()));
    lines->push_back("voucher lapses " +
                     FormatRfc3339(compiled.voucher_lapses_at(), compiled.zone()));
  }
  for (const std::string& category : rules.basket().core_categories()) {
    lines->push_back("basket " + category);
  }
  if (rules.has_cure()) lines->push_back(absl::StrCat("cure ", rules.cure().months(), " months"));
}

// What a program says, in lines as those of tests/vectors/PROGRAM/rules.txt.
std::vector<std::string> LinesOf(const CompiledRules& rules) {
  std::vector<std::string> lines = {"window " + WindowOf(rules)};
  for (const std::string& rule : RulesOf(rules.rules().eligibility())) {
    lines.push_back("rule " + rule);
  }
  AppendItems(rules, &lines);
  AppendLimits(rules.rules(), &lines);
  AppendProcess(rules, &lines);
  if (rules.rules().invoices_in_fiscal_year()) lines.emplace_back("invoices in fiscal year");
  if (rules.rules().has_highest_only()) lines.emplace_back("highest only");
  if (rules.IsCompetitive()) lines.emplace_back("competitive");
  return lines;
}

// The lines of a file but those that begin with #.
std::vector<std::string> ReadLines(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << "cannot open " << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') lines.push_back(line);
  }
  return lines;
}

TEST(ShippedProgramsTest, HaveNoProblems) {
  for (const std::string& program_id : ShippedProgramIds()) {
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
  for (const std::string& program_id : ShippedProgramIds()) {
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

// The names, without extension, of the files of a folder that have this one, in order.
std::vector<std::string> IdsIn(const char* folder, const char* extension) {
  std::vector<std::string> ids;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == extension) ids.push_back(file.path().stem().string());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

TEST(ShippedProgramsTest, EachHasAPageAndEachPageAProgram) {
  EXPECT_EQ(IdsIn("docs/programs", ".md"), ShippedProgramIds());
  for (const std::string& program_id : ShippedProgramIds()) {
    std::ostringstream page;
    page << std::ifstream(absl::StrCat("docs/programs/", program_id, ".md")).rdbuf();
    EXPECT_THAT(page.str(), StartsWith(absl::StrCat("# ", program_id, " ")));
    EXPECT_THAT(page.str(), HasSubstr(absl::StrCat("`deploy/programs/", program_id, ".textproto`")))
        << program_id;
  }
}

// One program against its lines in tests/vectors, worked by hand from its document.
class SaysWhatItsDocumentSays : public ::testing::Test {
 public:
  explicit SaysWhatItsDocumentSays(std::string program_id) : program_id_(std::move(program_id)) {}

  void TestBody() override {
    EXPECT_EQ(
        absl::StrJoin(LinesOf(Shipped(program_id_)), "\n"),
        absl::StrJoin(ReadLines(absl::StrCat("tests/vectors/", program_id_, "/rules.txt")), "\n"));
  }

 private:
  const std::string program_id_;
};

// "JiangmenCluster2021Test", by which pages name it, for jiangmen-cluster-2021.
std::string SuiteOf(const std::string& program_id) {
  std::string suite;
  for (std::string word : std::vector<std::string>(absl::StrSplit(program_id, '-'))) {
    word[0] = absl::ascii_toupper(word[0]);
    suite += word;
  }
  return suite + "Test";
}

// A suite for each program that is there when the tests run.
[[maybe_unused]] const bool kRegistered = [] {
  for (const std::string& program_id : ShippedProgramIds()) {
    ::testing::RegisterTest(SuiteOf(program_id).c_str(), "SaysWhatItsDocumentSays", nullptr,
                            nullptr, __FILE__, __LINE__, [program_id]() -> ::testing::Test* {
                              return new SaysWhatItsDocumentSays(program_id);
                            });
  }
  return true;
}();

}  // namespace
}  // namespace voucher
