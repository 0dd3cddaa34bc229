#include "tests/bench/cost/meter.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include <valgrind/callgrind.h>

#include "ledger/base/check.h"

namespace voucher::bench {
namespace {

// Not the time of day: other processes may have the core meanwhile.
int64_t ThreadNanos() {
  timespec time;
  VOUCHER_CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

Meter::Meter(std::string name) : name_(std::move(name)) {
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
}

Meter::~Meter() {
  CALLGRIND_DUMP_STATS_AT(name_.c_str());
  CALLGRIND_STOP_INSTRUMENTATION;
}

void Meter::Start() {
  allocations_at_start_ = AllocationsSoFar();
  started_ns_ = ThreadNanos();
  CALLGRIND_TOGGLE_COLLECT;
}

void Meter::Stop() {
  CALLGRIND_TOGGLE_COLLECT;
  sample_ns_ += ThreadNanos() - started_ns_;
  const Allocations now = AllocationsSoFar();
  allocations_.count += now.count - allocations_at_start_.count;
  allocations_.bytes += now.bytes - allocations_at_start_.bytes;
}

void Meter::EndSample(uint64_t commands) {
  VOUCHER_CHECK(commands > 0);
  nanos_per_command_.push_back(static_cast<double>(sample_ns_) / static_cast<double>(commands));
  commands_ += commands;
  sample_ns_ = 0;
}

double Meter::MedianNanos() const {
  std::vector<double> sorted = nanos_per_command_;
  std::sort(sorted.begin(), sorted.end());
  return sorted.empty() ? 0 : sorted[sorted.size() / 2];
}

}  // namespace voucher::bench
