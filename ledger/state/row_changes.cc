#include "ledger/state/row_changes.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "ledger/base/check.h"

namespace voucher {
namespace {

constexpr size_t kMinChunk = size_t{16} << 10;
constexpr size_t kMaxChunk = size_t{1} << 20;

// What a change takes of a chunk.
size_t SpaceFor(size_t key_size, size_t value_size) {
  return (sizeof(RowChange) + key_size + value_size + alignof(RowChange) - 1) / alignof(RowChange) *
         alignof(RowChange);
}

}  // namespace

RowChanges::RowChanges(size_t expected_bytes, size_t expected_shown)
    : next_chunk_(std::clamp(expected_bytes, kMinChunk, kMaxChunk)),
      expected_shown_(expected_shown) {}

char* RowChanges::Put(absl::string_view key, size_t value_size) {
  const size_t space = SpaceFor(key.size(), value_size);
  if (space > left_) {
    left_ = std::max(space, next_chunk_);
    chunks_.push_back({std::unique_ptr<char[]>(new char[left_]), 0});
    next_chunk_ = std::min(next_chunk_ * 2, kMaxChunk);
  }
  Chunk& chunk = chunks_.back();
  last_ = new (chunk.bytes.get() + chunk.used)
      RowChange{.place = static_cast<uint32_t>(size_),
                .key_size = static_cast<uint32_t>(key.size()),
                .value_size = static_cast<uint32_t>(value_size),
                .erased = false,
                .shown = false};
  chunk.used += space;
  left_ -= space;
  ++size_;
  bytes_ += key.size() + value_size;
  char* const bytes = reinterpret_cast<char*>(last_ + 1);
  memcpy(bytes, key.data(), key.size());
  return bytes + key.size();
}

void RowChanges::Erase(absl::string_view key) {
  Put(key, 0);
  last_->erased = true;
}

void RowChanges::IndexLast() {
  VOUCHER_CHECK(!last_->erased);
  last_->shown = true;
  ++shown_;
}

const RowChange* RowChanges::Next(Position* position) const {
  if (position->chunk == chunks_.size()) return nullptr;
  if (position->offset == chunks_[position->chunk].used) {
    if (position->chunk + 1 == chunks_.size()) return nullptr;
    *position = {.chunk = position->chunk + 1};
  }
  const auto* const change =
      reinterpret_cast<const RowChange*>(chunks_[position->chunk].bytes.get() + position->offset);
  position->offset += SpaceFor(change->key_size, change->value_size);
  return change;
}

const RowChange* RowChanges::Find(absl::string_view key) const {
  if (shown_ == 0) return nullptr;
  if (index_.empty()) index_.reserve(std::max(expected_shown_, shown_));
  while (const RowChange* change = Next(&indexed_)) {
    if (change->shown) index_.insert_or_assign(change->key(), change);
  }
  const auto found = index_.find(key);
  return found != index_.end() ? found->second : nullptr;
}

}  // namespace voucher
