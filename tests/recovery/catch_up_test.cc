#include "ledger/recovery/catch_up.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/invariants/invariants.h"
#include "ledger/machine/machine.h"
#include "tests/support/ledger_story.h"
#include "tests/support/scratch_directory.h"

namespace voucher::testing {
namespace {

using ::testing::IsEmpty;

// A ledger on disk whose views have reached an entry, open.
struct Opened {
  Opened(const std::string& path, const std::vector<std::string>& stored, uint64_t views_at) {
    WriteLedger(path, stored, views_at);
    journal = Journal::Open({.path = path + "/journal", .read_only = true}).value();
    views = Views::Open(path + "/views").value();
  }

  std::unique_ptr<Journal> journal;
  std::unique_ptr<Views> views;
};

TEST(CatchUp, TheStateThatItEndsWithGoesOn) {
  LedgerStory story;
  TellMainJob(&story);
  const std::vector<std::string> begun = story.stored();
  const RedemptionSums redeemed = story.redeemed();
  TellSettlement(&story);
  const std::vector<std::string>& whole = story.stored();
  ASSERT_GT(whole.size(), begun.size());

  ScratchDirectory scratch("catch-up");
  const LedgerOptions options;
  const Opened expected(scratch.Path("expected"), whole, 0);
  ASSERT_TRUE(CatchUpViews(*expected.journal, options, expected.views.get()).ok());

  for (const uint64_t views_at : {size_t{0}, begun.size() / 2, begun.size()}) {
    SCOPED_TRACE(views_at);
    const Opened ledger(scratch.Path("at-" + std::to_string(views_at)), begun, views_at);
    const std::unique_ptr<WriterRows> state =
        CatchUpViews(*ledger.journal, options, ledger.views.get()).value();
    EXPECT_EQ(state->TakeChanges()->size(), 0u);
    EXPECT_THAT(CheckInvariants(*state, redeemed), IsEmpty());
    for (size_t i = begun.size(); i < whole.size(); ++i) {
      v1::Entry entry;
      ASSERT_TRUE(entry.ParseFromString(whole[i]));
      Evolve(entry, state.get());
    }
    ASSERT_TRUE(ledger.views->Apply(*state->TakeChanges(), *expected.views->reached()).ok());
    EXPECT_EQ(ledger.views->Digest().value(), expected.views->Digest().value());
  }
}

TEST(CatchUp, ALedgerOfTheVersionBeforeIsRefused) {
  LedgerStory story;
  TellMainJob(&story);
  std::vector<std::string> stored = story.stored();
  v1::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(stored[story.redemption(1) - 1]));
  entry.mutable_event()->mutable_redeemed()->set_redemption_id(1);
  stored[story.redemption(1) - 1] = entry.SerializeAsString();

  ScratchDirectory scratch("catch-up");
  const Opened ledger(scratch.Path("old"), stored, 0);
  const auto state = CatchUpViews(*ledger.journal, LedgerOptions(), ledger.views.get());
  EXPECT_EQ(state.status().code(), absl::StatusCode::kFailedPrecondition) << state.status();
  EXPECT_THAT(std::string(state.status().message()),
              ::testing::HasSubstr("only the older version"));
}

}  // namespace
}  // namespace voucher::testing
