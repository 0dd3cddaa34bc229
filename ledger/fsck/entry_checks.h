// What can be told from the entries alone, without the code that decided them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"

#include "ledger/base/clock.h"
#include "ledger/fsck/report.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Takes all entries of a ledger in order. Not thread-safe.
class EntryChecks {
 public:
  EntryChecks();

  // Checks the stored bytes at `place`. nullopt if they are no entry.
  std::optional<v1::Entry> Take(uint64_t place, absl::string_view stored);

  // Sum of all postings so far to and from a class of accounts.
  int64_t ClassFen(uint32_t program, v1::AccountKind kind) const;

  // The checks so far.
  std::vector<FsckCheck> Results() const;

 private:
  // What entries said of a program so far.
  struct Program {
    uint32_t revision = 0;
    UnixNanos opens_at = 0;
    UnixNanos cutoff_at = 0;
    // Whether the waitlist goes on after the cutoff.
    bool waits_after_cutoff = false;
    // The entry before left its waitlist unfinished.
    bool waitlist_continues = false;
    uint64_t queue_number = 0;
    UnixNanos submission_received_at = 0;
    uint64_t submission_sequence = 0;
    std::vector<int64_t> class_fen;  // by account kind
  };

  void CheckForm(uint64_t place, absl::string_view stored, const v1::Entry& entry);
  void CheckTimes(uint64_t place, const v1::Entry& entry);
  void CheckTimer(uint64_t place, const v1::Entry& entry);
  void CheckWaitlist(uint64_t place, const v1::Entry& entry);
  void CheckQueue(uint64_t place, const v1::Entry& entry);
  void CheckCutoff(uint64_t place, const v1::Entry& entry);
  void CheckPublication(uint64_t place, const v1::Entry& entry);
  void CheckPostings(uint64_t place, const v1::Entry& entry);

  FsckCheck decoding_{"decoding", "entries decode completely, none above its size limit"};
  FsckCheck sequence_{"sequence", "sequence numbers are dense from 1"};
  FsckCheck times_{"times", "recorded times rise strictly, received times of requests never fall"};
  FsckCheck queue_{"queue order", "queue numbers are gap-free, in order of arrival"};
  FsckCheck cutoff_{"cutoff", "nothing received outside its window was accepted"};
  FsckCheck timers_{"timers", "none was booked before its instant, waitlists go on first"};
  FsckCheck postings_{"postings", "money only moves, no class falls below 0"};

  UnixNanos last_recorded_at_;
  UnixNanos last_received_at_;
  absl::btree_map<uint32_t, Program> programs_;
};

}  // namespace voucher
