#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

#include "ledger/state/cached_rows.h"
#include "ledger/state/keys.h"
#include "ledger/state/row_changes.h"
#include "ledger/state/row_codec.h"
#include "ledger/state/row_memory.h"
#include "ledger/state/tables.h"

namespace voucher {

// Whether the writer keeps rows of the table in memory.
template <class T>
inline constexpr bool kCached = T::kKind == TableKind::kCached;
// Whether a new row of the table passes through the writer as bytes: only the views keep it.
template <class T>
inline constexpr bool kPassing = T::kKind == TableKind::kPassing;

// The key of a row that is looked for: where rows pass through as bytes, only its bytes are needed.
template <class T>
using FindKey = std::conditional_t<kPassing<T>, KeyRef<typename T::Key>, typename T::Key>;

// Stored rows below a View: an immutable snapshot, or the newest state for the one writer. Thread
// safety is the implementation's. A read that fails is fatal to the process: the ledger never
// answers from half a view.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // True and the bytes if the key is there.
  virtual bool Get(absl::string_view key, std::string* value) const = 0;
  // Fetches memory that Get of the key will look at. Changes no answer.
  virtual void Prefetch(absl::string_view /*key*/) const {}
  // Visits keys in [first, last) in order until the visitor returns false.
  virtual void Scan(
      absl::string_view first, absl::string_view last,
      absl::FunctionRef<bool(absl::string_view key, absl::string_view value)> visit) const = 0;
};

// A state of the ledger to read: rows in memory over another view, or over stored rows. What
// decodes rows is compiled for every table in view.cc and scan.cc, and not wherever a row is looked
// for. Not thread-safe, also not for reading alone, since it remembers what it read from stored
// rows.
class View {
 public:
  // Over stored rows, which must outlive it. nullptr: nothing is stored, all rows live in memory.
  explicit View(const RowSource* source);
  ~View();
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  // The row at `key`, or nullptr. The pointer holds until this view or one below it changes.
  template <class T>
  const typename T::Row* Find(const FindKey<T>& key) const {
    if constexpr (kPassing<T>) {
      return FindPassing<T>(key);
    } else {
      return FindCached<T>(key);
    }
  }

  // Fetches memory that Find will look at where rows are stored, of a table whose rows pass
  // through.
  template <class T>
  void Prefetch(const FindKey<T>& key) const {
    static_assert(kPassing<T>);
    const View* lowest = this;
    while (lowest->below_ != nullptr) lowest = lowest->below_;
    if (lowest->source_ == nullptr) return;
    EncodeKey(T::kId, key, &key_bytes_);
    lowest->source_->Prefetch(key_bytes_);
  }

  // Fetches memory that Find will look at where rows are cached, of an unordered table: first where
  // it looks for the row, then, when that has come, the row.
  template <class T>
  void PrefetchCached(const typename T::Key& key) const {
    rows<T>().prefetch(key);
  }
  template <class T>
  [[gnu::always_inline]] void PrefetchRow(const typename T::Key& key) const {
    const auto row = rows<T>().find(key);
    if (row != rows<T>().end()) FetchRow(*row);
  }

  // Visits rows with keys in [first, last) in key order until the visitor returns false.
  template <class T>
  void Scan(const typename T::Key& first, const typename T::Key& last,
            absl::FunctionRef<bool(const typename T::Key&, const typename T::Row&)> visit) const;

 protected:
  explicit View(const View* below);

  template <class T>
  typename CachedTable<T>::Rows& rows() const {
    return std::get<CachedTable<T>>(tables_).rows;
  }

  // The stored row at the key in key_bytes_.
  template <class T>
  std::optional<typename T::Row> ReadStored() const;

  // All stored rows of a table.
  template <class T, class Visit>
  void ScanStored(const Visit& visit) const {
    if (source_ == nullptr) return;
    ScanBytes<T>(std::string(1, static_cast<char>(T::kId)),
                 std::string(1, static_cast<char>(T::kId + 1)), visit);
  }

  template <class T, class Visit>
  void ScanBytes(const std::string& first, const std::string& last, Visit& visit) const {
    source_->Scan(first, last, [&](absl::string_view key, absl::string_view value) {
      return visit(DecodeKey<typename T::Key>(key), DecodeRow<T>(value));
    });
  }

  mutable ForEveryTable<CachedTable> tables_;
  mutable std::string key_bytes_, row_bytes_;  // scratch of one call
  // Rows that were read of tables that are not kept hot, until the batch ends; without batches, as
  // long as the view.
  mutable std::vector<std::shared_ptr<const void>> passing_;
  // An EditableRows's batches of changes: those that were taken and may not be stored yet, and the
  // one that is being made, so far with nothing but rows that pass through.
  std::vector<std::shared_ptr<RowChanges>> batches_;
  const View* below_ = nullptr;
  const RowSource* source_ = nullptr;

 private:
  template <class T>
  const typename T::Row* FindCached(const typename T::Key& key) const {
    const View* view = this;
    while (true) {
      auto& rows = view->rows<T>();
      if (const auto it = rows.find(key); it != rows.end()) {
        return it->second.row ? &*it->second.row : nullptr;
      }
      if (view->below_ == nullptr) return view->FindStored<T>(key);
      view = view->below_;
    }
  }

  // A row that is not in memory, of a table that does not pass through.
  template <class T>
  const typename T::Row* FindStored(const typename T::Key& key) const;
  // Of a table whose rows pass through: a cached row, or bytes that are on their way, or stored.
  template <class T>
  const typename T::Row* FindPassing(const FindKey<T>& key) const;
  template <class T>
  const typename T::Row* Keep(std::optional<typename T::Row> row) const;

  // What a Scan shows of one row in memory.
  template <class T>
  using Shown = std::pair<const typename T::Key*, const CachedRow<T>*>;
  template <class T>
  std::vector<Shown<T>> RowsBetween(const typename T::Key& first, const typename T::Key& last,
                                    absl::btree_map<typename T::Key, CachedRow<T>>* decoded) const;
  template <class T, class Visit>
  void ScanSource(const typename T::Key& first, const typename T::Key& last, Visit& visit) const {
    ScanBytes<T>(EncodeKey(T::kId, first), EncodeKey(T::kId, last), visit);
  }
};

}  // namespace voucher
