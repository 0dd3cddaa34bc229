// What was measured, round by round.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace voucher::bench {

// The median (of an even number the mean of the two in the middle). There must be at least one.
double Median(std::vector<double> values);

// A figure: one value a round.
struct Figure {
  std::string name;
  std::string unit;
  std::vector<double> rounds;

  double median() const { return Median(rounds); }
  double min() const;
  double max() const;
};

// All figures in the order in which they first came.
class Results {
 public:
  // Adds the value of the running round.
  void Add(absl::string_view name, absl::string_view unit, double value);

  const Figure* Find(absl::string_view name) const;
  // The newest value of a figure.
  std::optional<double> Last(absl::string_view name) const;
  const std::vector<Figure>& figures() const { return figures_; }

 private:
  std::vector<Figure> figures_;
};

// A ratio of two figures and what it is to be.
struct Ratio {
  const char* key;
  const char* numerator;
  const char* denominator;
  double target;
  bool at_least;  // or at most

  bool Holds(double value) const { return at_least ? value >= target : value <= target; }
};

// The targets.
const std::vector<Ratio>& Ratios();

// The ratio of each round, in which the two were measured next to each other; empty if one was not
// measured.
std::vector<double> RatioByRound(const Ratio& ratio, const Results& results);

}  // namespace voucher::bench
