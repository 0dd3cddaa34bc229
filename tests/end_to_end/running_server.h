// A voucherd with the sample program, for one test suite.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

#include "tests/support/api_client.h"
#include "tests/support/dev_clock.h"
#include "tests/support/sample_program.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/server_process.h"

namespace voucher::testing {

// Started by the constructor with 1,000,000 yuan and four enterprises; check started() first.
class RunningServer {
 public:
  // `name` becomes part of the scratch directory's.
  explicit RunningServer(absl::string_view name);
  ~RunningServer();

  const absl::Status& started() const { return started_; }

  // One attempt per call: errors come back as they are.
  ApiClient& client() { return client_; }
  DevClock& clock() { return clock_; }
  ServerProcess& process() { return process_; }
  const ScratchDirectory& scratch() const { return scratch_; }
  std::string data_directory() const { return scratch_.Path("data"); }
  // host:port of gRPC.
  std::string address() { return process_.endpoint()->Get().address; }

  // How the server is now.
  v1::GetStatusResponse Status();
  uint64_t Sequence() { return Status().sequence(); }

  // SIGTERM, or SIGKILL, and a new start over the same directory, the clock a second later.
  absl::Status Restart(bool kill);

 private:
  ScratchDirectory scratch_;
  ServerProcess process_;
  ApiClient client_;
  DevClock clock_;
  absl::Status started_;
};

// Waits at most 20 s until `holds`; timers are booked within a second of real time.
bool Eventually(const std::function<bool()>& holds);

// A suite that shares one RunningServer.
class EndToEndTest : public ::testing::Test {
 protected:
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    if (server_ == nullptr) server_ = std::make_unique<RunningServer>("end-to-end");
    ASSERT_TRUE(server_->started().ok()) << server_->started();
  }

  static RunningServer& server() { return *server_; }
  static ApiClient& As(absl::string_view principal) { return server_->client().As(principal); }
  static ApiClient& AsProvider() { return As(std::string("provider-") + kProviderId); }

 private:
  static inline std::unique_ptr<RunningServer> server_;
};

}  // namespace voucher::testing
