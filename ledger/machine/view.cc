// What touches every table is compiled here, once: it is most of the cost of view.h.
#include "ledger/machine/view.h"

#include <array>
#include <utility>

namespace voucher {
namespace {

constexpr size_t kAhead = 8;

// The beginning of a row.
void FetchRow(const void* row) {
  constexpr size_t kCacheLine = 64, kLines = 4;
  for (size_t i = 0; i < kLines; ++i) {
    __builtin_prefetch(static_cast<const char*>(row) + i * kCacheLine);
  }
}

}  // namespace

View::View(const RowSource* source) : source_(source) {}
View::View(const View* below) : below_(below) {}
View::~View() = default;

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
  using AppendAny = void (*)(Overlay*, const void*);
  static const auto by_table = std::apply(
      [](const auto&... held) {
        std::array<AppendAny, 256> functions{};
        ((functions[std::decay_t<decltype(held)>::Table::kId] =
              &Overlay::AppendRow<typename std::decay_t<decltype(held)>::Table>),
         ...);
        return functions;
      },
      tables_);
  for (size_t i = 0; i < changed_.size(); ++i) {
    // Most were changed so long ago that they are in no cache any more.
    if (i + kAhead < changed_.size()) FetchRow(changed_[i + kAhead].row);
    by_table[changed_[i].table](this, changed_[i].row);
  }
  std::apply([&](const auto&... held) { (AppendOrdered(held), ...); }, tables_);
  changed_.clear();
  noted_ = 0;
  passing_.clear();
  ++batch_;
  std::shared_ptr<const RowChanges> taken = batches_.back();
  if (taken->size() == 0) batches_.pop_back();
  batches_.push_back(std::make_shared<RowChanges>(taken->shown()));
  return taken;
}

void HotView::StoredIn(const RowSource* source) {
  source_ = source;
  batches_.erase(batches_.begin(), batches_.end() - 1);
  std::apply([&](auto&... held) { (DropStored(&held), ...); }, tables_);
}

// A table that is not kept hot holds nothing but what was changed.
template <class T>
void HotView::DropStored(HeldTable<T>* held) {
  const auto is_stored = [&](const auto& row) { return row.second.batch != batch_; };
  if (!kKeptHot<T> || held->rows.size() > max_cached_rows_) absl::erase_if(held->rows, is_stored);
}

}  // namespace voucher
