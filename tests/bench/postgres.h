// PostgreSQL doing what the ledger does at its busiest, as well as it can: the peer of the
// benchmark.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "tests/support/child_process.h"
#include "tests/support/scratch_directory.h"

namespace voucher::bench {

// A PostgreSQL server of its own over an empty database, reached through a Unix socket, with the
// settings of tests/bench/sql/postgresql.conf: nothing is answered before it is on disk.
// tests/bench/sql holds all that it runs. Load comes from pgbench. Not thread-safe; start it from
// the main thread (see ChildProcess), at the root of the repository.
//
// A figure is operations per second that were acknowledged, all of them accepted. Every call checks
// the books afterwards: as many rows as acknowledgements, and balances that agree with them;
// DATA_LOSS says what does not. The first call of a figure looks for the number of clients that is
// fastest on this machine, for about ten seconds, and the calls after it keep to that.
class PostgresPeer {
 public:
  struct Options {
    // Per number of clients that is tried; 0 tries none and takes the first.
    int search_seconds = 2;
  };

  // Makes `directory`/postgres, which is removed with the server. Under root the server runs as the
  // user postgres. NOT_FOUND if PostgreSQL is not installed; FAILED_PRECONDITION if this is not the
  // root of the repository or the directory cannot be made; INTERNAL with what the failed step
  // said.
  static absl::StatusOr<std::unique_ptr<PostgresPeer>> Start(const std::string& directory,
                                                             const Options& options);
  static absl::StatusOr<std::unique_ptr<PostgresPeer>> Start(const std::string& directory) {
    return Start(directory, Options());
  }

  // Shuts the server down.
  ~PostgresPeer();
  PostgresPeer(const PostgresPeer&) = delete;
  PostgresPeer& operator=(const PostgresPeer&) = delete;

  // Redemptions, one a transaction, at any of 100,000 accounts.
  absl::StatusOr<double> SpreadPerSecond(int seconds) { return Measure(&spread_, seconds); }
  // Applications, one a transaction, that are all granted from one pool.
  absl::StatusOr<double> HotPoolPerSecond(int seconds) { return Measure(&hot_pool_, seconds); }
  // Redemptions, 1,000 a transaction, with sets instead of loops.
  absl::StatusOr<double> BatchPerSecond(int seconds) { return Measure(&batch_, seconds); }

  // Like "PostgreSQL 15.18".
  const std::string& version() const { return version_; }
  // Clients of each figure, as far as known; for a footnote.
  std::string DescribeClients() const;

  // The rows that an SQL command returns, one a line, columns separated by '|'.
  absl::StatusOr<std::string> Query(absl::string_view sql) const;

 private:
  // What one figure runs, and what came of it.
  struct Workload {
    std::string script;  // of tests/bench/sql
    int64_t operations_per_transaction;
    std::vector<int> clients_to_try;
    int clients = 0;  // 0 before the search
    int64_t acknowledged = 0;
  };

  PostgresPeer(std::string binaries, std::string data_directory, const Options& options)
      : binaries_(std::move(binaries)),
        data_directory_(std::move(data_directory)),
        options_(options) {}

  absl::Status InitDatabase() const;
  absl::Status StartServer();
  absl::Status LoadBooks() const;
  absl::Status CheckBooks() const;
  absl::StatusOr<double> Measure(Workload* workload, int seconds);
  absl::StatusOr<double> RunOnce(Workload* workload, int clients, int seconds);
  absl::StatusOr<std::string> Psql(const std::vector<std::string>& arguments) const;
  std::string LogTail() const;

  const std::string binaries_;
  const std::string data_directory_;
  const Options options_;
  const testing::ScratchDirectory socket_directory_{"pg"};
  std::string version_;
  std::unique_ptr<testing::ChildProcess> server_;
  int runs_ = 0;  // of pgbench: part of order numbers, so that none comes twice
  Workload spread_{"spread.pgbench", 1, {16, 8, 32, 64}};
  Workload hot_pool_{"hot_pool.pgbench", 1, {1, 2, 4, 8, 16, 32}};
  Workload batch_{"batch.pgbench", 1'000, {3, 2, 4, 6}};
};

}  // namespace voucher::bench
