#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "ledger/machine/context.h"
#include "ledger/policy/limits.h"

namespace voucher {

// Where the rules' limits meet what stands of grants (grants.h).

// The id of a pool; nullopt for a provider that is not registered yet.
std::optional<LimitId> PoolId(const Context& context, const CompiledRules& rules,
                              const v1::Pool& pool);

// Every limit that a grant of this item to this enterprise and project (in lower case) must fit,
// with its use: caps, pools, the pool of the enterprise's approved cluster and its own cap there,
// the program's budget last. `provider_ids` are the providers of the chosen products. A pool is
// queued while somebody waits on it.
Limits LimitsOf(const Context& context, const Context::Program& program, const v1::Item& item,
                const Context::Enterprise& enterprise, absl::string_view project_id,
                const std::vector<absl::string_view>& provider_ids);

// The limits that an application which holds nothing must fit to hold money (again), as they are
// now. Caps are the lower of the revision that judges it and the newest; pools and the budget are
// the newest revision's, and queued while somebody before it waits there. `program` is the
// application's.
Limits LimitsOfApplication(const Context& context, const Context::Program& program,
                           const rows::ApplicationRow& application);

// What the caps leave of `wanted_fen`, in fen; <= 0 if nothing.
int64_t ClipToCaps(int64_t wanted_fen, const Limits& limits);

// The distinct providers of chosen products, in order.
std::vector<absl::string_view> ProvidersOf(
    const google::protobuf::RepeatedPtrField<v1::ProductChoice>& products);

// Whether the program takes applications received at `received_at`: PROGRAM_NOT_OPEN,
// WINDOW_NOT_OPEN or WINDOW_CLOSED.
std::optional<v1::Refusal> RefuseIfNotOpen(const Context::Program& program, UnixNanos received_at);

}  // namespace voucher
