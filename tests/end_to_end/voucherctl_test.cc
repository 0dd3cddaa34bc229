// voucherctl, the real program, against a real server: a competitive program with clusters and
// awards.
#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "nlohmann/json.hpp"
#include "tests/end_to_end/running_server.h"
#include "tests/support/child_process.h"

namespace voucher::testing {
namespace {

using ::nlohmann::json;
using ::testing::HasSubstr;

constexpr char kContest[] = "contest-2025";

// contest-2025 (half of the spend, at most 1,000 yuan per enterprise and year; the pilot is an
// award of 1,000 yuan) with a stage after the ranking, corrections, clusters and a time to mend;
// enterprises 0 to 3.
class VoucherctlTest : public ::testing::Test {
 protected:
  VoucherctlTest() : server_("voucherctl") {}

  void SetUp() override {
    ASSERT_TRUE(server_.started().ok()) << server_.started();
    const std::string rules = WriteFile(
        "rules.textproto", absl::StrCat(ReadWholeFile("tests/scenarios/competitive.textproto"), R"(
            review_stages { stage_id: "CITY" title_zh: "市级审核" clause: "测试 五" }
            correction { days: 10 clause: "测试 七" }
            cure { months: 6 clause: "测试 八" }
            clusters { minimum_members: 2 pool_fen: 150000 on_exhausted: ON_EXHAUSTED_REJECT
                       clause: "测试 九" })"));
    Accepted("platform", {"program", "publish", rules});
    Accepted("finance", {"appropriate", kContest, "2000", "--reference", "F-1"});
    Accepted("platform", {"program", "open", kContest});
  }

  std::string WriteFile(const std::string& name, absl::string_view text) {
    std::string path = server_.scratch().Path(name);
    WriteWholeFile(path, text);
    return path;
  }

  // Runs `voucherctl --json` as a principal.
  ProgramResult Run(const std::string& principal, const std::vector<std::string>& words) {
    std::vector<std::string> argv = {absl::StrCat(BinDirectory(), "/voucherctl"),
                                     "--server",
                                     server_.address(),
                                     "--json",
                                     "--principal",
                                     principal};
    argv.insert(argv.end(), words.begin(), words.end());
    auto result = RunProgram(argv, std::chrono::seconds(60));
    EXPECT_TRUE(result.ok()) << result.status();
    return result.value_or(ProgramResult{});
  }

  // What it printed; the test fails unless it ended with 0.
  json Accepted(const std::string& principal, const std::vector<std::string>& words) {
    const ProgramResult result = Run(principal, words);
    EXPECT_EQ(result.exit_code, 0)
        << words[0] << " " << words[1] << ": " << result.stderr_text << result.stdout_text;
    json printed = json::parse(result.stdout_text, nullptr, /*allow_exceptions=*/false);
    EXPECT_FALSE(printed.is_discarded()) << result.stdout_text;
    return printed;
  }

  // Imports a file of which every row is accepted and none was done before; the report.
  json Import(const std::string& principal, const std::string& kind, absl::string_view csv,
              const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"import", kind, WriteFile(kind + ".csv", csv)};
    words.insert(words.end(), more.begin(), more.end());
    json report = Accepted(principal, words);
    for (const json& row : report["rows"]) {
      const std::string outcome = row["outcome"];
      EXPECT_TRUE(outcome == "new" || outcome == "changed" || outcome == "done") << row.dump();
    }
    return report;
  }

