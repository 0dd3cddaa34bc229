// voucher-fsck: proves offline that a database or a backup of it is what it says it is.
//
// With --export it verifies nothing and writes the entries as JSON.
//
// Exit code: 0 nothing found, 1 findings, 2 wrong usage, 3 cannot open. SIGINT and SIGTERM end it
// as they end any program, after its temporary directory is gone.
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <new>
#include <string>
#include <system_error>

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CLI/CLI.hpp"
#include "ledger/fsck/export.h"
#include "ledger/fsck/fsck.h"
#include "ledger/fsck/progress_line.h"

namespace voucher {
namespace {

enum ExitCode { kOk = 0, kFindings = 1, kUsage = 2, kCannotOpen = 3 };

struct Arguments {
  std::string path;
  std::string temp_dir;
  std::string export_directory;
  bool redecide = false;
  bool json = false;
};

// The work of one child process. Returns its exit code.
int Work(const Arguments& arguments, const std::string& scratch, uint64_t inadmissible_entry,
         std::atomic<uint64_t>* applying) {
  ProgressLine line;
  FsckOptions options;
  options.path = arguments.path;
  options.rows_path = scratch + "/rows";
  options.redecide = arguments.redecide;
  options.inadmissible_entry = inadmissible_entry;
  options.applying = applying;
  options.on_progress = [&](absl::string_view phase, uint64_t done, uint64_t total) {
    line.Show(phase, done, total);
  };
  const absl::StatusOr<FsckReport> report = RunFsck(options);
  line.Clear();
  if (!report.ok()) {
    std::cerr << "voucher-fsck: cannot open " << arguments.path << ": " << report.status().message()
              << std::endl;
    return kCannotOpen;
  }
  std::cout << (arguments.json ? report->Json() + "\n" : report->Text()) << std::flush;
  return report->ok() ? kOk : kFindings;
}

bool IsStop(int signal_number) {
  return signal_number == SIGINT || signal_number == SIGTERM;
}

// What Await receives. Blocked in both processes, so that no stop signal ends them on its own.
sigset_t AwaitedSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int awaited : {SIGINT, SIGTERM, SIGCHLD}) sigaddset(&set, awaited);
  return set;
}

// Waits for the end of the child, or kills it at a stop signal. Returns the wait status, which then
// has that signal.
int Await(pid_t child) {
  const sigset_t awaited = AwaitedSignals();
  int status = 0;
  while (true) {
    const int received = sigwaitinfo(&awaited, nullptr);
    if (received == SIGCHLD && waitpid(child, &status, WNOHANG) == child) return status;
    if (IsStop(received)) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return W_EXITCODE(0, received);
    }
  }
}

// Runs Work in a child process, because an entry that does not fit the rows before it ends the
// process that applies it. Returns the wait status.
int RunChild(const Arguments& arguments, const std::string& scratch, uint64_t inadmissible_entry,
             std::atomic<uint64_t>* applying) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(kCannotOpen);
    const int code = Work(arguments, scratch, inadmissible_entry, applying);
    std::cout.flush();
    _exit(code);
  }
  return child < 0 ? W_EXITCODE(kCannotOpen, 0) : Await(child);
}

// Returns the wait status of the last child.
int Guarded(const Arguments& arguments, const std::string& scratch) {
  void* shared = mmap(nullptr, sizeof(std::atomic<uint64_t>), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return W_EXITCODE(kCannotOpen, 0);
  auto* applying = new (shared) std::atomic<uint64_t>(0);
  int status = RunChild(arguments, scratch, 0, applying);
  const bool crashed =
      WIFSIGNALED(status) && (WTERMSIG(status) == SIGABRT || WTERMSIG(status) == SIGSEGV);
  if (const uint64_t entry = *applying; crashed && entry != 0) {
    std::cerr << "voucher-fsck: entry " << entry
              << " does not fit the state before it; checking once more up to there" << std::endl;
    *applying = 0;
    std::error_code ignored;
    std::filesystem::remove_all(scratch + "/rows", ignored);
    status = RunChild(arguments, scratch, entry, applying);
  }
  munmap(shared, sizeof(std::atomic<uint64_t>));
  return status;
}

// The exit code that a wait status stands for. A stop signal ends this process too.
int Conclude(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const int ended_by = WTERMSIG(status);
  if (IsStop(ended_by)) {
    const sigset_t awaited = AwaitedSignals();
    signal(ended_by, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &awaited, nullptr);
    raise(ended_by);
  }
  std::cout << "fsck: FAILED: the check itself was ended by signal " << ended_by << std::endl;
  return kFindings;
}

// The entries as JSON, nothing else.
int Export(const Arguments& arguments) {
  ProgressLine line;
  const absl::StatusOr<uint64_t> entries =
      ExportEntries(arguments.path, arguments.export_directory,
                    [&](uint64_t done, uint64_t total) { line.Show("export", done, total); });
  line.Clear();
  if (entries.ok()) {
    std::cout << *entries << " entries in " << arguments.export_directory << std::endl;
    return kOk;
  }
  std::cerr << "voucher-fsck: cannot export " << arguments.path << ": "
            << entries.status().message() << std::endl;
  return absl::IsDataLoss(entries.status()) ? kFindings : kCannotOpen;
}

int Fsck(const Arguments& arguments) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(arguments.path, error);
  if (error || !std::filesystem::is_directory(path, error)) {
    std::cerr << "voucher-fsck: cannot open " << arguments.path << ": no such directory"
              << std::endl;
    return kCannotOpen;
  }
  const std::filesystem::path database = path.has_filename() ? path : path.parent_path();
  const std::string parent =
      arguments.temp_dir.empty() ? database.parent_path().string() : arguments.temp_dir;
  const sigset_t awaited = AwaitedSignals();
  sigprocmask(SIG_BLOCK, &awaited, nullptr);
  std::string scratch = parent + "/voucher-fsck-XXXXXX";
  if (mkdtemp(scratch.data()) == nullptr) {
    std::cerr << "voucher-fsck: cannot make a directory in " << parent << ": " << strerror(errno)
              << "; name one with --temp-dir" << std::endl;
    return kCannotOpen;
  }
  const int status = Guarded(arguments, scratch);
  std::filesystem::remove_all(scratch, error);
  return Conclude(status);
}

}  // namespace
}  // namespace voucher

int main(int argc, char** argv) {
  voucher::Arguments arguments;
  CLI::App app(
      "Verifies a ledger database or a backup, without changing it: hashes, order, replay, rows, "
      "invariants.");
  app.add_option("directory", arguments.path,
                 "Directory that holds journal/ (and views/, high-water-mark)")
      ->required();
  CLI::Option* redecide =
      app.add_flag("--redecide", arguments.redecide, "Decide every entry again and compare");
  app.add_flag("--json", arguments.json, "Report as one JSON object");
  app.add_option(
      "--temp-dir", arguments.temp_dir,
      "Where to put the replayed rows, as large as views/; beside the database by default");
  app.add_option("--export", arguments.export_directory,
                 "Verify nothing, but write the entries there in order, one line of JSON each: "
                 "entries-000001.jsonl and so on, each with its authority")
      ->excludes(redecide);
  app.footer("Exit code: 0 nothing found, 1 findings, 2 wrong usage, 3 cannot open.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? voucher::kOk : voucher::kUsage;
  }
  return arguments.export_directory.empty() ? voucher::Fsck(arguments) : voucher::Export(arguments);
}
