// decide-cost: what deciding and evolving one command costs, per verb, on a ledger in memory:
// nothing is synced, nothing is sent.
#include <cstdio>
#include <vector>

#include <CLI/CLI.hpp>

#include "tests/bench/cost/figures.h"
#include "tests/bench/cost/world.h"

namespace voucher::bench {
namespace {

void Print(const std::vector<Figure>& figures) {
  std::printf("%-28s %9s %9s %8s %9s %9s %7s %9s\n", "per command", "commands", "ns", "allocs",
              "bytes", "entry B", "rows", "row B");
  for (const Figure& figure : figures) {
    const auto each = [&](uint64_t sum) {
      return static_cast<double>(sum) / static_cast<double>(figure.commands);
    };
    std::printf("%-28s %9llu %9.0f %8.1f %9.0f %9.1f %7.2f %9.1f\n", figure.name.c_str(),
                static_cast<unsigned long long>(figure.commands), figure.nanos_per_command,
                each(figure.allocations.count), each(figure.allocations.bytes),
                each(figure.entry_bytes), each(figure.rows), each(figure.row_bytes));
  }
}

int Main(int argc, char** argv) {
  CLI::App app{"What deciding and evolving one command costs, per verb, on a ledger in memory."};
  int enterprises = 20'000;
  int commands = 19'000;
  size_t group = 1'000;
  app.add_option("--enterprises", enterprises, "Enterprises with credit")->capture_default_str();
  app.add_option("--commands", commands, "Commands measured per verb, fewer than enterprises - 64")
      ->capture_default_str();
  app.add_option("--group", group, "Commands per group")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  World world(enterprises, group);
  Print(MeasureFigures(&world, commands));
  return 0;
}

}  // namespace
}  // namespace voucher::bench

int main(int argc, char** argv) {
  return voucher::bench::Main(argc, argv);
}
