#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace voucher {

// Free space of the data directory's file system, as of the last Refresh. Thread-safe.
class DiskSpace {
 public:
  // Measures once. Below `min_free_bytes` mutations are to stop: a full disk aborts inside RocksDB.
  DiskSpace(std::string path, uint64_t min_free_bytes)
      : path_(std::move(path)), min_free_bytes_(min_free_bytes) {
    Refresh();
  }

  // Measures again; a file system that does not answer counts as full.
  void Refresh();

  uint64_t free_bytes() const { return free_bytes_.load(std::memory_order_relaxed); }
  bool enough() const { return free_bytes() >= min_free_bytes_; }

 private:
  const std::string path_;
  const uint64_t min_free_bytes_;
  std::atomic<uint64_t> free_bytes_ = 0;
};

// The ballast: a file of zeros in the data directory that only takes room. If the disk is so full
// at start that RocksDB could not open (free space below the ballast's size), it is deleted first;
// an operator may delete it by hand to the same end. It comes back with the next start that finds
// room.

// Deletes the ballast of `directory` if the disk is nearly full. True if it was deleted.
bool ReleaseBallastIfFull(const std::string& directory, uint64_t ballast_bytes);

// Creates the ballast, really allocated, if it is absent and `min_free_bytes` stay free beside it.
// UNAVAILABLE: file system.
absl::Status KeepBallast(const std::string& directory, uint64_t ballast_bytes,
                         uint64_t min_free_bytes);

}  // namespace voucher
