#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/arena.h"

#include "ledger/api/commands.h"
#include "ledger/api/group_report.h"
#include "ledger/api/outcome.h"
#include "ledger/base/clock.h"
#include "ledger/base/sha256.h"
#include "ledger/journal/journal.h"
#include "ledger/machine/machine.h"
#include "ledger/state/writer_rows.h"

namespace voucher {

// Commands decided one after another, to be made durable together. Nothing of it may be shown
// before that. Not thread-safe.
class Group {
 public:
  // Decides on `state` and changes it; `last_recorded_at` is its last entry's, 0 if none.
  // `previous` is the group before if it is not durable yet, whose entries the journal does not
  // have. The pointers must stay good while it decides, `previous` until ForgetPrevious.
  Group(EditableRows* state, const Journal* journal, UnixNanos last_recorded_at,
        const Group* previous = nullptr);

  // The previous group is durable.
  void ForgetPrevious() { previous_ = nullptr; }

  // What decides a command besides the state.
  struct Stamp {
    UnixNanos received_at = 0;
    // The clock; the entry is recorded then, or 1 ns after the entry before if that is later.
    UnixNanos now = 0;
    // Jump of a suspect clock, for ResumeAfterClockJump; 0 if none.
    int64_t jump_ns = 0;
  };

  // Answers the command at `index`, which is `authority`'s as all of `commands` are: decides it, or
  // finds the first outcome of its request_id, in this group or in the journal. The outcome is
  // ALREADY_EXISTS for a reused request_id, INVALID_ARGUMENT for a date on the wrong side of
  // received_at (ValidateDates; BadFieldsOf tells which) or a decision above 1 MiB, the journal's
  // error if an earlier entry cannot be read; a recorded one must not be shown before
  // SetLeafHashes.
  Outcome Answer(const std::shared_ptr<Commands>& commands, size_t index,
                 const v1::Authority& authority, const Stamp& stamp);

  // Books a due timer that is set.
  void Fire(const v1::TimerDue& timer, UnixNanos now);

  // Entries as stored, from `first_sequence`.
  const std::vector<absl::string_view>& stored() const { return stored_; }
  uint64_t first_sequence() const { return first_sequence_; }
  uint64_t last_sequence() const { return first_sequence_ + stored_.size() - 1; }
  UnixNanos last_recorded_at() const { return last_recorded_at_; }
  size_t bytes() const { return report_.bytes; }
  bool empty() const { return stored_.empty(); }
  // True if this outcome was recorded by this group, not by an earlier one.
  bool Recorded(const Outcome& outcome) const;

  // Completes what was recorded with what the journal returned for `stored`.
  void SetLeafHashes(absl::Span<const Hash> leaf_hashes);

  GroupReport& report() { return report_; }

 private:
  using SharedRecorded = std::shared_ptr<const voucher::Recorded>;

  UnixNanos NextRecordedAt(UnixNanos now) const;

  // What entries lie in, and what they are made around. Who holds one of them holds it all.
  struct Memory {
    v1::Entry* NewEntry();

    std::vector<std::shared_ptr<const Commands>> commands;
    google::protobuf::Arena arena{Options()};
    std::deque<voucher::Recorded> recorded;

   private:
    static google::protobuf::ArenaOptions Options();
  };
  // The nth of what was recorded in it.
  static SharedRecorded Share(const std::shared_ptr<Memory>& memory, size_t n);

  // Serialises, evolves and keeps an entry in memory_; INVALID_ARGUMENT if it is too large, and
  // then nothing happened.
  absl::StatusOr<SharedRecorded> Keep(const v1::Entry& entry);
  // Whether there is such an entry, here or before.
  bool IsRecorded(uint64_t sequence) const { return sequence < first_sequence_ + stored_.size(); }
  absl::StatusOr<SharedRecorded> Find(uint64_t sequence) const;
  Outcome Replay(uint64_t sequence, const v1::Command& command);

  EditableRows* const state_;
  const Journal* journal_;
  const Group* previous_;
  uint64_t first_sequence_;
  UnixNanos last_recorded_at_;
  const std::shared_ptr<Memory> memory_;
  AuthorityNumber number_;  // whose the newest of memory_->commands are
  std::vector<absl::string_view> stored_;
  GroupReport report_;
};

}  // namespace voucher
