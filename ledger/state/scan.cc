// How rows are scanned, those in memory among those stored: compiled here for every table.
#include <algorithm>

#include "ledger/state/view.h"

namespace voucher {
namespace {

template <class Shown, class Visit>
bool Show(const Shown& shown, Visit& visit) {
  return !shown.second->row || visit(*shown.first, *shown.second->row);
}

}  // namespace

template <class T>
std::vector<View::Shown<T>> View::RowsBetween(
    const typename T::Key& first, const typename T::Key& last,
    absl::btree_map<typename T::Key, CachedRow<T>>* decoded) const {
  std::vector<Shown<T>> found;
  if constexpr (kPassing<T>) {
    for (const auto& batch : batches_) {
      for (const RowChange& change : *batch) {
        if (change.key()[0] != static_cast<char>(T::kId)) continue;
        auto key = DecodeKey<typename T::Key>(change.key());
        if (key < first || !(key < last)) continue;
        std::optional<typename T::Row>& row = (*decoded)[std::move(key)].row;
        row.reset();
        if (!change.erased) row = DecodeRow<T>(change.value());
      }
    }
    for (const auto& [key, cached] : rows<T>()) {
      if (!(key < first) && key < last) (*decoded)[key].row = cached.row;
    }
    for (const auto& [key, cached] : *decoded) found.emplace_back(&key, &cached);
  } else if constexpr (T::kOrdered) {
    for (auto it = rows<T>().lower_bound(first); it != rows<T>().end() && it->first < last; ++it) {
      found.emplace_back(&it->first, &it->second);
    }
  } else {
    for (const auto& [key, cached] : rows<T>()) {
      if (!(key < first) && key < last) found.emplace_back(&key, &cached);
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return *a.first < *b.first; });
  }
  return found;
}

template <class T>
void View::Scan(
    const typename T::Key& first, const typename T::Key& last,
    absl::FunctionRef<bool(const typename T::Key&, const typename T::Row&)> visit) const {
  if (below_ == nullptr && source_ != nullptr && batches_.empty()) {
    ScanSource<T>(first, last, visit);
    return;
  }
  absl::btree_map<typename T::Key, CachedRow<T>> decoded;
  const auto mine = RowsBetween<T>(first, last, &decoded);
  auto next = mine.begin();
  bool more = true;
  const auto merge = [&](const typename T::Key& key, const typename T::Row& row) {
    while (more && next != mine.end() && *next->first < key) more = Show(*next++, visit);
    if (more && next != mine.end() && *next->first == key) {
      more = Show(*next++, visit);
    } else if (more) {
      more = visit(key, row);
    }
    return more;
  };
  if (below_ != nullptr) {
    below_->Scan<T>(first, last, merge);
  } else if (source_ != nullptr) {
    ScanSource<T>(first, last, merge);
  }
  while (more && next != mine.end()) more = Show(*next++, visit);
}

#define VOUCHER_SCAN(Name, ...)                                      \
  template void View::Scan<tables::Name>(                            \
      const tables::Name::Key& first, const tables::Name::Key& last, \
      absl::FunctionRef<bool(const tables::Name::Key&, const tables::Name::Row&)>) const;
VOUCHER_TABLES(VOUCHER_SCAN)
#undef VOUCHER_SCAN

}  // namespace voucher
