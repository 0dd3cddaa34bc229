// What is left under the limits of a grant.
#pragma once

#include <map>

#include "tests/simulation/model.h"

namespace voucher::simulation {

struct Model::Room {
  struct Cap {
    int64_t amount_fen = 0;
    int64_t left_fen = 0;
  };
  struct Pool {
    int64_t left_fen = 0;
    // Of v1::OnExhausted.
    int policy = 0;
    // Somebody waits there who came before.
    bool queued = false;
  };
  std::map<LimitKey, Cap> caps;
  // The budget has kind 0.
  std::map<LimitKey, Pool> pools;
};

}  // namespace voucher::simulation
