#include "ledger/views/ordered_index.h"

#include <algorithm>
#include <new>

#include "ledger/base/check.h"

namespace voucher {
namespace {

// All rows are of one table.
KeyWords WordsOf(absl::string_view key) {
  constexpr size_t kAfterTable = 1;
  return {key, kAfterTable};
}

}  // namespace

void OrderedIndex::Insert(const MemoryRow* row) {
  const Entry entry{WordsOf(row->key()), row};
  Node* node = root_.load(std::memory_order_relaxed);
  if (node == nullptr) {
    root_.store(NewLeaf(&entry, 1), std::memory_order_release);
    return;
  }
  std::array<Step, kMaxDepth> steps;
  int depth = 0;
  for (; !node->is_leaf; ++depth) {
    auto* inner = static_cast<Inner*>(node);
    steps[depth] = {inner, ChildOf(*inner, entry.words, row->key())};
    node = inner->children[steps[depth].child].load(std::memory_order_relaxed);
  }
  auto* leaf = static_cast<Leaf*>(node);
  const uint32_t size = leaf->size.load(std::memory_order_relaxed);
  if (size == kLeafRows) {
    Split(leaf, entry, steps, depth);
    return;
  }
  leaf->rows[size] = entry;
  leaf->size.store(size + 1, std::memory_order_release);
}

void OrderedIndex::Split(Leaf* leaf, const Entry& entry, const std::array<Step, kMaxDepth>& steps,
                         int depth) {
  std::array<Entry, kLeafRows + 1> rows;
  std::copy_n(leaf->rows, kLeafRows, rows.begin());
  rows[kLeafRows] = entry;
  std::sort(rows.begin(), rows.end());
  if (rows[kLeafRows].row == entry.row) {  // Where keys ascend, leaves stay full.
    Replace(leaf, NewLeaf(&entry, 1), entry, steps, depth);
    return;
  }
  constexpr size_t kHalf = rows.size() / 2;
  Leaf* left = NewLeaf(rows.data(), kHalf);
  Leaf* right = NewLeaf(rows.data() + kHalf, rows.size() - kHalf);
  Replace(left, right, rows[kHalf], steps, depth);
}

void OrderedIndex::Replace(Node* left, Node* right, Entry first,
                           const std::array<Step, kMaxDepth>& steps, int depth) {
  while (depth > 0) {
    const Step& step = steps[--depth];
    // The node's children with both new ones in the place of one.
    std::array<Entry, kFanout + 1> firsts;
    std::array<Node*, kFanout + 1> children;
    uint32_t size = 0;
    for (uint32_t i = 0; i < step.node->size; ++i) {
      firsts[size] = step.node->first[i];
      children[size] =
          i == step.child ? left : step.node->children[i].load(std::memory_order_relaxed);
      ++size;
      if (i != step.child) continue;
      firsts[size] = first;
      children[size] = right;
      ++size;
    }
    const auto copy = [&](uint32_t begin, uint32_t end) {
      Inner* inner = NewInner();
      for (uint32_t i = begin; i < end; ++i) {
        inner->first[i - begin] = firsts[i];
        inner->children[i - begin].store(children[i], std::memory_order_relaxed);
      }
      inner->size = end - begin;
      return inner;
    };
    if (size <= kFanout) {
      Link(copy(0, size), steps, depth);
      return;
    }
    const uint32_t half = step.child + 2 == size ? size - 1 : size / 2;  // As leaves stay full.
    left = copy(0, half);
    right = copy(half, size);
    first = firsts[half];
  }
  Inner* root = NewInner();
  root->size = 2;
  root->first[0] = root->first[1] = first;
  root->children[0].store(left, std::memory_order_relaxed);
  root->children[1].store(right, std::memory_order_relaxed);
  root_.store(root, std::memory_order_release);
}

void OrderedIndex::Link(Node* node, const std::array<Step, kMaxDepth>& steps, int depth) {
  std::atomic<Node*>& link =
      depth == 0 ? root_ : steps[depth - 1].node->children[steps[depth - 1].child];
  link.store(node, std::memory_order_release);
}

uint32_t OrderedIndex::ChildOf(const Inner& node, const KeyWords& words, absl::string_view key) {
  uint32_t low = 0, high = node.size;  // The child is in [low, high).
  while (high - low > 1) {
    const uint32_t middle = (low + high) / 2;
    const Entry& first = node.first[middle];
    const bool before = words == first.words ? key < first.row->key() : words < first.words;
    (before ? high : low) = middle;
  }
  return low;
}

OrderedIndex::Leaf* OrderedIndex::NewLeaf(const Entry* rows, size_t size) {
  auto* leaf = new (arena_->Allocate(sizeof(Leaf))) Leaf;
  leaf->is_leaf = true;
  std::copy_n(rows, size, leaf->rows);
  leaf->size.store(static_cast<uint32_t>(size), std::memory_order_relaxed);
  return leaf;
}

OrderedIndex::Inner* OrderedIndex::NewInner() {
  auto* inner = new (arena_->Allocate(sizeof(Inner))) Inner;
  inner->is_leaf = false;
  return inner;
}

OrderedIndex::Walk::Walk(const OrderedIndex& index, absl::string_view key) {
  const KeyWords words = WordsOf(key);
  Node* node = index.root_.load(std::memory_order_acquire);
  if (node == nullptr) return;
  for (; !node->is_leaf; ++depth_) {
    auto* inner = static_cast<Inner*>(node);
    steps_[depth_] = {inner, ChildOf(*inner, words, key)};
    node = inner->children[steps_[depth_].child].load(std::memory_order_acquire);
  }
  leaf_ = static_cast<Leaf*>(node);
}

bool OrderedIndex::Walk::Next(std::vector<Entry>* rows) {
  if (leaf_ == nullptr) return false;
  rows->assign(leaf_->rows, leaf_->rows + leaf_->size.load(std::memory_order_acquire));
  if (!std::is_sorted(rows->begin(), rows->end())) std::sort(rows->begin(), rows->end());
  leaf_ = nullptr;
  int depth = depth_;
  while (depth > 0 && ++steps_[depth - 1].child == steps_[depth - 1].node->size) --depth;
  if (depth == 0) return true;
  // Down along the first children of the next one.
  Node* node =
      steps_[depth - 1].node->children[steps_[depth - 1].child].load(std::memory_order_acquire);
  for (; !node->is_leaf; ++depth) {
    auto* inner = static_cast<Inner*>(node);
    steps_[depth] = {inner, 0};
    node = inner->children[0].load(std::memory_order_acquire);
  }
  depth_ = depth;
  leaf_ = static_cast<Leaf*>(node);
  return true;
}

}  // namespace voucher
