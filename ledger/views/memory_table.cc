#include "ledger/views/memory_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "ledger/base/check.h"

namespace voucher {
namespace {

constexpr size_t kMinBuckets = 1u << 10;

uint32_t TagOf(uint64_t hash) {
  return static_cast<uint32_t>(hash >> 32);
}

}  // namespace

// All-zero pages are empty buckets.
MemoryTable::MemoryTable(size_t expected_rows, const OrderedTables& ordered)
    : bucket_mask_(std::bit_ceil(std::max(expected_rows, kMinBuckets)) - 1),
      bucket_pages_((bucket_mask_ + 1) * sizeof(Bucket)),
      buckets_(reinterpret_cast<Bucket*>(bucket_pages_.data())) {
  for (size_t table = 0; table < ordered.size(); ++table) {
    if (ordered[table]) tables_[table].index = std::make_unique<OrderedIndex>(&arena_);
  }
}

void MemoryTable::Put(absl::string_view key, absl::string_view value) {
  Take(key, value, false);
}

void MemoryTable::Erase(absl::string_view key) {
  Take(key, {}, true);
}

void MemoryTable::Take(absl::string_view key, absl::string_view value, bool erased) {
  Change& change = pending_[taken_ % kPending];
  if (taken_ >= kPending) Write(change);
  change.hash = KeyHash(key);
  change.erased = erased;
  change.key.assign(key.data(), key.size());
  change.value.assign(value.data(), value.size());
  ++taken_;
  // First the bucket and, when it is there, the row that it points to, if that may be the one.
  __builtin_prefetch(&BucketOf(change.hash));
  if (taken_ > kPending / 2) {
    const uint64_t hash = pending_[(taken_ - 1 - kPending / 2) % kPending].hash;
    const uint64_t bucket = BucketOf(hash).load(std::memory_order_relaxed);
    if ((bucket & BitOf(hash)) != 0) __builtin_prefetch(RowOf(bucket));
  }
}

uint32_t MemoryTable::EndGroup() {
  for (size_t i = taken_ - std::min(taken_, kPending); i < taken_; ++i) {
    Write(pending_[i % kPending]);
  }
  taken_ = 0;
  return group_++;
}

void MemoryTable::Write(const Change& change) {
  const absl::string_view key = change.key, value = change.value;
  Table& table = tables_[static_cast<uint8_t>(key[0])];
  auto* row = const_cast<MemoryRow*>(FindRow(key, change.hash));
  const bool found = row != nullptr;
  const uint64_t bucket = BucketOf(change.hash).load(std::memory_order_relaxed);
  if (!found) {
    char* bytes = arena_.Allocate(sizeof(MemoryRow) + key.size());
    memcpy(bytes + sizeof(MemoryRow), key.data(), key.size());
    row = new (bytes)
        MemoryRow{.next_in_bucket = RowOf(bucket),
                  .previous_in_table = table.last_inserted.load(std::memory_order_relaxed),
                  .newest = nullptr,
                  .hash = TagOf(change.hash),
                  .key_size = static_cast<uint32_t>(key.size())};
  }
  char* bytes = arena_.Allocate(sizeof(RowVersion) + value.size());
  if (!value.empty()) memcpy(bytes + sizeof(RowVersion), value.data(), value.size());
  row->newest.store(new (bytes)
                        RowVersion{.older = row->newest.load(std::memory_order_relaxed),
                                   .group = group_,
                                   .size = change.erased ? RowVersion::kErased
                                                         : static_cast<uint32_t>(value.size())},
                    std::memory_order_release);
  if (!found) {
    const auto address = reinterpret_cast<uint64_t>(row);
    VOUCHER_CHECK((address & ~kAddress) == 0) << "an address of more than 48 bits";
    BucketOf(change.hash)
        .store((bucket & ~kAddress) | BitOf(change.hash) | address, std::memory_order_release);
    table.last_inserted.store(row, std::memory_order_release);
    if (table.index != nullptr) table.index->Insert(row);
  }
  rows_.store(rows() + 1, std::memory_order_relaxed);
}

const MemoryRow* MemoryTable::FindRow(absl::string_view key, uint64_t hash) const {
  const uint64_t bucket = BucketOf(hash).load(std::memory_order_acquire);
  if ((bucket & BitOf(hash)) == 0) return nullptr;
  const MemoryRow* row = RowOf(bucket);
  while (row != nullptr && (row->hash != TagOf(hash) || row->key() != key)) {
    row = row->next_in_bucket;
  }
  return row;
}

const RowVersion* MemoryTable::Find(absl::string_view key, uint64_t hash, uint32_t group) const {
  const MemoryRow* row = FindRow(key, hash);
  return row != nullptr ? row->VersionAt(group) : nullptr;
}

MemoryTable::Cursor::Cursor(const MemoryTable* table, uint32_t group, absl::string_view first,
                            absl::string_view last)
    : table_(table),
      group_(group),
      first_(first),
      last_(last),
      next_table_(first.empty() ? 0 : static_cast<uint8_t>(first[0])),
      last_table_(last.empty() ? -1 : static_cast<uint8_t>(last[0])) {
  Settle();
}

void MemoryTable::Cursor::Settle() {
  do {
    while (next_sorted_ < sorted_.size()) {
      FetchAhead();
      row_ = sorted_[next_sorted_++].row;
      if (row_->key() < first_) continue;
      if (!(row_->key() < last_)) {  // So are all that follow.
        row_ = nullptr;
        return;
      }
      version_ = row_->VersionAt(group_);
      if (version_ != nullptr) return;
    }
  } while (Refill());
  row_ = nullptr;
}

// Rows in key order lie anywhere in memory.
void MemoryTable::Cursor::FetchAhead() const {
  constexpr size_t kRows = 12, kVersions = 6;
  if (next_sorted_ + kRows >= sorted_.size()) return;
  __builtin_prefetch(sorted_[next_sorted_ + kRows].row);
  __builtin_prefetch(sorted_[next_sorted_ + kVersions].row->newest.load(std::memory_order_relaxed));
}

bool MemoryTable::Cursor::Refill() {
  next_sorted_ = 0;
  if (walk_ && walk_->Next(&sorted_)) return true;
  walk_.reset();
  sorted_.clear();
  if (next_table_ > last_table_) return false;
  const auto id = static_cast<uint8_t>(next_table_++);
  const Table& table = table_->tables_[id];
  if (table.index != nullptr) {
    const bool first_is_here = !first_.empty() && static_cast<uint8_t>(first_[0]) == id;
    walk_.emplace(*table.index, first_is_here ? first_ : absl::string_view());
    return true;
  }
  for (const MemoryRow* row = table.last_inserted.load(std::memory_order_acquire); row != nullptr;
       row = row->previous_in_table) {
    const absl::string_view key = row->key();
    if (!(key < first_) && key < last_) sorted_.push_back({KeyWords(), row});
  }
  std::reverse(sorted_.begin(), sorted_.end());  // Keys tend to ascend in time.
  SortByKey(absl::MakeSpan(sorted_));
  return true;
}

}  // namespace voucher
