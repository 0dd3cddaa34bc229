#include "ledger/views/stored_rows.h"

#include <algorithm>
#include <utility>

namespace voucher {

StoredRows::StoredRows(std::shared_ptr<ViewFiles> files)
    : files_(std::move(files)), snapshot_(files_->db().GetSnapshot()) {
  options_.snapshot = snapshot_;
}

StoredRows::~StoredRows() {
  files_->db().ReleaseSnapshot(snapshot_);
}

rocksdb::Status StoredRows::Get(absl::string_view key, std::string* value) const {
  if (!files_->MayHold(key)) return rocksdb::Status::NotFound();
  return files_->db().Get(options_, files_->family_of(static_cast<uint8_t>(key[0])), ToSlice(key),
                          value);
}

void StoredRows::Prefetch(absl::string_view key) const {
  files_->Prefetch(key);
}

StoredRows::Cursor::Cursor(const StoredRows* rows, absl::string_view first, absl::string_view last,
                           bool fill_cache)
    : rows_(rows), last_(last), options_(rows->options_) {
  options_.fill_cache = fill_cache;
  options_.iterate_upper_bound = &end_;
  Seek(first);
}

void StoredRows::Cursor::Next() {
  row_->Next();
  if (!row_->Valid() && row_->status().ok() && end_bytes_ < last_) Seek(end_bytes_);
}

void StoredRows::Cursor::Seek(absl::string_view first) {
  const ViewFiles& files = *rows_->files_;
  std::string from(first);
  do {
    const int table = from.empty() ? 0 : static_cast<uint8_t>(from[0]);
    rocksdb::ColumnFamilyHandle* const family = files.family_of(static_cast<uint8_t>(table));
    int next = table + 1;
    while (next < 256 && files.family_of(static_cast<uint8_t>(next)) == family) ++next;
    end_bytes_ = next < 256 ? std::string(1, static_cast<char>(next)) : std::string(last_);
    if (end_bytes_ > last_) end_bytes_ = std::string(last_);
    end_ = end_bytes_;
    row_.reset(files.db().NewIterator(options_, family));
    row_->Seek(from);
    from = end_bytes_;
  } while (!row_->Valid() && row_->status().ok() && end_bytes_ < last_);
}

}  // namespace voucher
