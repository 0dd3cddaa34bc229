// voucherctl's notices, watches, archiving and printed orders, against a real server in this
// process.
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/clients/voucherctl_run.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/program_service.pb.h"

namespace voucher::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kLife[] = "life-2025";

// --- notices ---

TEST_F(VoucherctlServerTest, NoticeIsPublishedForAFileForIdsOrForAllListed) {
  ListApplications(5);
  const auto application_ids = [&](int notice) {
    const auto got = Json("platform", {"notice", "get", absl::StrCat(notice)});
    return got["notice"]["application_ids"];
  };
  const std::string file = WriteFile("ids.csv", "application_id\n1\n2\n");
  Accept("platform", {"notice", "publish", kLife, "--file", file});
  // Again, saved by a spreadsheet: no failure, and no other notice.
  Accept("platform", {"notice", "publish", kLife, "--file",
                      WriteFile("saved.csv", "\xEF\xBB\xBF\"application_id\"\r\n2\r\n1\r\n")});
  EXPECT_EQ(out_, "done before: they went on notice 1\n");
  EXPECT_EQ(Run({"notice", "publish", kLife, "--ids", "1,3"}), kRefused);
  EXPECT_THAT(application_ids(1), ElementsAre("1", "2"));
  const uint64_t after_file = running_.sequence();
  Accept("platform", {"notice", "publish", kLife, "--ids", "3"});
  EXPECT_THAT(application_ids(2), ElementsAre("3"));

  Accept("platform", {"notice", "publish", kLife, "--listed", "--dry-run"});
  EXPECT_THAT(out_, HasSubstr("2 applications would go on notice"));
  EXPECT_EQ(running_.sequence(), after_file + 1);
  Accept("platform", {"notice", "publish", kLife, "--listed"});
  EXPECT_THAT(application_ids(3), ElementsAre("4", "5"));

  const uint64_t before = running_.sequence();
  EXPECT_EQ(Run({"notice", "publish", kLife}), kMalformed);
  EXPECT_EQ(Run({"notice", "publish", kLife, "--listed", "--ids", "5"}), kMalformed);
  EXPECT_EQ(Run({"notice", "publish", "harbin-2022", "--listed"}), kRefused);
  EXPECT_EQ(Run({"notice", "publish", kLife, "--file",
                 WriteFile("twice.csv", "application_id\n4\n4\n"), "--dry-run"}),
            kMalformed);
  EXPECT_THAT(err_, HasSubstr("twice.csv:3: application_id: stands twice in this notice"));
  EXPECT_EQ(running_.sequence(), before);
}

