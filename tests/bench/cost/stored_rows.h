// Stored rows without a disk.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

#include "ledger/state/view.h"

namespace voucher::bench {

// What lies below the writer's cache: a lookup costs a hash, as it does in the newest rows of the
// views, and never a read. Not thread-safe.
class StoredRows final : public RowSource {
 public:
  void Apply(const RowChanges& changes);

  bool Get(absl::string_view key, std::string* value) const override;
  // Passes over all rows.
  void Scan(
      absl::string_view first, absl::string_view last,
      absl::FunctionRef<bool(absl::string_view key, absl::string_view value)> visit) const override;

 private:
  absl::flat_hash_map<std::string, std::string> rows_;
};

}  // namespace voucher::bench
