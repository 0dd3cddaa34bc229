#include "ledger/machine/row_changes.h"

#include <algorithm>
#include <cstring>

#include "ledger/base/check.h"

namespace voucher {
namespace {

constexpr size_t kMaxChunk = size_t{1} << 20;

}  // namespace

char* RowChanges::Allocate(size_t bytes) {
  if (bytes > left_) {
    left_ = std::max(bytes, next_chunk_);
    chunks_.emplace_back(new char[left_]);
    free_ = chunks_.back().get();
    next_chunk_ = std::min(next_chunk_ * 2, kMaxChunk);
  }
  char* const allocated = free_;
  free_ += bytes;
  left_ -= bytes;
  bytes_ += bytes;
  return allocated;
}

char* RowChanges::Put(absl::string_view key, size_t value_size) {
  char* const bytes = Allocate(key.size() + value_size);
  memcpy(bytes, key.data(), key.size());
  char* const value = bytes + key.size();
  if (changes_.empty()) changes_.reserve(expected_);
  changes_.push_back({.key = {bytes, key.size()}, .value = {value, value_size}});
  return value;
}

void RowChanges::Erase(absl::string_view key) {
  Put(key, 0);
  changes_.back().erased = true;
}

void RowChanges::ShowLast() {
  VOUCHER_CHECK(!changes_.back().erased);
  changes_.back().shown = true;
  ++shown_;
}

const RowChange* RowChanges::Find(absl::string_view key) const {
  if (shown_ == 0) return nullptr;
  if (indexed_ == 0) index_.reserve(std::max(expected_shown_, shown_));
  for (; indexed_ < changes_.size(); ++indexed_) {
    const RowChange& change = changes_[indexed_];
    if (change.shown) index_.insert_or_assign(change.key, static_cast<uint32_t>(indexed_));
  }
  const auto found = index_.find(key);
  return found != index_.end() ? &changes_[found->second] : nullptr;
}

}  // namespace voucher
