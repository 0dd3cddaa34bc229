#include "tests/bench/cost/stored_rows.h"

#include <map>

namespace voucher::bench {

void StoredRows::Apply(const RowChanges& changes) {
  for (const RowChange& change : changes) {
    if (change.erased) {
      rows_.erase(change.key());
    } else {
      rows_[change.key()].assign(change.value().data(), change.value().size());
    }
  }
}

bool StoredRows::Get(absl::string_view key, std::string* value) const {
  const auto found = rows_.find(key);
  if (found == rows_.end()) return false;
  *value = found->second;
  return true;
}

void StoredRows::Scan(
    absl::string_view first, absl::string_view last,
    absl::FunctionRef<bool(absl::string_view key, absl::string_view value)> visit) const {
  std::map<absl::string_view, absl::string_view> found;
  for (const auto& [key, value] : rows_) {
    if (first <= key && key < last) found.emplace(key, value);
  }
  for (const auto& [key, value] : found) {
    if (!visit(key, value)) return;
  }
}

}  // namespace voucher::bench
