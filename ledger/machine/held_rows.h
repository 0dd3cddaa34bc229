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
// be fetched before it is needed.
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

  size_t HashOf(const Key& key) const { return nodes_.hash_function()(key); }
  // Fetches memory that find will look at.
  void prefetch(const Key& key) const { nodes_.prefetch(key); }
  iterator find(const Key& key) const { return iterator(nodes_.find(key)); }
  iterator find(const Key& key, size_t hash) const { return iterator(nodes_.find(key, hash)); }

  std::pair<iterator, bool> try_emplace(const Key& key) {
    const auto [node, is_new] = nodes_.try_emplace(key);
    if (is_new) {
      node->second = std::make_unique<value_type>(std::piecewise_construct,
                                                  std::forward_as_tuple(key), std::tuple<>());
    }
    return {iterator(node), is_new};
  }
  Value& operator[](const Key& key) { return try_emplace(key).first->second; }
  void erase(const Key& key) { nodes_.erase(key); }
  template <class Predicate>
  void EraseIf(const Predicate& is_gone) {
    absl::erase_if(nodes_, [&](const auto& node) { return is_gone(*node.second); });
  }

 private:
  Nodes nodes_;
};

// A row in memory; without one it is known to be absent.
template <class T>
struct HeldRow {
  std::optional<typename T::Row> row;
  // The batch of changes that changed it last; 0: it is as it was read.
  uint64_t batch = 0;
};

// The rows of one table in memory. Pointers to rows of unordered tables stay valid until that row
// is erased or dropped.
template <class T>
struct HeldTable {
  using Table = T;
  using Key = typename T::Key;
  using Rows =
      std::conditional_t<T::kOrdered, absl::btree_map<Key, HeldRow<T>>, NodeMap<Key, HeldRow<T>>>;
  Rows rows;
};

}  // namespace voucher
