#pragma once

#include "ledger/machine/context.h"
#include "ledger/state/writer_rows.h"
#include "ledger/validation/verbs.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// One verb, one file: `Decide` and `Evolve` of a verb stand side by side in the file named after
// it. A Decide is a flat list of refusals in the documented order; after it the command must
// succeed. An Evolve sees an accepted entry after its postings are applied and never reads rules.
#define VOUCHER_DECLARE_VERB(Verb, verb, EventType, event_field)        \
  Decision Decide(Context* context, const v1::Verb##Request& request);  \
  void Evolve(const v1::Entry& entry, const v1::Verb##Request& request, \
              const v1::EventType& event, EditableRows* rows);
VOUCHER_VERBS(VOUCHER_DECLARE_VERB)
#undef VOUCHER_DECLARE_VERB

// Timers (timers.cc): one event for each kind.
Decision Decide(Context* context, const v1::TimerDue& timer);
void EvolveTimer(const v1::Entry& entry, EditableRows* rows);

}  // namespace voucher
