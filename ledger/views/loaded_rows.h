#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "ledger/base/mutex.h"
#include "ledger/state/row_changes.h"
#include "ledger/views/arena.h"
#include "ledger/views/key_order.h"

namespace voucher {

// Changed rows in key order, on their way to files. Of several changes of one row the last holds.
//
// One thread sorts; everything else is thread-safe, and waits until the tables that it needs are
// sorted.
class LoadedRows {
  using Row = KeyedRow<RowChange>;

 public:
  // The changes, and a row that they have not.
  LoadedRows(std::shared_ptr<const RowChanges> changes, absl::string_view key,
             absl::string_view value);
  LoadedRows(const LoadedRows&) = delete;
  LoadedRows& operator=(const LoadedRows&) = delete;

  // Puts them in order, small tables first: those are asked for when a server starts. Once.
  void Sort() VOUCHER_EXCLUDES(mutex_);

  // The change of the row at `key`; nullptr: it was not changed.
  const RowChange* Find(absl::string_view key) const;

  // Goes through the rows with keys in [first, last), those of erased ones included. The rows and
  // `last` must outlive it.
  class Cursor {
   public:
    Cursor(const LoadedRows* rows, absl::string_view first, absl::string_view last);

    bool valid() const { return next_ < rows_.size(); }
    // These need valid(). The bytes live as long as the rows.
    absl::string_view key() const { return rows_[next_].row->key(); }
    bool erased() const { return rows_[next_].row->erased; }
    absl::string_view value() const { return rows_[next_].row->value(); }  // not if erased
    void Next();

   private:
    // To the rows of a table.
    void GoTo(size_t table);
    // To the next table that has a row and may have one before `last`, if this one has no more, and
    // from an older change of a row to its last.
    void Settle();

    const LoadedRows* loaded_;
    absl::string_view last_;
    size_t table_;
    absl::Span<const Row> rows_;  // of that table, up to `last`
    size_t next_ = 0;
  };

 private:
  // The rows of a table, sorted.
  absl::Span<const Row> SortedRows(size_t table) const VOUCHER_EXCLUDES(mutex_);

  const std::shared_ptr<const RowChanges> changes_;
  RowChanges one_more_;
  Arena arena_;  // each table's rows are an array in it
  std::array<absl::Span<Row>, 256> tables_;
  std::array<std::atomic<bool>, 256> is_sorted_{};
  mutable Mutex mutex_;
  mutable CondVar changed_;
};

}  // namespace voucher
