#include "server/host/stop_signal.h"

#include <csignal>
#include <ctime>

namespace voucher {

namespace {

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t set = StopSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

int StopSignal::Wait(std::chrono::milliseconds timeout) {
  const sigset_t set = StopSignals();
  timespec limit{};
  limit.tv_sec = timeout.count() / 1'000;
  limit.tv_nsec = timeout.count() % 1'000 * 1'000'000;
  const int signal = sigtimedwait(&set, nullptr, &limit);
  if (signal <= 0) return 0;
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return signal;
}

}  // namespace voucher
