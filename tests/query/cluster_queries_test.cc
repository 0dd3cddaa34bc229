#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "ledger/query/registry_queries.h"
#include "ledger/query/resources.h"
#include "tests/query/contest.h"

namespace voucher::query {
namespace {

using ::voucher::testing::ApplyToContest;
using ::voucher::testing::LedgerStory;
using ::voucher::testing::OpenContest;
using ::voucher::testing::ParseCommand;
using ::voucher::testing::Platform;
using ::voucher::testing::Reviewer;
using ::voucher::testing::ScoreIt;
using ::voucher::testing::StoryUscc;

class ClusterQueriesTest : public ::testing::Test {
 protected:
  ClusterQueriesTest() { OpenContest(&story_); }

  void Put(const std::string& cluster_id, int member) {
    v1::Command command = ParseCommand(R"(put_cluster { cluster { program_id: "contest" name: "集群"
        lead_uscc: "91420111MA00000A1A" lead_name: "牵头" requested_fen: 400000 } })");
    v1::PutClusterRequest* request = command.mutable_put_cluster();
    request->set_request_id("put-" + cluster_id);
    request->mutable_cluster()->set_cluster_id(cluster_id);
    v1::ClusterMember* planned = request->mutable_cluster()->add_members();
    planned->set_uscc(StoryUscc(member));
    planned->set_planned_cost_fen(800'000);
    story_.Accept(Platform(), command);
  }

  v1::ClusterStatus Read(const std::string& cluster_id) {
    v1::GetClusterRequest request;
    request.set_program_id("contest");
    request.set_cluster_id(cluster_id);
    v1::GetClusterResponse response;
    EXPECT_TRUE(GetCluster(story_.view(), request, {Platform(), &response}).ok());
    EXPECT_EQ(response.as_of_sequence(), story_.stored().size());
    return response.cluster();
  }

