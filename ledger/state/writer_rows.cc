// What touches every table is compiled here, once: it is most of the cost of overlay.h.
#include "ledger/state/writer_rows.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "ledger/state/row_memory.h"

namespace voucher {

Overlay::Overlay(const View* below) : View(below) {
  batches_.push_back(std::make_shared<RowChanges>());
}

Overlay::Overlay(const RowSource* source) : View(source) {
  batches_.push_back(std::make_shared<RowChanges>());
}

template <class T>
void Overlay::AppendRow(Overlay* overlay, const void* row) {
  const auto& [key, held] = *static_cast<const typename HeldTable<T>::Rows::value_type*>(row);
  overlay->Append<T>(key, held.row ? &*held.row : nullptr, false);
}

// What is done with a changed row of one unordered table.
struct Overlay::RowFunctions {
  void (*append)(Overlay*, const void*);
  void (*fetch_row)(const void*);
  void (*fetch_list)(const void*);
  void (*fetch_element)(const void*);
};

template <class T>
Overlay::RowFunctions Overlay::FunctionsOf() {
  using Held = typename HeldTable<T>::Rows::value_type;
  return {.append = &Overlay::AppendRow<T>,
          .fetch_row = [](const void* row) { FetchRow(*static_cast<const Held*>(row)); },
          .fetch_list =
              [](const void* row) {
                const auto& held = static_cast<const Held*>(row)->second;
                if (held.row) FetchList(*held.row);
              },
          .fetch_element =
              [](const void* row) {
                const auto& held = static_cast<const Held*>(row)->second;
                if (held.row) FetchElement(*held.row);
              }};
}

template <class T>
void Overlay::AppendOrdered(const HeldTable<T>& held) {
  if constexpr (T::kOrdered) {
    for (const auto& row : held.rows) {
      if (row.second.batch == batch_) AppendRow<T>(this, &row);
    }
  }
}

std::shared_ptr<const RowChanges> Overlay::TakeChanges() {
  VOUCHER_CHECK(!IsWhole());
  static const auto by_table = std::apply(
      [](const auto&... held) {
        std::array<RowFunctions, 256> functions{};
        ((functions[std::decay_t<decltype(held)>::Table::kId] =
              FunctionsOf<typename std::decay_t<decltype(held)>::Table>()),
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
  std::apply([&](const auto&... held) { (AppendOrdered(held), ...); }, tables_);
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

void HotView::StoredIn(const RowSource* source, size_t in_flight) {
  source_ = source;
  const size_t kept = std::min(batches_.size(), in_flight + 1);  // and the one being made
  batches_.erase(batches_.begin(), batches_.end() - static_cast<ptrdiff_t>(kept));
  const uint64_t stored = batch_ - kept;
  std::apply([&](auto&... held) { (DropStored(&held, stored), ...); }, tables_);
}

// A table that is not kept hot holds nothing but what was changed.
template <class T>
void HotView::DropStored(HeldTable<T>* held, uint64_t stored) {
  const auto is_stored = [&](const auto& row) { return row.second.batch <= stored; };
  if (kKeptHot<T> && held->rows.size() <= max_cached_rows_) return;
  if constexpr (T::kOrdered) {
    absl::erase_if(held->rows, is_stored);
  } else {
    held->rows.EraseIf(is_stored);
  }
}

}  // namespace voucher
