// Reproducible chance: the same seed gives the same draws with every compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace voucher::simulation {

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // 0 to bound - 1; bound > 0.
  uint64_t Below(uint64_t bound) { return engine_() % bound; }
  // first to last, both included.
  int64_t Between(int64_t first, int64_t last) {
    return first + static_cast<int64_t>(Below(static_cast<uint64_t>(last - first) + 1));
  }
  bool Percent(uint64_t percent) { return Below(100) < percent; }
  // 1 to about 2^bits, every magnitude equally often.
  int64_t Magnitude(uint64_t bits) {
    const int64_t base = int64_t{1} << Below(bits);
    return base + Between(0, base - 1);
  }
  template <typename T>
  const T& Pick(const std::vector<T>& values) {
    return values[Below(values.size())];
  }
  template <typename T, size_t N>
  const T& Pick(const T (&values)[N]) {
    return values[Below(N)];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace voucher::simulation
