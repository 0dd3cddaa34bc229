#include "tests/support/server_process.h"

#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/text_format.h"
#include <signal.h>

#include "ledger/base/check.h"
#include "ledger/base/status_macros.h"

namespace voucher::testing {
namespace {

constexpr std::chrono::seconds kKillTimeout{60};
constexpr std::chrono::milliseconds kLookAgain{2};

void AddPrincipal(absl::string_view name, v1::Role role, config::v1::ServerConfig* config) {
  config::v1::Principal* principal = config->add_principals();
  principal->set_name(std::string(name));
  principal->add_roles(role);
}

}  // namespace

config::v1::ServerConfig TestConfig(const std::string& data_directory,
                                    absl::string_view clock_start,
                                    const std::vector<std::string>& provider_ids) {
  config::v1::ServerConfig config;
  config.set_listen_address("127.0.0.1:0");
  config.set_metrics_listen_address("127.0.0.1:0");
  config.set_data_directory(data_directory);
  config.set_create_if_missing(true);
  config.mutable_development()->set_allow_plaintext(true);
  config.mutable_development()->mutable_manual_clock()->set_start(std::string(clock_start));
  AddPrincipal("platform", v1::ROLE_PLATFORM, &config);
  AddPrincipal("finance", v1::ROLE_FINANCE, &config);
  AddPrincipal("issuer", v1::ROLE_ISSUER, &config);
  AddPrincipal("auditor", v1::ROLE_AUDITOR, &config);
  AddPrincipal("observer", v1::ROLE_OBSERVER, &config);
  AddPrincipal("admin", v1::ROLE_ADMIN, &config);
  AddPrincipal("reviewer", v1::ROLE_REVIEWER, &config);
  AddPrincipal("approver", v1::ROLE_REVIEWER, &config);
  config.mutable_principals()->rbegin()->add_stages("APPROVE");
  for (const std::string& provider_id : provider_ids) {
    AddPrincipal(absl::StrCat("provider-", provider_id), v1::ROLE_PROVIDER, &config);
    config.mutable_principals()->rbegin()->set_provider_id(provider_id);
  }
  return config;
}

ServerProcess::ServerProcess(std::string binary, std::string work_directory,
                             config::v1::ServerConfig config)
    : binary_(std::move(binary)),
      work_directory_(std::move(work_directory)),
      log_path_(absl::StrCat(work_directory_, "/voucherd.log")),
      config_(std::move(config)) {}

absl::Status ServerProcess::Start(const std::vector<std::string>& extra_arguments) {
  return StartAndWait(extra_arguments, /*any_mode=*/false);
}

absl::Status ServerProcess::StartInAnyMode(const std::vector<std::string>& extra_arguments) {
  return StartAndWait(extra_arguments, /*any_mode=*/true);
}

absl::Status ServerProcess::StartAndWait(const std::vector<std::string>& extra_arguments,
                                         bool any_mode) {
  VOUCHER_CHECK(process_ == nullptr) << "runs already";
  const std::string config_path = absl::StrCat(work_directory_, "/voucherd.textproto");
  const std::string ports_path = absl::StrCat(work_directory_, "/voucherd.ports");
  std::string text;
  VOUCHER_CHECK(google::protobuf::TextFormat::PrintToString(config_, &text));
  WriteWholeFile(config_path, text);
  std::filesystem::remove(ports_path);

  ChildProcess::Options options;
  options.argv = {binary_, "--config", config_path, "--ports-file", ports_path};
  if (config_.development().has_manual_clock()) options.argv.push_back("--dev-clock");
  options.argv.insert(options.argv.end(), extra_arguments.begin(), extra_arguments.end());
  options.stdout_path = log_path_;
  options.stderr_path = log_path_;
  VOUCHER_ASSIGN_OR_RETURN(process_, ChildProcess::Start(options));

  std::string grpc_address;
  absl::Status status = AwaitPorts(&grpc_address);
  if (status.ok()) status = AwaitAnswer(grpc_address, any_mode);
  if (status.ok()) {
    endpoint_.Publish(grpc_address);
    return status;
  }
  process_.reset();
  return absl::Status(status.code(), absl::StrCat(status.message(), "; the log ends with:\n",
                                                  TailOfFile(log_path_, 20)));
}

absl::Status ServerProcess::AwaitPorts(std::string* grpc_address) {
  const std::string ports_path = absl::StrCat(work_directory_, "/voucherd.ports");
  const auto give_up = std::chrono::steady_clock::now() + start_timeout_;
  while (!std::filesystem::exists(ports_path)) {
    const absl::StatusOr<int> exit_code = process_->Wait(kLookAgain);
    if (exit_code.ok()) {
      return absl::AbortedError(absl::StrCat("voucherd ended at start with code ", *exit_code));
    }
    if (std::chrono::steady_clock::now() > give_up) {
      return absl::DeadlineExceededError("voucherd wrote no ports file");
    }
  }
  for (absl::string_view line : absl::StrSplit(ReadWholeFile(ports_path), '\n')) {
    if (absl::ConsumePrefix(&line, "listening on ")) *grpc_address = std::string(line);
    if (absl::ConsumePrefix(&line, "metrics on ")) metrics_address_ = std::string(line);
  }
  if (grpc_address->empty()) {
    return absl::InternalError("no gRPC address in " + ReadWholeFile(ports_path));
  }
  return absl::OkStatus();
}

absl::Status ServerProcess::AwaitAnswer(const std::string& grpc_address, bool any_mode) {
  Endpoint starting;
  starting.Publish(grpc_address);
  ApiClient::Options one_attempt;
  one_attempt.attempt_timeout = std::chrono::milliseconds(5'000);
  one_attempt.patience = std::chrono::milliseconds(0);
  ApiClient admin(&starting, "admin", one_attempt);
  const auto give_up = std::chrono::steady_clock::now() + start_timeout_;
  std::string last = "no answer";
  while (std::chrono::steady_clock::now() < give_up) {
    const auto reply = admin.Call(kRpc<v1::GetStatusResponse>, v1::GetStatusRequest());
    if (reply.ok()) {
      if (any_mode || reply.response.mode() == v1::SERVER_MODE_READ_WRITE) return absl::OkStatus();
      last = reply.response.mode_reason();
    } else {
      last = Describe(reply.status);
    }
    if (const absl::StatusOr<int> exit_code = process_->Wait(kLookAgain); exit_code.ok()) {
      return absl::AbortedError(absl::StrCat("voucherd ended at start with code ", *exit_code));
    }
  }
  return absl::DeadlineExceededError("voucherd takes no mutations: " + last);
}

void ServerProcess::Kill() {
  VOUCHER_CHECK(process_ != nullptr) << "does not run";
  process_->Signal(SIGKILL);
  VOUCHER_CHECK(process_->Wait(kKillTimeout).ok());
  process_.reset();
}

absl::Status ServerProcess::Terminate(std::chrono::milliseconds timeout) {
  VOUCHER_CHECK(process_ != nullptr) << "does not run";
  process_->Signal(SIGTERM);
  const absl::StatusOr<int> exit_code = process_->Wait(timeout);
  process_.reset();
  VOUCHER_RETURN_IF_ERROR(exit_code.status());
  if (*exit_code == 0) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat("voucherd ended with code ", *exit_code,
                                         "; the log ends with:\n", TailOfFile(log_path_, 20)));
}

std::string BinDirectory() {
  const char* directory = std::getenv("VOUCHER_BIN_DIR");
  if (directory != nullptr && *directory != '\0') return directory;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  return (self.parent_path().parent_path() / "bin").string();
}

}  // namespace voucher::testing
