#pragma once

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"

namespace voucher {

// Ranking (排序优选): money goes down the scores. One rule for applications and for clusters, a
// pure function of what it is given.

// Who competes.
struct Contender {
  // Application or cluster.
  uint64_t id = 0;
  // Hundredths of a point.
  int32_t score = 0;
  // Order of arrival; no two are equal.
  uint64_t arrival = 0;
};

// What a contender gets when the money comes to it.
struct Offer {
  // In fen; 0 means that it is passed over.
  int64_t granted_fen = 0;
  // True if the money does not suffice for all that it wants: everyone behind is passed over, also
  // who would fit (strict ranking).
  bool is_edge = false;
};

// A place in the ranking, from 1.
struct Place {
  uint64_t id = 0;
  uint32_t rank = 0;
  // In fen; 0 means passed over.
  int64_t granted_fen = 0;
};

// Ranks by score, highest first, ties to the earlier. `offer` is asked once per contender in rank
// order, up to and including the one at the edge, and may keep count of what it has offered.
std::vector<Place> Rank(std::vector<Contender> contenders,
                        absl::FunctionRef<Offer(const Contender&)> offer);

// Contenders in one ranking at most, so that its entry stays below 1 MiB.
inline constexpr size_t kMaxRanked = 5'000;

}  // namespace voucher
