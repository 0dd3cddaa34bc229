#include "tests/simulation/simulated_clock.h"

#include <algorithm>

#include "ledger/base/clock.h"

namespace voucher::simulation {
namespace {

int64_t StartOf(int year, int month, int day) {
  v1::CivilDate date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return EndOfDay(date) - kNanosPerDay;
}

}  // namespace

SimulatedClock::SimulatedClock(int64_t commands, const Model* model, Random* random)
    : model_(*model), random_(*random), commands_(commands), now_(StartOf(2025, 5, 30)) {}

void SimulatedClock::StopAround(int64_t deadline, int64_t commands_each) {
  for (const int64_t offset : {int64_t{-1}, int64_t{0}}) {
    if (deadline + offset > now_) stops_.push_back(deadline + offset);
  }
  stay_each_ = commands_each;
}

void SimulatedClock::Advance() {
  ++step_;
  if (stay_ > 0) {
    --stay_;
    return;
  }
  if (!stops_.empty()) {
    now_ = stops_.front();
    stops_.pop_front();
    stay_ = random_.Between(0, 2 * stay_each_);
    return;
  }
  if (!random_.Percent(25)) return;

  int64_t phase_end = StartOf(2026, 1, 10);
  int64_t phase_last_step = commands_;
  if (step_ < commands_ * 80 / 100) {
    phase_end = StartOf(2025, 11, 3);
    phase_last_step = commands_ * 80 / 100;
  }
  if (step_ < commands_ * 60 / 100) {
    phase_end = StartOf(2025, 8, 1);
    phase_last_step = commands_ * 60 / 100;
  }
  const int64_t mean =
      std::max<int64_t>(phase_end - now_, 0) / std::max<int64_t>(phase_last_step - step_, 100);
  const int64_t target = now_ + random_.Between(0, 8 * mean + kNanosPerSecond);

  int64_t next = INT64_MAX;
  for (const Program& program : model_.programs) {
    const v1::ProgramRules& rules = program.rules();
    for (const int64_t deadline :
         {EndOfDay(rules.window().first_day()) - kNanosPerDay, EndOfDay(rules.window().last_day()),
          EndOfDay(rules.voucher_terms().expires_on()), LapseOf(rules)}) {
      if (deadline > now_) next = std::min(next, deadline);
    }
  }
  // Public notices, corrections and projects end at midnight.
  const int64_t midnight = EndOfDay(DateOf(DayNumber(now_)));
  if (next <= target) {
    StopAround(next, 15);
  } else if (!model_.timers.empty() && std::get<0>(*model_.timers.begin()) > now_ &&
             std::get<0>(*model_.timers.begin()) <= target && random_.Percent(10)) {
    StopAround(std::get<0>(*model_.timers.begin()), 3);
  } else if (midnight <= target && random_.Percent(30)) {
    StopAround(midnight, 6);
  } else {
    now_ = target;
  }
}

}  // namespace voucher::simulation
