// Who may call which RPC, and how large its requests may be: one table for the whole server, read
// from the options of the RPCs in proto/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/descriptor.h"

#include "voucher/v1/entry.pb.h"
#include "voucher/v1/options.pb.h"

namespace voucher {

// An RPC and what its options say of it.
struct Rpc {
  // "/voucher.v1.CreditService/Redeem".
  std::string path;
  // Bit `1 << role` for each v1::Role that may call it.
  uint32_t roles = 0;
  // As they stand in proto/; belongs to the descriptors.
  const v1::RpcOptions* options = nullptr;
  // Position in its table.
  size_t index = 0;

  // "voucher.v1.CreditService".
  absl::string_view service() const;
  // "Redeem".
  absl::string_view method() const;
};

// Every RPC that a server knows, grouped by service. What is not here cannot be registered.
// Immutable and thread-safe.
class RpcTable {
 public:
  // Of these services, whose descriptors outlive the table. INVALID_ARGUMENT if an RPC has no
  // option voucher.v1.rpc or one that cannot hold; the message names the RPC and the field.
  static absl::StatusOr<RpcTable> Of(
      absl::Span<const google::protobuf::ServiceDescriptor* const> services);

  absl::Span<const Rpc> rpcs() const { return rpcs_; }

  // The RPC of this service and method, or nullptr. Valid as long as this object.
  const Rpc* Find(absl::string_view service, absl::string_view method) const;

  // Bytes of the largest request of any of them.
  uint32_t max_request_bytes() const { return max_request_bytes_; }

 private:
  std::vector<Rpc> rpcs_;
  uint32_t max_request_bytes_ = 0;
};

// The table of all services that voucherd can serve. Errors as of RpcTable::Of.
absl::StatusOr<RpcTable> ServedRpcs();

// Position of `rpc` in its table: for arrays by RPC.
size_t RpcIndex(const Rpc& rpc);

// True if one of the principal's roles may call `rpc`. Scopes are not looked at: those are decided
// in the ledger, on record.
bool MayCall(const v1::Authority& who, const Rpc& rpc);

// RESOURCE_EXHAUSTED if a request, or a message of a stream, has more bytes than `rpc` takes.
absl::Status CheckRequestBytes(const Rpc& rpc, size_t bytes);

}  // namespace voucher
