#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "ledger/views/arena.h"
#include "ledger/views/memory_row.h"
#include "ledger/views/ordered_index.h"

namespace voucher {

// Which tables, by the first byte of a key, are kept in order and not only by key.
using OrderedTables = std::array<bool, 256>;

// Comes after every key, since no table has this number.
inline constexpr char kAfterEveryKey[] = "\xff";

// Rows that groups wrote, each group's version of its own, so that a reader sees the rows as they
// were after any group: the changes of the views since the last time they were written out.
//
// One thread writes (Put, Erase, EndGroup). Everything else is thread-safe beside it and takes no
// lock: what is written is published by a release store and never changed or freed before the
// table is.
class MemoryTable {
 public:
  // Every group that there is.
  static constexpr uint32_t kNewest = std::numeric_limits<uint32_t>::max();

  // Quick for about `expected_rows` keys; more make it slower only.
  MemoryTable(size_t expected_rows, const OrderedTables& ordered);
  MemoryTable(const MemoryTable&) = delete;
  MemoryTable& operator=(const MemoryTable&) = delete;

  // Changes of the group being written, in order. A key is not empty.
  void Put(absl::string_view key, absl::string_view value);
  void Erase(absl::string_view key);

  // Ends the group. Returns its number: they count from 1, and 0 is the empty table.
  uint32_t EndGroup();

  // Fetches where Find will look first, for most keys that are not there all that it looks at.
  void Prefetch(uint64_t hash) const { __builtin_prefetch(&BucketOf(hash)); }

  // What the row at `key`, whose KeyHash is `hash`, was after `group`; nullptr: this table does not
  // know.
  const RowVersion* Find(absl::string_view key, uint64_t hash, uint32_t group) const;

  // Versions written, and bytes that they take without the buckets.
  size_t rows() const { return rows_.load(std::memory_order_relaxed); }
  size_t bytes() const { return arena_.bytes(); }

  // Rows in key order, those of erased ones included. Within an ordered table each step is a few
  // loads; the rows of another table are collected and sorted when the cursor comes to it.
  class Cursor {
   public:
    // Keys in [first, last) as they were after `group`. The table and both keys must outlive it.
    Cursor(const MemoryTable* table, uint32_t group, absl::string_view first,
           absl::string_view last);

    bool valid() const { return row_ != nullptr; }
    // These need valid(). The bytes live as long as the table.
    absl::string_view key() const { return row_->key(); }
    bool erased() const { return version_->erased(); }
    absl::string_view value() const { return version_->value(); }  // not if erased
    void Next() { Settle(); }

   private:
    // Goes on to a row that is to be shown, if this one is not.
    void Settle();
    void FetchAhead() const;
    // The next rows of this table or of the next that has any; false if there are none.
    bool Refill();

    const MemoryTable* table_;
    uint32_t group_;
    absl::string_view first_;
    absl::string_view last_;
    int next_table_;
    int last_table_;
    std::optional<OrderedIndex::Walk> walk_;  // in an ordered table
    std::vector<OrderedIndex::Entry> sorted_;
    size_t next_sorted_ = 0;
    const MemoryRow* row_ = nullptr;
    const RowVersion* version_ = nullptr;
  };

 private:
  // The address of the newest row of a bucket, and above it one bit for the hash of each row there:
  // most keys that are not there are told by it, without a look at a row.
  using Bucket = std::atomic<uint64_t>;
  static constexpr int kAddressBits = 48;
  static constexpr uint64_t kAddress = (uint64_t{1} << kAddressBits) - 1;

  static uint64_t BitOf(uint64_t hash) { return uint64_t{1} << (kAddressBits + (hash >> 60)); }
  static const MemoryRow* RowOf(uint64_t bucket) {
    return reinterpret_cast<const MemoryRow*>(bucket & kAddress);
  }

  struct Table {
    std::atomic<const MemoryRow*> last_inserted{nullptr};
    std::unique_ptr<OrderedIndex> index;  // if ordered
  };
  struct Change {
    uint64_t hash;
    bool erased;
    std::string key;
    std::string value;
  };
  // A change waits for so many others while the memory that it needs is fetched.
  static constexpr size_t kPending = 16;

  void Take(absl::string_view key, absl::string_view value, bool erased);
  void Write(const Change& change);
  const MemoryRow* FindRow(absl::string_view key, uint64_t hash) const;
  Bucket& BucketOf(uint64_t hash) const { return buckets_[hash & bucket_mask_]; }

  Arena arena_;
  const size_t bucket_mask_;
  const Pages bucket_pages_;
  Bucket* const buckets_;
  std::array<Table, 256> tables_;
  std::array<Change, kPending> pending_;  // a ring
  size_t taken_ = 0;                      // changes of this group
  uint32_t group_ = 1;
  std::atomic<size_t> rows_{0};
};

}  // namespace voucher
