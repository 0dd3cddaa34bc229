#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "ledger/policy/limits.h"
#include "ledger/state/writer_rows.h"

namespace voucher {

// The lists that applications wait on (waitlist.h), as rows.

inline constexpr uint64_t kLastQueueNumber = std::numeric_limits<uint64_t>::max();

// The place of a queue number on the list of a pool.
tables::Waitlist::Key WaitlistKey(uint32_t program, const LimitId& pool, uint64_t queue_number);

// The lists of an application, the budget's first: one for every pool that could count its grant,
// whether the rules have such a pool now or a revision adds it.
std::vector<LimitId> ListsOf(const rows::ApplicationRow& application);

// Queue number of the first on the list of a pool; 0 if nobody waits there.
uint64_t FirstOnWaitlist(const View& view, uint32_t program, const LimitId& pool);

// Puts the application on the lists of its pools, or takes it off them, and counts the program's
// waiters.
void JoinWaitlist(uint64_t application_id, const rows::ApplicationRow& application,
                  EditableRows* rows);
void LeaveWaitlist(const rows::ApplicationRow& application, EditableRows* rows);

}  // namespace voucher
