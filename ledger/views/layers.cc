#include "ledger/views/layers.h"

#include "ledger/base/check.h"

namespace voucher {

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
  // Without a frozen table an empty range.
  MemoryTable::Cursor newer(frozen != nullptr ? frozen.get() : active.get(), MemoryTable::kNewest,
                            first, frozen != nullptr ? last : absl::string_view());
  StoredRows::Cursor oldest(stored.get(), first, last, fill_cache);
  for (bool more = true; more && (newest.valid() || newer.valid() || oldest.valid());) {
    // The smallest key, from the newest layer that has it.
    const MemoryTable::Cursor* from = newest.valid() ? &newest : &newer;
    if (newer.valid() && newer.key() < from->key()) from = &newer;
    if (!from->valid() || (oldest.valid() && oldest.key() < from->key())) {
      more = visit(oldest.key(), oldest.value());
      oldest.Next();
      continue;
    }
    const absl::string_view key = from->key();
    if (!from->erased()) more = visit(key, from->value());
    if (oldest.valid() && oldest.key() == key) oldest.Next();
    if (newer.valid() && newer.key() == key) newer.Next();
    if (newest.valid() && newest.key() == key) newest.Next();
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
