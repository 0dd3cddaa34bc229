// voucherctl's exports, against a ledger in this process.
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/clients/fake_ledger.h"
#include "tests/clients/voucherctl_run.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher::cli {
namespace {

using client::FakeLedger;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(VoucherctlServerTest, ExportQueueReadsAllPagesInQueueOrder) {
  AddApplication(2, v1::APPLICATION_STATE_HELD, "420111", 600);
  v1::Application& first = AddApplication(1, v1::APPLICATION_STATE_APPROVED, "420112", 500, 450);
  first.set_enterprise_name("=cmd,\"x\"");
  first.add_provider_ids("aliyun");
  first.add_provider_ids("ecloud");
  first.set_score(8'850);
  AddApplication(0, v1::APPLICATION_STATE_HELD, "420111", 7);  // awarded: no place in the queue
  AddApplication(3, v1::APPLICATION_STATE_WAITLISTED, "420111", 0).set_wanted_fen(900);
  AddApplication(4, v1::APPLICATION_STATE_HELD, "420111", 1).set_program_id("harbin-2022");
  ledger_.rows_per_page = 2;
  EXPECT_EQ(Run({"export", "queue", kProgram}), kOk) << err_;
  EXPECT_THAT(
      CsvLines(),
      ElementsAre(
          "queue_number,application_id,received_at,uscc,enterprise_name,division,size,item_id,"
          "project_id,cluster_id,provider_ids,delivery_mode,spend_yuan,wanted_yuan,granted_yuan,"
          "approved_yuan,state,next_stage,score,rank,notice_id,voucher_id",
          "1,101,2025-10-31 23:59:59.999,\"914403001922038216\t\",\"'=cmd,\"\"x\"\"\",420112,SMALL,"
          "resource,,,aliyun;ecloud,,100.00,0.00,5.00,4.50,APPROVED,,88.50,,,",
          "2,102,2025-10-31 "
          "23:59:59.999,\"914403001922038216\t\",武汉测试科技有限公司,420111,SMALL,"
          "business,,,,,100.00,0.00,6.00,0.00,HELD,,,,,",
          "3,103,2025-10-31 "
          "23:59:59.999,\"914403001922038216\t\",武汉测试科技有限公司,420111,SMALL,"
          "resource,,,,,100.00,9.00,0.00,0.00,WAITLISTED,,,,,",
          ",100,2025-10-31 23:59:59.999,\"914403001922038216\t\",武汉测试科技有限公司,420111,SMALL,"
          "business,,,,,100.00,0.00,0.07,0.00,HELD,,,,,"));
  EXPECT_EQ(err_, "4 rows as of ledger entry 900\n");
  EXPECT_THAT(ledger_.Heard<v1::ListApplicationsRequest>(), SizeIs(2));
}

TEST_F(VoucherctlServerTest, ExportSaysIfTheLedgerMovedOnMeanwhile) {
  for (uint64_t i = 1; i <= 3; ++i) AddApplication(i, v1::APPLICATION_STATE_HELD, "420111", 5);
  ledger_.rows_per_page = 1;
  ledger_.moves = 10;
  EXPECT_EQ(Run({"--json", "export", "queue", kProgram}), kOk);
  EXPECT_THAT(err_, HasSubstr("3 rows as of ledger entry 920; the ledger moved on from entry 900"));
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["export"], "queue");
  EXPECT_EQ(json["program_id"], kProgram);
  EXPECT_EQ(json["first_sequence"], 900);
  EXPECT_EQ(json["last_sequence"], 920);
  ASSERT_THAT(json["rows"], SizeIs(3));
  EXPECT_EQ(json["rows"][0]["granted_fen"], 5);
  EXPECT_EQ(json["rows"][0]["uscc"], kUscc);  // spreadsheets' tab is for spreadsheets only
}

TEST_F(VoucherctlServerTest, ExportWritesAFileOrSaysThatItCannot) {
  AddApplication(1, v1::APPLICATION_STATE_HELD, "420111", 5);
  const std::string file = absl::StrCat(::testing::TempDir(), "/queue.csv");
  EXPECT_EQ(Run({"export", "queue", kProgram, "--zh", "--out", file}), kOk);
  EXPECT_THAT(out_, IsEmpty());
  std::ifstream stream(file, std::ios::binary);
  const std::string written(std::istreambuf_iterator<char>(stream), {});
  EXPECT_THAT(written, StartsWith("\xEF\xBB\xBF排队序号,申请编号,受理时间,"));
  EXPECT_EQ(Run({"export", "queue", kProgram, "--out", "/no/such/folder/x.csv"}), kMalformed);
}

TEST_F(VoucherctlServerTest, ExportNoticeMasksNames) {
  AddApplication(1, v1::APPLICATION_STATE_ON_NOTICE, "420111", 500);
  AddApplication(2, v1::APPLICATION_STATE_LISTED, "420112", 600);
  AddApplication(3, v1::APPLICATION_STATE_OBJECTED, "420113", 700).set_enterprise_name("江夏陶坊");
  v1::Notice& old = ledger_.notices.emplace_back();
  old.set_notice_id(4);
  old.set_program_id(kProgram);
  v1::Notice& notice = ledger_.notices.emplace_back();
  notice.set_notice_id(5);
  notice.set_program_id(kProgram);
  notice.add_application_ids(101);
  notice.add_application_ids(103);
  notice.mutable_starts_on()->set_year(2025);
  notice.mutable_starts_on()->set_month(9);
  notice.mutable_starts_on()->set_day(1);
  *notice.mutable_last_day() = notice.starts_on();
  notice.mutable_last_day()->set_day(8);
  v1::Item& item = *ledger_.program.mutable_rules()->add_items();
  item.set_item_id("resource");
  item.set_title_zh("资源上云");

  EXPECT_EQ(Run({"export", "notice", kProgram}), kOk) << err_;
  EXPECT_THAT(CsvLines(),
              ElementsAre("row,application_id,enterprise_name,division,item_id,item_title,"
                          "granted_yuan,notice_id,starts_on,last_day",
                          "1,101,武汉测****公司,420111,resource,资源上云,5.00,5,2025-09-01,"
                          "2025-09-08",
                          "2,103,江****坊,420113,resource,资源上云,7.00,5,2025-09-01,2025-09-08"));
  EXPECT_EQ(Run({"--json", "export", "notice", kProgram}), kOk);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("武汉测****公司"), Not(HasSubstr("科技")), Not(HasSubstr(kUscc))));

  EXPECT_EQ(Run({"export", "notice", kProgram, "--draft"}), kOk);
  EXPECT_THAT(CsvLines(),
              ElementsAre(StartsWith("row,"), "1,102,武汉测****公司,420112,business,,6.00,,,"));
  EXPECT_EQ(Run({"export", "notice", "harbin-2022"}), kRefused);
  EXPECT_THAT(err_, HasSubstr("harbin-2022 has no notice yet"));
  EXPECT_EQ(Run({"export", "notice", "harbin-2022", "--notice", "5"}), kRefused);
  EXPECT_EQ(Run({"export", "notice", kProgram, "--notice", "5", "--draft"}), kMalformed);
}

