// What touches every table is compiled here, once: it is most of the cost of view.h.
#include "ledger/machine/view.h"

#include <utility>

namespace voucher {
namespace {

template <class T>
void VisitTable(const LayerTable<T>& table, std::string* key_bytes, std::string* row_bytes,
                absl::FunctionRef<void(const std::string& key, const std::string* value)> visit) {
  for (const auto& [key, row] : table.rows) {
    EncodeKey(T::kId, key, key_bytes);
    if (row) EncodeRow(*row, row_bytes);
    visit(*key_bytes, row ? row_bytes : nullptr);
  }
}

}  // namespace

View::View(const RowSource* source) : source_(source) {}
View::View(const View* below) : below_(below) {}
View::~View() = default;

void Overlay::ForEachChange(
    absl::FunctionRef<void(const std::string& key, const std::string* value)> visit) const {
  std::string key, row;
  std::apply([&](const auto&... table) { (VisitTable(table, &key, &row, visit), ...); }, tables_);
}

void HotView::Absorb(Overlay&& layer) {
  std::apply([&](auto&... table) { (AbsorbTable(&table, &layer), ...); }, tables_);
}

template <class T>
void HotView::AbsorbTable(LayerTable<T>* table, Overlay* layer) {
  auto& changed = std::get<LayerTable<T>>(layer->tables_).rows;
  auto& rows = table->rows;
  if (source_ != nullptr && !kKeptHot<T>) {
    rows.clear();
    return;
  }
  if (source_ != nullptr && rows.size() > max_cached_rows_) rows.clear();
  for (auto it = changed.begin(); it != changed.end();) {
    const auto change = it++;
    if (source_ == nullptr && !change->second) {
      rows.erase(change->first);
    } else if (const auto known = rows.find(change->first); known != rows.end()) {
      known->second = std::move(change->second);
    } else if constexpr (T::kOrdered) {
      rows.emplace(change->first, std::move(change->second));
    } else {
      rows.insert(changed.extract(change));
    }
  }
}

}  // namespace voucher