  // Applications 1 to 3 of enterprises 0 to 2 want 1,000, 800 and 500 yuan and have 90, 85 and 70
  // points.
  void Compete() {
    const std::vector<std::string> program = {"--program", kContest};
    Import("platform", "catalog",
           absl::StrCat("provider_id,provider_name,product_id,product_name,item_ids,category,"
                        "effective_from,effective_until\n",
                        kProviderId, ",华为云,ecs,弹性云服务器,benchmark,计算,2025-01-01,\n"),
           program);
    std::string applications =
        "application_key,uscc,item_id,delivery_mode,spend_fen,project_id,products,invoice_code,"
        "invoice_number,invoice_amount_fen,invoice_issued_on,contract_number,contract_sha256,"
        "payment_number,payment_sha256,item_list_number,item_list_sha256\n";
    for (const int n : {0, 1, 2}) {
      const int spend_fen[] = {200'000, 160'000, 100'000};
      absl::StrAppend(&applications, "A", n, ",", SampleUscc(n), ",benchmark,REIMBURSEMENT,",
                      spend_fen[n], ",P1,", kProviderId, "/ecs,,,,,,,,,,\n");
    }
    const json submitted = Import("platform", "applications", applications, program);
    ASSERT_EQ(submitted["rows"].size(), 3u);
    EXPECT_EQ(submitted["rows"][2]["queue_number"], 3);
    Import("reviewer", "reviews",
           "application_id,stage_id,verdict,score\n1,DISTRICT,PASS,\n2,DISTRICT,PASS,\n"
           "3,DISTRICT,PASS,\n1,EXPERT,PASS,90\n2,EXPERT,PASS,85\n3,EXPERT,PASS,70\n");
  }

  json Application(int id) {
    return Accepted("auditor", {"application", "get", absl::StrCat(id)})["application"];
  }

  std::string RemainingFen() {
    return Accepted("observer", {"budget", "get", kContest})["budget"]["remaining_fen"];
  }

  RunningServer server_;
};

TEST_F(VoucherctlTest, ApplicationRankGivesTheMoneyDownTheRanking) {
  Compete();
  const json ranks = Accepted("platform", {"application", "rank", kContest})["event"]["ranks"];
  ASSERT_EQ(ranks.size(), 3u);
  EXPECT_EQ(ranks[0]["application_id"], "1");
  EXPECT_EQ(ranks[0]["granted_fen"], "100000");
  EXPECT_EQ(ranks[1]["granted_fen"], "80000");
  EXPECT_EQ(ranks[2]["state"], "APPLICATION_STATE_PASSED_OVER");
  EXPECT_EQ(RemainingFen(), "20000");
  EXPECT_EQ(Application(2)["rank"], 2);
  // Nothing is left to rank.
  const ProgramResult again = Run("platform", {"application", "rank", kContest});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.stdout_text + again.stderr_text, HasSubstr("ILLEGAL_STATE"));
}

TEST_F(VoucherctlTest, ApplicationAwardGrantsWithoutApplication) {
  const std::vector<std::string> award = {
      "application",   "award",     kContest, "pilot",       SampleUscc(3), "--delivery",
      "REIMBURSEMENT", "--project", "PILOT",  "--reference", "工信部 1 号"};
  const json event = Accepted("platform", award)["event"];
  EXPECT_EQ(event["granted_fen"], "100000");
  EXPECT_EQ(event["state"], "APPLICATION_STATE_LISTED");
  EXPECT_EQ(RemainingFen(), "100000");
  EXPECT_EQ(Application(1)["uscc"], SampleUscc(3));
  const ProgramResult again = Run("platform", award);
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.stdout_text + again.stderr_text, HasSubstr("booked before"));
}

TEST_F(VoucherctlTest, ImportOfCorrectionsLowersTheHold) {
  Compete();
  Accepted("platform", {"application", "rank", kContest});
  Accepted("reviewer", {"application", "return", "1", "发票金额不符"});
  EXPECT_EQ(Application(1)["state"], "APPLICATION_STATE_RETURNED");
  // Half of 1,500 yuan.
  const std::string csv =
      "application_id,spend_fen,invoice_code,invoice_number,invoice_amount_fen,invoice_issued_on\n"
      "1,150000,,25422000000000000001,150000,2025-06-30\n";
  const json first = Import("platform", "corrections", csv);
  ASSERT_EQ(first["rows"].size(), 1u);
  EXPECT_EQ(Application(1)["state"], "APPLICATION_STATE_HELD");
  EXPECT_EQ(Application(1)["granted_fen"], "75000");
  EXPECT_EQ(RemainingFen(), "45000");
  // The same file again does nothing.
  const json again =
      Accepted("platform", {"import", "corrections", WriteFile("again.csv", csv)})["rows"][0];
  EXPECT_EQ(again["outcome"], "done before");
  EXPECT_EQ(Application(1)["granted_fen"], "75000");
}

TEST_F(VoucherctlTest, ImportOfClustersPutsPlansThatAreThenRanked) {
  const std::string head =
      "cluster_id,cluster_name,lead_uscc,lead_name,requested_fen,member_uscc,planned_cost_fen\n";
  Import("issuer", "clusters",
         absl::StrCat(head, "metal,金属制品集群,", SampleUscc(0), ",牵头单位,150000,",
                      SampleUscc(1), ",100000\nmetal,,,,,", SampleUscc(2), ",100000\n"),
         {"--program", kContest});
  const std::vector<std::string> get = {"cluster", "get", kContest, "metal"};
  const json put = Accepted("auditor", get)["cluster"];
  EXPECT_EQ(put["state"], "CLUSTER_STATE_PROPOSED");
  EXPECT_EQ(put["cluster"]["members"].size(), 2u);
  Accepted("reviewer", {"cluster", "review", kContest, "metal", "pass", "--score", "88.5"});
  Accepted("platform", {"cluster", "rank", kContest});
  const json ranked = Accepted("auditor", get)["cluster"];
  EXPECT_EQ(ranked["state"], "CLUSTER_STATE_APPROVED");
  EXPECT_EQ(ranked["score"], 8'850);
  EXPECT_EQ(ranked["pool_fen"], "150000");
  // A member of another plan.
  const ProgramResult taken =
      Run("issuer", {"import", "clusters",
                     WriteFile("taken.csv", absl::StrCat(head, "food,食品集群,", SampleUscc(0),
                                                         ",牵头单位,1,", SampleUscc(1), ",1\n")),
                     "--program", kContest});
  EXPECT_EQ(taken.exit_code, 1);
  EXPECT_EQ(json::parse(taken.stdout_text)["rows"][0]["outcome"], "ALREADY_REGISTERED");
}

// The first row was recorded by somebody before the import came to it, the file was saved again and
// another person imports it.
TEST_F(VoucherctlTest, ImportOfWhatWasDoneBeforeChangesNothing) {
  Accepted("platform", {"incident", "record", SampleUscc(1), "--kind", "SAFETY", "--date",
                        "2024-06-01", "--reference", "A-1"});
  const std::string csv =
      absl::StrCat("uscc,kind,date,reference\n", SampleUscc(1), ",SAFETY,2024-06-01,A-1\n",
                   SampleUscc(2), ",SAFETY,2024-06-01,A-2\n");
  const json first =
      Accepted("platform", {"import", "incidents", WriteFile("incidents.csv", csv)})["outcomes"];
  EXPECT_EQ(first["done"]["rows"], 1);
  EXPECT_EQ(first["done before"]["rows"], 1);
  const std::string saved =
      absl::StrCat("\xEF\xBB\xBFreference,date,kind,uscc\r\n\"A-1\",", "2024-06-01,SAFETY,",
                   SampleUscc(1), "\r\nA-2,2024-06-01,SAFETY,", SampleUscc(2), "\r\n\r\n");
  const json second =
      Accepted("admin", {"import", "incidents", WriteFile("saved.csv", saved)})["outcomes"];
  EXPECT_EQ(second["done before"]["rows"], 2);
  for (const int n : {1, 2}) {
    const json enterprise = Accepted("auditor", {"enterprise", "get", SampleUscc(n)})["enterprise"];
    EXPECT_EQ(enterprise["incidents"].size(), 1u);
  }
}

TEST_F(VoucherctlTest, EnterpriseRemindStartsTheTimeToMend) {
  const std::vector<std::string> remind = {"enterprise",  "remind",      kContest,
                                           SampleUscc(1), "--reference", "函〔2025〕1号"};
  Accepted("issuer", remind);
  const json reminder =
      Accepted("auditor", {"enterprise", "get", SampleUscc(1)})["enterprise"]["reminder"];
  EXPECT_EQ(reminder["program_id"], kContest);
  EXPECT_EQ(reminder["reference"], "函〔2025〕1号");
  // Six months from October 30, that day included at the end.
  EXPECT_EQ(reminder["cure_ends_at"], "2026-04-30T16:00:00Z");
}

}  // namespace
}  // namespace voucher::testing
