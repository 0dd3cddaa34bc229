#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "rocksdb/db.h"
#include "rocksdb/options.h"

#include "ledger/views/view_files.h"

namespace voucher {

// The rows on disk at one instant, for ever. Keeps the files open.
class StoredRows {
 public:
  // The rows of now.
  explicit StoredRows(std::shared_ptr<ViewFiles> files);
  ~StoredRows();
  StoredRows(const StoredRows&) = delete;
  StoredRows& operator=(const StoredRows&) = delete;

  // OK, NotFound, or what is wrong.
  rocksdb::Status Get(absl::string_view key, std::string* value) const;
  // Fetches memory that Get will look at.
  void Prefetch(absl::string_view key) const;

  // Rows in key order. The bytes of a row live until Next.
  class Cursor {
   public:
    // Keys in [first, last). The rows and `last` must outlive it. A reader of everything should not
    // fill the cache.
    Cursor(const StoredRows* rows, absl::string_view first, absl::string_view last,
           bool fill_cache);
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    bool valid() const { return row_->Valid(); }
    // These need valid().
    absl::string_view key() const { return {row_->key().data(), row_->key().size()}; }
    absl::string_view value() const { return {row_->value().data(), row_->value().size()}; }
    void Next();
    // Not OK: reading failed, and rows are missing.
    rocksdb::Status status() const { return row_->status(); }

   private:
    // Goes to the first row at or after `first`, which may lie in another family than the rows
    // before.
    void Seek(absl::string_view first);

    const StoredRows* rows_;
    absl::string_view last_;
    rocksdb::ReadOptions options_;
    std::string end_bytes_;  // Where the family changes, or `last_`.
    rocksdb::Slice end_;
    std::unique_ptr<rocksdb::Iterator> row_;
  };

 private:
  const std::shared_ptr<ViewFiles> files_;
  const rocksdb::Snapshot* const snapshot_;
  rocksdb::ReadOptions options_;
};

}  // namespace voucher
