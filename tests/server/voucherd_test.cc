// The real program: configuration, ports, scrape, signals.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/access/principals.h"
#include "tests/server/http_get.h"
#include "tests/support/child_process.h"
#include "tests/support/sample_program.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/server_process.h"
#include "voucher/v1/audit_service.grpc.pb.h"

namespace voucher::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Voucherd() {
  return absl::StrCat(BinDirectory(), "/voucherd");
}

ProgramResult RunVoucherd(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {Voucherd()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  auto result = RunProgram(argv, std::chrono::seconds(60));
  EXPECT_TRUE(result.ok()) << result.status();
  return result.value_or(ProgramResult{});
}

class VoucherdTest : public ::testing::Test {
 protected:
  VoucherdTest()
      : process(Voucherd(), directory.path(),
                TestConfig(directory.Path("data"), kInsideWindow, {kProviderId})) {}

  // Scrapes until `text` appears, at most 20 s: a group is counted just after its replies.
  absl::StatusOr<std::string> ScrapeUntil(const std::string& text) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (true) {
      auto scraped = HttpGet(process.metrics_address(), "/metrics");
      if (!scraped.ok() || absl::StrContains(*scraped, text)) return scraped;
      if (std::chrono::steady_clock::now() > give_up) return absl::DeadlineExceededError(text);
    }
  }

  ScratchDirectory directory{"voucherd"};
  ServerProcess process;
};

TEST_F(VoucherdTest, ChecksAConfigurationWithoutStarting) {
  const ProgramResult good =
      RunVoucherd({"--config", "deploy/config/development.textproto", "--check-config"});
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(directory.Path("data")));

  const std::string bad_file = directory.Path("bad.textproto");
  WriteWholeFile(bad_file, R"(listen_address: "0.0.0.0:1" development { allow_plaintext: true }
                              principals { name: "x" roles: ROLE_PROVIDER })");
  const ProgramResult bad = RunVoucherd({"--config", bad_file, "--check-config"});
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_THAT(bad.stderr_text,
              AllOf(HasSubstr("listen_address: plaintext is refused"),
                    HasSubstr("data_directory: "), HasSubstr("principals[0].provider_id: ")));
  EXPECT_EQ(RunVoucherd({"--config", directory.Path("none")}).exit_code, 2);
  EXPECT_NE(RunVoucherd({}).exit_code, 0);
}

TEST_F(VoucherdTest, PrintsHelpAndVersion) {
  EXPECT_THAT(RunVoucherd({"--help"}).stdout_text, HasSubstr("--check-config"));
  EXPECT_THAT(RunVoucherd({"--version"}).stdout_text, HasSubstr("voucherd "));
}

TEST_F(VoucherdTest, ALedgerThatIsNotThereIsNotCreatedUnasked) {
  process.config().set_create_if_missing(false);
  EXPECT_FALSE(process.Start().ok());
  EXPECT_THAT(ReadWholeFile(process.log_path()), HasSubstr("ledger_open_failed"));
}

TEST_F(VoucherdTest, EndsWithZeroOnSigtermAndKeepsWhatItSaid) {
  ASSERT_TRUE(process.Start().ok());
  ApiClient client(process.endpoint(), "platform");
  const auto put = client.Call(kRpc<v1::PutEnterpriseResponse>, SampleEnterprise(1));
  ASSERT_TRUE(put.ok()) << Describe(put.status);
  const absl::Status ended = process.Terminate();
  EXPECT_TRUE(ended.ok()) << ended;
  EXPECT_THAT(ReadWholeFile(process.log_path()),
              AllOf(HasSubstr("\"event\":\"started\""), HasSubstr("\"event\":\"draining\""),
                    HasSubstr("\"event\":\"stopped\",\"sequence\":\"1\"")));

  process.config().mutable_development()->mutable_manual_clock()->set_start(
      "2025-10-30T11:00:00+08:00");
  const absl::Status restarted = process.Start();
  ASSERT_TRUE(restarted.ok()) << restarted;
  const auto again = client.Call(kRpc<v1::PutEnterpriseResponse>, SampleEnterprise(1));
  EXPECT_EQ(again.response.receipt().SerializeAsString(),
            put.response.receipt().SerializeAsString());
}

TEST_F(VoucherdTest, ASecondServerGetsNeitherTheLedgerNorThePort) {
  ASSERT_TRUE(process.Start().ok());
  ScratchDirectory other_directory("second");
  ServerProcess same_data(Voucherd(), other_directory.path(), process.config());
  EXPECT_FALSE(same_data.Start().ok());
  EXPECT_THAT(ReadWholeFile(same_data.log_path()), HasSubstr("ledger_open_failed"));

  config::v1::ServerConfig config = process.config();
  config.set_data_directory(other_directory.Path("data"));
  config.set_listen_address(process.endpoint()->Get().address);
  ServerProcess same_port(Voucherd(), other_directory.path(), config);
  EXPECT_FALSE(same_port.Start().ok());
  EXPECT_THAT(ReadWholeFile(same_port.log_path()), HasSubstr("listen_failed"));
}

