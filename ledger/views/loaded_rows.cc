#include "ledger/views/loaded_rows.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <utility>

namespace voucher {
namespace {

// The number of a table is the first byte of its keys.
size_t TableOf(absl::string_view key) {
  return key.empty() ? 0 : static_cast<uint8_t>(key[0]);
}

// Where the first of rows in order is that is not before `key`.
size_t FirstFrom(absl::string_view key, absl::Span<const KeyedRow<RowChange>> rows) {
  const auto place = std::partition_point(
      rows.begin(), rows.end(), [&](const auto& other) { return other.row->key() < key; });
  return static_cast<size_t>(place - rows.begin());
}

}  // namespace

LoadedRows::LoadedRows(std::shared_ptr<const RowChanges> changes, absl::string_view key,
                       absl::string_view value)
    : changes_(std::move(changes)) {
  value.copy(one_more_.Put(key, value.size()), value.size());
}

void LoadedRows::Sort() {
  std::array<size_t, 256> sizes{};
  const auto count = [&](const RowChange& change) { ++sizes[TableOf(change.key())]; };
  for (const RowChange& change : *changes_) count(change);
  for (const RowChange& change : one_more_) count(change);
  const auto array_of = [&](size_t size) {
    return absl::Span<Row>(reinterpret_cast<Row*>(arena_.Allocate(size * sizeof(Row))), size);
  };
  for (size_t table = 0; table < sizes.size(); ++table) {
    if (sizes[table] > 0) tables_[table] = array_of(std::exchange(sizes[table], 0));
  }
  // In the order in which they were made.
  const auto place = [&](const RowChange& change) {
    const size_t table = TableOf(change.key());
    tables_[table][sizes[table]++] = {KeyWords(), &change};
  };
  for (const RowChange& change : *changes_) place(change);
  for (const RowChange& change : one_more_) place(change);
  const absl::Span<Row> room = array_of(*std::max_element(sizes.begin(), sizes.end()));
  std::array<uint8_t, 256> by_size;
  std::iota(by_size.begin(), by_size.end(), uint8_t{0});
  std::sort(by_size.begin(), by_size.end(),
            [&](uint8_t a, uint8_t b) { return sizes[a] < sizes[b]; });
  for (const uint8_t table : by_size) {
    SortByKey(tables_[table], room);
    MutexLock lock(mutex_);
    is_sorted_[table].store(true, std::memory_order_release);
    changed_.NotifyAll();
  }
}

absl::Span<const LoadedRows::Row> LoadedRows::SortedRows(size_t table) const {
  const std::atomic<bool>& is_sorted = is_sorted_[table];
  if (!is_sorted.load(std::memory_order_acquire)) {
    MutexLock lock(mutex_);
    while (!is_sorted.load(std::memory_order_relaxed)) changed_.Wait(mutex_);
  }
  return tables_[table];
}

const RowChange* LoadedRows::Find(absl::string_view key) const {
  const absl::Span<const Row> rows = SortedRows(TableOf(key));
  const RowChange* found = nullptr;
  for (size_t i = FirstFrom(key, rows); i < rows.size() && rows[i].row->key() == key; ++i) {
    found = rows[i].row;
  }
  return found;
}

LoadedRows::Cursor::Cursor(const LoadedRows* rows, absl::string_view first, absl::string_view last)
    : loaded_(rows), last_(last), table_(TableOf(first)) {
  GoTo(table_);
  next_ = FirstFrom(first, rows_);
  Settle();
}

void LoadedRows::Cursor::GoTo(size_t table) {
  table_ = table;
  rows_ = loaded_->SortedRows(table);
  next_ = 0;
  const bool are_all_before = rows_.empty() || rows_.back().row->key() < last_;
  if (!are_all_before) rows_ = rows_.subspan(0, FirstFrom(last_, rows_));
}

void LoadedRows::Cursor::Next() {
  ++next_;
  Settle();
}

void LoadedRows::Cursor::Settle() {
  while (next_ == rows_.size() && table_ < TableOf(last_)) GoTo(table_ + 1);
  // Rows in key order lie anywhere in memory. Not in a function of its own: one that does nothing
  // but fetch has no effect for the compiler, which leaves calls of it out.
  constexpr size_t kAhead = 8, kCacheLine = 64;
  if (next_ + kAhead < rows_.size()) {
    const auto* const bytes = reinterpret_cast<const char*>(rows_[next_ + kAhead].row);
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + kCacheLine);
  }
  // Of equal keys the words are equal too, and are here already.
  while (next_ + 1 < rows_.size() && rows_[next_].words == rows_[next_ + 1].words &&
         rows_[next_].row->key() == rows_[next_ + 1].row->key()) {
    ++next_;
  }
}

}  // namespace voucher
