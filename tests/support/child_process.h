// Real programs run by tests and by the demonstration.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include <sys/types.h>

namespace voucher::testing {

// A running program. Not thread-safe. The child gets SIGKILL when the thread that started it ends,
// so that nothing outlives a failed test: start it from the main thread.
class ChildProcess {
 public:
  struct Options {
    // Program (a path, or a name looked up in PATH) and its arguments.
    std::vector<std::string> argv;
    // Files that stdout and stderr are appended to; empty leaves the parent's.
    std::string stdout_path;
    std::string stderr_path;
    // File that stdin reads; empty means /dev/null.
    std::string stdin_path;
    // Working directory; empty leaves the parent's.
    std::string directory;
  };

  // NOT_FOUND if there is no such program; INTERNAL if the system refuses.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(const Options& options);

  // Kills and reaps the child if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  // Sends a signal; does nothing once the child was reaped.
  void Signal(int signal);

  // Waits for the end: the exit code, or 128 + the signal that ended it. DEADLINE_EXCEEDED if it
  // still runs after `timeout`; the child is left alone then.
  absl::StatusOr<int> Wait(std::chrono::milliseconds timeout);

 private:
  ChildProcess(pid_t pid, int pid_fd) : pid_(pid), pid_fd_(pid_fd) {}

  pid_t pid_;
  int pid_fd_;
  bool reaped_ = false;
  int exit_code_ = 0;
};

// What a program that ended left behind.
struct ProgramResult {
  int exit_code = 0;
  std::string stdout_text;
  std::string stderr_text;
};

// Runs a program to its end, with `stdin_text` as its input. Errors as ChildProcess, and
// DEADLINE_EXCEEDED (with what it wrote so far) if it was killed for taking longer than `timeout`.
absl::StatusOr<ProgramResult> RunProgram(const std::vector<std::string>& argv,
                                         std::chrono::milliseconds timeout,
                                         absl::string_view stdin_text = {});

// The whole file; empty if it cannot be read.
std::string ReadWholeFile(const std::string& path);

// The last `lines` lines of a file, for messages about a program that failed.
std::string TailOfFile(const std::string& path, int lines);

// Writes a file, replacing it. Aborts if it cannot.
void WriteWholeFile(const std::string& path, absl::string_view text);

}  // namespace voucher::testing
