#include "ledger/machine/verbs.h"

namespace voucher {

// Whether a process is suspended is no state of the ledger: DecideEntry knows the jump and decides
// for one that is.
Decision Decide(Context*, const v1::ResumeAfterClockJumpRequest&) {
  return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, "the clock is not suspended");
}

void Evolve(const v1::Entry&, const v1::ResumeAfterClockJumpRequest&, const v1::ClockResumed&,
            EditableRows*) {
  // The record is the effect.
}

}  // namespace voucher
