#include "tests/bench/fsync_probe.h"

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include <fcntl.h>
#include <unistd.h>

namespace voucher::bench {

absl::StatusOr<Histogram> ProbeFsync(const std::string& directory,
                                     std::chrono::milliseconds duration) {
  using SteadyClock = std::chrono::steady_clock;
  const std::string path = directory + "/fsync-probe";
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
  const std::string block(4096, 'x');
  Histogram latency;
  const auto end = SteadyClock::now() + duration;
  int error = 0;
  for (auto now = SteadyClock::now(); now < end && error == 0;) {
    if (write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size()) ||
        fsync(fd) != 0) {
      error = errno;
    }
    const auto done = SteadyClock::now();
    latency.Add(std::chrono::duration_cast<std::chrono::nanoseconds>(done - now).count());
    now = done;
  }
  close(fd);
  unlink(path.c_str());
  if (error != 0) return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(error)));
  return latency;
}

}  // namespace voucher::bench