TEST_F(VoucherdTest, DeniedCallsStandInTheLogOnly) {
  ASSERT_TRUE(process.Start().ok());
  ApiClient client(process.endpoint(), "observer");
  EXPECT_EQ(client.Call(kRpc<v1::PutEnterpriseResponse>, SampleEnterprise(1)).status.error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(
      ReadWholeFile(process.log_path()),
      HasSubstr("\"event\":\"rpc_denied\",\"rpc\":\"/voucher.v1.RegistryService/PutEnterprise\","
                "\"principal\":\"observer\""));
  EXPECT_EQ(client.Call(kRpc<v1::GetStatusResponse>, v1::GetStatusRequest()).response.sequence(),
            0u);
}

TEST_F(VoucherdTest, ALiveScrapePassesPromtoolAndShowsTheProgram) {
  ASSERT_TRUE(process.Start().ok());
  ApiClient client(process.endpoint(), "platform");
  ASSERT_TRUE(PrepareProgram(&client, 30'000'00, 2).ok());
  // 20 % of 100,000 yuan is held; the second finds 10,000 of 20,000 yuan and is refused.
  client.As("platform");
  ASSERT_TRUE(
      client.Call(kRpc<v1::SubmitApplicationResponse>, SampleApplication(0, 1, 100'000'00)).ok());
  EXPECT_EQ(client.Call(kRpc<v1::SubmitApplicationResponse>, SampleApplication(1, 2, 100'000'00))
                .reason(),
            "BUDGET_EXHAUSTED");

  const absl::StatusOr<std::string> scraped = ScrapeUntil("outcome=\"BUDGET_EXHAUSTED\"");
  ASSERT_TRUE(scraped.ok()) << scraped.status();
  for (const char* line : {
           "voucher_program_budget_fen{program=\"hubei-2025\"} 3000000\n",
           "voucher_program_held_fen{program=\"hubei-2025\"} 2000000\n",
           "voucher_program_granted_fen{program=\"hubei-2025\"} 0\n",
           "voucher_program_remaining_fen{program=\"hubei-2025\"} 1000000\n",
           "voucher_program_submissions_total{program=\"hubei-2025\"} 2\n",
           "voucher_program_submissions_refused_total{program=\"hubei-2025\"} 1\n",
           "voucher_program_applications{program=\"hubei-2025\",state=\"HELD\"} 1\n",
           // 2025-10-30T10:00 to 2025-11-01T00:00 are 38 hours.
           "voucher_program_until_cutoff_seconds{program=\"hubei-2025\"} 136800\n",
           "voucher_commands_total{outcome=\"BUDGET_EXHAUSTED\",verb=\"SubmitApplication\"} 1\n",
           "voucher_commands_total{outcome=\"ACCEPTED\",verb=\"SubmitApplication\"} 1\n",
           "voucher_ledger_sequence 9\n",
           "voucher_mode{mode=\"READ_WRITE\"} 1\n",
           "voucher_queue_commands 0\n",
           "voucher_stage_duration_seconds_count{stage=\"fsync\"}",
           "voucher_disk_free_bytes ",
       }) {
    EXPECT_THAT(*scraped, HasSubstr(line));
  }
  // Nothing that grows with enterprises.
  EXPECT_THAT(*scraped, Not(HasSubstr(SampleUscc(0))));

  const auto checked =
      RunProgram({"promtool", "check", "metrics"}, std::chrono::seconds(60), *scraped);
  if (absl::IsNotFound(checked.status())) GTEST_SKIP() << "promtool is not installed";
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->exit_code, 0) << checked->stderr_text;
  EXPECT_EQ(checked->stderr_text, "");
}

