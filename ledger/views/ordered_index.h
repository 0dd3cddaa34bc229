#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

#include "ledger/views/arena.h"
#include "ledger/views/key_order.h"
#include "ledger/views/memory_row.h"

namespace voucher {

// The rows of one table by key: a B+ tree in an arena. One thread inserts; any number read beside
// it without locks and see each row or not yet.
//
// Rows are appended to a leaf in the order in which they come; who reads a leaf sorts what it
// read. A full leaf is replaced by two, and the node above by a copy that has both. So nothing that
// a reader can have met ever changes but for rows that come after it: a node's pointers are
// exchanged only for nodes that hold the same and more.
class OrderedIndex {
 public:
  // With words of the key from after its table.
  using Entry = KeyedRow<MemoryRow>;

  // The arena must outlive the index.
  explicit OrderedIndex(Arena* arena) : arena_(arena) {}
  OrderedIndex(const OrderedIndex&) = delete;
  OrderedIndex& operator=(const OrderedIndex&) = delete;

  // Its key must not be there yet.
  void Insert(const MemoryRow* row);

 private:
  static constexpr uint32_t kLeafRows = 64;
  static constexpr uint32_t kFanout = 64;
  static constexpr int kMaxDepth = 8;  // Nodes are at least half full: 32^8 leaves.

  struct Node {
    bool is_leaf;
  };
  struct Leaf : Node {
    std::atomic<uint32_t> size;
    Entry rows[kLeafRows];  // in the order of insertion
  };
  struct Inner : Node {
    uint32_t size;
    Entry first[kFanout];  // of what is below a child; not used of child 0
    std::atomic<Node*> children[kFanout];
  };
  // A child of a node on the way down.
  struct Step {
    Inner* node;
    uint32_t child;
  };

 public:
  // Goes through the rows, a leaf at a time.
  class Walk {
   public:
    // From the leaf where `key` belongs.
    Walk(const OrderedIndex& index, absl::string_view key);

    // Replaces *rows by the next rows in key order; false if there are none.
    bool Next(std::vector<Entry>* rows);

   private:
    std::array<Step, kMaxDepth> steps_;
    int depth_ = 0;
    const Leaf* leaf_ = nullptr;  // to be shown next
  };

 private:
  // The child under which a key belongs.
  static uint32_t ChildOf(const Inner& node, const KeyWords& words, absl::string_view key);

  Leaf* NewLeaf(const Entry* rows, size_t size);
  Inner* NewInner();
  // Makes a full leaf two, one of which has the row. `steps` leads to the leaf.
  void Split(Leaf* leaf, const Entry& entry, const std::array<Step, kMaxDepth>& steps, int depth);
  // Puts `left` and `right`, whose first row is `first`, in the place to which `steps` leads.
  void Replace(Node* left, Node* right, Entry first, const std::array<Step, kMaxDepth>& steps,
               int depth);
  void Link(Node* node, const std::array<Step, kMaxDepth>& steps, int depth);

  Arena* const arena_;
  std::atomic<Node*> root_{nullptr};
};

}  // namespace voucher
