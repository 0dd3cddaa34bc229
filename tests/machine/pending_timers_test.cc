#include "ledger/machine/pending_timers.h"

#include "gtest/gtest.h"

namespace voucher::testing {
namespace {

constexpr auto kTransfer = static_cast<uint8_t>(v1::TIMER_KIND_TRANSFER_ANSWER);
constexpr auto kVoucher = static_cast<uint8_t>(v1::TIMER_KIND_VOUCHER_LAPSE);
constexpr auto kWaitlist = static_cast<uint8_t>(v1::TIMER_KIND_WAITLIST);

// Id of the first timer that is due; 0: none.
uint64_t FirstId(PendingTimers* timers, const EditableRows& state, UnixNanos latest) {
  const auto first = timers->First(state, latest);
  return first ? first->id() : 0;
}

TEST(PendingTimers, FollowWhatGroupsSetAndTakeAway) {
  const WriterRows below(nullptr);
  EditableRows first(&below);
  first.Put<tables::Timers>({30, kVoucher, 1}, {});
  first.Put<tables::Timers>({10, kTransfer, 2}, {});
  first.Put<tables::Timers>({20, kTransfer, 3}, {});
  PendingTimers timers(first);  // Reads those that are there.
  EXPECT_EQ(timers.next_due(), 10);

  EditableRows second(&first);
  second.Erase<tables::Timers>({10, kTransfer, 2});  // Answered in time.
  second.Put<tables::Timers>({15, kTransfer, 4}, {});
  second.Erase<tables::Timers>({16, kTransfer, 5});  // Set and answered within the group.
  timers.Follow(second);
  EXPECT_EQ(timers.next_due(), 15);

  EditableRows third(&second);
  for (const auto& [due, kind, id] : {std::tuple(int64_t{15}, kTransfer, uint64_t{4}),
                                      std::tuple(int64_t{20}, kTransfer, uint64_t{3}),
                                      std::tuple(int64_t{30}, kVoucher, uint64_t{1})}) {
    third.Erase<tables::Timers>({due, kind, id});
  }
  timers.Follow(third);
  EXPECT_EQ(timers.next_due(), PendingTimers::kNever);
}

TEST(PendingTimers, TellTheFirstOfTheGroupAsItStands) {
  const WriterRows below(nullptr);
  EditableRows first(&below);
  first.Put<tables::Timers>({10, kVoucher, 1}, {});
  first.Put<tables::Timers>({20, kTransfer, 2}, {});
  first.Put<tables::Timers>({40, kVoucher, 3}, {});
  PendingTimers timers(first);

  EditableRows second(&first);
  EXPECT_EQ(FirstId(&timers, second, 9), 0);
  EXPECT_EQ(FirstId(&timers, second, 10), 1);
  second.Erase<tables::Timers>({10, kVoucher, 1});    // Booked,
  second.Put<tables::Timers>({0, kWaitlist, 4}, {});  // which makes a waitlist go on:
  EXPECT_EQ(FirstId(&timers, second, 100), 4) << "before everything else";
  second.Erase<tables::Timers>({0, kWaitlist, 4});
  EXPECT_EQ(FirstId(&timers, second, 19), 0);
  EXPECT_EQ(FirstId(&timers, second, 100), 2);
  second.Put<tables::Timers>({20, kTransfer, 1}, {});  // Of one instant and kind: the lower id.
  EXPECT_EQ(FirstId(&timers, second, 100), 1);
  second.Erase<tables::Timers>({20, kTransfer, 2});
  second.Put<tables::Timers>({20, kTransfer, 2}, {});  // Taken away and set again.
  second.Erase<tables::Timers>({20, kTransfer, 1});
  const auto again = timers.First(second, 20);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->id(), 2);
  EXPECT_EQ(again->kind(), v1::TIMER_KIND_TRANSFER_ANSWER);
  EXPECT_EQ(again->due_unix_ns(), 20);

  timers.Follow(second);
  EXPECT_EQ(timers.next_due(), 20);
}

}  // namespace
}  // namespace voucher::testing
