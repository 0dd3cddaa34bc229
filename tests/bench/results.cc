#include "tests/bench/results.h"

#include <algorithm>

#include "ledger/base/check.h"

namespace voucher::bench {

double Median(std::vector<double> values) {
  VOUCHER_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double Figure::min() const {
  return *std::min_element(rounds.begin(), rounds.end());
}

double Figure::max() const {
  return *std::max_element(rounds.begin(), rounds.end());
}

void Results::Add(absl::string_view name, absl::string_view unit, double value) {
  const auto found = std::find_if(figures_.begin(), figures_.end(),
                                  [&](const Figure& figure) { return figure.name == name; });
  if (found != figures_.end()) {
    found->rounds.push_back(value);
  } else {
    figures_.push_back({std::string(name), std::string(unit), {value}});
  }
}

const Figure* Results::Find(absl::string_view name) const {
  for (const Figure& figure : figures_) {
    if (figure.name == name) return &figure;
  }
  return nullptr;
}

std::optional<double> Results::Last(absl::string_view name) const {
  const Figure* figure = Find(name);
  if (figure == nullptr) return std::nullopt;
  return figure->rounds.back();
}

const std::vector<Ratio>& Ratios() {
  static const auto* const kRatios = new std::vector<Ratio>{
      {"unary_vs_empty_rpc", "unary_spread", "empty_unary", 0.80, true},
      {"stream_vs_empty_stream", "stream_spread", "empty_stream", 0.70, true},
      {"batch1000_vs_rocksdb_floor", "batch1000_spread", "rocksdb_floor", 0.50, true},
      {"fcfs_hot_pool_vs_unary", "unary_fcfs", "unary_spread", 0.80, true},
      {"unary_vs_postgres", "unary_spread", "postgres_spread", 5, true},
      {"hot_pool_vs_postgres", "unary_fcfs", "postgres_hot_pool", 15, true},
      {"batch_vs_postgres", "batch1000_spread", "postgres_batch", 10, true},
      {"unary_p99_vs_fsync_p99", "unary_half_load_p99", "fsync_p99", 4, false},
      {"read_p99_loaded_vs_idle", "read_loaded_p99", "read_idle_p99", 3, false},
      {"throughput_1e7_vs_1e5", "batch1000_spread_big", "batch1000_spread", 0.77, true},
  };
  return *kRatios;
}

std::vector<double> RatioByRound(const Ratio& ratio, const Results& results) {
  const Figure* numerator = results.Find(ratio.numerator);
  const Figure* denominator = results.Find(ratio.denominator);
  std::vector<double> values;
  if (numerator == nullptr || denominator == nullptr) return values;
  const size_t rounds = std::min(numerator->rounds.size(), denominator->rounds.size());
  for (size_t i = 0; i < rounds; ++i) {
    values.push_back(numerator->rounds[i] / denominator->rounds[i]);
  }
  return values;
}

}  // namespace voucher::bench
