#include "ledger/commit/group.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

#include "tests/support/ledger_story.h"
#include "tests/support/scratch_directory.h"

namespace voucher::testing {
namespace {

class GroupTest : public ::testing::Test {
 protected:
  GroupTest() : state_(nullptr) {
    TellMainJob(&story_);
    WriteLedger(scratch_.Path("data"), story_.stored(), 0);
    journal_ = Journal::Open({.path = scratch_.Path("data/journal"), .read_only = true}).value();
    for (const std::string& stored : story_.stored()) {
      v1::Entry entry;
      EXPECT_TRUE(entry.ParseFromString(stored));
      Evolve(entry, &state_);
    }
  }

  Outcome Answer(Group* group, v1::Command command) {
    const auto single = std::make_shared<Commands>();
    *single->Add() = std::move(command);
    const Outcome outcome = group->Answer(single, 0, ProviderOf("acme"),
                                          {.received_at = story_.now(), .now = story_.now()});
    EXPECT_TRUE(outcome.status.ok()) << outcome.status;
    return outcome;
  }
  v1::Reason ReverseIn(Group* group, uint64_t redemption, int64_t fen) {
    return Answer(group, Reverse(redemption, fen)).recorded->entry.refusal().reason();
  }
  uint64_t RedeemIn(Group* group, const std::string& order) {
    return Answer(group, Redeem(1, order, 500)).recorded->entry.event().redeemed().redemption_id();
  }

  ScratchDirectory scratch_{"group"};
  LedgerStory story_;
  std::unique_ptr<Journal> journal_;
  WriterRows state_;
};

TEST_F(GroupTest, ARedemptionIsFoundInTheJournalInTheGroupBeforeAndInTheGroup) {
  Group before(&state_, journal_.get(), 0);
  const uint64_t in_flight = RedeemIn(&before, "o-8");
  EXPECT_EQ(in_flight, story_.stored().size() + 1);
  Group group(&state_, journal_.get(), before.last_recorded_at(), &before);
  const uint64_t newest = RedeemIn(&group, "o-9");
  for (const auto& [redemption, fen] :
       {std::pair(story_.redemption(1), 500'00), {in_flight, 500}, {newest, 500}}) {
    EXPECT_EQ(ReverseIn(&group, redemption, 200), v1::REASON_UNSPECIFIED) << redemption;
    EXPECT_EQ(ReverseIn(&group, redemption, fen - 199), v1::REASON_NOT_REVERSIBLE) << redemption;
    EXPECT_EQ(ReverseIn(&group, redemption, fen - 200 - 1), v1::REASON_UNSPECIFIED) << redemption;
    EXPECT_EQ(ReverseIn(&group, redemption, 2), v1::REASON_NOT_REVERSIBLE) << redemption;
  }
}

TEST_F(GroupTest, AnEntryThatIsNoRedemptionOrNotThereCannotBeReversed) {
  Group group(&state_, journal_.get(), 0);
  const uint64_t next = story_.stored().size() + 1;
  for (const uint64_t sequence : {uint64_t{1}, next - 1, next + 2, next + 100, UINT64_MAX}) {
    EXPECT_EQ(ReverseIn(&group, sequence, 1), v1::REASON_REDEMPTION_NOT_FOUND) << sequence;
  }
}

TEST_F(GroupTest, AnEntryInThePlaceOfAnotherIsDataLoss) {
  std::vector<std::string> stored = story_.stored();
  std::swap(stored[story_.redemption(1) - 1], stored[story_.redemption(2) - 1]);
  WriteLedger(scratch_.Path("swapped"), stored, 0);
  const auto journal =
      Journal::Open({.path = scratch_.Path("swapped/journal"), .read_only = true}).value();
  Group group(&state_, journal.get(), 0);
  const auto single = std::make_shared<Commands>();
  *single->Add() = Reverse(story_.redemption(1), 1);
  const Outcome outcome = group.Answer(single, 0, ProviderOf("acme"),
                                       {.received_at = story_.now(), .now = story_.now()});
  EXPECT_TRUE(absl::IsDataLoss(outcome.status)) << outcome.status;
  EXPECT_TRUE(group.empty());
}

TEST_F(GroupTest, NothingIsDecidedWithAnotherEntryThanTheNamedOne) {
  v1::Entry other;
  ASSERT_TRUE(other.ParseFromString(story_.stored()[story_.redemption(2) - 1]));
  EXPECT_DEATH(Decide(state_, Reverse(story_.redemption(1), 1), ProviderOf("acme"), story_.now(),
                      story_.now(), &other),
               "check failed");
}

}  // namespace
}  // namespace voucher::testing
