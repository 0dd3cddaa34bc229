// What a figure costs: processor time, allocations, and instructions under callgrind.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/cost/allocations.h"

namespace voucher::bench {

// Measures the parts of one figure between Start and Stop. Under `valgrind --tool=callgrind
// --instr-atstart=no --collect-atstart=no` only these parts are counted, and the destructor dumps
// them under the name of the figure. At most one meter at a time; not thread-safe.
class Meter {
 public:
  explicit Meter(std::string name);
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  void Start();
  void Stop();
  // Ends a sample: what was measured since the sample before handled `commands` > 0.
  void EndSample(uint64_t commands);

  uint64_t commands() const { return commands_; }
  // Processor time of the thread per command: median of the samples.
  double MedianNanos() const;
  // Of all samples.
  const Allocations& allocations() const { return allocations_; }

 private:
  const std::string name_;
  int64_t started_ns_ = 0;
  Allocations allocations_at_start_;
  int64_t sample_ns_ = 0;  // of the current sample
  std::vector<double> nanos_per_command_;
  uint64_t commands_ = 0;
  Allocations allocations_;
};

}  // namespace voucher::bench
