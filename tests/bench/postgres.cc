#include "tests/bench/postgres.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include <pwd.h>
#include <signal.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "ledger/base/status_macros.h"

namespace voucher::bench {
namespace {

using testing::ChildProcess;
using testing::ProgramResult;

constexpr char kServerUser[] = "postgres";
constexpr char kSqlDirectory[] = "tests/bench/sql";
constexpr std::chrono::seconds kStepTimeout{120};
constexpr std::chrono::seconds kShutdownTimeout{60};
constexpr std::chrono::milliseconds kLookAgain{20};

std::string SqlFile(absl::string_view name) {
  return absl::StrCat(kSqlDirectory, "/", name);
}

// Directory of initdb, postgres, psql and pgbench, of the newest version that is installed.
absl::StatusOr<std::string> FindBinaries() {
  std::string newest;
  int newest_version = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
    int version = 0;
    const std::filesystem::path binaries = entry.path() / "bin";
    if (!absl::SimpleAtoi(entry.path().filename().string(), &version) ||
        version <= newest_version) {
      continue;
    }
    if (!std::filesystem::exists(binaries / "postgres") ||
        !std::filesystem::exists(binaries / "pgbench")) {
      continue;
    }
    newest = binaries.string();
    newest_version = version;
  }
  if (newest_version == 0) {
    return absl::NotFoundError(
        "PostgreSQL is not in /usr/lib/postgresql/*/bin: apt-get install postgresql");
  }
  return newest;
}

// The server refuses to run as root.
bool NeedsOtherUser() {
  return geteuid() == 0;
}

std::vector<std::string> AsServerUser(std::vector<std::string> argv) {
  if (!NeedsOtherUser()) return argv;
  // The capability lets it reach its directory below one that is root's alone; the signal makes a
  // fast shutdown when the benchmark is killed.
  std::vector<std::string> all = {"setpriv",
                                  absl::StrCat("--reuid=", kServerUser),
                                  absl::StrCat("--regid=", kServerUser),
                                  "--clear-groups",
                                  "--inh-caps=+dac_override",
                                  "--ambient-caps=+dac_override",
                                  "--pdeathsig=INT"};
  std::move(argv.begin(), argv.end(), std::back_inserter(all));
  return all;
}

absl::Status GiveToServerUser(const std::string& path) {
  if (!NeedsOtherUser()) return absl::OkStatus();
  const passwd* user = getpwnam(kServerUser);
  if (user == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("there is no user ", kServerUser,
                     ", as whom PostgreSQL could run: apt-get install postgresql"));
  }
  if (chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) {
    return absl::InternalError(absl::StrCat("cannot give ", path, " to ", kServerUser));
  }
  return absl::OkStatus();
}

// The output of a program that must succeed.
absl::StatusOr<std::string> Run(const std::vector<std::string>& argv,
                                std::chrono::milliseconds timeout = kStepTimeout) {
  VOUCHER_ASSIGN_OR_RETURN(const ProgramResult result, testing::RunProgram(argv, timeout));
  if (result.exit_code != 0) {
    return absl::InternalError(absl::StrCat(argv[0], " ended with code ", result.exit_code, ":\n",
                                            result.stdout_text, result.stderr_text));
  }
  return result.stdout_text;
}

// An empty directory of the server user.
absl::Status MakeDataDirectory(const std::string& directory) {
  std::error_code error;
  std::filesystem::remove_all(directory, error);
  if (!error) std::filesystem::create_directories(directory, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot make ", directory, ": ", error.message()));
  }
  return GiveToServerUser(directory);
}

// The usual quarter of the machine's memory.
int64_t SharedBuffersMib() {
  struct sysinfo info {};
  sysinfo(&info);
  return std::max<int64_t>(128,
                           static_cast<int64_t>(info.totalram) * info.mem_unit / 4 / (1 << 20));
}

