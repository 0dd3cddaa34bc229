// voucherctl's exports, against a real server in this process.
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "tests/clients/voucherctl_run.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kContest[] = "contest-2025";
constexpr char kLife[] = "life-2025";
constexpr char kWait[] = "wait-2025";

// A USCC as the exports write it: long numbers with a tab.
std::string UsccCell(int n) {
  const std::string uscc = SampleUscc(n);
  return IsDigits(uscc) ? absl::StrCat("\"", uscc, "\t\"") : uscc;
}

class VoucherctlExportTest : public VoucherctlServerTest {
 protected:
  void OpenContest() {
    OpenProgram(kContest, "tests/scenarios/competitive.textproto", "2000", "benchmark;sme-cloud");
  }
};

// Application 1 is approved with less than it got, 2 is ranked behind it, 3 is collected, 4 was
// awarded and has no place in the queue.
TEST_F(VoucherctlExportTest, QueueIsInQueueOrder) {
  OpenContest();
  Apply(kContest,
        {absl::StrCat("A,", SampleUscc(1),
                      ",benchmark,REIMBURSEMENT,10000,P1,aliyun/oss;huaweicloud/ecs"),
         absl::StrCat("B,", SampleUscc(0), ",sme-cloud,REIMBURSEMENT,10000,P2,huaweicloud/ecs")});
  Import("reviewer", "reviews",
         "application_id,stage_id,verdict,score\n1,DISTRICT,PASS,\n2,DISTRICT,PASS,\n"
         "1,EXPERT,PASS,88.5\n2,EXPERT,PASS,70\n");
  Accept("platform", {"application", "rank", kContest});
  Accept("platform", {"application", "approve", "1", "--amount", "45"});
  Apply(kContest,
        {absl::StrCat("C,", SampleUscc(3), ",benchmark,REIMBURSEMENT,20000,P3,huaweicloud/ecs")});
  Accept("platform", {"application", "award", kContest, "pilot", SampleUscc(2), "--delivery",
                      "REIMBURSEMENT", "--project", "P4", "--reference", "工信部 1 号"});
  Accept("auditor", {"export", "queue", kContest});
  EXPECT_THAT(
      CsvLines(),
      ElementsAre(
          "queue_number,application_id,received_at,uscc,enterprise_name,division,size,item_id,"
          "project_id,cluster_id,provider_ids,delivery_mode,spend_yuan,wanted_yuan,granted_yuan,"
          "approved_yuan,state,next_stage,score,rank,notice_id,voucher_id",
          absl::StrCat("1,1,2025-10-30 10:00:06.000,", UsccCell(1),
                       ",\"'=cmd,\"\"x\"\"\",420112,SMALL,benchmark,P1,,aliyun;huaweicloud,"
                       "REIMBURSEMENT,100.00,0.00,50.00,45.00,APPROVED,,88.50,1,,"),
          absl::StrCat("2,2,2025-10-30 10:00:06.000,", UsccCell(0),
                       ",武汉测试科技有限公司,420111,SMALL,sme-cloud,P2,,huaweicloud,"
                       "REIMBURSEMENT,100.00,0.00,80.00,0.00,LISTED,,70.00,2,,"),
          absl::StrCat("3,3,2025-10-30 10:00:10.000,", UsccCell(3),
                       ",省属工厂,420200,MEDIUM,benchmark,P3,,huaweicloud,REIMBURSEMENT,200.00,"
                       "100.00,0.00,0.00,COLLECTED,DISTRICT,,,,"),
          absl::StrCat("4,4,2025-10-30 10:00:11.000,", UsccCell(2),
                       ",江夏陶坊,420115,MICRO,pilot,P4,,,REIMBURSEMENT,0.00,0.00,1000.00,0.00,"
                       "LISTED,,,,,")));
  EXPECT_EQ(err_, absl::StrCat("4 rows as of ledger entry ", running_.sequence(), "\n"));
}

