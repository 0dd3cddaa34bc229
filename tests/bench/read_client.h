// A client that only reads, in a process of its own, as the platform is one.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "tests/bench/histogram.h"
#include "tests/bench/request_pool.h"

namespace voucher::bench {

// GetBudget without end.
std::unique_ptr<RequestPool> BudgetReads();

struct Reading {
  std::string address;  // host:port
  double rate = 0;      // calls per second, open loop
  double seconds = 0;
};

// Starts this program once more to read, and waits until it has. The reader shares neither gRPC nor
// threads with other load, and goes before all others on the processors if the user may do that
// (root; it says so if not): what a client on another machine would not wait for is not measured.
absl::StatusOr<Latencies> ReadFromOutside(const Reading& reading);

// The body of that process: prints the latencies; returns an exit code.
int ReadBudgets(const Reading& reading);

}  // namespace voucher::bench
