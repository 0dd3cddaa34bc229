// What a run of the benchmark is told.
#pragma once

#include <cstdint>
#include <string>

namespace voucher::bench {

struct Options {
  std::string bin_directory;              // of voucherd
  std::string directory = "build/bench";  // ledgers and results; not in memory
  std::string out;                        // JSON; empty means directory/bench.json
  int rounds = 5;
  double seconds = 3;             // counted of each figure and round
  int accounts = 100'000;         // with credit
  uint64_t entries = 10'000'000;  // of the big ledger; 0 for none
  std::string only;               // regular expression of figures; empty means all
  bool postgres = true;
  bool quick = false;
  int threads = 1;      // of the client
  int connections = 4;  // of the client
  bool guard = false;   // hold the ratios against the bounds of guard.h
  double soak_minutes = 0;
  double soak_rate = 50'000;  // redemptions per second
};

}  // namespace voucher::bench