TEST_F(VoucherctlExportTest, QueueReadsAllPages) {
  OpenContest();
  constexpr int kApplications = 1'001;  // a page has 1,000
  std::vector<std::string> rows;
  for (int n = 1; n <= kApplications; ++n) {
    rows.push_back(absl::StrCat("A", n, ",", SampleUscc(0), ",benchmark,REIMBURSEMENT,100,P", n,
                                ",huaweicloud/ecs"));
  }
  Apply(kContest, rows);
  const auto json = Json("auditor", {"export", "queue", kContest});
  EXPECT_EQ(json["export"], "queue");
  EXPECT_EQ(json["program_id"], kContest);
  EXPECT_EQ(json["first_sequence"], running_.sequence());
  EXPECT_EQ(json["last_sequence"], running_.sequence());
  ASSERT_THAT(json["rows"], SizeIs(kApplications));
  for (int n = 1; n <= kApplications; ++n) EXPECT_EQ(json["rows"][n - 1]["queue_number"], n);
  EXPECT_EQ(json["rows"][0]["wanted_fen"], 50);
  EXPECT_EQ(json["rows"][0]["uscc"], SampleUscc(0));  // spreadsheets' tab is for spreadsheets only
}

// Pages of a ledger that moves on meanwhile.
TEST_F(VoucherctlExportTest, SaysIfTheLedgerMovedOnMeanwhile) {
  uint64_t page = 0;
  scripted_.On<v1::GetBudgetRequest, v1::GetBudgetResponse>(
      "GetBudget", [](const auto&, auto*) { return grpc::Status::OK; });
  scripted_.On<v1::ListApplicationsRequest, v1::ListApplicationsResponse>(
      "ListApplications", [&](const auto&, auto* response) {
        response->add_applications()->set_queue_number(page + 1);
        response->set_as_of_sequence(900 + 10 * page);
        if (++page < 3) response->set_next_page_token("more");
        return grpc::Status::OK;
      });
  address_ = scripted_.Start();
  EXPECT_EQ(Run({"--json", "export", "queue", kContest}), kOk);
  EXPECT_THAT(err_, HasSubstr("3 rows as of ledger entry 920; the ledger moved on from entry 900"));
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["first_sequence"], 900);
  EXPECT_EQ(json["last_sequence"], 920);
  EXPECT_THAT(json["rows"], SizeIs(3));
}

TEST_F(VoucherctlExportTest, WritesNothingIfAPageFails) {
  scripted_.On<v1::GetBudgetRequest, v1::GetBudgetResponse>(
      "GetBudget", [](const auto&, auto*) { return grpc::Status::OK; });
  scripted_.On<v1::ListApplicationsRequest, v1::ListApplicationsResponse>(
      "ListApplications", [](const auto& request, auto* response) {
        if (!request.page_token().empty()) {
          return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "role");
        }
        response->add_applications();
        response->set_next_page_token("1");
        return grpc::Status::OK;
      });
  address_ = scripted_.Start();
  EXPECT_EQ(Run({"export", "queue", kContest}), kRefused);
  EXPECT_THAT(out_, IsEmpty());
}

TEST_F(VoucherctlExportTest, WritesAFileOrSaysThatItCannot) {
  ListApplications(1);
  const std::string file = running_.directory.Path("queue.csv");
  Accept("auditor", {"export", "queue", kLife, "--zh", "--out", file});
  EXPECT_THAT(out_, IsEmpty());
  std::ifstream stream(file, std::ios::binary);
  const std::string written(std::istreambuf_iterator<char>(stream), {});
  EXPECT_THAT(written, StartsWith("\xEF\xBB\xBF排队序号,申请编号,受理时间,"));
  EXPECT_EQ(RunAs("auditor", {"export", "queue", kLife, "--out", "/no/such/folder/x.csv"}),
            kMalformed);
}

// 5 working days after Thursday October 30 are October 31 and November 3 to 6.
TEST_F(VoucherctlExportTest, NoticeMasksNames) {
  ListApplications(4);
  Accept("platform", {"notice", "publish", kLife, "--ids", "4"});
  Accept("platform", {"notice", "publish", kLife, "--ids", "1,3"});
  Accept("platform", {"objection", "file", "3", "YY-1", "重复申报"});
  Accept("auditor", {"export", "notice", kLife});
  EXPECT_THAT(CsvLines(),
              ElementsAre("row,application_id,enterprise_name,division,item_id,item_title,"
                          "granted_yuan,notice_id,starts_on,last_day",
                          "1,1,武汉测****公司,420111,star,星级,500.00,2,2025-10-30,2025-11-06",
                          "2,3,江****坊,420115,star,星级,500.00,2,2025-10-30,2025-11-06"));
  Json("auditor", {"export", "notice", kLife});
  EXPECT_THAT(out_, AllOf(HasSubstr("武汉测****公司"), Not(HasSubstr("科技")),
                          Not(HasSubstr(SampleUscc(0)))));

  Accept("auditor", {"export", "notice", kLife, "--draft"});
  EXPECT_THAT(CsvLines(),
              ElementsAre(StartsWith("row,"), "1,2,\"'=cm****x\"\"\",420112,star,星级,500.00,,,"));
  Accept("platform", {"program", "publish", "tests/scenarios/competitive.textproto"});
  EXPECT_EQ(RunAs("auditor", {"export", "notice", kContest}), kRefused);
  EXPECT_THAT(err_, HasSubstr("contest-2025 has no notice yet"));
  EXPECT_EQ(RunAs("auditor", {"export", "notice", kContest, "--notice", "2"}), kRefused);
  EXPECT_THAT(err_, HasSubstr("notice 2 is one of life-2025"));
  EXPECT_EQ(RunAs("auditor", {"export", "notice", kLife, "--notice", "2", "--draft"}), kMalformed);
}

