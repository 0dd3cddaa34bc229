#include "ledger/recovery/disk_space.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace voucher {
namespace {

uint64_t FreeBytes(const std::string& path) {
  struct statvfs stat {};
  if (statvfs(path.c_str(), &stat) != 0) return 0;
  return uint64_t{stat.f_bavail} * stat.f_frsize;
}

std::string BallastPath(const std::string& directory) {
  return directory + "/ballast";
}

}  // namespace

void DiskSpace::Refresh() {
  free_bytes_.store(FreeBytes(path_), std::memory_order_relaxed);
}

bool ReleaseBallastIfFull(const std::string& directory, uint64_t ballast_bytes) {
  return FreeBytes(directory) < ballast_bytes && unlink(BallastPath(directory).c_str()) == 0;
}

absl::Status KeepBallast(const std::string& directory, uint64_t ballast_bytes,
                         uint64_t min_free_bytes) {
  const std::string path = BallastPath(directory);
  if (access(path.c_str(), F_OK) == 0) return absl::OkStatus();
  if (FreeBytes(directory) < min_free_bytes + ballast_bytes) return absl::OkStatus();
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return absl::UnavailableError(absl::StrCat(path, ": ", strerror(errno)));
  const int error =
      ballast_bytes == 0 ? 0 : posix_fallocate(fd, 0, static_cast<off_t>(ballast_bytes));
  close(fd);
  if (error == 0) return absl::OkStatus();
  unlink(path.c_str());
  return absl::UnavailableError(absl::StrCat(path, ": ", strerror(error)));
}

}  // namespace voucher
