// Many latencies in little memory.
#pragma once

#include <cstdint>
#include <vector>

namespace voucher::bench {

// Counts durations in buckets at most 1.6 % wide. Not thread-safe.
class Histogram {
 public:
  Histogram();

  // Counts one duration in nanoseconds; negative ones count as 0.
  void Add(int64_t nanos);
  void Merge(const Histogram& other);

  int64_t count() const { return count_; }
  // The largest duration counted, exactly; 0 if there is none.
  int64_t max() const { return max_; }
  // The upper end of the bucket below or at which a share `q` (0 to 1) of the durations lies; 0 if
  // there are none.
  int64_t Quantile(double q) const;

 private:
  std::vector<int64_t> buckets_;
  int64_t count_ = 0;
  int64_t max_ = 0;
};

// What is told of latencies, in microseconds.
struct Latencies {
  double p50 = 0, p99 = 0, p999 = 0;
};
Latencies LatenciesOf(const Histogram& latency);

}  // namespace voucher::bench
