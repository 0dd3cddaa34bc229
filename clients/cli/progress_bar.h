// How far a long job is, on a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <ostream>
#include <string>

namespace voucher::cli {

// Draws "importing [#####     ] 1,234/6,000" over itself on one line, at most ten times a second;
// draws nothing if `visible` is false. Thread-safe.
class ProgressBar {
 public:
  ProgressBar(std::string title, size_t total, bool visible, std::ostream& out);
  // Clears the line.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Advance(size_t steps);

 private:
  void Draw();

  const std::string title_;
  const size_t total_;
  const bool visible_;
  std::ostream& out_;
  std::mutex mutex_;
  size_t done_ = 0;                                     // guarded by mutex_
  std::chrono::steady_clock::time_point last_drawn_{};  // guarded by mutex_
};

}  // namespace voucher::cli
