#include "ledger/fsck/progress_line.h"

#include <iostream>

#include "absl/strings/str_cat.h"
#include <unistd.h>

namespace voucher {
namespace {

constexpr std::chrono::milliseconds kEvery{200};

}  // namespace

ProgressLine::ProgressLine() : moves_(isatty(STDERR_FILENO) == 1) {}

void ProgressLine::Show(absl::string_view phase, uint64_t done, uint64_t total) {
  const bool new_phase = phase_ != phase;
  if (new_phase) phase_ = std::string(phase);
  if (!moves_) {
    if (new_phase) std::cerr << "voucher-fsck: " << phase_ << std::endl;
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (!new_phase && now < next_) return;
  next_ = now + kEvery;
  std::cerr << "\r\033[K" << phase_ << ' ' << done;
  if (total > 0) std::cerr << " of " << total << ", " << done * 100 / total << " %";
  std::cerr << std::flush;
}

void ProgressLine::Clear() {
  if (moves_) std::cerr << "\r\033[K" << std::flush;
}

}  // namespace voucher
