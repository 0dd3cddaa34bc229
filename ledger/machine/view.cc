// What touches every table is compiled here, once: it is most of the cost of view.h.
#include "ledger/machine/view.h"

#include <utility>

namespace voucher {
namespace {

template <class T>
void VisitTable(const LayerTable<T>& table, std::string* bytes,
                absl::FunctionRef<void(const std::string& key, const std::string* value)> visit) {
  for (const auto& [key, row] : table.rows) {
    if (row) EncodeRow(*row, bytes);
    visit(EncodeKey(T::kId, key), row ? bytes : nullptr);
  }
}

}  // namespace

View::View(const RowSource* source) : source_(source) {}
View::View(const View* below) : below_(below) {}
View::~View() = default;

void Overlay::ForEachChange(
    absl::FunctionRef<void(const std::string& key, const std::string* value)> visit) const {
  std::string bytes;
  std::apply([&](const auto&... table) { (VisitTable(table, &bytes, visit), ...); }, tables_);
}

void HotView::Absorb(Overlay&& layer) {
  std::apply([&](auto&... table) { (AbsorbTable(&table, &layer), ...); }, tables_);
}

template <class T>
void HotView::AbsorbTable(LayerTable<T>* table, Overlay* layer) {
  auto& changed = std::get<LayerTable<T>>(layer->tables_).rows;
  if (source_ != nullptr && (T::kOrdered || table->rows.size() > max_cached_rows_)) {
    table->rows.clear();
    if (T::kOrdered) return;
  }
  for (auto& [key, row] : changed) {
    if (source_ == nullptr && !row) {
      table->rows.erase(key);
    } else {
      table->rows[key] = std::move(row);
    }
  }
  changed.clear();
}

}  // namespace voucher
