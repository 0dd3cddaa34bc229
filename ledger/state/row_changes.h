#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace voucher {

// A changed row as bytes: those of its key and of its value follow the struct.
struct RowChange {
  uint32_t place;  // among the changes of a RowChanges
  uint32_t key_size;
  uint32_t value_size;  // 0 if erased
  bool erased;
  bool shown;  // to RowChanges::Find

  absl::string_view key() const { return {bytes(), key_size}; }
  absl::string_view value() const { return {bytes() + key_size, value_size}; }

 private:
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
};

inline absl::string_view KeyOf(const RowChange& change) {
  return change.key();
}

inline uint32_t PlaceOf(const RowChange& change) {
  return change.place;
}

// Changed rows as bytes: what goes from the machine to the views. Of several changes of one row the
// last one counts. Thread-safe for reading alone, but for Find, which is one thread's.
class RowChanges {
 public:
  // Quick if they are to take about `expected_bytes`, and Find is to see about `expected_shown`.
  explicit RowChanges(size_t expected_bytes = 0, size_t expected_shown = 0);

  // Appends a change whose value has `value_size` bytes, and returns where they go. The key is
  // copied.
  char* Put(absl::string_view key, size_t value_size);
  void Erase(absl::string_view key);

  // Lets Find see the change that was appended last. Not after Erase.
  void IndexLast();
  // The last change of the row at `key` that was shown; nullptr if there is none. Costs nothing
  // before it is called for the first time.
  const RowChange* Find(absl::string_view key) const;
  // How many changes were shown.
  size_t shown() const { return shown_; }

  // Goes through all changes, in order. They live as long as this and do not move.
  class Iterator;
  Iterator begin() const;
  Iterator end() const;
  size_t size() const { return size_; }
  // Of keys and values.
  size_t bytes() const { return bytes_; }

 private:
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    size_t used;
  };
  // Where a change ends, and the next one begins, there or in the next chunk.
  struct Position {
    size_t chunk = 0;
    size_t offset = 0;
  };

  // The change after `position`, which goes to its end; nullptr: there is none.
  const RowChange* Next(Position* position) const;

  std::vector<Chunk> chunks_;
  size_t left_ = 0;  // in the last chunk
  size_t next_chunk_;
  size_t size_ = 0;
  size_t bytes_ = 0;
  RowChange* last_ = nullptr;
  size_t expected_shown_;
  size_t shown_ = 0;
  // Of those shown up to a position, to which Find looked.
  mutable absl::flat_hash_map<absl::string_view, const RowChange*> index_;
  mutable Position indexed_;
};

class RowChanges::Iterator {
 public:
  Iterator(const RowChanges* changes, const RowChange* change) : changes_(changes), at_(change) {}

  const RowChange& operator*() const { return *at_; }
  bool operator!=(const Iterator& other) const { return at_ != other.at_; }
  Iterator& operator++() {
    at_ = changes_->Next(&next_);
    return *this;
  }

 private:
  const RowChanges* changes_;
  const RowChange* at_;
  Position next_;
};

inline RowChanges::Iterator RowChanges::begin() const {
  return ++Iterator(this, nullptr);
}

inline RowChanges::Iterator RowChanges::end() const {
  return {this, nullptr};
}

}  // namespace voucher