TEST_F(VoucherctlServerTest, ExportApprovedKeepsToItsDivision) {
  AddApplication(1, v1::APPLICATION_STATE_APPROVED, "420112", 500, 450);
  AddApplication(2, v1::APPLICATION_STATE_SETTLED, "420111", 600, 600);
  AddApplication(3, v1::APPLICATION_STATE_SUPERSEDED, "420111", 600, 600);
  AddApplication(4, v1::APPLICATION_STATE_ACCEPTED, "420211", 700, 650);
  AddApplication(5, v1::APPLICATION_STATE_LISTED, "420111", 800);
  const auto queue_numbers = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"--json", "export", "approved", kProgram};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(Run(words), kOk) << err_;
    std::vector<int> numbers;
    const auto json = nlohmann::json::parse(out_);
    for (const auto& row : json["rows"]) numbers.push_back(row["queue_number"]);
    return numbers;
  };
  EXPECT_THAT(queue_numbers({}), ElementsAre(2, 1, 4));  // by division
  EXPECT_THAT(queue_numbers({"--division", "420111"}), ElementsAre(2));
  EXPECT_THAT(queue_numbers({"--division", "420100"}), ElementsAre(2, 1));
  EXPECT_EQ(Run({"export", "approved", kProgram, "--division", "4201"}), kMalformed);
}

