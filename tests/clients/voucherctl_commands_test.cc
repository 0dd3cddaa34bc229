// voucherctl's notices, watches, archiving and printed orders, against a ledger in this process.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/clients/fake_ledger.h"
#include "tests/clients/voucherctl_run.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/credit_service.pb.h"
#include "voucher/v1/program_service.pb.h"

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

// --- notices ---

TEST_F(VoucherctlServerTest, NoticeIsPublishedForAFileForIdsOrForAllListed) {
  ledger_.On<v1::PublishNoticeRequest, v1::PublishNoticeResponse>(
      "PublishNotice", [](const auto&, auto* response) {
        response->mutable_event()->set_notice_id(4);
        return grpc::Status::OK;
      });
  AddApplication(1, v1::APPLICATION_STATE_LISTED, "420111", 5);
  AddApplication(2, v1::APPLICATION_STATE_HELD, "420111", 5);
  AddApplication(3, v1::APPLICATION_STATE_LISTED, "420111", 5);
  const std::string file = WriteFile("ids.csv", "application_id\n7\n8\n");
  EXPECT_EQ(Run({"notice", "publish", kProgram, "--file", file}), kOk) << err_;
  EXPECT_EQ(Run({"notice", "publish", kProgram, "--file", file}), kOk);
  EXPECT_EQ(Run({"notice", "publish", kProgram, "--ids", "5,6"}), kOk) << err_;
  EXPECT_EQ(Run({"notice", "publish", kProgram, "--listed"}), kOk);
  const auto heard = ledger_.Heard<v1::PublishNoticeRequest>();
  ASSERT_THAT(heard, SizeIs(4));
  EXPECT_THAT(heard[0].application_ids(), ElementsAre(7u, 8u));
  EXPECT_EQ(heard[0].request_id(), heard[1].request_id());
  EXPECT_THAT(heard[2].application_ids(), ElementsAre(5u, 6u));
  EXPECT_THAT(heard[3].application_ids(), ElementsAre(101u, 103u));
  EXPECT_NE(heard[2].request_id(), heard[3].request_id());

  EXPECT_EQ(Run({"notice", "publish", kProgram, "--listed", "--dry-run"}), kOk);
  EXPECT_THAT(out_, HasSubstr("2 applications would go on notice"));
  EXPECT_EQ(Run({"notice", "publish", kProgram}), kMalformed);
  EXPECT_EQ(Run({"notice", "publish", kProgram, "--listed", "--ids", "5"}), kMalformed);
  EXPECT_EQ(Run({"notice", "publish", "harbin-2022", "--listed"}), kRefused);
  EXPECT_THAT(ledger_.Heard<v1::PublishNoticeRequest>(), SizeIs(4));
}

