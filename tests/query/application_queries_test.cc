#include "ledger/query/application_queries.h"

#include <vector>

#include "gtest/gtest.h"

#include "tests/query/told_ledger.h"

namespace voucher::query {
namespace {

using ::voucher::testing::Platform;
using ::voucher::testing::StoryUscc;

class ApplicationQueriesTest : public ::voucher::testing::ToldLedger {};

std::vector<uint64_t> Ids(const v1::ListApplicationsResponse& response) {
  std::vector<uint64_t> ids;
  for (const v1::Application& application : response.applications()) {
    ids.push_back(application.application_id());
  }
  return ids;
}

TEST_F(ApplicationQueriesTest, AnApplicationNamesItsNextStage) {
  v1::GetApplicationRequest request;
  request.set_application_id(5);
  v1::GetApplicationResponse response;
  ASSERT_TRUE(GetApplication(view(), request, {Platform(), &response}).ok());
  const v1::Application& application = response.application();
  EXPECT_EQ(application.program_id(), "hubei-2025");
  EXPECT_EQ(application.queue_number(), 5);
  EXPECT_EQ(application.item_id(), "resource");
  EXPECT_EQ(application.uscc(), StoryUscc(3));
  EXPECT_EQ(application.spend_fen(), 3'000'00);
  EXPECT_EQ(application.granted_fen(), 600'00);
  EXPECT_EQ(application.state(), v1::APPLICATION_STATE_HELD);
  EXPECT_EQ(application.next_stage(), "EXPERT");
  EXPECT_EQ(response.as_of_sequence(), end());
}

TEST_F(ApplicationQueriesTest, AnApprovedApplicationNamesItsVoucherAndNoStage) {
  v1::GetApplicationRequest request;
  request.set_application_id(1);
  v1::GetApplicationResponse response;
  ASSERT_TRUE(GetApplication(view(), request, {Platform(), &response}).ok());
  EXPECT_EQ(response.application().voucher_id(), 1);
  EXPECT_EQ(response.application().approved_fen(), 20'000'00);
  EXPECT_EQ(response.application().next_stage(), "");
}

TEST_F(ApplicationQueriesTest, WhyAWaiterLapsedIsSaidInBothLanguages) {
  EditableRows lapsed(&view());
  v1::Refusal* why = lapsed.Edit<tables::Applications>({5}).mutable_lapse_refusal();
  why->set_reason(v1::REASON_WINDOW_CLOSED);
  why->set_clause("Art. 1");
  v1::GetApplicationRequest request;
  request.set_application_id(5);
  v1::GetApplicationResponse response;
  ASSERT_TRUE(GetApplication(lapsed, request, {Platform(), &response}).ok());
  const v1::Refusal& refusal = response.application().lapse_refusal();
  EXPECT_EQ(refusal.clause(), "Art. 1");
  EXPECT_EQ(refusal.message(), "Applications are closed.");
  EXPECT_EQ(refusal.message_zh(), "申报已截止。");
}

// The clause is that of deploy/programs/hubei-2025.
TEST_F(ApplicationQueriesTest, AWaiterThatLapsedWithTheVouchersIsToldTheirClause) {
  EditableRows lapsed(&view());
  v1::Refusal* why = lapsed.Edit<tables::Applications>({5}).mutable_lapse_refusal();
  why->set_reason(v1::REASON_VOUCHER_EXPIRED);
  v1::GetApplicationRequest request;
  request.set_application_id(5);
  v1::GetApplicationResponse response;
  ASSERT_TRUE(GetApplication(lapsed, request, {Platform(), &response}).ok());
  const v1::Refusal& refusal = response.application().lapse_refusal();
  EXPECT_EQ(refusal.clause(),
            "决定：通知未规定有效期，按武汉市经信局 2025-05-20 三(二)“当年”定为当年12月31日，"
            "核销宽限72小时，调拨答复120小时");
  EXPECT_EQ(refusal.message(), "The voucher has expired.");
}

TEST_F(ApplicationQueriesTest, AnUnknownApplicationIsNotFound) {
  v1::GetApplicationRequest request;
  v1::GetApplicationResponse response;
  request.set_application_id(6);
  EXPECT_EQ(GetApplication(view(), request, {Platform(), &response}).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ApplicationQueriesTest, ApplicationsOfAProgramComeInQueueOrder) {
  v1::ListApplicationsRequest request;
  request.set_program_id("hubei-2025");
  request.set_page_size(2);
  std::vector<uint64_t> all;
  for (int page = 0; page < 3; ++page) {
    v1::ListApplicationsResponse response;
    ASSERT_TRUE(ListApplications(view(), request, {Platform(), &response}).ok());
    for (const uint64_t id : Ids(response)) all.push_back(id);
    EXPECT_EQ(response.next_page_token().empty(), page == 2) << page;
    request.set_page_token(response.next_page_token());
  }
  EXPECT_EQ(all, (std::vector<uint64_t>{1, 2, 3, 4, 5}));
}

TEST_F(ApplicationQueriesTest, AFullLastPageHasNoToken) {
  v1::ListApplicationsRequest request;
  request.set_program_id("hubei-2025");
  request.set_page_size(5);
  v1::ListApplicationsResponse response;
  ASSERT_TRUE(ListApplications(view(), request, {Platform(), &response}).ok());
  EXPECT_EQ(response.applications_size(), 5);
  EXPECT_EQ(response.next_page_token(), "");
}

TEST_F(ApplicationQueriesTest, ApplicationsOfAnEnterpriseCanBeFilteredByState) {
  v1::ListApplicationsRequest request;
  request.set_uscc(StoryUscc(3));
  v1::ListApplicationsResponse all;
  ASSERT_TRUE(ListApplications(view(), request, {Platform(), &all}).ok());
  EXPECT_EQ(Ids(all), (std::vector<uint64_t>{4, 5}));
  request.set_state(v1::APPLICATION_STATE_WITHDRAWN);
  v1::ListApplicationsResponse withdrawn;
  ASSERT_TRUE(ListApplications(view(), request, {Platform(), &withdrawn}).ok());
  EXPECT_EQ(Ids(withdrawn), (std::vector<uint64_t>{4}));
}

}  // namespace
}  // namespace voucher::query
