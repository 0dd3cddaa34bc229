// A server that the figures load.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "tests/bench/prepared_ledger.h"
#include "tests/bench/request_pool.h"
#include "tests/bench/request_source.h"
#include "tests/support/server_process.h"
#include "voucher/v1/program_service.pb.h"

namespace voucher::bench {

// voucherd over a copy of a prepared ledger. Killed, and the copy removed, on destruction.
class RunningLedger {
 public:
  // Makes the copy; server().Start() starts the server. `directory` is replaced.
  static absl::StatusOr<std::unique_ptr<RunningLedger>> Copy(const std::string& bin_directory,
                                                             const PreparedLedger& ledger,
                                                             const std::string& directory);
  ~RunningLedger();

  std::string address() { return server_.endpoint()->Get().address; }
  testing::ServerProcess& server() { return server_; }
  const std::string& data_directory() const { return data_directory_; }
  RequestSource& requests() { return requests_; }
  testing::ApiClient Client(const std::string& principal) {
    return testing::ApiClient(server_.endpoint(), principal);
  }

  // Redeems one order on every account, so that what is hot in a ledger that has run for a while is
  // hot in this one.
  absl::Status WarmUp();

  absl::StatusOr<v1::Budget> Budget();

  // Checks from the budget that exactly what was taken from a pool of orders since the last check
  // was redeemed, or of applications was granted. INTERNAL if not.
  absl::Status CheckRedeemed(const RequestPool& pool);
  absl::Status CheckGranted(const RequestPool& pool);

 private:
  RunningLedger(const std::string& bin_directory, const PreparedLedger& ledger,
                const std::string& directory);

  const std::string directory_;
  const std::string data_directory_;
  testing::ServerProcess server_;
  RequestSource requests_;
  const int accounts_;
  int64_t payable_fen_ = 0;
  int64_t held_fen_ = 0;
};

}  // namespace voucher::bench
