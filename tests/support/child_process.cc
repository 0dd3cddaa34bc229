#include "tests/support/child_process.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/base/check.h"
#include "ledger/base/status_macros.h"
#include "tests/support/scratch_directory.h"

namespace voucher::testing {
namespace {

absl::Status SystemError(absl::string_view what) {
  return absl::InternalError(absl::StrCat(what, ": ", std::strerror(errno)));
}

// Runs between fork and exec: async-signal-safe calls only.
void RedirectTo(const char* path, int flags, int target) {
  const int fd = open(path, flags | O_CLOEXEC, 0644);
  if (fd < 0 || dup2(fd, target) < 0) _exit(126);
}

[[noreturn]] void BecomeProgram(const ChildProcess::Options& options, pid_t parent,
                                char* const* argv, int error_fd) {
  // The parent may have died before prctl took effect.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(126);
  const char* input = options.stdin_path.empty() ? "/dev/null" : options.stdin_path.c_str();
  RedirectTo(input, O_RDONLY, STDIN_FILENO);
  if (!options.stdout_path.empty()) {
    RedirectTo(options.stdout_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO);
  }
  if (!options.stderr_path.empty()) {
    RedirectTo(options.stderr_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, STDERR_FILENO);
  }
  if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) _exit(126);
  execvp(argv[0], argv);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(error_fd, &error, sizeof error);
  _exit(127);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(const Options& options) {
  VOUCHER_CHECK(!options.argv.empty()) << "no program";
  std::vector<char*> argv;
  for (const std::string& word : options.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);

  // Closed by a successful exec; carries errno of a failed one.
  int error_pipe[2];
  if (pipe2(error_pipe, O_CLOEXEC) != 0) return SystemError("pipe");
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) BecomeProgram(options, parent, argv.data(), error_pipe[1]);
  close(error_pipe[1]);
  if (pid < 0) {
    close(error_pipe[0]);
    return SystemError("fork");
  }
  int exec_error = 0;
  const ssize_t got = read(error_pipe[0], &exec_error, sizeof exec_error);
  close(error_pipe[0]);
  if (got > 0) {
    waitpid(pid, nullptr, 0);
    return absl::NotFoundError(
        absl::StrCat("cannot run ", options.argv[0], ": ", std::strerror(exec_error)));
  }
  // glibc 2.36 declares pidfd_open for C only.
  const int pid_fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pid_fd < 0) {
    const absl::Status error = SystemError("pidfd_open");
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return error;
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, pid_fd));
}

ChildProcess::~ChildProcess() {
  if (!reaped_) {
    Signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(pid_fd_);
}

void ChildProcess::Signal(int signal) {
  if (!reaped_) kill(pid_, signal);
}

absl::StatusOr<int> ChildProcess::Wait(std::chrono::milliseconds timeout) {
  if (reaped_) return exit_code_;
  pollfd ended{pid_fd_, POLLIN, 0};
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    const int ready = poll(&ended, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
    if (ready > 0) break;
    if (ready == 0) {
      return absl::DeadlineExceededError(
          absl::StrCat("process ", pid_, " still runs after ", timeout.count(), " ms"));
    }
    if (errno != EINTR) return SystemError("poll");
  }
  int status = 0;
  if (waitpid(pid_, &status, 0) != pid_) return SystemError("waitpid");
  reaped_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

absl::StatusOr<ProgramResult> RunProgram(const std::vector<std::string>& argv,
                                         std::chrono::milliseconds timeout,
                                         absl::string_view stdin_text) {
  const ScratchDirectory files("run-program");
  ChildProcess::Options options;
  options.argv = argv;
  options.stdin_path = files.Path("stdin");
  options.stdout_path = files.Path("stdout");
  options.stderr_path = files.Path("stderr");
  WriteWholeFile(options.stdin_path, stdin_text);
  VOUCHER_ASSIGN_OR_RETURN(const std::unique_ptr<ChildProcess> child, ChildProcess::Start(options));
  const absl::StatusOr<int> exit_code = child->Wait(timeout);
  ProgramResult result;
  result.stdout_text = ReadWholeFile(options.stdout_path);
  result.stderr_text = ReadWholeFile(options.stderr_path);
  if (!exit_code.ok()) {
    return absl::Status(exit_code.status().code(),
                        absl::StrCat(argv[0], ": ", exit_code.status().message(), "\n",
                                     result.stdout_text, result.stderr_text));
  }
  result.exit_code = *exit_code;
  return result;
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string TailOfFile(const std::string& path, int lines) {
  const std::string text = ReadWholeFile(path);
  size_t start = text.size();
  while (lines-- >= 0 && start != 0 && start != std::string::npos) {
    start = text.rfind('\n', start - 1);
  }
  return start == std::string::npos || start == 0 ? text : text.substr(start + 1);
}

void WriteWholeFile(const std::string& path, absl::string_view text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  VOUCHER_CHECK(out.good()) << "cannot write " << path;
}

}  // namespace voucher::testing