// Applications 1 to 3 are approved, 3 is accepted too, 4 is only listed; their divisions are
// 420111, 420112, 420115 and 420200.
TEST_F(VoucherctlExportTest, ApprovedKeepsToItsDivision) {
  ListApplications(4);
  Accept("platform", {"notice", "publish", kLife, "--ids", "1,2,3"});
  running_.clock.Advance(9 * kNanosPerDay);
  for (const char* id : {"3", "2", "1"}) Accept("platform", {"application", "approve", id});
  Accept("issuer", {"project", "accept", "3", "--documents",
                    absl::StrCat("ACCEPTANCE_REPORT/", std::string(64, 'a'), "/YS-1")});
  const auto queue_numbers = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"export", "approved", kLife};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<int> numbers;
    const auto json = Json("auditor", words);
    for (const auto& row : json["rows"]) numbers.push_back(row["queue_number"]);
    return numbers;
  };
  EXPECT_THAT(queue_numbers({}), ElementsAre(1, 2, 3));  // by division
  EXPECT_THAT(queue_numbers({"--division", "420112"}), ElementsAre(2));
  EXPECT_THAT(queue_numbers({"--division", "420100"}), ElementsAre(1, 2, 3));
  EXPECT_THAT(queue_numbers({"--division", "420200"}), IsEmpty());
  EXPECT_EQ(RunAs("auditor", {"export", "approved", kLife, "--division", "4201"}), kMalformed);
}

// Of 500 yuan of credit 100 are used and 10 of them taken back; 500 are reimbursed.
TEST_F(VoucherctlExportTest, StatementsAndTheirLines) {
  ListApplications(1);
  Apply(kLife, {absl::StrCat("B,", SampleUscc(2), ",star,REIMBURSEMENT,100000,P,huaweicloud/ecs")});
  Import("reviewer", "reviews", "application_id,stage_id,verdict\n2,DISTRICT,PASS\n2,CITY,PASS\n");
  Accept("platform", {"notice", "publish", kLife, "--ids", "1,2"});
  running_.clock.Advance(9 * kNanosPerDay);
  for (const char* id : {"1", "2"}) {
    Accept("platform", {"application", "approve", id});
    Accept("issuer", {"project", "accept", id, "--documents",
                      absl::StrCat("ACCEPTANCE_REPORT/", std::string(64, 'a'), "/YS-1")});
  }
  Accept("platform", {"account", "bind", "huaweicloud", "hw-1", SampleUscc(0)});
  Accept("issuer", {"transfer", "order", "1", "1", "500"});
  Accept("provider-huaweicloud", {"transfer", "confirm", "1", "r"});
  const std::string redemption =
      Json("provider-huaweicloud",
           {"redeem", kLife, "1", "ecs", "o-1", "--amount", "100", "--usage-ended",
            "2025-11-07T00:00:00+08:00"})["event"]["redemption_id"];
  Accept("provider-huaweicloud", {"reverse", redemption, "10", "订单取消"});
  running_.clock.Advance(30 * kNanosPerDay);
  const auto close = [&](const std::string& flag, const std::string& party) -> std::string {
    return Json("finance",
                {"statement", "close", kLife, "2025-11", flag, party})["receipt"]["sequence"];
  };
  const std::string first = close("--provider", "huaweicloud");
  const std::string second = close("--division", "420115");
  Import("finance", "disbursements",
         "statement_id,amount_fen,fiscal_reference,paid_on\n1,4000,财1,2025-12-01\n"
         "1,2000,财2,2025-12-02\n");
  const std::string header =
      "statement_id,period,provider_id,division,booked_yuan,reversed_yuan,brought_forward_yuan,"
      "set_off_yuan,due_yuan,carried_forward_yuan,paid_yuan,state,fiscal_references,"
      "closed_sequence";
  const std::string of_provider = absl::StrCat(
      "1,2025-11,huaweicloud,,100.00,10.00,0.00,0.00,90.00,0.00,60.00,CLOSED,财1;财2,", first);
  Accept("finance", {"export", "statements", kLife});
  EXPECT_THAT(CsvLines(),
              ElementsAre(header, of_provider,
                          absl::StrCat("2,2025-11,,420115,500.00,0.00,0.00,0.00,500.00,0.00,0.00,"
                                       "CLOSED,,",
                                       second)));
  Accept("finance", {"export", "statements", kLife, "--provider", "huaweicloud"});
  EXPECT_THAT(CsvLines(), ElementsAre(header, of_provider));
  Accept("finance", {"export", "statements", kLife, "--lines"});
  EXPECT_THAT(CsvLines(), ElementsAre(StartsWith("statement_id,"),
                                      absl::StrCat("2,2025-11,420115,2,", UsccCell(2),
                                                   ",江夏陶坊,500.00,0.00")));
}

