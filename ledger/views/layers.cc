#include "ledger/views/layers.h"

#include "ledger/base/check.h"

namespace voucher {
namespace {

// Shows the row of each key from the newest layer that has it, in key order.
template <class Newer>
void Merge(MemoryTable::Cursor* newest, Newer newer, StoredRows::Cursor* oldest,
           absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) {
  const auto show = [&](const auto& from) {
    return from.erased() || visit(from.key(), from.value());
  };
  for (bool more = true; more && (newest->valid() || newer.valid() || oldest->valid());) {
    const bool is_newest = newest->valid() && (!newer.valid() || newest->key() <= newer.key());
    const bool is_newer = !is_newest && newer.valid();
    const absl::string_view key = is_newest  ? newest->key()
                                  : is_newer ? newer.key()
                                             : absl::string_view();
    if ((!is_newest && !is_newer) || (oldest->valid() && oldest->key() < key)) {
      more = visit(oldest->key(), oldest->value());
      oldest->Next();
      continue;
    }
    more = is_newest ? show(*newest) : show(newer);
    if (oldest->valid() && oldest->key() == key) oldest->Next();
    if (newer.valid() && newer.key() == key) newer.Next();
    if (is_newest) newest->Next();
  }
}

}  // namespace

bool Layers::Get(uint32_t group, absl::string_view key, std::string* value) const {
  const uint64_t hash = KeyHash(key);
  const RowVersion* version = active->Find(key, hash, group);
  if (version == nullptr && frozen != nullptr) {
    version = frozen->Find(key, hash, MemoryTable::kNewest);
  }
  if (version != nullptr) {
    if (version->erased()) return false;
    value->assign(version->value().data(), version->size);
    return true;
  }
  if (loaded != nullptr) {
    if (const RowChange* change = loaded->Find(key)) {
      value->assign(change->value().data(), change->value_size);
      return !change->erased;
    }
  }
  const rocksdb::Status status = stored->Get(key, value);
  VOUCHER_CHECK(status.ok() || status.IsNotFound()) << "read of a view row: " << status.ToString();
  return status.ok();
}

void Layers::Prefetch(absl::string_view key) const {
  const uint64_t hash = KeyHash(key);
  active->Prefetch(hash);
  if (frozen != nullptr) frozen->Prefetch(hash);
  stored->Prefetch(key);
}

absl::Status Layers::Scan(
    uint32_t group, absl::string_view first, absl::string_view last, bool fill_cache,
    absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) const {
  MemoryTable::Cursor newest(active.get(), group, first, last);
  StoredRows::Cursor oldest(stored.get(), first, last, fill_cache);
  if (loaded != nullptr) {
    Merge(&newest, LoadedRows::Cursor(loaded.get(), first, last), &oldest, visit);
  } else {
    // Without a frozen table an empty range.
    Merge(&newest,
          MemoryTable::Cursor(frozen != nullptr ? frozen.get() : active.get(), MemoryTable::kNewest,
                              first, frozen != nullptr ? last : absl::string_view()),
          &oldest, visit);
  }
  return ViewsStatus(oldest.status(), "reading");
}

bool LayeredRows::Get(absl::string_view key, std::string* value) const {
  return layers_->Get(group_, key, value);
}

void LayeredRows::Prefetch(absl::string_view key) const {
  layers_->Prefetch(key);
}

void LayeredRows::Scan(absl::string_view first, absl::string_view last,
                       absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) const {
  const absl::Status status = layers_->Scan(group_, first, last, true, visit);
  VOUCHER_CHECK(status.ok()) << "scan of view rows: " << status;
}

}  // namespace voucher
