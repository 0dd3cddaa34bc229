// Who is calling.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

#include "voucher/config/v1/config.pb.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Metadata header that names the principal where development.allow_plaintext is set.
inline constexpr char kPrincipalHeader[] = "x-voucher-principal";

// The principals of the configuration, by name. Immutable and thread-safe.
class Principals {
 public:
  // From a checked configuration.
  explicit Principals(const config::v1::ServerConfig& config);

  // The authority of a principal, or nullptr if there is none of that name. Valid as long as this
  // object.
  const v1::Authority* Find(absl::string_view name) const;

  size_t size() const { return authorities_.size(); }

 private:
  absl::flat_hash_map<std::string, v1::Authority> authorities_;
};

}  // namespace voucher
