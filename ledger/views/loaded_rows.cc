#include "ledger/views/loaded_rows.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace voucher {
namespace {

size_t TableOf(const RowChange& change) {
  return static_cast<uint8_t>(change.key[0]);
}

}  // namespace

LoadedRows::LoadedRows(std::shared_ptr<const RowChanges> changes, absl::string_view key,
                       std::string value)
    : changes_(std::move(changes)),
      key_(key),
      value_(std::move(value)),
      one_more_{.key = key_, .value = value_} {}

void LoadedRows::Sort() {
  // By table, in the order in which they were made: where each table begins, then its rows.
  std::array<size_t, 257> ends{};
  const auto count = [&](const RowChange& change) { ++ends[TableOf(change) + 1]; };
  for (const RowChange& change : changes_->all()) count(change);
  count(one_more_);
  for (size_t table = 1; table < ends.size(); ++table) ends[table] += ends[table - 1];
  rows_.resize(changes_->size() + 1);
  const auto place = [&](const RowChange& change) {
    rows_[ends[TableOf(change)]++] = {KeyWords(), &change};
  };
  for (const RowChange& change : changes_->all()) place(change);
  place(one_more_);
  size_t begin = 0;
  for (const size_t end : ends) {
    SortByKey(absl::MakeSpan(rows_).subspan(begin, end - begin));
    begin = end;
  }
  MutexLock lock(mutex_);
  is_sorted_.store(true, std::memory_order_release);
  changed_.NotifyAll();
}

void LoadedRows::AwaitSorted() const {
  if (is_sorted_.load(std::memory_order_acquire)) return;
  MutexLock lock(mutex_);
  while (!is_sorted_.load(std::memory_order_relaxed)) changed_.Wait(mutex_);
}

size_t LoadedRows::PlaceOf(absl::string_view key) const {
  AwaitSorted();
  const auto place =
      std::partition_point(rows_.begin(), rows_.end(),
                           [&](const KeyedRow<RowChange>& other) { return other.row->key < key; });
  return static_cast<size_t>(place - rows_.begin());
}

const RowChange* LoadedRows::Find(absl::string_view key) const {
  const RowChange* found = nullptr;
  for (size_t i = PlaceOf(key); i < rows_.size() && rows_[i].row->key == key; ++i) {
    found = rows_[i].row;
  }
  return found;
}

LoadedRows::Cursor::Cursor(const LoadedRows* rows, absl::string_view first,
                           absl::string_view last) {
  const size_t begin = rows->PlaceOf(first);
  const size_t end = std::max(begin, rows->PlaceOf(last));
  rows_ = absl::MakeConstSpan(rows->rows_).subspan(begin, end - begin);
  SkipOlder();
}

void LoadedRows::Cursor::Next() {
  ++next_;
  SkipOlder();
}

void LoadedRows::Cursor::SkipOlder() {
  // Rows in key order lie anywhere in memory. Not in a function of its own: one that does nothing
  // but fetch has no effect for the compiler, which leaves calls of it out.
  constexpr size_t kChanges = 16, kBytes = 8, kCacheLine = 64;
  if (next_ + kChanges < rows_.size()) {
    __builtin_prefetch(rows_[next_ + kChanges].row);
    const char* const bytes = rows_[next_ + kBytes].row->key.data();
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + kCacheLine);
  }
  // Of equal keys the words are equal too, and are here already.
  while (next_ + 1 < rows_.size() && rows_[next_].words == rows_[next_ + 1].words &&
         rows_[next_].row->key == rows_[next_ + 1].row->key) {
    ++next_;
  }
}

}  // namespace voucher
