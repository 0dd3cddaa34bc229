#include "clients/cli/progress_bar.h"

#include <algorithm>
#include <utility>

#include "clients/cli/table.h"

namespace voucher::cli {
namespace {

constexpr size_t kWidth = 40;

}  // namespace

ProgressBar::ProgressBar(std::string title, size_t total, bool visible, std::ostream& out)
    : title_(std::move(title)), total_(total), visible_(visible && total > 0), out_(out) {}

ProgressBar::~ProgressBar() {
  if (visible_) out_ << "\r\033[K" << std::flush;
}

void ProgressBar::Advance(size_t steps) {
  const std::lock_guard<std::mutex> lock(mutex_);
  done_ = std::min(done_ + steps, total_);
  if (visible_) Draw();
}

void ProgressBar::Draw() {
  const auto now = std::chrono::steady_clock::now();
  if (done_ < total_ && now - last_drawn_ < std::chrono::milliseconds(100)) return;
  last_drawn_ = now;
  const size_t filled = kWidth * done_ / total_;
  out_ << "\r" << title_ << " [" << std::string(filled, '#') << std::string(kWidth - filled, ' ')
       << "] " << FormatCount(static_cast<int64_t>(done_)) << "/"
       << FormatCount(static_cast<int64_t>(total_)) << "\033[K" << std::flush;
}

}  // namespace voucher::cli
