#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "ledger/base/clock.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// The ledger's pure core. `Decide` reads rules and state and never writes; `Evolve` turns a
// recorded entry into row changes and never reads rules. Neither knows a clock, a thread, a random
// source or the disk. Life of a command:
//
//   std::vector<FieldProblem> problems = ValidateCommand(command);          // malformed ends here
//   ... FindRequest(view, ...)                                              // a replay ends here
//   problems = ValidateDates(command, received);      // a date on the wrong side of it ends here
//   const v1::Entry* named = ... EntryNamedBy(command) ...                  // mostly none
//   v1::Entry entry = Decide(view, std::move(command), who, received, recorded, named);
//   Evolve(entry, &state);

// Version of the decision rules in this binary, stored in every entry. Raise it when a Decide
// changes its answer to any input: `voucher-fsck --redecide` holds entries of its own version to
// the same answer.
inline constexpr uint32_t kDeciderVersion = 8;

// The numbers of an authority, assigned by the entry that uses it first.
struct AuthorityNumber {
  uint32_t authority = 0;
  uint32_t principal = 0;
  // True if the ledger does not know the authority yet: the entry must introduce it.
  bool is_new = false;
};

// Numbers of `authority` in `view`; new ones (the next free) if it is not known.
AuthorityNumber NumberAuthority(const View& view, const v1::Authority& authority);

// What a decision depends on besides the state and the command.
struct DecisionInput {
  // Who asks, and NumberAuthority of that; both empty for timers.
  const v1::Authority& authority = v1::Authority::default_instance();
  AuthorityNumber number;
  UnixNanos received_at = 0;
  UnixNanos recorded_at = 0;
  // For a ResumeAfterClockJump, by how much the wall clock of this process jumped; 0 means that
  // nothing is suspended, which is refused. Whether a process is suspended is no state of the
  // ledger.
  int64_t jump_ns = 0;
  // The entry that EntryNamedBy tells; null if there is none.
  const v1::Entry* named = nullptr;
};

// The sequence of an entry that the command is about and that must be read before it is decided,
// since no row repeats it: the redemption to reverse. 0 if it needs none.
uint64_t EntryNamedBy(const v1::Command& command);

// Decides the command of `entry`, which holds nothing else yet, and completes the entry: sequence,
// numbers, outcome. The command must have passed ValidateCommand and ValidateDates.
//
// A deadline splits the ledger: every timer that is due by received_at must be booked in `view`
// (TimersDue), and none that is due later. So no verb asks what a deadline that passed would have
// changed: it has.
void DecideEntry(const View& view, const DecisionInput& input, v1::Entry* entry);

// The same for a command that is in no entry yet. `named` is DecisionInput's.
v1::Entry Decide(const View& view, v1::Command command, const v1::Authority& authority,
                 UnixNanos received_at, UnixNanos recorded_at, const v1::Entry* named,
                 int64_t jump_ns = 0);

// Decides again what `recorded` decided, from its own request, authority and instants, on the state
// before it; `named` is the entry that EntryNamedBy its command, null if there is none. The
// ledger's rules were followed if the result equals `recorded`.
v1::Entry Redecide(const View& view, const v1::Entry& recorded, const v1::Entry* named);

// Applies a recorded entry to rows. Aborts on an entry that no Decide could have made on these
// rows.
void Evolve(const v1::Entry& entry, EditableRows* rows);

// A command that waits to be decided, and whose it is.
struct Waiting {
  const v1::Command* command;
  const v1::Authority* authority;
};

// How many commands or entries to prefetch at a time.
inline constexpr size_t kPrefetchAhead = 32;

// Touches rows that deciding the commands will ask for, so that the memory in which they lie is
// fetched for many of them at a time. Changes no answer.
void Prefetch(const View& view, absl::Span<const Waiting> commands);

// The same of rows that evolving the entries will change.
void Prefetch(const View& view, absl::Span<const v1::Entry* const> entries);

// True if both ask for the same, field by field (request_id included).
bool SameRequest(const v1::Command& a, const v1::Command& b);

// Sequence of the entry that decided this principal's request_id, or 0.
uint64_t FindRequest(const View& view, uint32_t principal, const std::string& request_id);

// Timers that are set and due by `latest`, in the order in which they are booked, at most `limit`.
std::vector<v1::TimerDue> TimersDue(const View& view, UnixNanos latest, size_t limit);

}  // namespace voucher
