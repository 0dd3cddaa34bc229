#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

#include "ledger/machine/context.h"
#include "ledger/machine/view.h"

namespace voucher {

// What the verbs on applications share.

v1::Refusal ApplicationNotFound(uint64_t application_id);

// True while the application holds money: HELD or LISTED.
bool IsOpenApplication(v1::ApplicationState state);

// Whether the authority may decide this stage of this application: a REVIEWER only within its
// divisions and stages (an empty list means all), other roles always.
bool MayReview(const Context& context, const rows::ApplicationRow& application,
               absl::string_view stage);

// Puts an application into `to` and keeps the program's count by state. REJECTED and WITHDRAWN free
// its invoices.
void MoveApplication(uint64_t application_id, v1::ApplicationState to, Overlay* rows);

// Counts an application from one state to another; UNSPECIFIED stands for outside.
void CountApplication(uint32_t program, v1::ApplicationState from, v1::ApplicationState to,
                      Overlay* rows);

}  // namespace voucher
