// What the tables of tests/scenarios do not show of the verbs that carry an application on.

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/machine/world.h"

namespace voucher {
namespace {

TEST(PublishNotice, Puts8192ApplicationsOnOneNoticeInAnEntryBelow1MiB) {
  TestWorld world;
  world.Open(kLife, "life-2025");
  std::string ids;
  for (int i = 0; i < 8192; ++i) {
    const uint64_t id = world.Apply("life-2025", "line", 200, "REIMBURSEMENT");  // 100 fen
    world.Pass(id, "DISTRICT");
    world.Pass(id, "CITY");
    absl::StrAppend(&ids, " application_ids: ", id);
  }
  const v1::Entry entry = world.Do("publish_notice", "program_id: 'life-2025'" + ids);
  ASSERT_TRUE(entry.has_event()) << entry.refusal().ShortDebugString();
  EXPECT_LT(entry.ByteSizeLong(), 1u << 20);
  for (const uint64_t id : {1, 4'000, 8'192}) {
    EXPECT_EQ(world.Row(id).state(), v1::APPLICATION_STATE_ON_NOTICE);
    EXPECT_EQ(world.Row(id).notice(), 1u);
  }
  EXPECT_TRUE(world.Findings().empty());

  v1::Command command = entry.command();
  command.mutable_publish_notice()->add_application_ids(8'193);
  const auto problems = ValidateCommand(command, entry.received_unix_ns());
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].field, "application_ids");
}

// The longest ids that there will be: 2^63 is ten bytes.
TEST(PublishNotice, StaysBelow1MiBWhateverTheNumbersOfTheApplications) {
  v1::Entry entry;
  for (uint64_t i = 0; i < 8192; ++i) {
    entry.mutable_command()->mutable_publish_notice()->add_application_ids((uint64_t{1} << 63) + i);
  }
  EXPECT_LT(entry.ByteSizeLong(), (1u << 20) - 4096);
}

TEST(PublishNotice, TakesNoApplicationsWhoseRevisionsHaveNoticesOfAnotherLength) {
  TestWorld world;
  world.Open(kLife, "life-2025");
  std::string ids;
  for (const char* notice : {"", "notice { days: 6 }", "notice { unit: DAY_UNIT_CALENDAR }"}) {
    if (*notice != '\0') world.Publish(kLife, "life-2025", notice);
    const uint64_t id = world.Apply("life-2025", "line", 200, "REIMBURSEMENT");
    world.Pass(id, "DISTRICT");
    world.Pass(id, "CITY");
    if (id == 1) continue;
    const v1::Entry both =
        world.Do("publish_notice",
                 absl::StrCat("program_id: 'life-2025' application_ids: 1 application_ids: ", id));
    EXPECT_EQ(both.refusal().reason(), v1::REASON_ILLEGAL_STATE);
  }
  // From Monday May 26: six working days end on June 3, five calendar days on May 31.
  const auto last_day = [&](uint64_t id) {
    return world
        .Accept("publish_notice", absl::StrCat("program_id: 'life-2025' application_ids: ", id))
        .notice_published()
        .last_day();
  };
  EXPECT_EQ(last_day(2).month(), 6);
  EXPECT_EQ(last_day(2 + 1).day(), 31);
}

// 100,000 fen for: 1 (60,000), rejected; 2 (70,000), which got its money; 3 (50,000), which waits.
TEST(UpholdAppeal, TakesNothingFromWhoGotTheMoneyAndWaitsForNobodyWhoCameLater) {
  TestWorld world;
  world.Open(kLife, "life-2025", "on_exhausted: ON_EXHAUSTED_WAITLIST", 100'000);
  for (const int64_t spend_fen : {120'000, 140'000, 100'000}) {
    world.Apply("life-2025", "line", spend_fen, "REIMBURSEMENT");
  }
  world.Accepted("review_application", 1,
                 "stage_id: 'DISTRICT' verdict: REVIEW_VERDICT_REJECT opinion: 'no'");
  ASSERT_EQ(world.Row(2).state(), v1::APPLICATION_STATE_HELD);
  ASSERT_EQ(world.Row(3).state(), v1::APPLICATION_STATE_WAITLISTED);
  const std::string appeal = "stage_id: 'DISTRICT' verdict: REVIEW_VERDICT_UPHOLD_APPEAL";
  const v1::Entry refused = world.About("review_application", 1, appeal);
  EXPECT_EQ(refused.refusal().reason(), v1::REASON_BUDGET_EXHAUSTED);

  // 30,000 left and 30,000 more: enough for 1, and for 3 too, which gets it first.
  world.Appropriate("life-2025", 30'000);
  EXPECT_EQ(world.Row(3).state(), v1::APPLICATION_STATE_HELD);
  EXPECT_TRUE(world.About("review_application", 1, appeal).has_refusal());

  // 10,000 left; 4 (70,000) waits. 50,000 more are enough for 1, which came first, and not for 4.
  world.Apply("life-2025", "line", 140'000, "REIMBURSEMENT");
  world.Appropriate("life-2025", 50'000);
  ASSERT_EQ(world.Row(4).state(), v1::APPLICATION_STATE_WAITLISTED);
  EXPECT_TRUE(world.About("review_application", 1, appeal).has_event());
  EXPECT_EQ(world.Row(1).state(), v1::APPLICATION_STATE_HELD);
  EXPECT_TRUE(world.Findings().empty());
}

TEST(ExtendProject, RefusesAnExtensionThatWouldBeOverAlready) {
  TestWorld world;
  world.Open(kLife, "life-2025");
  const uint64_t id = world.Apply("life-2025", "line", 200, "REIMBURSEMENT");
  world.Pass(id, "DISTRICT");
  world.Pass(id, "CITY");
  world.Accept("publish_notice", absl::StrCat("program_id: 'life-2025' application_ids: ", id));
  world.MoveTo("2025-06-10");
  world.Accepted("approve_application", id);  // due at the end of September 10
  world.MoveTo("2025-10-11");
  EXPECT_EQ(world.About("extend_project", id, "months: 1 reason: 'late'").refusal().reason(),
            v1::REASON_ILLEGAL_STATE);
  EXPECT_TRUE(world.About("extend_project", id, "months: 2 reason: 'late'").has_event());
}

}  // namespace
}  // namespace voucher
