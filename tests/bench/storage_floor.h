// What the two databases take if nothing else is done.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "ledger/journal/journal.h"
#include "ledger/state/writer_rows.h"
#include "ledger/views/views.h"

namespace voucher::bench {

// Stored bytes of the last `n` entries of a closed ledger in `data_directory`.
absl::StatusOr<std::vector<std::string>> LastEntries(const std::string& data_directory, uint64_t n);

// The storage of the ledger without rules, messages and RPCs: groups of 1,000 recorded entries
// appended to a journal, each group synced, and for each entry the rows of a redemption (a random
// request id, an order number, two balances of accounts spread at random) changed in a state whose
// changes go into views, as the sequencer does it.
class StorageFloor {
 public:
  // `entries`, at least one, are appended again and again. `directory` is replaced.
  static absl::StatusOr<std::unique_ptr<StorageFloor>> Open(const std::string& directory,
                                                            std::vector<std::string> entries,
                                                            int accounts);
  ~StorageFloor();

  // Entries per second.
  absl::StatusOr<double> Run(std::chrono::milliseconds duration);

 private:
  StorageFloor(std::string directory, std::vector<std::string> entries, int accounts)
      : directory_(std::move(directory)), entries_(std::move(entries)), accounts_(accounts) {}

  void PutRows();
  absl::Status AppendGroup();

  const std::string directory_;
  const std::vector<std::string> entries_;
  const int accounts_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Views> views_;
  std::unique_ptr<WriterRows> state_;
  std::shared_ptr<const RowSource> snapshot_;
  uint64_t next_ = 1;  // entry
};

}  // namespace voucher::bench
