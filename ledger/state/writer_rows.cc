// What touches every table is compiled here, once: it is most of the cost of writer_rows.h.
#include "ledger/state/writer_rows.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "ledger/state/row_memory.h"

namespace voucher {

EditableRows::EditableRows(const View* below) : View(below) {
  batches_.push_back(std::make_shared<RowChanges>());
}

EditableRows::EditableRows(const RowSource* source) : View(source) {
  batches_.push_back(std::make_shared<RowChanges>());
}

template <class T>
void EditableRows::Append(const FindKey<T>& key, const typename T::Row* row, bool show) {
  EncodeKey(T::kId, key, &key_bytes_);
  RowChanges& changes = *batches_.back();
  if (row == nullptr) return changes.Erase(key_bytes_);
  const auto& message = RowMessage(*row);
  char* const bytes = changes.Put(key_bytes_, message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(bytes));
  if (show) changes.IndexLast();
}

template <class T>
void EditableRows::AppendRow(EditableRows* rows, const void* row) {
  const auto& [key, cached] = *static_cast<const typename CachedTable<T>::Rows::value_type*>(row);
  rows->Append<T>(key, cached.row ? &*cached.row : nullptr, false);
}

// What is done with a changed row of one unordered table.
struct EditableRows::RowFunctions {
  void (*append)(EditableRows*, const void*);
  void (*fetch_row)(const void*);
  void (*fetch_list)(const void*);
  void (*fetch_element)(const void*);
};

template <class T>
EditableRows::RowFunctions EditableRows::FunctionsOf() {
  using Cached = typename CachedTable<T>::Rows::value_type;
  return {.append = &EditableRows::AppendRow<T>,
          .fetch_row = [](const void* row) { FetchRow(*static_cast<const Cached*>(row)); },
          .fetch_list =
              [](const void* row) {
                const auto& cached = static_cast<const Cached*>(row)->second;
                if (cached.row) FetchList(*cached.row);
              },
          .fetch_element =
              [](const void* row) {
                const auto& cached = static_cast<const Cached*>(row)->second;
                if (cached.row) FetchElement(*cached.row);
              }};
}

template <class T>
void EditableRows::AppendOrdered(const CachedTable<T>& cached) {
  if constexpr (T::kOrdered) {
    for (const auto& row : cached.rows) {
      if (row.second.batch == batch_) AppendRow<T>(this, &row);
    }
  }
}

std::shared_ptr<const RowChanges> EditableRows::TakeChanges() {
  VOUCHER_CHECK(!IsWhole());
  static const auto by_table = std::apply(
      [](const auto&... cached) {
        std::array<RowFunctions, 256> functions{};
        ((functions[std::decay_t<decltype(cached)>::Table::kId] =
              FunctionsOf<typename std::decay_t<decltype(cached)>::Table>()),
         ...);
        return functions;
      },
      tables_);
  // Most were changed so long ago that they are in no cache any more.
  const auto fetch = [&](size_t i, void (*RowFunctions::*step)(const void*)) {
    if (i < changed_.size()) (by_table[changed_[i].table].*step)(changed_[i].row);
  };
  constexpr size_t kStep = 6;
  for (size_t i = 0; i < changed_.size(); ++i) {
    fetch(i + 3 * kStep, &RowFunctions::fetch_row);
    fetch(i + 2 * kStep, &RowFunctions::fetch_list);
    fetch(i + kStep, &RowFunctions::fetch_element);
    by_table[changed_[i].table].append(this, changed_[i].row);
  }
  std::apply([&](const auto&... cached) { (AppendOrdered(cached), ...); }, tables_);
  changed_.clear();
  noted_ = 0;
  passing_.clear();
  std::shared_ptr<const RowChanges> taken = batches_.back();
  if (taken->size() == 0) {
    batches_.pop_back();
  } else {
    ++batch_;
  }
  batches_.push_back(std::make_shared<RowChanges>(taken->bytes(), taken->shown()));
  return taken;
}

void WriterRows::StoredIn(const RowSource* source, size_t in_flight) {
  source_ = source;
  const size_t kept = std::min(batches_.size(), in_flight + 1);  // and the one being made
  batches_.erase(batches_.begin(), batches_.end() - static_cast<ptrdiff_t>(kept));
  const uint64_t stored = batch_ - kept;
  std::apply([&](auto&... cached) { (DropStored(&cached, stored), ...); }, tables_);
}

// A table that is not kept hot holds nothing but what was changed.
template <class T>
void WriterRows::DropStored(CachedTable<T>* cached, uint64_t stored) {
  const auto is_stored = [&](const auto& row) { return row.second.batch <= stored; };
  if (kCached<T> && cached->rows.size() <= max_cached_rows_) return;
  if constexpr (T::kOrdered) {
    absl::erase_if(cached->rows, is_stored);
  } else {
    cached->rows.EraseIf(is_stored);
  }
}

#define VOUCHER_APPEND(Name, ...)                                                    \
  template void EditableRows::Append<tables::Name>(const FindKey<tables::Name>& key, \
                                                   const tables::Name::Row* row, bool show);
VOUCHER_TABLES(VOUCHER_APPEND)
#undef VOUCHER_APPEND

}  // namespace voucher
