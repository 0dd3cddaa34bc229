#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "prometheus/client_metric.h"
#include "prometheus/metric_family.h"
#include "prometheus/metric_type.h"

namespace voucher {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

// Metric families of one scrape by name, in name order.
class MetricFamilies {
 public:
  void Gauge(const std::string& name, absl::string_view help, double value,
             MetricLabels labels = {}) {
    Add(name, help, prometheus::MetricType::Gauge, std::move(labels)).gauge.value = value;
  }
  void Counter(const std::string& name, absl::string_view help, double value,
               MetricLabels labels = {}) {
    Add(name, help, prometheus::MetricType::Counter, std::move(labels)).counter.value = value;
  }

  std::vector<prometheus::MetricFamily> Take() && {
    std::vector<prometheus::MetricFamily> all;
    for (auto& [name, family] : families_) all.push_back(std::move(family));
    return all;
  }

 private:
  prometheus::ClientMetric& Add(const std::string& name, absl::string_view help,
                                prometheus::MetricType type, MetricLabels labels) {
    prometheus::MetricFamily& family = families_[name];
    family.name = name;
    family.help = std::string(help);
    family.type = type;
    family.metric.emplace_back().label = std::move(labels);
    return family.metric.back();
  }

  std::map<std::string, prometheus::MetricFamily> families_;
};

}  // namespace voucher
