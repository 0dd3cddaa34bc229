// How voucherctl writes and reads amounts, tables and fields.
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/field_text.h"
#include "clients/cli/render.h"
#include "clients/cli/table.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/credit_service.pb.h"
#include "voucher/v1/program_service.pb.h"
#include "voucher/v1/registry_service.pb.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher::cli {
namespace {

using ::testing::HasSubstr;

TEST(FormatCount, GroupsThousands) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1'000), "1,000");
  EXPECT_EQ(FormatCount(-999), "-999");
  EXPECT_EQ(FormatCount(-1'234'567), "-1,234,567");
  EXPECT_EQ(FormatCount(std::numeric_limits<int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(DisplayWidth, CountsTerminalColumns) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("武汉"), 4u);
  EXPECT_EQ(DisplayWidth("A类（甲）"), 9u);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1u);  // e and a combining acute accent
  EXPECT_EQ(DisplayWidth("ü–…"), 3u);
  EXPECT_EQ(DisplayWidth("\xFF"), 1u);
}

TEST(Table, AlignsWideCharactersAndDropsEmptyColumns) {
  Table table({{"name"}, {"note"}, {"granted (yuan)", Table::kRight}, {"state"}});
  table.AddRow({"武汉远屿", "", "1,000.00", "OPEN"});
  table.AddRow({"ab", "", "2.00", ""});
  std::ostringstream out;
  table.Print(out, 1);
  EXPECT_EQ(out.str(),
            " name      granted (yuan)  state\n"
            " 武汉远屿        1,000.00  OPEN\n"
            " ab                  2.00\n");
}

