#include "tests/bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include "tests/bench/microseconds.h"

namespace voucher::bench {
namespace {

// Each power of two is cut into this many buckets; the values below it have one each.
constexpr int kSubBits = 6;
constexpr uint64_t kSubBuckets = 1 << kSubBits;

size_t BucketOf(uint64_t value) {
  if (value < kSubBuckets) return value;
  const int shift = static_cast<int>(std::bit_width(value)) - 1 - kSubBits;
  return (static_cast<size_t>(shift) + 1) * kSubBuckets + ((value >> shift) - kSubBuckets);
}

int64_t UpperEndOf(size_t bucket) {
  if (bucket < kSubBuckets) return static_cast<int64_t>(bucket);
  const size_t shift = bucket / kSubBuckets - 1;
  const uint64_t first = (kSubBuckets + bucket % kSubBuckets) << shift;
  return static_cast<int64_t>(first + (uint64_t{1} << shift) - 1);
}

}  // namespace

Histogram::Histogram() : buckets_((64 - kSubBits) * kSubBuckets) {}

void Histogram::Add(int64_t nanos) {
  nanos = std::max<int64_t>(nanos, 0);
  ++buckets_[BucketOf(static_cast<uint64_t>(nanos))];
  ++count_;
  max_ = std::max(max_, nanos);
}

void Histogram::Merge(const Histogram& other) {
  for (size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

int64_t Histogram::Quantile(double q) const {
  const auto wanted =
      std::max<int64_t>(1, static_cast<int64_t>(std::ceil(q * static_cast<double>(count_))));
  int64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted) return std::min(UpperEndOf(i), max_);
  }
  return 0;
}

Latencies LatenciesOf(const Histogram& latency) {
  return {.p50 = Microseconds(latency.Quantile(0.5)),
          .p99 = Microseconds(latency.Quantile(0.99)),
          .p999 = Microseconds(latency.Quantile(0.999))};
}

}  // namespace voucher::bench
