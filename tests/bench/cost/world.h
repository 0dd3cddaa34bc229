// A ledger in memory whose commands are decided as the sequencer decides them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

#include "ledger/base/clock.h"
#include "ledger/commit/group.h"
#include "ledger/journal/journal.h"
#include "ledger/state/writer_rows.h"
#include "tests/bench/cost/meter.h"
#include "tests/bench/cost/stored_rows.h"
#include "tests/support/scratch_directory.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::bench {

// Commands of a figure that come first and are not measured: they fill caches.
inline constexpr size_t kWarmUp = 64;

// One line of the table: sums over `commands` commands, but the time per command.
struct Figure {
  std::string name;
  uint64_t commands = 0;
  double nanos_per_command = 0;
  Allocations allocations;
  uint64_t entry_bytes = 0;  // as stored
  uint64_t rows = 0;         // rows that the views get, changed by a group of commands
  uint64_t row_bytes = 0;    // of keys and values
};

// hubei-2025, open and amply funded, provider "acme" with product "ecs". Not thread-safe.
class World {
 public:
  // `enterprises` that each have cloud account n + 1 with credit of kCreditFen from voucher n + 1,
  // whose other kVoucherFen are unspent; and after them one, the hot account, with kHotCreditFen.
  // Commands are decided in groups of `group_commands`.
  World(int enterprises, size_t group_commands);

  static constexpr int64_t kCreditFen = 60'000;
  static constexpr int64_t kVoucherFen = 40'000;
  static constexpr int64_t kHotCreditFen = 18'000'000;
  int enterprises() const { return enterprises_; }
  uint64_t hot_account() const { return static_cast<uint64_t>(enterprises_) + 1; }

  const View& view() const { return state_; }
  // The last number of each kind that was given away.
  const rows::CountersRow& counters() const;
  UnixNanos now() const { return now_; }
  void MoveTo(absl::string_view rfc3339);

  // The commands one after another; each is accepted (checked).
  void Do(const v1::Authority& who, const std::vector<v1::Command>& commands);
  // What they cost, after a few that are not measured: finding the request_id, deciding,
  // serialising, evolving, hashing, encoding the changed rows and taking them into the cache.
  // `expected` is the outcome of each (checked); REASON_UNSPECIFIED means accepted.
  Figure Measure(const std::string& name, const v1::Authority& who,
                 const std::vector<v1::Command>& commands,
                 v1::Reason expected = v1::REASON_UNSPECIFIED);
  // What it costs to answer them again, in the group that recorded them.
  Figure MeasureReplay(const std::string& name, const v1::Authority& who,
                       const std::vector<v1::Command>& commands);
  // What it costs to book timers that are set.
  Figure MeasureTimers(const std::string& name, const std::vector<v1::TimerDue>& timers);
  // What it costs to check that they are well-formed, which happens before they are queued.
  Figure MeasureCheck(const std::string& name, const std::vector<v1::Command>& commands);

 private:
  // Handles command i in a group.
  using Step = absl::FunctionRef<void(Group* group, size_t i)>;

  UnixNanos LastRecordedAt() const;
  // Ends a group, which is not measured: its entries are in the journal, its rows stored.
  void Store(const Group& group, const RowChanges& changes);
  void RunGroup(size_t first, size_t last, Step step, Meter* meter, Figure* figure);
  Figure MeasureGroups(const std::string& name, size_t commands, Step step);
  Outcome Answer(Group* group, const v1::Authority& who, const std::shared_ptr<Commands>& single);

  const int enterprises_;
  const size_t group_commands_;
  const testing::ScratchDirectory scratch_{"decide-cost"};
  const std::unique_ptr<Journal> journal_;
  StoredRows stored_;
  WriterRows state_;
  UnixNanos now_ = 0;
};

}  // namespace voucher::bench