TEST(SetField, ReadsEachKindOfValue) {
  v1::PutEnterpriseRequest enterprise;
  EXPECT_TRUE(SetField("facts.size", "medium", &enterprise).ok());
  EXPECT_TRUE(SetField("facts.registered_on", "2020-02-29", &enterprise).ok());
  EXPECT_TRUE(SetField("facts.prior_year_revenue_fen", "1,234.5", &enterprise).ok());
  EXPECT_TRUE(SetField("facts.is_cloud_provider", "true", &enterprise).ok());
  EXPECT_EQ(enterprise.facts().size(), v1::ENTERPRISE_SIZE_MEDIUM);
  EXPECT_EQ(enterprise.facts().registered_on().day(), 29);
  EXPECT_EQ(enterprise.facts().prior_year_revenue_fen(), 123'450);
  EXPECT_TRUE(enterprise.facts().is_cloud_provider());

  v1::PutProductRequest product;
  EXPECT_TRUE(SetField("product.item_ids", "resource,business", &product).ok());
  EXPECT_THAT(product.product().item_ids(), ::testing::ElementsAre("resource", "business"));

  v1::RedeemRequest redeem;
  EXPECT_TRUE(SetField("usage_ended_at", "2025-10-31T23:59:59.999+08:00", &redeem).ok());
  EXPECT_EQ(redeem.usage_ended_at().seconds(), 1'761'926'399);
  EXPECT_EQ(redeem.usage_ended_at().nanos(), 999'000'000);
}

TEST(SetField, SaysWhatIsExpected) {
  v1::PutEnterpriseRequest request;
  EXPECT_THAT(SetField("facts.size", "HUGE", &request).message(),
              HasSubstr("size: expected one of MICRO, SMALL, MEDIUM, LARGE, got 'HUGE'"));
  EXPECT_FALSE(SetField("facts.size", "UNSPECIFIED", &request).ok());
  EXPECT_FALSE(SetField("facts.registered_on", "2023-02-29", &request).ok());
  EXPECT_FALSE(SetField("facts.is_cloud_provider", "1", &request).ok());
  v1::RedeemRequest redeem;
  EXPECT_FALSE(SetField("account_id", "-1", &redeem).ok());
  EXPECT_FALSE(SetField("usage_ended_at", "2025-10-31 10:00", &redeem).ok());
  EXPECT_FALSE(SetField("usage_ended_at", "infinite-future", &redeem).ok());
}

TEST(SetField, ReadsMonthsPointsAndDocuments) {
  v1::CloseStatementRequest close;
  EXPECT_TRUE(SetField("period", "2025-09", &close).ok());
  EXPECT_EQ(close.period().year(), 2025);
  EXPECT_EQ(close.period().month(), 9);
  for (const char* wrong : {"2025-13", "2025-9", "2025-09-01", "September"}) {
    EXPECT_FALSE(SetField("period", wrong, &close).ok()) << wrong;
  }

  v1::ReviewApplicationRequest review;
  EXPECT_TRUE(SetField("score", "88.5", &review).ok());
  EXPECT_EQ(review.score(), 8'850);
  for (const char* wrong : {"100.01", "-1", "88.555", "A"}) {
    EXPECT_THAT(SetField("score", wrong, &review).message(), HasSubstr("points")) << wrong;
  }

  v1::AcceptProjectRequest accept;
  const std::string hash(64, 'a');
  EXPECT_TRUE(SetField("documents",
                       "acceptance_report/" + hash + "/YS/1,AUDIT_REPORT/" + hash + "/SJ", &accept)
                  .ok());
  ASSERT_EQ(accept.documents_size(), 2);
  EXPECT_EQ(accept.documents(0).kind(), v1::DOCUMENT_KIND_ACCEPTANCE_REPORT);
  EXPECT_EQ(accept.documents(0).number(), "YS/1");
  EXPECT_EQ(accept.documents(0).sha256(), std::string(32, '\xAA'));
  for (const std::string& wrong :
       {std::string("LETTER/") + hash + "/1", "AUDIT_REPORT/" + hash,
        std::string("AUDIT_REPORT/abc/1"), "AUDIT_REPORT/" + hash + "/", std::string(64, 'g')}) {
    EXPECT_FALSE(SetField("documents", wrong, &accept).ok()) << wrong;
  }
}

TEST(PrintMessage, ShowsMonthsAndPoints) {
  v1::ListClustersResponse response;
  v1::ClusterStatus& cluster = *response.add_clusters();
  cluster.set_score(9'205);
  cluster.set_rank(1);
  response.add_clusters();
  std::ostringstream out;
  PrintMessage(response, {"score", "rank"}, out);
  EXPECT_EQ(out.str(), "score  rank\n92.05     1\n\n(2 rows)\n");
  v1::Statement statement;
  statement.mutable_period()->set_year(2025);
  statement.mutable_period()->set_month(9);
  EXPECT_EQ(FieldText(statement, *statement.GetDescriptor()->FindFieldByName("period")), "2025-09");
}

TEST(PrintMessage, PrintsReceiptAndEventOfAMutation) {
  v1::SubmitApplicationResponse response;
  response.mutable_receipt()->set_sequence(12);
  response.mutable_receipt()->set_queue_number(5'213);
  response.mutable_receipt()->mutable_received_at()->set_seconds(1'761'926'399);
  response.mutable_receipt()->mutable_recorded_at()->set_seconds(1'761'926'400);
  response.mutable_event()->set_application_id(7);
  response.mutable_event()->set_granted_fen(20'000'000);
  response.mutable_event()->set_state(v1::APPLICATION_STATE_HELD);
  std::ostringstream out;
  PrintMessage(response, {}, out);
  EXPECT_THAT(out.str(), HasSubstr("receipt: entry 12, queue number 5,213, received 2025-10-31 "
                                   "23:59:59 +08:00, recorded 2025-11-01 00:00:00 +08:00\n"));
  EXPECT_THAT(out.str(), HasSubstr("  application id     7\n"));
  EXPECT_THAT(out.str(), HasSubstr("  granted            200,000.00 yuan\n"));
  EXPECT_THAT(out.str(), HasSubstr("  state              HELD\n"));
}

TEST(PrintMessage, PrintsAPageAsATableOfTheChosenColumns) {
  v1::ListEnterprisesResponse response;
  v1::Enterprise& enterprise = *response.add_enterprises();
  enterprise.mutable_facts()->set_uscc("914403001922038216");
  enterprise.mutable_facts()->set_size(v1::ENTERPRISE_SIZE_SMALL);
  enterprise.add_listings(v1::LISTING_KIND_SERIOUS_DISHONESTY);
  enterprise.add_listings(v1::LISTING_KIND_JOINT_PUNISHMENT);
  response.set_as_of_sequence(9);
  std::ostringstream out;
  PrintMessage(response, {"facts.uscc", "facts.size", "listings", "blacklisting.reason"}, out);
  EXPECT_EQ(out.str(),
            "uscc                size   listings\n"
            "914403001922038216  SMALL  SERIOUS_DISHONESTY, JOINT_PUNISHMENT\n"
            "(1 row)\n");
}

}  // namespace
}  // namespace voucher::cli
