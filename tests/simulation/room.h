// What is left under the limits of a grant.
#pragma once

#include <map>

#include "tests/simulation/model.h"

namespace voucher::simulation {

struct Model::Room {
  struct Pool {
    int64_t left_fen = 0;
    // Of v1::OnExhausted.
    int policy = 0;
    // Somebody waits there who came before.
    bool queued = false;
  };
  // What is left under each cap, in fen.
  std::map<LimitKey, int64_t> caps;
  // The budget has kind 0.
  std::map<LimitKey, Pool> pools;
};

}  // namespace voucher::simulation
