// Which role may call which RPC: one table for the whole server.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "voucher/v1/entry.pb.h"

namespace voucher {

// An RPC and the roles that may call it.
struct Rpc {
  // "/voucher.v1.CreditService/Redeem"; static storage, ends with NUL.
  const char* path;
  // Bit `1 << role` for each v1::Role.
  uint32_t roles;

  // "voucher.v1.CreditService".
  absl::string_view service() const;
  // "Redeem".
  absl::string_view method() const;
};

// Every RPC that the server knows, grouped by service. What is not here cannot be registered.
absl::Span<const Rpc> AllRpcs();

// The RPC of this service and method, or nullptr.
const Rpc* FindRpc(absl::string_view service, absl::string_view method);

// Position of `rpc`, which must come from AllRpcs(), in it: for arrays by RPC.
size_t RpcIndex(const Rpc& rpc);

// True if one of the principal's roles may call `rpc`. Scopes are not looked at: those are decided
// in the ledger, on record.
bool MayCall(const v1::Authority& who, const Rpc& rpc);

}  // namespace voucher