// A page of a statement has 1,000 lines.
TEST_F(VoucherctlExportTest, StatementLinesAreReadOverAllPages) {
  scripted_.On<v1::ListStatementsRequest, v1::ListStatementsResponse>(
      "ListStatements", [](const auto&, auto* response) {
        v1::Statement& statement = *response->add_statements();
        statement.set_statement_id(2);
        statement.set_division("420100");
        statement.mutable_period()->set_year(2025);
        statement.mutable_period()->set_month(9);
        return grpc::Status::OK;
      });
  scripted_.On<v1::GetStatementRequest, v1::GetStatementResponse>(
      "GetStatement", [](const auto& request, auto* response) {
        const uint64_t id = std::max<uint64_t>(1, request.first_application_id());
        response->add_lines()->set_application_id(id);
        if (id < 3) response->set_next_application_id(id + 1);
        return grpc::Status::OK;
      });
  address_ = scripted_.Start();
  Accept("finance", {"export", "statements", kLife, "--lines"});
  EXPECT_THAT(CsvLines(),
              ElementsAre(StartsWith("statement_id,"), "2,2025-09,420100,1,,,0.00,0.00",
                          "2,2025-09,420100,2,,,0.00,0.00", "2,2025-09,420100,3,,,0.00,0.00"));
}

// Of 200 yuan: 1 is approved with 55, 2 is held, 3 is settled, 4 is rejected, 5 waits.
TEST_F(VoucherctlExportTest, BudgetSumsByPhase) {
  std::ifstream file("tests/scenarios/waitlist.textproto");
  const std::string rules(std::istreambuf_iterator<char>(file), {});
  // Open in November too, so that 5 still waits.
  OpenProgram(kWait,
              WriteFile("wait.textproto",
                        absl::StrCat(absl::StrReplaceAll(
                                         rules, {{"month: 10 day: 31", "month: 12 day: 31"}}),
                                     "items { item_id: \"half\" number: 2 title_zh: \"半额\" "
                                     "rate_bps: 5000 clause: \"测试 二(二)\" }")),
              "200", "cloud;half");
  Apply(kWait, {absl::StrCat("A,", SampleUscc(0), ",cloud,REIMBURSEMENT,6000,P1,huaweicloud/ecs"),
                absl::StrCat("B,", SampleUscc(1), ",half,REIMBURSEMENT,9000,P2,huaweicloud/ecs"),
                absl::StrCat("C,", SampleUscc(2), ",cloud,REIMBURSEMENT,7000,P3,huaweicloud/ecs"),
                absl::StrCat("D,", SampleUscc(3), ",cloud,REIMBURSEMENT,2000,P4,huaweicloud/ecs"),
                absl::StrCat("E,", SampleUscc(4), ",half,REIMBURSEMENT,18000,P5,huaweicloud/ecs")});
  Import(
      "reviewer", "reviews",
      "application_id,stage_id,verdict,opinion\n1,CITY,PASS,\n3,CITY,PASS,\n4,CITY,REJECT,不符\n");
  Accept("platform", {"application", "approve", "1", "--amount", "55"});
  Accept("platform", {"application", "approve", "3"});
  running_.clock.Advance(3 * kNanosPerDay);
  Accept("finance", {"statement", "close", kWait, "2025-10", "--division", "420115"});
  Accept("finance",
         {"statement", "pay", "1", "70", "--reference", "财1", "--paid-on", "2025-11-02"});
  const std::string header =
      "key,title,applications,spend_yuan,waiting,waiting_amount_yuan,held,held_amount_yuan,"
      "approved,approved_amount_yuan,settled,settled_amount_yuan,ended";
  const std::string total = "TOTAL,合计,5,420.00,1,90.00,1,45.00,2,125.00,1,70.00,1";

  Accept("auditor", {"export", "budget", kWait, "--by", "division"});
  EXPECT_THAT(CsvLines(), ElementsAre(header, "420102,,1,180.00,1,90.00,0,0.00,0,0.00,0,0.00,0",
                                      "420111,,1,60.00,0,0.00,0,0.00,1,55.00,0,0.00,0",
                                      "420112,,1,90.00,0,0.00,1,45.00,0,0.00,0,0.00,0",
                                      "420115,,1,70.00,0,0.00,0,0.00,1,70.00,1,70.00,0",
                                      "420200,,1,20.00,0,0.00,0,0.00,0,0.00,0,0.00,1", total));
  Accept("auditor", {"export", "budget", kWait, "--by", "item"});
  EXPECT_THAT(CsvLines(),
              ElementsAre(header, "cloud,上云,3,150.00,0,0.00,0,0.00,2,125.00,1,70.00,1",
                          "half,半额,2,270.00,1,90.00,1,45.00,0,0.00,0,0.00,0", total));
  Accept("auditor", {"export", "budget", kWait, "--by", "size"});
  EXPECT_THAT(CsvLines(), ElementsAre(header, "MEDIUM,,1,20.00,0,0.00,0,0.00,0,0.00,0,0.00,1",
                                      "MICRO,,1,70.00,0,0.00,0,0.00,1,70.00,1,70.00,0",
                                      "SMALL,,3,330.00,1,90.00,1,45.00,1,55.00,0,0.00,0", total));
  EXPECT_EQ(RunAs("auditor", {"export", "budget", kWait, "--by", "colour"}), kMalformed);
  EXPECT_EQ(RunAs("auditor", {"export", "budget", kWait}), kMalformed);
}

