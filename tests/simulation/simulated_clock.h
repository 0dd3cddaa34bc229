// A clock that runs through a year of the programs and stops around their deadlines.
#pragma once

#include <cstdint>
#include <deque>

#include "tests/simulation/model.h"
#include "tests/simulation/random.h"

namespace voucher::simulation {

class SimulatedClock {
 public:
  // Runs from 2025-05-30 to 2026-01-10 in about `commands` steps: more than half of them while the
  // short-lived program is alive. Both pointers must outlive the clock.
  SimulatedClock(int64_t commands, const Model* model, Random* random);

  int64_t now() const { return now_; }

  // Goes on before the next command: mostly not at all, else by a random time. A deadline on the
  // way is not jumped over: the clock stops just before it and at it, some commands at each.
  void Advance();

 private:
  void StopAround(int64_t deadline, int64_t commands_each);

  const Model& model_;
  Random& random_;
  int64_t commands_;
  int64_t step_ = 0;
  int64_t now_;
  int64_t stay_ = 0;
  int64_t stay_each_ = 0;
  std::deque<int64_t> stops_;
};

}  // namespace voucher::simulation
