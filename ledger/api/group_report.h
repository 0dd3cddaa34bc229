#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

#include "voucher/v1/reasons.pb.h"

namespace voucher {

// Times and sizes of one durable group, for metrics. Durations are real time.
struct GroupReport {
  struct Item {
    absl::string_view verb;                      // VerbName; static storage
    v1::Reason reason = v1::REASON_UNSPECIFIED;  // REASON_UNSPECIFIED if accepted
    int64_t queue_ns = 0;                        // from admission to the decision; 0 for timers
    uint32_t program = 0;                        // number of the entry's program; 0 if none
  };
  std::vector<Item> items;  // recorded entries, timers included
  uint64_t replays = 0;     // answered with their first outcome
  uint64_t reused = 0;      // REQUEST_ID_REUSED
  uint64_t shed = 0;        // queued too long
  uint64_t bytes = 0;       // of stored entries
  int64_t decide_ns = 0;    // whole group
  int64_t fsync_ns = 0;     // journal append, synced
  int64_t views_ns = 0;     // views and snapshot
  int64_t reply_ns = 0;
  uint64_t last_sequence = 0;
};

}  // namespace voucher
