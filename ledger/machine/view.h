#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/node_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

#include "ledger/base/check.h"
#include "ledger/machine/keys.h"
#include "ledger/machine/tables.h"

namespace voucher {

// Stored rows below a View: an immutable snapshot, or the newest state for the one writer. Thread
// safety is the implementation's. A read that fails is fatal to the process: the ledger never
// answers from half a view.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // True and the bytes if the key is there.
  virtual bool Get(absl::string_view key, std::string* value) const = 0;
  // Visits keys in [first, last) in order until the visitor returns false.
  virtual void Scan(
      absl::string_view first, absl::string_view last,
      absl::FunctionRef<bool(absl::string_view key, absl::string_view value)> visit) const = 0;
};

// The rows of one table that a layer holds; nullopt means known to be absent. Pointers to rows of
// unordered tables stay valid until that row is erased from the layer.
template <class T>
struct LayerTable {
  using Table = T;
  using Key = typename T::Key;
  using Value = std::optional<typename T::Row>;
  using Rows =
      std::conditional_t<T::kOrdered, absl::btree_map<Key, Value>, absl::node_hash_map<Key, Value>>;
  Rows rows;
};

// A state of the ledger to read: layers of changed rows over stored rows. Not thread-safe, also not
// for reading alone, since the bottom remembers what it read.
class View {
 public:
  // A bottom over stored rows, which must outlive it. nullptr: nothing stored, all rows live in
  // memory.
  explicit View(const RowSource* source);
  ~View();
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  // The row at `key`, or nullptr. The pointer holds until this view or one below it changes.
  template <class T>
  const typename T::Row* Find(const typename T::Key& key) const {
    const size_t hash = HashOf<T>(key);
    const View* view = this;
    while (true) {
      auto& rows = std::get<LayerTable<T>>(view->tables_).rows;
      if (auto it = FindHashed<T>(&rows, key, hash); it != rows.end()) {
        return it->second ? &*it->second : nullptr;
      }
      if (view->below_ == nullptr) return view->FindStored<T>(key);
      view = view->below_;
    }
  }

  // Visits rows with keys in [first, last) in key order until the visitor returns false.
  template <class T>
  void Scan(const typename T::Key& first, const typename T::Key& last,
            absl::FunctionRef<bool(const typename T::Key&, const typename T::Row&)> visit) const {
    if (below_ == nullptr && source_ != nullptr) {
      ScanSource<T>(first, last, visit);
      return;
    }
    const auto mine = RowsBetween<T>(first, last);
    auto next = mine.begin();
    bool more = true;
    if (below_ != nullptr) {
      below_->Scan<T>(first, last, [&](const auto& key, const auto& row) {
        while (more && next != mine.end() && *next->first < key) more = Show<T>(*next++, visit);
        if (more && next != mine.end() && *next->first == key) {
          more = Show<T>(*next++, visit);
        } else if (more) {
          more = visit(key, row);
        }
        return more;
      });
    }
    while (more && next != mine.end()) more = Show<T>(*next++, visit);
  }

 protected:
  explicit View(const View* below);

  mutable ForEveryTable<LayerTable> tables_;
  mutable std::string key_bytes_, row_bytes_;  // of one read of the source
  const View* below_ = nullptr;
  const RowSource* source_ = nullptr;

 private:
  // One hash serves all layers; ordered tables need none.
  template <class T>
  static size_t HashOf(const typename T::Key& key) {
    if constexpr (T::kOrdered) {
      return 0;
    } else {
      return typename LayerTable<T>::Rows::hasher()(key);
    }
  }

  template <class T>
  static auto FindHashed(typename LayerTable<T>::Rows* rows, const typename T::Key& key,
                         size_t hash) {
    if constexpr (T::kOrdered) {
      return rows->find(key);
    } else {
      return rows->find(key, hash);
    }
  }

  // Of the bottom: a row that it has not read yet.
  template <class T>
  const typename T::Row* FindStored(const typename T::Key& key) const {
    if (source_ == nullptr) return nullptr;
    EncodeKey(T::kId, key, &key_bytes_);
    const bool found = source_->Get(key_bytes_, &row_bytes_);
    if (!found && !kKeptHot<T>) return nullptr;
    auto& value = std::get<LayerTable<T>>(tables_).rows[key];
    if (found) {
      VOUCHER_CHECK(DecodeRow(row_bytes_, &value.emplace()))
          << "undecodable row in table " << int{T::kId};
    }
    return value ? &*value : nullptr;
  }

