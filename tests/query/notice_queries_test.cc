#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "ledger/query/application_queries.h"
#include "tests/query/contest.h"

namespace voucher::query {
namespace {

using ::voucher::testing::ApplyToContest;
using ::voucher::testing::Approve;
using ::voucher::testing::LedgerStory;
using ::voucher::testing::OpenContest;
using ::voucher::testing::ParseCommand;
using ::voucher::testing::Platform;
using ::voucher::testing::Review;
using ::voucher::testing::Reviewer;
using ::voucher::testing::ScoreIt;
using ::voucher::testing::StoryUscc;

// Applications 1 (1,000.00 of 2,000.00 yuan, score 90.00) and 2 (500.00, score 80.00) of
// enterprises 1 and 2, collected.
class NoticeQueriesTest : public ::testing::Test {
 protected:
  NoticeQueriesTest() {
    OpenContest(&story_);
    story_.Accept(Platform(), ApplyToContest(1, "a-1", 200'000));
    story_.Accept(Platform(), ApplyToContest(2, "a-2", 100'000));
  }

  void RankBoth() {
    ScoreIt(&story_, 1, 9'000);
    ScoreIt(&story_, 2, 8'000);
    story_.Accept(Platform(),
                  ParseCommand(R"(rank_applications { request_id: "k" program_id: "contest" })"));
  }

  // Puts each of the two on a notice of its own.
  void PublishBoth() {
    RankBoth();
    for (const uint64_t id : {1, 2}) {
      story_.Accept(Reviewer(), Review(id, "CITY", v1::REVIEW_VERDICT_PASS));
      v1::Command notice;
      notice.mutable_publish_notice()->set_request_id(absl::StrCat("n-", id));
      notice.mutable_publish_notice()->set_program_id("contest");
      notice.mutable_publish_notice()->add_application_ids(id);
      story_.Accept(Platform(), notice);
    }
  }

  v1::Application Read(uint64_t id) {
    v1::GetApplicationRequest request;
    request.set_application_id(id);
    v1::GetApplicationResponse response;
    EXPECT_TRUE(GetApplication(story_.view(), request, {Platform(), &response}).ok());
    return response.application();
  }

  LedgerStory story_;
};

TEST_F(NoticeQueriesTest, ACollectedApplicationTellsWhatItWantsAndWhoApplies) {
  const v1::Application application = Read(2);
  EXPECT_EQ(application.state(), v1::APPLICATION_STATE_COLLECTED);
  EXPECT_EQ(application.wanted_fen(), 50'000);
  EXPECT_EQ(application.granted_fen(), 0);
  EXPECT_EQ(application.next_stage(), "DISTRICT");
  EXPECT_EQ(application.uscc(), StoryUscc(2));
  EXPECT_EQ(application.enterprise_name(), "Enterprise 2");
  EXPECT_EQ(application.division(), "420106");
  EXPECT_EQ(application.size(), v1::ENTERPRISE_SIZE_SMALL);
  ASSERT_EQ(application.provider_ids_size(), 1);
  EXPECT_EQ(application.provider_ids(0), "acme");
  EXPECT_EQ(application.project_id(), "P-1");
  EXPECT_EQ(application.cluster_id(), "");
  EXPECT_EQ(application.score(), 0);
  EXPECT_FALSE(application.has_approvable_at());
  EXPECT_FALSE(application.has_correction_due_at());
  EXPECT_FALSE(application.has_project_due_at());
}

TEST_F(NoticeQueriesTest, ARankedApplicationTellsScorePlaceAndGrant) {
  RankBoth();
  const v1::Application application = Read(2);
  EXPECT_EQ(application.state(), v1::APPLICATION_STATE_HELD);
  EXPECT_EQ(application.score(), 8'000);
  EXPECT_EQ(application.rank(), 2);
  EXPECT_EQ(application.granted_fen(), 50'000);
  EXPECT_EQ(application.wanted_fen(), 0) << "it asks for nothing any more";
  EXPECT_EQ(application.next_stage(), "CITY");
}

TEST_F(NoticeQueriesTest, AReturnedApplicationTellsWhenItsCorrectionIsDue) {
  RankBoth();
  story_.Accept(Reviewer(), ParseCommand(R"(return_application { request_id: "r" application_id: 1
      reason: "a page is missing" })"));
  EXPECT_EQ(Read(1).state(), v1::APPLICATION_STATE_RETURNED);
  EXPECT_EQ(Read(1).next_stage(), "CITY");
  // Returned on October 30, which is not counted: November 9 is the last day.
  EXPECT_EQ(Read(1).correction_due_at().seconds(),
            *ParseRfc3339("2025-11-10T00:00:00+08:00") / kNanosPerSecond);
}

TEST_F(NoticeQueriesTest, AnApprovedApplicationTellsWhenItsProjectIsDue) {
  PublishBoth();
  EXPECT_FALSE(Read(1).has_project_due_at());
  story_.MoveTo("2025-11-07T00:00:00+08:00");
  story_.Accept(Platform(), Approve(1));
  EXPECT_EQ(Read(1).approved_fen(), 100'000);
  EXPECT_EQ(Read(1).project_due_at().seconds(),
            *ParseRfc3339("2026-11-08T00:00:00+08:00") / kNanosPerSecond);
}

TEST_F(NoticeQueriesTest, ANoticeTellsItsDaysAndApplications) {
  PublishBoth();
  v1::GetNoticeRequest request;
  v1::GetNoticeResponse response;
  request.set_notice_id(3);
  EXPECT_EQ(GetNotice(story_.view(), request, {Platform(), &response}).code(),
            absl::StatusCode::kNotFound);
  request.set_notice_id(2);
  ASSERT_TRUE(GetNotice(story_.view(), request, {Platform(), &response}).ok());
  EXPECT_EQ(response.as_of_sequence(), story_.stored().size());
  const v1::Notice& notice = response.notice();
  EXPECT_EQ(notice.program_id(), "contest");
  ASSERT_EQ(notice.application_ids_size(), 1);
  EXPECT_EQ(notice.application_ids(0), 2);
  // October 30 is not counted: 7 days end with November 6.
  EXPECT_EQ(notice.starts_on().day(), 30);
  EXPECT_EQ(notice.last_day().month(), 11);
  EXPECT_EQ(notice.last_day().day(), 6);
  const int64_t end = *ParseRfc3339("2025-11-07T00:00:00+08:00") / kNanosPerSecond;
  EXPECT_EQ(notice.ends_at().seconds(), end);
  EXPECT_EQ(Read(2).notice_id(), 2);
  EXPECT_EQ(Read(2).approvable_at().seconds(), end);
  EXPECT_EQ(Read(2).next_stage(), "");
}

TEST_F(NoticeQueriesTest, NoticesComeInPagesByNumber) {
  PublishBoth();
  v1::ListNoticesRequest request;
  request.set_program_id("contest");
  request.set_page_size(1);
  v1::ListNoticesResponse first;
  ASSERT_TRUE(ListNotices(story_.view(), request, {Platform(), &first}).ok());
  ASSERT_EQ(first.notices_size(), 1);
  EXPECT_EQ(first.notices(0).notice_id(), 1);
  request.set_page_token(first.next_page_token());
  v1::ListNoticesResponse second;
  ASSERT_TRUE(ListNotices(story_.view(), request, {Platform(), &second}).ok());
  ASSERT_EQ(second.notices_size(), 1);
  EXPECT_EQ(second.notices(0).notice_id(), 2);
  EXPECT_EQ(second.next_page_token(), "");
}

}  // namespace
}  // namespace voucher::query