TEST_F(VoucherctlServerTest, MoreListedThanANoticeHoldsGoOnSeveral) {
  ledger_.On<v1::PublishNoticeRequest, v1::PublishNoticeResponse>(
      "PublishNotice", [](const auto&, auto*) { return grpc::Status::OK; });
  for (uint64_t i = 1; i <= 8'193; ++i) {
    v1::Application& application = ledger_.applications.emplace_back();
    application.set_application_id(i);
    application.set_program_id(kProgram);
    application.set_state(v1::APPLICATION_STATE_LISTED);
  }
  EXPECT_EQ(Run({"--request-id", "mine", "notice", "publish", kProgram, "--listed"}), kOk) << err_;
  const auto heard = ledger_.Heard<v1::PublishNoticeRequest>();
  ASSERT_THAT(heard, SizeIs(2));
  EXPECT_THAT(heard[0].application_ids(), SizeIs(8'192));
  EXPECT_EQ(heard[0].request_id(), "mine");
  EXPECT_THAT(heard[1].application_ids(), ElementsAre(8'193u));
  EXPECT_EQ(heard[1].request_id(), "mine/2");
}
// --- watches ---

void AddEntry(uint64_t sequence, bool refused, FakeLedger* ledger) {
  v1::RecordedEntry& recorded = ledger->entries.emplace_back();
  v1::Entry& entry = *recorded.mutable_entry();
  entry.set_sequence(sequence);
  entry.set_recorded_unix_ns(1'761'926'399'000'000'000);
  entry.set_principal(2);
  entry.set_program(1);
  entry.mutable_command()->mutable_redeem()->set_order_number("o");
  if (refused) {
    entry.mutable_refusal()->set_reason(v1::REASON_INSUFFICIENT_CREDIT);
  } else {
    entry.mutable_event()->mutable_redeemed()->set_amount_fen(5);
  }
}

TEST_F(VoucherctlServerTest, EntryWatchPrintsALineEachFromWhereItIsTold) {
  for (uint64_t i = 1; i <= 5; ++i) AddEntry(i, i == 3, &ledger_);
  EXPECT_EQ(Run({"entry", "watch", "--from", "2"}), kOk) << err_;
  EXPECT_EQ(out_,
            "2  2025-10-31 23:59:59 +08:00  principal 2  program 1  redeem  accepted\n"
            "3  2025-10-31 23:59:59 +08:00  principal 2  program 1  redeem  refused "
            "INSUFFICIENT_CREDIT\n"
            "4  2025-10-31 23:59:59 +08:00  principal 2  program 1  redeem  accepted\n"
            "5  2025-10-31 23:59:59 +08:00  principal 2  program 1  redeem  accepted\n");
  EXPECT_EQ(err_, "resume with --from 6\n");
  // The message holds entries 2 and 3: it stops in its middle.
  EXPECT_EQ(Run({"entry", "watch", "--from", "2", "--count", "1"}), kOk);
  EXPECT_THAT(out_, AllOf(StartsWith("2  "), Not(HasSubstr("\n3  "))));
  EXPECT_EQ(err_, "resume with --from 3\n");
}

TEST_F(VoucherctlServerTest, EntryWatchPrintsALineOfJsonEach) {
  for (uint64_t i = 1; i <= 3; ++i) AddEntry(i, false, &ledger_);
  EXPECT_EQ(Run({"--json", "entry", "watch"}), kOk);
  const std::vector<std::string> lines = absl::StrSplit(out_, '\n', absl::SkipEmpty());
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(nlohmann::json::parse(lines[2])["entry"]["sequence"], "3");
  EXPECT_EQ(Run({"call", "AuditService/WatchEntries", "--data", "{\"from_sequence\": 3}"}), kOk);
  EXPECT_EQ(nlohmann::json::parse(out_)["next_sequence"], "4");
}

TEST_F(VoucherctlServerTest, TransferWatchKeepsTheChangesOfOneEntryTogether) {
  for (const uint64_t sequence : {5, 6, 6, 9}) {
    v1::TransferChange& change = ledger_.changes.emplace_back();
    change.set_sequence(sequence);
    change.mutable_transfer()->set_transfer_id(ledger_.changes.size());
    change.mutable_transfer()->set_program_id(kProgram);
    change.mutable_transfer()->set_voucher_id(3);
    change.mutable_transfer()->set_account_id(7);
    change.mutable_transfer()->set_amount_fen(123'456);
    change.mutable_transfer()->set_state(v1::TRANSFER_STATE_CONFIRMED);
    change.mutable_transfer()->set_provider_reference("r");
  }
  EXPECT_EQ(Run({"transfer", "watch", "--provider", "aliyun", "--count", "1", "--from", "6"}), kOk);
  EXPECT_EQ(out_,
            "6  transfer 2  CONFIRMED  hubei-2025  voucher 3  account 7  1,234.56 yuan  r\n"
            "6  transfer 3  CONFIRMED  hubei-2025  voucher 3  account 7  1,234.56 yuan  r\n");
  EXPECT_EQ(err_, "resume with --from 7\n");
}

// --- printed orders ---

TEST_F(VoucherctlServerTest, ArchiveShowsTheBudgetEquationAndFailsIfItDoesNotHold) {
  ledger_.On<v1::ArchiveProgramRequest, v1::ArchiveProgramResponse>(
      "ArchiveProgram", [](const auto&, auto* response) {
        response->mutable_receipt()->set_sequence(7);
        response->mutable_event()->set_returned_fen(40'00);
        return grpc::Status::OK;
      });
  int64_t paid_fen = 60'00;
  ledger_.On<v1::GetBudgetRequest, v1::GetBudgetResponse>(
      "GetBudget", [&paid_fen](const auto& request, auto* response) {
        EXPECT_EQ(request.min_sequence(), 7u);
        v1::Budget* budget = response->mutable_budget();
        budget->set_program_id(request.program_id());
        budget->set_appropriated_fen(100'00);
        budget->set_paid_fen(paid_fen);
        budget->set_returned_fen(40'00);
        return grpc::Status::OK;
      });
  EXPECT_EQ(Run({"program", "archive", kProgram}), kOk);
  EXPECT_THAT(out_, AllOf(HasSubstr("Budget equation of hubei-2025"), HasSubstr("100.00"),
                          HasSubstr("appropriated = paid + returned: holds")));
  paid_fen = 59'99;
  EXPECT_EQ(Run({"program", "archive", kProgram}), kRefused);
  EXPECT_THAT(out_, HasSubstr("DOES NOT HOLD"));
}

TEST_F(VoucherctlServerTest, TransferPrintGathersTheOrder) {
  AddTransfer(12, 7, kProgram, 12'345'678, v1::TRANSFER_STATE_CONFIRMED, &ledger_);
  ledger_.transfers[0].set_provider_reference("HW-1");
  ledger_.transfers[0].set_ordered_sequence(300);
  v1::Voucher& voucher = ledger_.vouchers.emplace_back();
  voucher.set_voucher_id(3);
  voucher.set_uscc(kUscc);
  voucher.set_application_id(5);
  voucher.mutable_expires_at()->set_seconds(1'767'196'800);
  v1::CloudAccount& account = ledger_.accounts.emplace_back();
  account.set_account_id(7);
  account.set_provider_id("huaweicloud");
  account.set_account_number("hwc-0001");
  v1::Provider& provider = ledger_.providers.emplace_back();
  provider.set_provider_id("huaweicloud");
  provider.set_name("华为云计算技术有限公司");
  v1::Enterprise& enterprise = ledger_.enterprises.emplace_back();
  enterprise.mutable_facts()->set_uscc(kUscc);
  enterprise.mutable_facts()->set_name("武汉测试科技有限公司");
  ledger_.program.mutable_rules()->set_title_zh("云服务券");

  EXPECT_EQ(Run({"transfer", "print", "12"}), kOk) << err_;
  for (const char* part :
       {"企业名称          武汉测试科技有限公司\n", "华为云计算技术有限公司（huaweicloud）",
        "人民币壹拾贰万叁仟肆佰伍拾陆元柒角捌分", "服务商凭证号      HW-1\n",
        "第 300 条记录（状态截至第 900 条）", "云服务券（hubei-2025）"}) {
    EXPECT_THAT(out_, HasSubstr(part));
  }
  EXPECT_EQ(Run({"--json", "transfer", "print", "12"}), kOk);
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["amount_fen"], 12'345'678);
  EXPECT_EQ(json["state"], "CONFIRMED");
  EXPECT_EQ(json["voucher_last_day"], "2025-12-31");
  EXPECT_EQ(json["as_of_sequence"], 900);
  EXPECT_EQ(Run({"transfer", "print", "13"}), kRefused);
  EXPECT_THAT(out_, IsEmpty());
}

}  // namespace
}  // namespace voucher::cli
