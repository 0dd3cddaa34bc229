#include "ledger/views/changes_in_order.h"

#include <array>
#include <cstdint>

namespace voucher {
namespace {

size_t TableOf(const RowChange& change) {
  return static_cast<uint8_t>(change.key[0]);
}

}  // namespace

ChangesInOrder::ChangesInOrder(const RowChanges& changes, const RowChange& one_more)
    : rows_(changes.size() + 1) {
  // By table, in the order in which they were made: where each table begins, then its rows.
  std::array<size_t, 257> ends{};
  const auto count = [&](const RowChange& change) { ++ends[TableOf(change) + 1]; };
  for (const RowChange& change : changes.all()) count(change);
  count(one_more);
  for (size_t table = 1; table < ends.size(); ++table) ends[table] += ends[table - 1];
  const auto place = [&](const RowChange& change) {
    rows_[ends[TableOf(change)]++] = {KeyWords(), &change};
  };
  for (const RowChange& change : changes.all()) place(change);
  place(one_more);
  size_t begin = 0;
  for (const size_t end : ends) {
    SortByKey(absl::MakeSpan(rows_).subspan(begin, end - begin));
    begin = end;
  }
  SkipOlder();
}

void ChangesInOrder::Next() {
  ++next_;
  SkipOlder();
}

void ChangesInOrder::SkipOlder() {
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
