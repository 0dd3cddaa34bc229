#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/base/check.h"
#include "ledger/state/row_changes.h"
#include "ledger/state/view.h"

namespace voucher {

// A view whose rows can be changed: what Evolve writes to. Its changes are counted in batches. Rows
// are changed in place, so a row that was found may be another after the next Edit of it.
class EditableRows : public View {
 public:
  // Changes over a view, which must outlive it and not change meanwhile.
  explicit EditableRows(const View* below);

  // The row at `key` for changing; begins as the row below, or empty if there is none. Put is for
  // rows that are new or become other ones as a whole, as all do that pass through: it does not
  // look for them below.
  template <class T>
  typename T::Row& Edit(const typename T::Key& key) {
    static_assert(!kPassing<T>);
    const auto [it, is_new] = rows<T>().try_emplace(key);
    std::optional<typename T::Row>& row = it->second.row;
    if (is_new && below_ != nullptr) {
      if (const typename T::Row* found = below_->Find<T>(key)) row.emplace(*found);
    } else if (is_new && source_ != nullptr) {
      EncodeKey(T::kId, key, &key_bytes_);
      row = ReadStored<T>();
    }
    Note<T>(&*it);
    return row ? *row : row.emplace();
  }

  // A row that passes through becomes bytes at once. Not in a whole state in memory, nor while rows
  // of its table are cached that were erased, or put since, and are not stored yet.
  template <class T, class Row = typename T::Row>
  void Put(const FindKey<T>& key, Row&& row) {
    if (kPassing<T> && !IsWhole() && rows<T>().empty()) return Append<T>(key, &row, /*show=*/true);
    *Set<T>(typename T::Key(key)) = std::forward<Row>(row);
  }

  // Of a table whose rows are a number.
  template <class T>
  void PutNumber(const FindKey<T>& key, uint64_t number) {
    rows::NumberRow row;
    row.set_number(number);
    Put<T>(key, std::move(row));
  }

  template <class T>
  void Erase(const typename T::Key& key) {
    if (IsWhole()) {
      rows<T>().erase(key);
    } else {
      Set<T>(key)->reset();
    }
  }

  // The rows of an ordered table that were changed and are not stored yet; an erased one is cached
  // without a row. Not of a whole state in memory, which does not count its changes.
  template <class T>
  const typename CachedTable<T>::Rows& changed_rows() const {
    static_assert(T::kOrdered);
    VOUCHER_CHECK(!IsWhole());
    return rows<T>();
  }

  // What this batch has changed so far: rows, some perhaps twice, and bytes of those of them that
  // pass through.
  size_t changes() const { return noted_ + batches_.back()->size(); }
  size_t passing_bytes() const { return batches_.back()->bytes(); }

  // The changed rows of this batch, which ends; if there are none, nothing remembers it. Not of a
  // whole state in memory either.
  std::shared_ptr<const RowChanges> TakeChanges();

 protected:
  explicit EditableRows(const RowSource* source);

  uint64_t batch_ = 1;

 private:
  // A changed row of an unordered table.
  struct Changed {
    uint8_t table;
    void* row;  // CachedTable::Rows::value_type
  };

  struct RowFunctions;
  template <class T>
  static RowFunctions FunctionsOf();
  template <class T>
  void AppendOrdered(const CachedTable<T>& cached);
  template <class T>
  static void AppendRow(EditableRows* rows, const void* row);

  // Appends a change as bytes; nullptr: the row is gone.
  template <class T>
  void Append(const FindKey<T>& key, const typename T::Row* row, bool show);

  bool IsWhole() const { return below_ == nullptr && source_ == nullptr; }

  template <class T>
  std::optional<typename T::Row>* Set(const typename T::Key& key) {
    const auto it = rows<T>().try_emplace(key).first;
    Note<T>(&*it);
    return &it->second.row;
  }

  // That the row is changed in this batch.
  template <class T>
  void Note(typename CachedTable<T>::Rows::value_type* changed) {
    if (changed->second.batch == batch_) return;
    changed->second.batch = batch_;
    ++noted_;
    if (!T::kOrdered && !IsWhole()) changed_.push_back({T::kId, changed});
  }

  std::vector<Changed> changed_;  // in this batch
  size_t noted_ = 0;              // those of ordered tables too
};

// The writer's state: rows changed in place over stored rows that may be some batches behind. It
// keeps what is not stored yet, and rows of tables that are kept hot: all stored ones of a table go
// at once when StoredIn finds more than `max_cached_rows` of it. With no stored rows it is the
// whole state in memory (tests, verification in memory).
class WriterRows : public EditableRows {
 public:
  explicit WriterRows(const RowSource* source, size_t max_cached_rows = 1 << 20)
      : EditableRows(source), max_cached_rows_(max_cached_rows) {}

  // Holds all rows of an unordered table, of which it holds none yet: reading them in order costs
  // less than finding a good part of them one by one. Calls for different tables may run side by
  // side.
  template <class T>
  void CacheAll() {
    static_assert(kCached<T>);
    auto& rows = this->rows<T>();
    VOUCHER_CHECK(rows.empty());
    ScanStored<T>([&](const typename T::Key& key, typename T::Row row) {
      rows[key].row = std::move(row);
      return true;
    });
  }

  // From the next StoredIn on.
  void CacheAtMost(size_t rows) { max_cached_rows_ = rows; }

  // All changes that were taken are stored in `source`, which is read from now on, but for the last
  // `in_flight` times that there were any. What is found before a call must not be used after it.
  void StoredIn(const RowSource* source, size_t in_flight = 0);

 private:
  // Rows that were changed in batches up to `stored`.
  template <class T>
  void DropStored(CachedTable<T>* cached, uint64_t stored);

  size_t max_cached_rows_;
};

}  // namespace voucher
