#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"

#include "ledger/machine/context.h"
#include "ledger/policy/limits.h"
#include "voucher/v1/application.pb.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Where the rules' limits meet the ledger's use of them.

// The limit that counts a pool; nullopt for a provider that is not registered yet.
std::optional<v1::LimitRef> PoolRef(const Context& context, const CompiledRules& rules,
                                    const v1::Pool& pool);

// Every limit that a grant of this item to this enterprise and project must fit, with its use:
// caps, pools, the pool of the enterprise's approved cluster, the program's budget last.
// `provider_ids` are the providers of the chosen products. A pool is queued while somebody waits on
// it.
Limits LimitsOf(const Context& context, const Context::Program& program, const v1::Item& item,
                const Context::Enterprise& enterprise, uint64_t project,
                const std::vector<absl::string_view>& provider_ids);

// The limits that an application which holds nothing must fit to hold money (again): those that it
// counts in, as they are now. Caps are the lower of the revision that judges it and the newest;
// pools and the budget are the newest revision's, and queued while somebody before it waits there.
// `program` is the application's.
Limits LimitsOfApplication(const Context& context, const Context::Program& program,
                           const rows::ApplicationRow& application);

// What the caps leave of `wanted_fen`, in fen; <= 0 if nothing.
int64_t ClipToCaps(int64_t wanted_fen, const Limits& limits);

// The most that the caps allow of `base_fen` with nothing used yet, in fen.
int64_t MostUnderCaps(int64_t base_fen, const Limits& limits);

// The limits to book a grant on: all of `limits` but the budget, whose account is its limit.
google::protobuf::RepeatedPtrField<v1::LimitRef> RefsOf(const Limits& limits);

// The distinct providers of chosen products, in order.
std::vector<absl::string_view> ProvidersOf(
    const google::protobuf::RepeatedPtrField<v1::ProductChoice>& products);

// Whether the program takes applications received at `received_at`: PROGRAM_NOT_OPEN,
// WINDOW_NOT_OPEN or WINDOW_CLOSED.
std::optional<v1::Refusal> RefuseIfNotOpen(const Context::Program& program, UnixNanos received_at);

}  // namespace voucher
