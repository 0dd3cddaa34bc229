// A real voucherd, started, killed and started again.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "tests/support/api_client.h"
#include "tests/support/child_process.h"
#include "voucher/config/v1/config.pb.h"

namespace voucher::testing {

// A configuration for tests: plaintext on a free loopback port, metrics on another, a manual clock
// that starts at `clock_start` (RFC 3339), and these principals, each with the role of its name:
// platform, finance, issuer, auditor, observer, admin, reviewer (all stages and divisions),
// approver (a reviewer with stage APPROVE only), and "provider-ID" for every provider id given.
config::v1::ServerConfig TestConfig(const std::string& data_directory,
                                    absl::string_view clock_start,
                                    const std::vector<std::string>& provider_ids);

// One voucherd at a time over one data directory. Start it from the main thread (see ChildProcess).
class ServerProcess {
 public:
  // `binary` is voucherd; `work_directory` exists and gets the configuration, the ports and the
  // log.
  ServerProcess(std::string binary, std::string work_directory, config::v1::ServerConfig config);

  // Starts and waits until mutations are taken, then publishes the address. An error tells what the
  // log said last. `extra_arguments` go to voucherd after the usual ones.
  absl::Status Start(const std::vector<std::string>& extra_arguments = {});
  // The same, but returns as soon as the server answers, whatever its mode.
  absl::Status StartInAnyMode(const std::vector<std::string>& extra_arguments = {});

  // How long Start waits, a minute unless told otherwise: for ledgers whose views are built anew.
  void set_start_timeout(std::chrono::seconds timeout) { start_timeout_ = timeout; }

  // SIGKILL; returns when the process is gone.
  void Kill();

  // SIGTERM; an error if the server does not end in time with exit code 0.
  absl::Status Terminate(std::chrono::milliseconds timeout = std::chrono::seconds(60));

  // To be changed between a Kill or Terminate and the next Start.
  config::v1::ServerConfig& config() { return config_; }

  bool is_running() const { return process_ != nullptr; }
  // Of the running server.
  pid_t pid() const { return process_->pid(); }

  Endpoint* endpoint() { return &endpoint_; }
  // host:port of /metrics.
  const std::string& metrics_address() const { return metrics_address_; }
  const std::string& log_path() const { return log_path_; }

 private:
  absl::Status AwaitPorts(std::string* grpc_address);
  absl::Status AwaitAnswer(const std::string& grpc_address, bool any_mode);
  absl::Status StartAndWait(const std::vector<std::string>& extra_arguments, bool any_mode);

  std::string binary_;
  std::string work_directory_;
  std::string log_path_;
  config::v1::ServerConfig config_;
  std::chrono::seconds start_timeout_{60};
  Endpoint endpoint_;
  std::string metrics_address_;
  std::unique_ptr<ChildProcess> process_;
};

// Directory of the binaries of this build: $VOUCHER_BIN_DIR, which ctest sets, or else "bin" beside
// the directory of the running program.
std::string BinDirectory();

}  // namespace voucher::testing
