// A server that does nothing, as the ceiling of ours.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "tests/support/child_process.h"

namespace voucher::bench {

// Sizes of its answers.
struct EmptyAnswers {
  size_t redeem_bytes = 0;         // of Redeem
  size_t stream_redeem_bytes = 0;  // of each message of StreamRedeem
};

// The body of the child process: Redeem and StreamRedeem through gRPC's callback API, with
// voucherd's settings, answering every request with the same bytes and parsing nothing. Writes its
// address into `address_file` and serves until it is killed; returns an exit code if it cannot.
int ServeEmpty(const EmptyAnswers& answers, const std::string& address_file);

// Such a server as a child process, which is another start of this program.
class EmptyServer {
 public:
  // `directory` gets the file of the address.
  static absl::StatusOr<std::unique_ptr<EmptyServer>> Start(const EmptyAnswers& answers,
                                                            const std::string& directory);

  const std::string& address() const { return address_; }
  pid_t pid() const { return process_->pid(); }

 private:
  EmptyServer(std::unique_ptr<testing::ChildProcess> process, std::string address)
      : process_(std::move(process)), address_(std::move(address)) {}

  std::unique_ptr<testing::ChildProcess> process_;
  std::string address_;
};

}  // namespace voucher::bench
