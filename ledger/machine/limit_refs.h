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

// Every limit that a grant of this item to this enterprise and project must fit, with its use, the
// program's budget included. `provider_ids` are the providers of the chosen products.
Limits LimitsOf(const Context& context, const Context::Program& program, const v1::Item& item,
                const Context::Enterprise& enterprise, uint64_t project,
                const std::vector<absl::string_view>& provider_ids);

// The limits to book a grant on: all of `limits` but the budget, whose account is its limit.
google::protobuf::RepeatedPtrField<v1::LimitRef> RefsOf(const Limits& limits);

// The distinct providers of chosen products, in order.
std::vector<absl::string_view> ProvidersOf(
    const google::protobuf::RepeatedPtrField<v1::ProductChoice>& products);

// Whether the program takes applications received at `received_at`: PROGRAM_NOT_OPEN,
// WINDOW_NOT_OPEN or WINDOW_CLOSED.
std::optional<v1::Refusal> CheckOpen(const Context::Program& program, UnixNanos received_at);

}  // namespace voucher
