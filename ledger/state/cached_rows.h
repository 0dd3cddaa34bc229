// Rows of the views in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"

namespace voucher {

// A hash map whose pairs do not move, as absl::node_hash_map, but whether a pair is the one that is
// looked for is seen without it: the key is beside the pointer to the pair too. So its memory can
// be fetched before it is needed. A pair that is looked for again is found without hashing. Not
// thread-safe, also not for reading alone.
template <class Key, class Value>
class NodeMap {
  using Nodes = absl::flat_hash_map<Key, std::unique_ptr<std::pair<const Key, Value>>>;

 public:
  using value_type = std::pair<const Key, Value>;

  class iterator {
   public:
    explicit iterator(typename Nodes::const_iterator node) : node_(node) {}
    value_type& operator*() const { return *node_->second; }
    value_type* operator->() const { return node_->second.get(); }
    iterator& operator++() {
      ++node_;
      return *this;
    }
    friend bool operator==(const iterator&, const iterator&) = default;

   private:
    typename Nodes::const_iterator node_;
  };

  iterator begin() const { return iterator(nodes_.begin()); }
  iterator end() const { return iterator(nodes_.end()); }
  size_t size() const { return nodes_.size(); }
  bool empty() const { return nodes_.empty(); }

  // Fetches memory that find will look at.
  void prefetch(const Key& key) const { nodes_.prefetch(key); }
  iterator find(const Key& key) const {
    if (IsLast(key)) return iterator(*last_);
    const auto node = nodes_.find(key);
    if (node != nodes_.end()) last_ = node;
    return iterator(node);
  }

  std::pair<iterator, bool> try_emplace(const Key& key) {
    if (IsLast(key)) return {iterator(*last_), false};
    const auto [node, is_new] = nodes_.try_emplace(key);
    if (is_new) {
      node->second = std::make_unique<value_type>(std::piecewise_construct,
                                                  std::forward_as_tuple(key), std::tuple<>());
    }
    last_ = node;  // the old one may have moved to make room
    return {iterator(node), is_new};
  }
  Value& operator[](const Key& key) { return try_emplace(key).first->second; }
  void erase(const Key& key) {
    last_.reset();
    nodes_.erase(key);
  }
  template <class Predicate>
  void EraseIf(const Predicate& is_gone) {
    last_.reset();
    absl::erase_if(nodes_, [&](const auto& node) { return is_gone(*node.second); });
  }

 private:
  bool IsLast(const Key& key) const { return last_ && (*last_)->first == key; }

  Nodes nodes_;
  mutable std::optional<typename Nodes::const_iterator> last_;  // that was found
};

// A row in memory; without one it is known to be absent.
template <class T>
struct CachedRow {
  std::optional<typename T::Row> row;
  // The batch of changes that changed it last; 0: it is as it was read.
  uint64_t batch = 0;
};

// The rows of one table in memory. Pointers to rows of unordered tables stay valid until that row
// is erased or dropped.
template <class T>
struct CachedTable {
  using Table = T;
  using Key = typename T::Key;
  using Rows = std::conditional_t<T::kOrdered, absl::btree_map<Key, CachedRow<T>>,
                                  NodeMap<Key, CachedRow<T>>>;
  Rows rows;
};

}  // namespace voucher