// 8,193 applications take long to list for real.
TEST_F(VoucherctlServerTest, MoreListedThanANoticeHoldsGoOnSeveral) {
  std::vector<v1::PublishNoticeRequest> heard;
  scripted_.On<v1::PublishNoticeRequest, v1::PublishNoticeResponse>(
      "PublishNotice", [&](const auto& request, auto*) {
        heard.push_back(request);
        return grpc::Status::OK;
      });
  scripted_.On<v1::GetBudgetRequest, v1::GetBudgetResponse>(
      "GetBudget", [](const auto&, auto*) { return grpc::Status::OK; });
  scripted_.On<v1::ListApplicationsRequest, v1::ListApplicationsResponse>(
      "ListApplications", [](const auto& request, auto* response) {
        constexpr uint64_t kLast = 8'193;
        uint64_t id = 0;
        if (!request.page_token().empty()) {
          EXPECT_TRUE(absl::SimpleAtoi(request.page_token(), &id));
        }
        while (id < kLast && response->applications_size() < request.page_size()) {
          v1::Application& application = *response->add_applications();
          application.set_application_id(++id);
          application.set_state(v1::APPLICATION_STATE_LISTED);
        }
        if (id < kLast) response->set_next_page_token(absl::StrCat(id));
        return grpc::Status::OK;
      });
  address_ = scripted_.Start();
  EXPECT_EQ(Run({"--request-id", "mine", "notice", "publish", kLife, "--listed"}), kOk) << err_;
  ASSERT_THAT(heard, SizeIs(2));
  EXPECT_THAT(heard[0].application_ids(), SizeIs(8'192));
  EXPECT_EQ(heard[0].request_id(), "mine");
  EXPECT_THAT(heard[1].application_ids(), ElementsAre(8'193u));
  EXPECT_EQ(heard[1].request_id(), "mine/2");
}

// --- watches ---

class VoucherctlWatchTest : public VoucherctlServerTest {
 protected:
  // Five entries, a second apart, of which the third is refused.
  void RecordFive() {
    for (const char* provider : {"p-1", "p-2"})
      Accept("platform", {"provider", "put", provider, "n"});
    EXPECT_EQ(Run({"application", "withdraw", "77"}), kRefused);
    for (const char* provider : {"p-4", "p-5"})
      Accept("platform", {"provider", "put", provider, "n"});
  }
};

TEST_F(VoucherctlWatchTest, EntriesAreALineEachFromWhereItIsTold) {
  RecordFive();
  Accept("auditor", {"entry", "watch", "--from", "2", "--count", "4"});
  EXPECT_EQ(out_,
            "2  2025-10-30 10:00:02 +08:00  principal 1  put_provider  accepted\n"
            "3  2025-10-30 10:00:03 +08:00  principal 1  withdraw_application  refused "
            "APPLICATION_NOT_FOUND\n"
            "4  2025-10-30 10:00:04 +08:00  principal 1  put_provider  accepted\n"
            "5  2025-10-30 10:00:05 +08:00  principal 1  put_provider  accepted\n");
  EXPECT_EQ(err_, "resume with --from 6\n");
  // The message holds entries 2 to 5: it stops in its middle.
  Accept("auditor", {"entry", "watch", "--from", "2", "--count", "1"});
  EXPECT_THAT(out_, AllOf(StartsWith("2  "), Not(HasSubstr("\n3  "))));
  EXPECT_EQ(err_, "resume with --from 3\n");
}

TEST_F(VoucherctlWatchTest, EntriesAreALineOfJsonEach) {
  RecordFive();
  Accept("auditor", {"--json", "entry", "watch", "--count", "3"});
  const std::vector<std::string> lines = absl::StrSplit(out_, '\n', absl::SkipEmpty());
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(nlohmann::json::parse(lines[2])["entry"]["sequence"], "3");
  // A watch by its name goes on until the server ends it.
  scripted_.On<v1::WatchEntriesRequest, v1::WatchEntriesResponse>(
      "WatchEntries", [](const auto& request, auto* response) {
        response->set_next_sequence(request.from_sequence() + 1);
        return grpc::Status::OK;
      });
  address_ = scripted_.Start();
  Accept("auditor", {"call", "AuditService/WatchEntries", "--data", "{\"from_sequence\": 3}"});
  EXPECT_EQ(nlohmann::json::parse(out_)["next_sequence"], "4");
}

TEST_F(VoucherctlServerTest, TransferWatchKeepsTheChangesOfOneEntryTogether) {
  OrderTransfers();
  Import("finance", "statement-lines",
         "transfer_id,amount_fen,provider_reference\n2,80000,r\n4,1000,r\n",
         {"--provider", "huaweicloud", "--confirm-silent"});
  const uint64_t confirmed = running_.sequence();
  Accept("provider-huaweicloud", {"transfer", "confirm", "6", "r"});
  Accept("auditor", {"transfer", "watch", "--provider", "huaweicloud", "--count", "1", "--from",
                     absl::StrCat(confirmed)});
  EXPECT_EQ(out_,
            absl::StrCat(confirmed,
                         "  transfer 2  CONFIRMED  hubei-2025  voucher 1  account 1  800.00 yuan  "
                         "r\n",
                         confirmed,
                         "  transfer 4  CONFIRMED  hubei-2025  voucher 1  account 1  10.00 yuan  "
                         "r\n"));
  EXPECT_EQ(err_, absl::StrCat("resume with --from ", confirmed + 1, "\n"));
}

// --- printed orders ---

// The books of a real server always add up.
TEST_F(VoucherctlServerTest, ArchiveShowsTheBudgetEquationAndFailsIfItDoesNotHold) {
  scripted_.On<v1::ArchiveProgramRequest, v1::ArchiveProgramResponse>(
      "ArchiveProgram", [](const auto&, auto* response) {
        response->mutable_receipt()->set_sequence(7);
        response->mutable_event()->set_returned_fen(40'00);
        return grpc::Status::OK;
      });
  int64_t paid_fen = 60'00;
  scripted_.On<v1::GetBudgetRequest, v1::GetBudgetResponse>(
      "GetBudget", [&paid_fen](const auto& request, auto* response) {
        EXPECT_EQ(request.min_sequence(), 7u);
        v1::Budget* budget = response->mutable_budget();
        budget->set_program_id(request.program_id());
        budget->set_appropriated_fen(100'00);
        budget->set_paid_fen(paid_fen);
        budget->set_returned_fen(40'00);
        return grpc::Status::OK;
      });
  address_ = scripted_.Start();
  EXPECT_EQ(Run({"program", "archive", kLife}), kOk);
  EXPECT_THAT(out_, AllOf(HasSubstr("Budget equation of life-2025"), HasSubstr("100.00"),
                          HasSubstr("appropriated = paid + returned: holds")));
  paid_fen = 59'99;
  EXPECT_EQ(Run({"program", "archive", kLife}), kRefused);
  EXPECT_THAT(out_, HasSubstr("DOES NOT HOLD"));
}

TEST_F(VoucherctlServerTest, TransferPrintGathersTheOrder) {
  OrderTransfers();
  Accept("issuer", {"transfer", "order", "1", "1", "12345.67"});
  const uint64_t ordered = running_.sequence();
  Accept("provider-huaweicloud", {"transfer", "confirm", "7", "HW-1"});
  const uint64_t now = running_.sequence();

  Accept("issuer", {"transfer", "print", "7"});
  for (const std::string& part :
       {std::string("企业名称          武汉测试科技有限公司\n"),
        std::string("华为云计算技术有限公司（huaweicloud）"),
        std::string("人民币壹万贰仟叁佰肆拾伍元陆角柒分"), std::string("服务商凭证号      HW-1\n"),
        absl::StrCat("第 ", ordered, " 条记录（状态截至第 ", now, " 条）"),
        std::string("（hubei-2025）")}) {
    EXPECT_THAT(out_, HasSubstr(part));
  }
  const auto json = Json("issuer", {"transfer", "print", "7"});
  EXPECT_EQ(json["amount_fen"], 1'234'567);
  EXPECT_EQ(json["state"], "CONFIRMED");
  EXPECT_EQ(json["voucher_last_day"], "2025-12-31");
  EXPECT_EQ(json["as_of_sequence"], now);
  EXPECT_EQ(RunAs("issuer", {"transfer", "print", "13"}), kRefused);
  EXPECT_THAT(out_, IsEmpty());
}

}  // namespace
}  // namespace voucher::cli
