#include "tests/bench/report.h"

#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include <nlohmann/json.hpp>
#include <sys/utsname.h>

#include "tests/support/child_process.h"

namespace voucher::bench {
namespace {

using Json = nlohmann::ordered_json;

// "1234567.8" as "1,234,568", small numbers with decimals.
std::string Number(double value) {
  if (value < 100) return absl::StrFormat("%.*f", value < 10 ? 2 : 1, value);
  std::string digits = absl::StrFormat("%.0f", value);
  for (int64_t at = static_cast<int64_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<size_t>(at), 1, ',');
  }
  return digits;
}

// Figures that belong to another one, and are printed beside it.
struct Column {
  const char* suffix;
  const char* heading;
};
constexpr Column kColumns[] = {{"_p99", "p99 us"},
                               {"_server_cpu", "server us"},
                               {"_client_cpu", "client us"},
                               {"_written", "bytes"}};

bool IsColumn(const Figure& figure, const Results& results) {
  for (const Column& column : kColumns) {
    absl::string_view name = figure.name;
    if (absl::ConsumeSuffix(&name, column.suffix) && results.Find(name) != nullptr) return true;
  }
  return false;
}

// The value of the first line of a /proc file that begins with `name`, after the colon.
std::string ProcValue(const char* path, absl::string_view name) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (!absl::StartsWith(line, name)) continue;
    const std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 1));
    return std::string(absl::StripAsciiWhitespace(parts.second));
  }
  return "";
}

Json Machine() {
  utsname system{};
  uname(&system);
  return {{"cpu", ProcValue("/proc/cpuinfo", "model name")},
          {"cores", std::thread::hardware_concurrency()},
          {"memory", ProcValue("/proc/meminfo", "MemTotal")},
          {"kernel", absl::StrCat(system.sysname, " ", system.release)}};
}

std::string Revision() {
  const auto described =
      testing::RunProgram({"git", "describe", "--always", "--dirty"}, std::chrono::seconds(10));
  if (!described.ok() || described->exit_code != 0) return "";
  return std::string(absl::StripAsciiWhitespace(described->stdout_text));
}

}  // namespace

void PrintFigures(const Results& results) {
  absl::PrintF("\n%-26s %12s %12s %12s  %-16s", "figure", "median", "min", "max", "unit");
  for (const Column& column : kColumns) absl::PrintF(" %10s", column.heading);
  absl::PrintF("\n");
  for (const Figure& figure : results.figures()) {
    if (IsColumn(figure, results)) continue;
    absl::PrintF("%-26s %12s %12s %12s  %-16s", figure.name, Number(figure.median()),
                 Number(figure.min()), Number(figure.max()), figure.unit);
    for (const Column& column : kColumns) {
      const Figure* beside = results.Find(absl::StrCat(figure.name, column.suffix));
      absl::PrintF(" %10s", beside != nullptr ? Number(beside->median()) : "");
    }
    absl::PrintF("\n");
  }
}

void PrintRatios(const Results& results) {
  absl::PrintF("\n%-26s %12s %12s %12s  target\n", "ratio", "median", "min", "max");
  for (const Ratio& ratio : Ratios()) {
    const std::vector<double> rounds = RatioByRound(ratio, results);
    if (rounds.empty()) {
      absl::PrintF("%-26s %12s\n", ratio.key, "not measured");
      continue;
    }
    const Figure figure = {ratio.key, "", rounds};
    absl::PrintF("%-26s %12.2f %12.2f %12.2f  %s %.2f  %s\n", ratio.key, figure.median(),
                 figure.min(), figure.max(), ratio.at_least ? ">=" : "<=", ratio.target,
                 ratio.Holds(figure.median()) ? "ok" : "MISSED");
  }
}

std::string ResultsJson(const Options& options, const Results& results) {
  Json figures = Json::object();
  for (const Figure& figure : results.figures()) {
    figures[figure.name] = {{"unit", figure.unit},
                            {"median", figure.median()},
                            {"min", figure.min()},
                            {"max", figure.max()},
                            {"rounds", figure.rounds}};
  }
  Json ratios = Json::object();
  Json details = Json::object();
  for (const Ratio& ratio : Ratios()) {
    const std::vector<double> rounds = RatioByRound(ratio, results);
    if (rounds.empty()) continue;
    ratios[ratio.key] = Median(rounds);
    details[ratio.key] = {{"target", ratio.target},
                          {"at_least", ratio.at_least},
                          {"holds", ratio.Holds(Median(rounds))},
                          {"rounds", rounds}};
  }
  const Json json = {{"machine", Machine()},
                     {"revision", Revision()},
                     {"options",
                      {{"quick", options.quick},
                       {"rounds", options.rounds},
                       {"seconds", options.seconds},
                       {"accounts", options.accounts},
                       {"entries", options.entries},
                       {"only", options.only},
                       {"postgres", options.postgres},
                       {"threads", options.threads},
                       {"connections", options.connections}}},
                     {"figures", figures},
                     {"ratios", ratios},
                     {"ratio_details", details}};
  return json.dump(2) + "\n";
}

}  // namespace voucher::bench