// To huaweicloud 1,500 yuan are confirmed, 20 declined and 1,590 unanswered, to aliyun 16
// unanswered; 90 are used and paid in October, in November 10 are used and 30 taken back.
TEST_F(VoucherctlExportTest, BudgetByProviderSumsTransfersAndStatements) {
  OrderTransfers();
  Accept("platform", {"account", "bind", "aliyun", "al-1", SampleUscc(0)});
  Accept("issuer", {"transfer", "order", "1", "2", "16"});
  const auto redeem = [&](const std::string& order, const std::string& yuan) -> std::string {
    return Json("provider-huaweicloud",
                {"redeem", "hubei-2025", "1", "ecs", order, "--amount", yuan, "--usage-ended",
                 "2025-10-30T10:00:14+08:00"})["event"]["redemption_id"];
  };
  const std::string first = redeem("o-1", "90");
  running_.clock.Advance(3 * kNanosPerDay);
  Accept("finance", {"statement", "close", "hubei-2025", "2025-10", "--provider", "huaweicloud"});
  Accept("finance",
         {"statement", "pay", "1", "90", "--reference", "财1", "--paid-on", "2025-11-02"});
  redeem("o-2", "10");
  Accept("provider-huaweicloud", {"reverse", first, "30", "订单取消"});
  running_.clock.Advance(30 * kNanosPerDay);
  Accept("finance", {"statement", "close", "hubei-2025", "2025-11", "--provider", "huaweicloud"});
  Accept("finance", {"export", "budget", "hubei-2025", "--by", "provider"});
  EXPECT_THAT(
      CsvLines(),
      ElementsAre("key,title,transfers,ordered_amount_yuan,unanswered,unanswered_amount_yuan,"
                  "confirmed,confirmed_amount_yuan,declined,declined_amount_yuan,statements,"
                  "booked_amount_yuan,reversed_amount_yuan,due_amount_yuan,paid_amount_yuan,"
                  "carried_forward_amount_yuan",
                  "huaweicloud,华为云计算技术有限公司,6,3110.00,4,1590.00,1,1500.00,1,20.00,2,"
                  "100.00,30.00,90.00,90.00,-20.00",
                  "aliyun,阿里云,1,16.00,1,16.00,0,0.00,0,0.00,0,0.00,0.00,0.00,0.00,0.00",
                  "TOTAL,合计,7,3126.00,5,1606.00,1,1500.00,1,20.00,2,100.00,30.00,90.00,90.00,"
                  "-20.00"));
}

}  // namespace
}  // namespace voucher::cli
