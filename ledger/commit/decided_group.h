#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "ledger/api/snapshot.h"
#include "ledger/commit/admission.h"
#include "ledger/commit/group.h"

namespace voucher {

// A group on its way from the decision to its replies.
struct DecidedGroup {
  // As Group's.
  DecidedGroup(EditableRows* writers_state, const Journal* journal, UnixNanos last_recorded_at,
               const Group* previous)
      : group(writers_state, journal, last_recorded_at, previous) {}

  Group group;
  // The rows that it changed, as bytes that nobody changes any more.
  std::shared_ptr<const RowChanges> changes;
  // Submissions whose last command it decided: answered once it is durable.
  std::vector<std::unique_ptr<Work>> finished;
  // What else takes effect when it is durable, before anybody is answered. May be empty.
  std::function<void()> on_durable;
  // The state after it, set when it is durable; null if it recorded nothing.
  std::shared_ptr<const ReadSnapshot> state;
};

}  // namespace voucher