  template <class T>
  using Shown = std::pair<const typename T::Key*, const typename LayerTable<T>::Value*>;

  template <class T, class Visit>
  static bool Show(const Shown<T>& row, Visit& visit) {
    return !*row.second || visit(*row.first, **row.second);
  }

  template <class T>
  std::vector<Shown<T>> RowsBetween(const typename T::Key& first,
                                    const typename T::Key& last) const {
    const auto& rows = std::get<LayerTable<T>>(tables_).rows;
    std::vector<Shown<T>> found;
    if constexpr (T::kOrdered) {
      for (auto it = rows.lower_bound(first); it != rows.end() && it->first < last; ++it) {
        found.emplace_back(&it->first, &it->second);
      }
    } else {
      for (const auto& [key, value] : rows) {
        if (!(key < first) && key < last) found.emplace_back(&key, &value);
      }
      std::sort(found.begin(), found.end(),
                [](const auto& a, const auto& b) { return *a.first < *b.first; });
    }
    return found;
  }

  template <class T, class Visit>
  void ScanSource(const typename T::Key& first, const typename T::Key& last, Visit& visit) const {
    source_->Scan(EncodeKey(T::kId, first), EncodeKey(T::kId, last),
                  [&](absl::string_view key, absl::string_view value) {
                    typename T::Row row;
                    VOUCHER_CHECK(DecodeRow(value, &row))
                        << "undecodable row in table " << int{T::kId};
                    return visit(DecodeKey<typename T::Key>(key), row);
                  });
  }
};

// A layer of changes over a view: what Evolve writes to. The view below must outlive it and not
// change meanwhile.
class Overlay : public View {
 public:
  explicit Overlay(const View* below) : View(below) {}

  // Lies on another view of the same rows from now on.
  void Rebase(const View* below) { below_ = below; }

  // The row at `key` for changing; begins as the row below, or empty if there is none.
  template <class T>
  typename T::Row& Edit(const typename T::Key& key) {
    const auto [it, is_new] = std::get<LayerTable<T>>(tables_).rows.try_emplace(key);
    auto& value = it->second;
    const typename T::Row* row = is_new ? below_->Find<T>(key) : nullptr;
    if (row != nullptr) {
      value.emplace(*row);
    } else if (!value) {
      value.emplace();
    }
    return *value;
  }

  // As Edit where no row is at `key` so far, which the caller knows and nobody looks up.
  template <class T>
  typename T::Row& Add(const typename T::Key& key) {
    return std::get<LayerTable<T>>(tables_).rows[key].emplace();
  }

  template <class T>
  void Put(const typename T::Key& key, typename T::Row row) {
    std::get<LayerTable<T>>(tables_).rows[key] = std::move(row);
  }

  template <class T>
  void Erase(const typename T::Key& key) {
    std::get<LayerTable<T>>(tables_).rows[key] = std::nullopt;
  }

  // Visits every changed row as bytes; `value` is nullptr for an erased row. Order is unspecified.
  void ForEachChange(
      absl::FunctionRef<void(const std::string& key, const std::string* value)> visit) const;

 private:
  friend class HotView;
};

// The writer's bottom view. Over stored rows it is a cache of at most `max_cached_rows` of each
// table that is kept hot; with no stored rows it is the whole state in memory (tests, verification
// in memory).
class HotView : public View {
 public:
  explicit HotView(const RowSource* source, size_t max_cached_rows = 1 << 20)
      : View(source), max_cached_rows_(max_cached_rows) {}

  // Takes over the rows of a layer that lay directly above, and leaves it with rows that only its
  // destructor may touch. With a source, the layer must be stored there already.
  void Absorb(Overlay&& layer);

  // Reads stored rows from here from now on: all that was absorbed so far is stored there.
  void ReadFrom(const RowSource* source) { source_ = source; }

 private:
  template <class T>
  void AbsorbTable(LayerTable<T>* table, Overlay* layer);

  size_t max_cached_rows_;
};

}  // namespace voucher
