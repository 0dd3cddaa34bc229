#pragma once

#include <chrono>

namespace voucher {

// SIGTERM and SIGINT as something to wait for. Construct before any other thread starts: threads
// inherit the blocked signals, so that only Wait receives them. A second signal while the first is
// acted on has its usual effect: it ends the process.
class StopSignal {
 public:
  StopSignal();

  // Waits at most `timeout`; the number of the signal, or 0.
  int Wait(std::chrono::milliseconds timeout);
};

}  // namespace voucher