TEST_F(VoucherdTest, RefusedAttemptsToPassCreditOnAreCounted) {
  ASSERT_TRUE(process.Start().ok());
  ApiClient client(process.endpoint(), "platform");
  ASSERT_TRUE(PrepareProgram(&client, 1'000'000'00, 2).ok());
  const auto account = CarryToCredit(&client, 0, 1, 100'000'00);
  ASSERT_TRUE(account.ok()) << account.status();
  const auto others_voucher = CarryToVoucher(&client, 1, 2, 100'000'00);
  ASSERT_TRUE(others_voucher.ok()) << others_voucher.status();

  v1::BindCloudAccountRequest bind;  // the first one's account, for the second
  bind.set_request_id("bind anew");
  bind.set_provider_id(kProviderId);
  bind.set_account_number("hw1");
  bind.set_uscc(SampleUscc(1));
  EXPECT_EQ(client.As("platform").Call(kRpc<v1::BindCloudAccountResponse>, bind).reason(),
            "NON_TRANSFERABLE");
  v1::OrderTransferRequest order;  // the second one's credit into it
  order.set_request_id("pass on");
  order.set_voucher_id(*others_voucher);
  order.set_account_id(*account);
  order.set_amount_fen(100);
  EXPECT_EQ(client.As("issuer").Call(kRpc<v1::OrderTransferResponse>, order).reason(),
            "ACCOUNT_NOT_OWNED");
  v1::RedeemRequest redeem = SampleOrder(*account, "for another", 100);
  redeem.set_uscc(SampleUscc(1));
  EXPECT_EQ(client.As(absl::StrCat("provider-", kProviderId))
                .Call(kRpc<v1::RedeemResponse>, redeem)
                .reason(),
            "NON_TRANSFERABLE");

  const std::string name = "voucher_misuse_refused_total";
  const absl::StatusOr<std::string> scraped =
      ScrapeUntil(absl::StrCat(name, "{program=\"hubei-2025\",reason=\"NON_TRANSFERABLE\"} 1\n"));
  ASSERT_TRUE(scraped.ok()) << scraped.status();
  EXPECT_THAT(*scraped,
              AllOf(HasSubstr(absl::StrCat(name, "{reason=\"NON_TRANSFERABLE\"} 1\n")),
                    HasSubstr(absl::StrCat(
                        name, "{program=\"hubei-2025\",reason=\"ACCOUNT_NOT_OWNED\"} 1\n"))));
}

// Most memory that the process has had so far, in bytes.
int64_t PeakMemory(pid_t pid) {
  const std::string status = ReadWholeFile(absl::StrCat("/proc/", pid, "/status"));
  int64_t kibibytes = 0;
  for (absl::string_view line : absl::StrSplit(status, '\n')) {
    if (!absl::ConsumePrefix(&line, "VmHWM:") || !absl::ConsumeSuffix(&line, " kB")) continue;
    EXPECT_TRUE(absl::SimpleAtoi(absl::StripAsciiWhitespace(line), &kibibytes));
  }
  EXPECT_GT(kibibytes, 0) << status;
  return kibibytes << 10;
}

// What a server needs to record 50,000 entries while so many auditors watch and read nothing.
int64_t MemoryWithIdleReaders(int readers) {
  const ScratchDirectory directory("readers");
  config::v1::ServerConfig config =
      TestConfig(directory.Path("data"), kInsideWindow, {kProviderId});
  config.mutable_other_refusals()->set_per_second(1'000'000);
  config.mutable_other_refusals()->set_burst(1'000'000);
  ServerProcess process(Voucherd(), directory.path(), config);
  const absl::Status started = process.Start();
  EXPECT_TRUE(started.ok()) << started;
  if (!started.ok()) return 0;

  const auto stub = v1::AuditService::NewStub(
      grpc::CreateChannel(process.endpoint()->Get().address, grpc::InsecureChannelCredentials()));
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::WatchEntriesResponse>>> watches;
  for (int i = 0; i < readers; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    contexts.back()->AddMetadata(kPrincipalHeader, "auditor");
    watches.push_back(stub->WatchEntries(contexts.back().get(), v1::WatchEntriesRequest()));
  }
  ApiClient provider(process.endpoint(), absl::StrCat("provider-", kProviderId));
  for (int i = 0; i < 10; ++i) {
    v1::BatchRedeemRequest batch;
    for (int j = 0; j < 5'000; ++j) {
      *batch.add_redemptions() = SampleOrder(1, absl::StrCat("o", i, "-", j), 1);
    }
    const auto reply = provider.Call(kRpc<v1::BatchRedeemResponse>, batch);
    EXPECT_TRUE(reply.ok()) << Describe(reply.status);
  }
  // Time enough to gather all of it, if it did.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const int64_t bytes = PeakMemory(process.pid());
  // All of it was there for them.
  v1::WatchEntriesResponse response;
  uint64_t next = 1;
  while (readers > 0 && next <= 50'000 && watches[0]->Read(&response)) {
    EXPECT_EQ(response.recorded(0).receipt().sequence(), next);
    next = response.next_sequence();
  }
  EXPECT_EQ(next, readers > 0 ? 50'001u : 1u);
  for (const auto& context : contexts) context->TryCancel();
  return bytes;
}

// All that was recorded would be 20 MB for each of them.
TEST(VoucherdMemoryTest, AReaderThatDoesNotReadCostsAtMostFourMebibytes) {
  constexpr int kReaders = 32;
  const int64_t alone = MemoryWithIdleReaders(0);
  const int64_t watched = MemoryWithIdleReaders(kReaders);
  RecordProperty("bytes_alone", absl::StrCat(alone));
  RecordProperty("bytes_watched", absl::StrCat(watched));
  EXPECT_LT(watched - alone, kReaders * (int64_t{4} << 20)) << alone << " bytes alone";
}

}  // namespace
}  // namespace voucher::testing
