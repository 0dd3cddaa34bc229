#pragma once

#include <cstddef>
#include <cstdint>

#include "ledger/base/clock.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// The waitlist (design §2): who waits for room in a pool, in the order of their queue numbers. An
// application stands on the list of every pool that it must fit, the budget (the id of kind
// UNSPECIFIED) included; a list keeps others back only while its pool's policy is WAITLIST. So it
// gets its turn when nobody stands before it on any list of such a pool.

// Promotions, and departures, that one entry carries at most.
inline constexpr size_t kMaxWaitlistStep = 256;

// After the Decide of any verb: if the accepted entry gave money back to a program with waiters,
// raised its limits, let the first of them go or changed what the turn of one of them rests on (its
// enterprise was barred or has other facts, a grant of its project was approved, less is left under
// its caps), adds to the event whom that promotes, strictly from the head, with the postings of
// their grants; if the waitlist is over (the program closed, without waitlist_after_cutoff), who
// leaves it instead. `before` is the state before the entry.
//
// A promotion reserves what the application wants, clipped by the caps as they are now, and all of
// it must fit its pools, those that a later revision added too. With nothing left under a cap, or
// blacklisted, it lapses.
void StepWaitlist(const View& before, v1::Entry* entry);

// The instant by which deadlines of an entry's waitlist step, and of what continues it, are judged:
// when the request was there, or when the timer was due.
UnixNanos WaitlistInstant(const v1::Entry& entry);

// Evolves what StepWaitlist added, and sets the timer that continues it; also the timer of another
// program to which the entry gave money back, or where it changed the turn of somebody who waits.
void EvolveWaitlist(const v1::Entry& entry, EditableRows* rows);

}  // namespace voucher
