// A bad field of an input, for errors that name every one of them.
#pragma once

#include <string>

namespace voucher {

struct FieldProblem {
  // Path in proto notation, as in "rules.items[2].revenue_tiers[0].cap_fen".
  std::string field;
  // One sentence without a full stop: what is wrong and what is allowed.
  std::string description;

  friend bool operator==(const FieldProblem&, const FieldProblem&) = default;
};

}  // namespace voucher
