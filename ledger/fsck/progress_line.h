// Progress on standard error: one line that moves on a terminal, one line per phase otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace voucher {

class ProgressLine {
 public:
  ProgressLine();

  // `total` 0: not known.
  void Show(absl::string_view phase, uint64_t done, uint64_t total);

  // Clears the moving line.
  void Clear();

 private:
  const bool moves_;
  std::string phase_;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace voucher
