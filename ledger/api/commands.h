#pragma once

#include <cstddef>
#include <memory>

#include "absl/container/inlined_vector.h"
#include "google/protobuf/arena.h"

#include "voucher/v1/entry.pb.h"

namespace voucher {

// Commands that are submitted as one, in memory that goes at once: each piece of a message would
// otherwise be allocated by the thread that parses it and freed by another. Whoever keeps a
// command, or an entry around it, keeps the Commands.
//
// Filled by one thread and, once submitted, changed by nobody: entries and replies read it.
class Commands {
 public:
  Commands() = default;
  Commands(const Commands&) = delete;
  Commands& operator=(const Commands&) = delete;

  // Where the commands lie, and what is read into them.
  google::protobuf::Arena* arena() { return &arena_; }

  // An empty command at the end.
  v1::Command* Add() {
    commands_.push_back(google::protobuf::Arena::CreateMessage<v1::Command>(&arena_));
    return commands_.back();
  }

  size_t size() const { return commands_.size(); }
  bool empty() const { return commands_.empty(); }
  const v1::Command& operator[](size_t i) const { return *commands_[i]; }
  v1::Command* at(size_t i) { return commands_[i]; }

 private:
  static google::protobuf::ArenaOptions Options() {
    google::protobuf::ArenaOptions options;
    options.start_block_size = 1024;  // one command fits
    options.max_block_size = 64u << 10;
    return options;
  }

  google::protobuf::Arena arena_{Options()};
  absl::InlinedVector<v1::Command*, 1> commands_;
};

}  // namespace voucher
