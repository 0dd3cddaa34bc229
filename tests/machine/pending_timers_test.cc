#include "ledger/machine/pending_timers.h"

#include "gtest/gtest.h"

namespace voucher::testing {
namespace {

constexpr auto kTransfer = static_cast<uint8_t>(v1::TIMER_KIND_TRANSFER_ANSWER);
constexpr auto kVoucher = static_cast<uint8_t>(v1::TIMER_KIND_VOUCHER_LAPSE);

std::vector<uint64_t> IdsDueBy(const PendingTimers& timers, UnixNanos latest, size_t limit = 10) {
  std::vector<uint64_t> ids;
  for (const v1::TimerDue& timer : timers.DueBy(latest, limit)) ids.push_back(timer.id());
  return ids;
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
  EXPECT_EQ(IdsDueBy(timers, 14), (std::vector<uint64_t>{}));
  EXPECT_EQ(IdsDueBy(timers, 20), (std::vector<uint64_t>{4, 3}));
  EXPECT_EQ(IdsDueBy(timers, 100, 2), (std::vector<uint64_t>{4, 3}));
  const v1::TimerDue last = timers.DueBy(100, 10).back();
  EXPECT_EQ(last.kind(), v1::TIMER_KIND_VOUCHER_LAPSE);
  EXPECT_EQ(last.due_unix_ns(), 30);

  EditableRows third(&second);
  for (const auto& [due, kind, id] : {std::tuple(int64_t{15}, kTransfer, uint64_t{4}),
                                      std::tuple(int64_t{20}, kTransfer, uint64_t{3}),
                                      std::tuple(int64_t{30}, kVoucher, uint64_t{1})}) {
    third.Erase<tables::Timers>({due, kind, id});
  }
  timers.Follow(third);
  EXPECT_EQ(timers.next_due(), PendingTimers::kNever);
}

constexpr auto kTranche = static_cast<uint8_t>(v1::TIMER_KIND_TRANCHE);
constexpr auto kWaitlist = static_cast<uint8_t>(v1::TIMER_KIND_WAITLIST);

TEST(PendingTimers, KeepImmediateOnesApartAndSeeThoseOfTheGroup) {
  const WriterRows below(nullptr);
  EditableRows first(&below);
  first.Put<tables::Timers>({10, kVoucher, 1}, {});
  first.Put<tables::Timers>({20, kTranche, 2}, {});
  first.Put<tables::Timers>({40, kTranche, 3}, {});
  PendingTimers timers(first);
  EXPECT_EQ(timers.next_due(), 10);
  EXPECT_EQ(timers.next_immediate(), 20);
  EXPECT_EQ(IdsDueBy(timers, 100), (std::vector<uint64_t>{1}));

  EditableRows second(&first);
  EXPECT_FALSE(timers.FirstImmediate(second, 19).has_value());
  EXPECT_EQ(timers.FirstImmediate(second, 20)->id(), 2);
  second.Erase<tables::Timers>({20, kTranche, 2});  // Booked.
  EXPECT_FALSE(timers.FirstImmediate(second, 39).has_value());
  second.Put<tables::Timers>({30, kWaitlist, 4}, {});  // Set by what was booked.
  second.Put<tables::Timers>({25, kTransfer, 5}, {});
  EXPECT_EQ(timers.FirstImmediate(second, 100)->id(), 4);
  EXPECT_FALSE(timers.FirstImmediate(second, 29).has_value());
  second.Erase<tables::Timers>({30, kWaitlist, 4});
  EXPECT_EQ(timers.FirstImmediate(second, 100)->id(), 3);

  timers.Follow(second);
  EXPECT_EQ(timers.next_immediate(), 40);
  EditableRows third(&second);
  EXPECT_EQ(timers.FirstImmediate(third, 40)->kind(), v1::TIMER_KIND_TRANCHE);
}

}  // namespace
}  // namespace voucher::testing
