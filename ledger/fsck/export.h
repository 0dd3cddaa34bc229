// The entries of a ledger as JSON, for programs that judge them without this code.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "voucher/v1/entry.pb.h"

namespace voucher {

// Writes entries as lines of files entries-000001.jsonl, entries-000002.jsonl and so on: one line
// an entry, in order; proto3 JSON with the names of the fields, 64-bit integers as strings. Every
// entry states its authority in `introduced`, not only the one that used it first. Not thread-safe.
class EntryExport {
 public:
  // A file ends with the line that takes it to so many bytes.
  static constexpr uint64_t kFileBytes = uint64_t{64} << 20;

  // Makes the directory if there is none.
  // Errors: FAILED_PRECONDITION (an export is there already), UNAVAILABLE (file system).
  static absl::StatusOr<std::unique_ptr<EntryExport>> Open(const std::string& directory,
                                                           uint64_t file_bytes = kFileBytes);

  EntryExport(const EntryExport&) = delete;
  EntryExport& operator=(const EntryExport&) = delete;

  // Writes the next entry.
  // Errors: INVALID_ARGUMENT (it has text that is no UTF-8), UNAVAILABLE (file system).
  absl::Status Take(v1::Entry entry);

  // Writes what is not written yet. UNAVAILABLE: file system.
  absl::Status Finish();

 private:
  EntryExport(std::string directory, uint64_t file_bytes)
      : directory_(std::move(directory)), file_bytes_(file_bytes) {}
  std::string FileName(int file) const;

  const std::string directory_;
  const uint64_t file_bytes_;
  int files_ = 0;
  uint64_t written_ = 0;  // bytes of the open file
  std::ofstream out_;
  absl::btree_map<uint32_t, v1::Authority> authorities_;
};

// Exports the journal of the database at `path`, also while a server has it open: then what it had
// written at the beginning. Nothing in it is changed, views are not read, nothing is verified.
// `progress` is called now and then. Returns how many entries there are.
// Errors: NOT_FOUND (no journal), DATA_LOSS (damaged, or an entry cannot be parsed; names the
// place), and those of EntryExport.
absl::StatusOr<uint64_t> ExportEntries(const std::string& path, const std::string& directory,
                                       std::function<void(uint64_t done, uint64_t total)> progress);

}  // namespace voucher