  LedgerStory story_;
};

TEST_F(ClusterQueriesTest, AClusterIsReadWithItsRankAndUse) {
  Put("metal", 1);
  EXPECT_EQ(Read("metal").state(), v1::CLUSTER_STATE_PROPOSED);
  EXPECT_EQ(Read("metal").cluster().members(0).uscc(), StoryUscc(1));
  story_.Accept(Reviewer(), ParseCommand(R"(review_cluster { request_id: "r" program_id: "contest"
      cluster_id: "metal" verdict: REVIEW_VERDICT_PASS score: 8750 })"));
  story_.Accept(Platform(),
                ParseCommand(R"(rank_clusters { request_id: "k" program_id: "contest" })"));
  // The member's half of 1,000.00 yuan, ranked, counts in the cluster's pool.
  story_.Accept(Platform(), ApplyToContest(1, "a", 100'000));
  ScoreIt(&story_, 1, 9'000);
  EXPECT_EQ(Read("metal").used_fen(), 0);
  story_.Accept(Platform(),
                ParseCommand(R"(rank_applications { request_id: "q" program_id: "contest" })"));

  const v1::ClusterStatus metal = Read("metal");
  EXPECT_EQ(metal.state(), v1::CLUSTER_STATE_APPROVED);
  EXPECT_EQ(metal.number(), 1);
  EXPECT_EQ(metal.score(), 8'750);
  EXPECT_EQ(metal.rank(), 1);
  EXPECT_EQ(metal.pool_fen(), 400'000);
  EXPECT_EQ(metal.used_fen(), 50'000);
  EXPECT_EQ(ApplicationResource(story_.view(), 1, *story_.view().Find<tables::Applications>({1}))
                .cluster_id(),
            "metal");
}

TEST_F(ClusterQueriesTest, UnknownClustersAndProgramsAreNotFound) {
  Put("metal", 1);
  v1::GetClusterResponse response;
  v1::GetClusterRequest request;
  request.set_program_id("contest");
  request.set_cluster_id("food");
  EXPECT_EQ(GetCluster(story_.view(), request, {Platform(), &response}).code(),
            absl::StatusCode::kNotFound);
  request.set_cluster_id("metal");
  request.set_program_id("nowhere");
  EXPECT_EQ(GetCluster(story_.view(), request, {Platform(), &response}).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ClusterQueriesTest, ClustersComeInPagesByNumber) {
  for (int n = 0; n < 3; ++n) Put(absl::StrCat("c-", n), n);
  v1::ListClustersRequest request;
  request.set_program_id("contest");
  request.set_page_size(2);
  v1::ListClustersResponse first;
  ASSERT_TRUE(ListClusters(story_.view(), request, {Platform(), &first}).ok());
  ASSERT_EQ(first.clusters_size(), 2);
  EXPECT_EQ(first.clusters(1).cluster().cluster_id(), "c-1");
  ASSERT_FALSE(first.next_page_token().empty());
  request.set_page_token(first.next_page_token());
  v1::ListClustersResponse second;
  ASSERT_TRUE(ListClusters(story_.view(), request, {Platform(), &second}).ok());
  ASSERT_EQ(second.clusters_size(), 1);
  EXPECT_EQ(second.clusters(0).number(), 3);
  EXPECT_TRUE(second.next_page_token().empty());
}

TEST_F(ClusterQueriesTest, AnEnterpriseIsFoundByItsFormerCodeAndTellsItsReminders) {
  const std::string renewed = "91420111MA00000A1A";
  v1::Command succeed;
  v1::SucceedEnterpriseRequest* request = succeed.mutable_succeed_enterprise();
  request->set_request_id("s");
  request->set_uscc(StoryUscc(2));
  request->set_new_uscc(renewed);
  request->set_reference("D-1");
  story_.Accept(Platform(), succeed);
  // The same rules under another name.
  v1::Entry first;
  ASSERT_TRUE(first.ParseFromString(story_.stored().front()));
  v1::PublishProgramRequest* other = first.mutable_command()->mutable_publish_program();
  other->set_request_id("o");
  other->mutable_rules()->set_program_id("other");
  story_.Accept(Platform(), first.command());
  const auto remind = [&](const std::string& program_id, const std::string& reference) {
    v1::Command command;
    v1::RemindEnterpriseRequest* reminder = command.mutable_remind_enterprise();
    reminder->set_request_id(reference);
    reminder->set_program_id(program_id);
    reminder->set_uscc(renewed);
    reminder->set_reference(reference);
    story_.Accept(Platform(), command);
  };
  remind("contest", "D-2");
  remind("other", "D-3");
  remind("contest", "D-4");
  for (const std::string& uscc : {StoryUscc(2), renewed}) {
    v1::GetEnterpriseRequest get;
    get.set_uscc(uscc);
    v1::GetEnterpriseResponse response;
    ASSERT_TRUE(GetEnterprise(story_.view(), get, {Platform(), &response}, 0).ok()) << uscc;
    const v1::Enterprise& enterprise = response.enterprise();
    EXPECT_EQ(enterprise.number(), 3);
    EXPECT_EQ(enterprise.facts().uscc(), renewed);
    ASSERT_EQ(enterprise.former_usccs_size(), 1);
    EXPECT_EQ(enterprise.former_usccs(0), StoryUscc(2));
    EXPECT_EQ(enterprise.reminder().program_id(), "contest");
    EXPECT_EQ(enterprise.reminder().reference(), "D-4");
    // Reminded on 2025-10-30: April 30 is the last day.
    EXPECT_EQ(enterprise.reminder().cure_ends_at().seconds() * kNanosPerSecond,
              *ParseRfc3339("2026-05-01T00:00:00+08:00"));
    ASSERT_EQ(enterprise.other_reminders_size(), 1);
    EXPECT_EQ(enterprise.other_reminders(0).program_id(), "other");
    EXPECT_EQ(enterprise.other_reminders(0).reference(), "D-3");
    EXPECT_EQ(enterprise.receivable_fen(), 0);
  }
}

}  // namespace
}  // namespace voucher::query
