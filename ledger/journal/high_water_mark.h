// The high-water mark: how far the journal was once known to reach, kept outside the databases. No
// RocksDB mode notices a write-ahead log that was cut between two records; a journal shorter than
// its mark, or with another root there, has lost acknowledged entries.
//
//   VOUCHER_ASSIGN_OR_RETURN(HighWaterMarkFile file, HighWaterMarkFile::Open("/data/mark"));
//   absl::StatusOr<HighWaterMark> mark = file.Read();   // NOT_FOUND: only for a new ledger
//   VOUCHER_RETURN_IF_ERROR(file.Write({ledger_id, epoch, sequence, root, now}));
//
// Byte grammar: high_water_mark.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "ledger/base/clock.h"
#include "ledger/base/sha256.h"

namespace voucher {

struct HighWaterMark {
  std::string ledger_id;  // 32 hexadecimal digits
  uint64_t epoch = 1;
  uint64_t sequence = 0;    // last entry that was durable
  Hash root{};              // of all entries up to it
  UnixNanos wall_time = 0;  // when the mark was written

  bool operator==(const HighWaterMark&) const = default;
};

// The file of a mark: two checksummed slots, written in turn, so that a torn write leaves the
// other slot. Not thread-safe; one writer per file.
class HighWaterMarkFile {
 public:
  // Reads the file if there is one; an absent or damaged one is reported by Read.
  // Errors: UNAVAILABLE (file system).
  static absl::StatusOr<HighWaterMarkFile> Open(std::string path);

  HighWaterMarkFile(HighWaterMarkFile&& other) noexcept;
  HighWaterMarkFile& operator=(HighWaterMarkFile&& other) noexcept;
  ~HighWaterMarkFile();

  // The newest mark.
  // Errors: NOT_FOUND (no file; right for a new ledger only), DATA_LOSS (neither slot is valid).
  absl::StatusOr<HighWaterMark> Read() const;

  // Replaces the older slot and syncs; makes the file, with a synced directory, if there is none.
  // On an error the last mark written stays readable.
  // Errors: DATA_LOSS (the file was damaged when opened: it is left as it is, for a person to look
  // at), FAILED_PRECONDITION (`mark` is of another ledger or behind the last one), UNAVAILABLE
  // (file system; a caller treats it like a failed journal write).
  absl::Status Write(const HighWaterMark& mark);

 private:
  struct Numbered {
    uint64_t generation = 0;  // the larger one is newer
    HighWaterMark mark;
  };

  explicit HighWaterMarkFile(std::string path) : path_(std::move(path)) {}
  absl::Status Load();
  absl::Status Create(const Numbered& first);
  absl::Status Replace(const Numbered& next);

  std::string path_;
  bool exists_ = false;
  std::optional<Numbered> newest_;
  int newest_slot_ = 0;
  int fd_ = -1;  // for writing, opened by the first Replace
};

}  // namespace voucher
