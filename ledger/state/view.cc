// How a row is found that is not in memory as a message: compiled here for every table.
#include "ledger/state/view.h"

namespace voucher {

View::View(const RowSource* source) : source_(source) {}
View::View(const View* below) : below_(below) {}
View::~View() = default;

template <class T>
std::optional<typename T::Row> View::ReadStored() const {
  if (!source_->Get(key_bytes_, &row_bytes_)) return std::nullopt;
  return DecodeRow<T>(row_bytes_);
}

template <class T>
const typename T::Row* View::Keep(std::optional<typename T::Row> row) const {
  if (!row) return nullptr;
  auto kept = std::make_shared<const typename T::Row>(*std::move(row));
  const typename T::Row* found = kept.get();
  passing_.push_back(std::move(kept));
  return found;
}

template <class T>
const typename T::Row* View::FindStored(const typename T::Key& key) const {
  if (source_ == nullptr) return nullptr;
  EncodeKey(T::kId, key, &key_bytes_);
  if constexpr (kCached<T>) {
    CachedRow<T>& cached = rows<T>()[key];
    cached.row = ReadStored<T>();
    return cached.row ? &*cached.row : nullptr;
  } else {
    return Keep<T>(ReadStored<T>());
  }
}

template <class T>
const typename T::Row* View::FindPassing(const FindKey<T>& key) const {
  EncodeKey(T::kId, key, &key_bytes_);
  const View* view = this;
  while (true) {
    if (const auto& cached = view->rows<T>(); !cached.empty()) {
      const auto it = cached.find(typename T::Key(key));
      if (it != cached.end()) return it->second.row ? &*it->second.row : nullptr;
    }
    for (auto batch = view->batches_.rbegin(); batch != view->batches_.rend(); ++batch) {
      const RowChange* change = (*batch)->Find(key_bytes_);
      if (change != nullptr) return Keep<T>(DecodeRow<T>(change->value()));
    }
    if (view->below_ == nullptr) break;
    view = view->below_;
  }
  if (view->source_ == nullptr || !view->source_->Get(key_bytes_, &row_bytes_)) return nullptr;
  return Keep<T>(DecodeRow<T>(row_bytes_));
}

#define VOUCHER_FIND_kCached(Name)                                                  \
  template std::optional<tables::Name::Row> View::ReadStored<tables::Name>() const; \
  template const tables::Name::Row* View::FindStored<tables::Name>(const tables::Name::Key&) const;
#define VOUCHER_FIND_kIndex(Name) VOUCHER_FIND_kCached(Name)
#define VOUCHER_FIND_kPassing(Name)                                                               \
  template const tables::Name::Row* View::FindPassing<tables::Name>(const FindKey<tables::Name>&) \
      const;
#define VOUCHER_FIND(Name, number, kind, ...) VOUCHER_FIND_##kind(Name)
VOUCHER_TABLES(VOUCHER_FIND)

}  // namespace voucher
