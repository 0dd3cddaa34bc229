// Stored rows without a disk, in key order.
#pragma once

#include <map>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

#include "ledger/state/view.h"

namespace voucher::testing {

// Not thread-safe.
class MapRows final : public RowSource {
 public:
  void Store(const RowChanges& changes) {
    for (const RowChange& change : changes) {
      if (change.erased) {
        rows_.erase(std::string(change.key()));
      } else {
        rows_[std::string(change.key())] = std::string(change.value());
      }
    }
  }

  // How often Get was called.
  int gets() const { return gets_; }

  bool Get(absl::string_view key, std::string* value) const override {
    ++gets_;
    const auto found = rows_.find(key);
    if (found == rows_.end()) return false;
    *value = found->second;
    return true;
  }

  void Scan(absl::string_view first, absl::string_view last,
            absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) const override {
    for (auto it = rows_.lower_bound(first); it != rows_.end() && it->first < last; ++it) {
      if (!visit(it->first, it->second)) return;
    }
  }

 private:
  std::map<std::string, std::string, std::less<>> rows_;
  mutable int gets_ = 0;
};

}  // namespace voucher::testing
