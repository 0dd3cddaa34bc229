#include "tests/demo/progress.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include <unistd.h>

namespace voucher::demo {
namespace {

constexpr int kNameWidth = 26;
constexpr std::chrono::milliseconds kRedrawEvery{100};

}  // namespace

std::string WithSeparators(int64_t n) {
  std::string digits = absl::StrCat(n < 0 ? -n : n);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(at, ",");
  return n < 0 ? absl::StrCat("-", digits) : digits;
}

Progress::Progress() : terminal_(isatty(STDOUT_FILENO) == 1) {}

Progress::~Progress() {
  if (painter_.joinable()) Fail("interrupted");
}

void Progress::Begin(absl::string_view name, int64_t total, absl::string_view unit) {
  name_.assign(name.data(), name.size());
  unit_.assign(unit.data(), unit.size());
  total_ = total;
  done_ = 0;
  started_ = std::chrono::steady_clock::now();
  {
    MutexLock lock(mutex_);
    stop_ = false;
  }
  painter_ = std::thread([this] { Redraw(); });
}

std::string Progress::CountText() const {
  if (unit_.empty()) return "";
  const std::string done = WithSeparators(done_);
  if (total_ == 0) return absl::StrCat(done, " ", unit_);
  return absl::StrCat(done, "/", WithSeparators(total_), " ", unit_);
}

void Progress::Redraw() {
  MutexLock lock(mutex_);
  while (!stop_) {
    if (terminal_) {
      absl::PrintF("\r\033[K  %-*s %s", kNameWidth, name_, CountText());
      std::fflush(stdout);
    }
    stop_changed_.WaitFor(mutex_, kRedrawEvery);
  }
}

void Progress::End(absl::string_view remark) {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    stop_changed_.NotifyAll();
  }
  painter_.join();
  PhaseResult result{name_, unit_, done_, 0};
  result.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::steady_clock::now() - started_)
                            .count();
  std::string text;
  if (!unit_.empty()) {
    text = absl::StrCat(WithSeparators(result.count), " ", unit_);
    if (result.milliseconds > 0) absl::StrAppend(&text, ", ", WithSeparators(result.rate()), "/s");
  }
  if (!remark.empty()) absl::StrAppend(&text, text.empty() ? "" : " · ", remark);
  absl::PrintF("%s  %-*s %5.1f s  %s\n", terminal_ ? "\r\033[K" : "", kNameWidth, name_,
               static_cast<double>(result.milliseconds) / 1000, text);
  std::fflush(stdout);
  results_.push_back(std::move(result));
}

void Progress::Fail(absl::string_view error) {
  if (!painter_.joinable()) return;
  End(absl::StrCat("FAILED: ", error));
}

}  // namespace voucher::demo
