// Rows as they lie in memory: written once, read without locks, never freed alone.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace voucher {

// Of this process: another hashes otherwise.
inline uint64_t KeyHash(absl::string_view key) {
  return absl::Hash<absl::string_view>()(key);
}

// What a group made of a row. The bytes of the value follow the struct.
struct RowVersion {
  static constexpr uint32_t kErased = std::numeric_limits<uint32_t>::max();

  const RowVersion* older;
  uint32_t group;
  uint32_t size;  // of the value, or kErased

  bool erased() const { return size == kErased; }
  absl::string_view value() const { return {reinterpret_cast<const char*>(this + 1), size}; }
};

// A key with its versions. The bytes of the key follow the struct.
struct MemoryRow {
  const MemoryRow* next_in_bucket;
  const MemoryRow* previous_in_table;  // inserted before this one
  std::atomic<const RowVersion*> newest;
  uint32_t hash;
  uint32_t key_size;

  absl::string_view key() const { return {reinterpret_cast<const char*>(this + 1), key_size}; }

  // What the row was after `group`; nullptr if no group up to then had changed it.
  const RowVersion* VersionAt(uint32_t group) const {
    const RowVersion* version = newest.load(std::memory_order_acquire);
    while (version != nullptr && version->group > group) version = version->older;
    return version;
  }
};

inline absl::string_view KeyOf(const MemoryRow& row) {
  return row.key();
}

// A table has no two rows of one key.
inline uint32_t PlaceOf(const MemoryRow&) {
  return 0;
}

}  // namespace voucher
