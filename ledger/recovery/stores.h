#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "ledger/api/options.h"
#include "ledger/base/clock.h"
#include "ledger/journal/high_water_mark.h"
#include "ledger/journal/journal.h"
#include "ledger/state/writer_rows.h"
#include "ledger/views/views.h"

namespace voucher {

// An exclusive lock on a data directory, held until destruction or the end of the process.
class DirectoryLock {
 public:
  // FAILED_PRECONDITION: another process holds it; UNAVAILABLE: file system.
  static absl::StatusOr<DirectoryLock> Take(const std::string& path);

  DirectoryLock(DirectoryLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

// The open files of a data directory.
struct Stores {
  DirectoryLock lock;
  HighWaterMarkFile mark;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Views> views;
  // The state after the last entry, for the one who writes; it reads views->newest(). Null if
  // nothing may be written.
  std::unique_ptr<WriterRows> state;
  // Why nothing may be written; empty if mutations may be taken.
  std::string read_only_reason;
};

// Opens or creates the files, compares them with each other and with the clock, and brings the
// views up to the journal.
//
//   files disagree                                      answer
//   journal missing, but a mark is there                DATA_LOSS, nothing is created
//   mark missing or damaged, but the journal has entries read-only
//   journal behind its mark, or altered below it        read-only
//   views of another ledger, beyond the journal's end,
//     or with another root there                        read-only; the views are shown as they are
//   views missing or behind                             brought up from the journal
//   views of another evolve version                     built anew in views.new/, then swapped in
//
// Errors: as Ledger::Open.
absl::StatusOr<Stores> OpenStores(const LedgerOptions& options);

// Why `views` cannot derive from `journal`; nullopt if they can.
std::optional<std::string> CompareWithJournal(const Reached& reached, const Journal& journal);

}  // namespace voucher