// The number between `before` and the next space of pgbench's report.
absl::StatusOr<double> Reported(const std::string& report, absl::string_view before) {
  const size_t at = report.find(std::string(before));
  double number = 0;
  if (at != std::string::npos) {
    const absl::string_view rest = absl::string_view(report).substr(at + before.size());
    if (absl::SimpleAtod(rest.substr(0, rest.find_first_of(" \n")), &number)) return number;
  }
  return absl::InternalError(absl::StrCat("pgbench reports no \"", before, "\":\n", report));
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresPeer>> PostgresPeer::Start(const std::string& directory,
                                                                  const Options& options) {
  VOUCHER_ASSIGN_OR_RETURN(std::string binaries, FindBinaries());
  if (!std::filesystem::exists(SqlFile("schema.sql"))) {
    return absl::FailedPreconditionError(
        absl::StrCat("no ", kSqlDirectory, " here: run it at the root of the repository"));
  }
  const std::string data_directory = (std::filesystem::absolute(directory) / "postgres").string();
  std::unique_ptr<PostgresPeer> peer(
      new PostgresPeer(std::move(binaries), data_directory, options));
  VOUCHER_RETURN_IF_ERROR(peer->InitDatabase());
  VOUCHER_RETURN_IF_ERROR(peer->StartServer());
  VOUCHER_RETURN_IF_ERROR(peer->LoadBooks());
  VOUCHER_ASSIGN_OR_RETURN(const std::string version, peer->Query("SHOW server_version"));
  // Debian adds its own number: "15.18 (Debian 15.18-0+deb12u1)".
  peer->version_ = absl::StrCat("PostgreSQL ", version.substr(0, version.find_first_of(" \n")));
  return peer;
}

PostgresPeer::~PostgresPeer() {
  if (server_ != nullptr) {
    server_->Signal(SIGINT);  // fast shutdown: sessions are ended, the data is flushed
    server_->Wait(kShutdownTimeout).IgnoreError();
  }
  std::error_code ignored;
  std::filesystem::remove_all(data_directory_, ignored);
}

absl::Status PostgresPeer::InitDatabase() const {
  VOUCHER_RETURN_IF_ERROR(MakeDataDirectory(data_directory_));
  VOUCHER_RETURN_IF_ERROR(GiveToServerUser(socket_directory_.path()));
  const std::string data = absl::StrCat(data_directory_, "/data");
  VOUCHER_RETURN_IF_ERROR(
      Run(AsServerUser({absl::StrCat(binaries_, "/initdb"), "--pgdata", data, "--username",
                        kServerUser, "--auth=trust", "--no-locale", "--encoding=UTF8"}))
          .status());
  testing::WriteWholeFile(absl::StrCat(data, "/postgresql.conf"),
                          testing::ReadWholeFile(SqlFile("postgresql.conf")));
  return absl::OkStatus();
}

absl::Status PostgresPeer::StartServer() {
  ChildProcess::Options options;
  options.argv = AsServerUser({absl::StrCat(binaries_, "/postgres"), "-D",
                               absl::StrCat(data_directory_, "/data"), "-c",
                               absl::StrCat("unix_socket_directories=", socket_directory_.path()),
                               "-c", absl::StrCat("shared_buffers=", SharedBuffersMib(), "MB")});
  options.stdout_path = options.stderr_path = absl::StrCat(data_directory_, "/log");
  VOUCHER_ASSIGN_OR_RETURN(server_, ChildProcess::Start(options));
  const auto give_up = std::chrono::steady_clock::now() + kStepTimeout;
  while (!Query("SELECT").ok()) {
    if (const absl::StatusOr<int> exit_code = server_->Wait(kLookAgain); exit_code.ok()) {
      return absl::InternalError(
          absl::StrCat("PostgreSQL ended at start with code ", *exit_code, ":\n", LogTail()));
    }
    if (std::chrono::steady_clock::now() > give_up) {
      return absl::InternalError(absl::StrCat("PostgreSQL does not answer:\n", LogTail()));
    }
  }
  return absl::OkStatus();
}

absl::Status PostgresPeer::LoadBooks() const {
  for (const absl::string_view file :
       {"schema.sql", "redeem.sql", "redeem_batch.sql", "apply.sql", "load.sql", "refusals.sql"}) {
    VOUCHER_RETURN_IF_ERROR(Psql({"--file", SqlFile(file)}).status());
  }
  return CheckBooks();
}

absl::Status PostgresPeer::CheckBooks() const {
  VOUCHER_ASSIGN_OR_RETURN(
      const std::string violations,
      Psql({"--variable", absl::StrCat("redemptions=", spread_.acknowledged + batch_.acknowledged),
            "--variable", absl::StrCat("applications=", hot_pool_.acknowledged), "--file",
            SqlFile("check.sql")}));
  if (violations.empty()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the books of PostgreSQL do not agree:\n", violations));
}

absl::StatusOr<double> PostgresPeer::Measure(Workload* workload, int seconds) {
  if (workload->clients == 0) {
    double best = 0;
    for (const int clients : workload->clients_to_try) {
      if (options_.search_seconds == 0) {
        workload->clients = clients;
        break;
      }
      VOUCHER_ASSIGN_OR_RETURN(const double rate,
                               RunOnce(workload, clients, options_.search_seconds));
      if (rate > best) workload->clients = clients;
      best = std::max(best, rate);
    }
  }
  VOUCHER_ASSIGN_OR_RETURN(const double rate, RunOnce(workload, workload->clients, seconds));
  VOUCHER_RETURN_IF_ERROR(CheckBooks());
  return rate;
}

absl::StatusOr<double> PostgresPeer::RunOnce(Workload* workload, int clients, int seconds) {
  VOUCHER_ASSIGN_OR_RETURN(
      const std::string report,
      Run({absl::StrCat(binaries_, "/pgbench"), "--host", socket_directory_.path(), "--username",
           kServerUser, "--no-vacuum", "--protocol=prepared", absl::StrCat("--client=", clients),
           absl::StrCat("--jobs=", std::min(clients, 2)), absl::StrCat("--time=", seconds),
           absl::StrCat("--define=run=", ++runs_), "--define=order_count=0",
           absl::StrCat("--file=", SqlFile(workload->script)), "postgres"},
          std::chrono::seconds(seconds) + kStepTimeout));
  VOUCHER_ASSIGN_OR_RETURN(const double transactions,
                           Reported(report, "transactions actually processed: "));
  VOUCHER_ASSIGN_OR_RETURN(const double per_second, Reported(report, "tps = "));
  workload->acknowledged +=
      static_cast<int64_t>(transactions) * workload->operations_per_transaction;
  return per_second * static_cast<double>(workload->operations_per_transaction);
}

std::string PostgresPeer::DescribeClients() const {
  std::string text;
  for (const Workload* workload : {&spread_, &hot_pool_, &batch_}) {
    if (workload->clients == 0) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ",
                    absl::StripSuffix(workload->script, ".pgbench"), " ", workload->clients);
  }
  return text;
}

absl::StatusOr<std::string> PostgresPeer::Query(absl::string_view sql) const {
  return Psql({"--command", std::string(sql)});
}

absl::StatusOr<std::string> PostgresPeer::Psql(const std::vector<std::string>& arguments) const {
  std::vector<std::string> argv = {absl::StrCat(binaries_, "/psql"),
                                   "--no-psqlrc",
                                   "--quiet",
                                   "--no-align",
                                   "--tuples-only",
                                   "--set=ON_ERROR_STOP=1",
                                   "--host",
                                   socket_directory_.path(),
                                   "--username",
                                   kServerUser,
                                   "--dbname=postgres"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return Run(argv);
}

std::string PostgresPeer::LogTail() const {
  return testing::TailOfFile(absl::StrCat(data_directory_, "/log"), 20);
}

}  // namespace voucher::bench
