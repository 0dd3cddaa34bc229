#include "tests/bench/guard.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace voucher::bench {
namespace {

struct Guard {
  const char* ratio;  // of Ratios()
  double at_least;
};

constexpr Guard kGuards[] = {
    {"unary_vs_empty_rpc", 0.20},
    {"stream_vs_empty_stream", 0.10},
    {"batch1000_vs_rocksdb_floor", 0.10},
    {"fcfs_hot_pool_vs_unary", 0.25},
};

}  // namespace

std::vector<std::string> BrokenGuards(const Results& results) {
  std::vector<std::string> broken;
  for (const Guard& guard : kGuards) {
    const auto ratio = std::find_if(Ratios().begin(), Ratios().end(), [&](const Ratio& r) {
      return std::string(r.key) == guard.ratio;
    });
    const std::vector<double> rounds = RatioByRound(*ratio, results);
    if (rounds.empty()) {
      broken.push_back(absl::StrFormat("%s was not measured", guard.ratio));
    } else if (Median(rounds) < guard.at_least) {
      broken.push_back(absl::StrFormat("%s is %.2f, must be at least %.2f", guard.ratio,
                                       Median(rounds), guard.at_least));
    }
  }
  return broken;
}

}  // namespace voucher::bench