v1::Statement& AddStatement(uint64_t id, const std::string& provider, const std::string& division,
                            int64_t booked_fen, FakeLedger* ledger) {
  v1::Statement& statement = ledger->statements.emplace_back();
  statement.set_statement_id(id);
  statement.set_program_id(kProgram);
  statement.set_provider_id(provider);
  statement.set_division(division);
  statement.mutable_period()->set_year(2025);
  statement.mutable_period()->set_month(9);
  statement.set_booked_fen(booked_fen);
  statement.set_state(v1::STATEMENT_STATE_CLOSED);
  return statement;
}

TEST_F(VoucherctlServerTest, ExportStatementsAndTheirLines) {
  v1::Statement& first = AddStatement(1, "huaweicloud", "", 10'000, &ledger_);
  first.set_reversed_fen(11'000);
  first.set_carried_forward_fen(-1'000);
  first.add_disbursements()->set_fiscal_reference("财1");
  first.add_disbursements()->set_fiscal_reference("财2");
  first.set_closed_sequence(88);
  AddStatement(2, "", "420100", 300, &ledger_);
  for (uint64_t i = 1; i <= 3; ++i) {
    v1::StatementLine& line = ledger_.statement_lines[2].emplace_back();
    line.set_application_id(i);
    line.set_uscc(kUscc);
    line.set_enterprise_name("武汉测试科技有限公司");
    line.set_due_fen(static_cast<int64_t>(i) * 100);
  }
  ledger_.rows_per_page = 2;
  EXPECT_EQ(Run({"export", "statements", kProgram}), kOk) << err_;
  EXPECT_THAT(CsvLines(),
              ElementsAre("statement_id,period,provider_id,division,booked_yuan,reversed_yuan,"
                          "brought_forward_yuan,set_off_yuan,due_yuan,carried_forward_yuan,"
                          "paid_yuan,state,fiscal_references,closed_sequence",
                          "1,2025-09,huaweicloud,,100.00,110.00,0.00,0.00,0.00,-10.00,0.00,CLOSED,"
                          "财1;财2,88",
                          "2,2025-09,,420100,3.00,0.00,0.00,0.00,0.00,0.00,0.00,CLOSED,,"));
  EXPECT_EQ(Run({"export", "statements", kProgram, "--provider", "huaweicloud"}), kOk);
  EXPECT_THAT(CsvLines(), SizeIs(2));
  EXPECT_EQ(Run({"export", "statements", kProgram, "--lines"}), kOk);
  const std::vector<std::string> lines = CsvLines();
  ASSERT_THAT(lines, SizeIs(4));  // a header and three lines, over two pages
  EXPECT_EQ(lines[3], "2,2025-09,420100,3,\"914403001922038216\t\",武汉测试科技有限公司,3.00,0.00");
}

TEST_F(VoucherctlServerTest, ExportBudgetSumsByPhase) {
  AddApplication(1, v1::APPLICATION_STATE_APPROVED, "420112", 500, 450);
  AddApplication(2, v1::APPLICATION_STATE_HELD, "420111", 600);
  AddApplication(3, v1::APPLICATION_STATE_SETTLED, "420111", 700, 650);
  AddApplication(4, v1::APPLICATION_STATE_REJECTED, "420111", 800);
  AddApplication(6, v1::APPLICATION_STATE_WAITLISTED, "420111", 0).set_wanted_fen(900);
  AddApplication(8, v1::APPLICATION_STATE_RETURNED, "420112", 50)
      .set_size(v1::ENTERPRISE_SIZE_MICRO);
  v1::Item& item = *ledger_.program.mutable_rules()->add_items();
  item.set_item_id("business");
  item.set_title_zh("业务上云");
  const std::string header =
      "key,title,applications,spend_yuan,waiting,waiting_amount_yuan,held,held_amount_yuan,"
      "approved,approved_amount_yuan,settled,settled_amount_yuan,ended";
  const std::string total = "TOTAL,合计,6,600.00,1,9.00,2,6.50,2,11.00,1,6.50,1";

  EXPECT_EQ(Run({"export", "budget", kProgram, "--by", "division"}), kOk) << err_;
  EXPECT_THAT(CsvLines(), ElementsAre(header, "420111,,4,400.00,1,9.00,1,6.00,1,6.50,1,6.50,1",
                                      "420112,,2,200.00,0,0.00,1,0.50,1,4.50,0,0.00,0", total));
  EXPECT_EQ(Run({"export", "budget", kProgram, "--by", "item"}), kOk);
  EXPECT_THAT(CsvLines(),
              ElementsAre(header, "business,业务上云,4,400.00,1,9.00,2,6.50,0,0.00,0,0.00,1",
                          "resource,,2,200.00,0,0.00,0,0.00,2,11.00,1,6.50,0", total));
  EXPECT_EQ(Run({"export", "budget", kProgram, "--by", "size"}), kOk);
  EXPECT_THAT(CsvLines(), ElementsAre(header, "MICRO,,1,100.00,0,0.00,1,0.50,0,0.00,0,0.00,0",
                                      "SMALL,,5,500.00,1,9.00,1,6.00,2,11.00,1,6.50,1", total));
  EXPECT_EQ(Run({"export", "budget", kProgram, "--by", "colour"}), kMalformed);
  EXPECT_EQ(Run({"export", "budget", kProgram}), kMalformed);
}

TEST_F(VoucherctlServerTest, ExportBudgetByProviderSumsTransfersAndStatements) {
  for (const char* id : {"aliyun", "ecloud", "huaweicloud"}) {
    v1::Provider& provider = ledger_.providers.emplace_back();
    provider.set_provider_id(id);
    provider.set_name(absl::StrCat(id, "公司"));
  }
  for (uint64_t i = 1; i <= 2; ++i) {
    v1::CloudAccount& account = ledger_.accounts.emplace_back();
    account.set_account_id(i);
    account.set_provider_id(i == 1 ? "huaweicloud" : "aliyun");
  }
  AddTransfer(1, 1, kProgram, 100, v1::TRANSFER_STATE_CONFIRMED, &ledger_);
  AddTransfer(2, 1, kProgram, 200, v1::TRANSFER_STATE_OVERDUE, &ledger_);
  AddTransfer(3, 1, kProgram, 400, v1::TRANSFER_STATE_DECLINED, &ledger_);
  AddTransfer(4, 1, "harbin-2022", 800, v1::TRANSFER_STATE_CONFIRMED, &ledger_);
  AddTransfer(5, 2, kProgram, 1'600, v1::TRANSFER_STATE_ORDERED, &ledger_);
  v1::Statement& old = AddStatement(1, "huaweicloud", "", 90, &ledger_);
  old.set_due_fen(90);
  old.set_paid_fen(90);
  v1::Statement& latest = AddStatement(2, "huaweicloud", "", 10, &ledger_);
  latest.set_reversed_fen(30);
  latest.set_carried_forward_fen(-20);
  ledger_.rows_per_page = 2;
  EXPECT_EQ(Run({"export", "budget", kProgram, "--by", "provider"}), kOk) << err_;
  EXPECT_THAT(
      CsvLines(),
      ElementsAre("key,title,transfers,ordered_amount_yuan,unanswered,"
                  "unanswered_amount_yuan,confirmed,confirmed_amount_yuan,declined,"
                  "declined_amount_yuan,statements,booked_amount_yuan,"
                  "reversed_amount_yuan,due_amount_yuan,paid_amount_yuan,"
                  "carried_forward_amount_yuan",
                  "aliyun,aliyun公司,1,16.00,1,16.00,0,0.00,0,0.00,0,0.00,0.00,0.00,0.00,"
                  "0.00",
                  "huaweicloud,huaweicloud公司,3,7.00,1,2.00,1,1.00,1,4.00,2,1.00,0.30,0.90,"
                  "0.90,-0.20",
                  "TOTAL,合计,4,23.00,2,18.00,1,1.00,1,4.00,2,1.00,0.30,0.90,0.90,-0.20"));
}

TEST_F(VoucherctlServerTest, ExportWritesNothingIfAPageFails) {
  AddApplication(1, v1::APPLICATION_STATE_HELD, "420111", 5);
  AddApplication(2, v1::APPLICATION_STATE_HELD, "420111", 5);
  ledger_.On<v1::ListApplicationsRequest, v1::ListApplicationsResponse>(
      "ListApplications", [](const auto& request, auto* response) {
        if (!request.page_token().empty()) {
          return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "role");
        }
        response->add_applications();
        response->set_next_page_token("1");
        return grpc::Status::OK;
      });
  EXPECT_EQ(Run({"export", "queue", kProgram}), kRefused);
  EXPECT_THAT(out_, IsEmpty());
}

}  // namespace
}  // namespace voucher::cli
