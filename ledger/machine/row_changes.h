#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace voucher {

// A changed row as bytes.
struct RowChange {
  absl::string_view key;
  absl::string_view value;  // empty if erased
  bool erased = false;
  bool shown = false;  // to RowChanges::Find
};

inline absl::string_view KeyOf(const RowChange& change) {
  return change.key;
}

// Changed rows as bytes: what goes from the machine to the views. Of several changes of one row the
// last one counts. Thread-safe for reading alone, but for Find, which is one thread's.
class RowChanges {
 public:
  // Quick if there are to be about `expected`, of which Find is to see about `expected_shown`.
  explicit RowChanges(size_t expected = 0, size_t expected_shown = 0)
      : expected_(expected), expected_shown_(expected_shown) {}

  // Appends a change whose value has `value_size` bytes, and returns where they go. The key is
  // copied.
  char* Put(absl::string_view key, size_t value_size);
  void Erase(absl::string_view key);

  // Lets Find see the change that was appended last. Not after Erase.
  void ShowLast();
  // The last change of the row at `key` that was shown; nullptr if there is none. Costs nothing
  // before it is called for the first time.
  const RowChange* Find(absl::string_view key) const;
  // How many changes were shown.
  size_t shown() const { return shown_; }

  // All changes, in order. Their bytes live as long as this and do not move.
  const std::vector<RowChange>& all() const { return changes_; }
  size_t size() const { return changes_.size(); }
  // Of keys and values.
  size_t bytes() const { return bytes_; }

 private:
  char* Allocate(size_t bytes);

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* free_ = nullptr;
  size_t left_ = 0;
  size_t next_chunk_ = size_t{16} << 10;
  size_t bytes_ = 0;
  std::vector<RowChange> changes_;
  const size_t expected_, expected_shown_;
  size_t shown_ = 0;
  // Of those shown among the first changes, as many as Find looked at: where in changes_ they are.
  mutable absl::flat_hash_map<absl::string_view, uint32_t> index_;
  mutable size_t indexed_ = 0;
};

}  // namespace voucher
