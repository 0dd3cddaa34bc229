#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "ledger/base/sha256.h"
#include "ledger/machine/view.h"

namespace voucher {

// How far views have come: written in the same atomic batch as the rows.
struct Reached {
  // Ledger that the rows derive from: 32 hexadecimal digits.
  std::string ledger_id;
  // kEvolveVersion of the code that wrote them.
  uint32_t evolve_version = kEvolveVersion;
  // Last entry evolved.
  uint64_t sequence = 0;
  // Merkle root over entries 1 to `sequence`.
  Hash root{};

  friend bool operator==(const Reached&, const Reached&) = default;
};

// The derived rows on disk: a RocksDB without WAL. After a crash it is some earlier whole number of
// groups, since each group is one batch together with `Reached`. Deleting it loses nothing.
//
//   key   := key bytes of ledger/machine/keys.h; table 0 is the one row of Reached
//   value := row codec of ledger/machine/tables.h
//   reached row := evolve_version:u32 sequence:u64 root:32 bytes ledger_id     integers big-endian
//
// One thread writes (Apply, Flush); everything else is thread-safe beside it.
class Views {
 public:
  // Opens the directory, creating it if absent. FAILED_PRECONDITION: another process holds it;
  // DATA_LOSS: unreadable (delete the directory, it is rebuilt); UNAVAILABLE: disk.
  static absl::StatusOr<std::unique_ptr<Views>> Open(const std::string& path);

  // Opens an existing directory without writing to it or locking it. NOT_FOUND, DATA_LOSS,
  // UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<Views>> OpenReadOnly(const std::string& path);

  ~Views();
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;

  // nullopt: empty, nothing was ever applied.
  const std::optional<Reached>& reached() const { return reached_; }

  // Stores all changes of a layer and `reached` in one atomic batch. On an error the views must not
  // be used any more.
  absl::Status Apply(const Overlay& layer, const Reached& reached);

  // Makes everything applied survive a crash. Also done by the destructor.
  absl::Status Flush();

  // The newest rows, changing with every Apply: for the one writer. Lives as long as the views.
  const RowSource& newest() const;

  // The rows of now, for ever. Keeps the database open, and so locked, while it lives.
  std::shared_ptr<const RowSource> NewSnapshot() const;

  // SHA-256 over every row, the reached row included, in key order: len:u32 key len:u32 value.
  // UNAVAILABLE or DATA_LOSS if reading fails.
  absl::StatusOr<Hash> Digest() const;

  // Numeric RocksDB properties, as in {"views.total_sst_bytes", 123}.
  std::vector<std::pair<std::string, uint64_t>> Gauges() const;

 private:
  class Database;
  class Snapshot;
  Views(std::shared_ptr<Database> database, std::optional<Reached> reached);
  static absl::StatusOr<std::unique_ptr<Views>> OpenWith(const std::string& path, bool read_only);

  std::shared_ptr<Database> database_;
  std::optional<Reached> reached_;
};

}  // namespace voucher
