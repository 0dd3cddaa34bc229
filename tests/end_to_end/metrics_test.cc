// What Prometheus scrapes from a live server.
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/end_to_end/running_server.h"
#include "tests/support/child_process.h"

namespace voucher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The body of http://ADDRESS/metrics; empty if it cannot be had.
std::string Scrape(const std::string& address) {
  const std::vector<std::string> parts = absl::StrSplit(address, ':');
  int port = 0;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[1], &port) ||
      inet_pton(AF_INET, parts[0].c_str(), &to.sin_addr) != 1) {
    return "";
  }
  to.sin_port = htons(static_cast<uint16_t>(port));
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string answer;
  const std::string request = "GET /metrics HTTP/1.0\r\nHost: " + address + "\r\n\r\n";
  // connect() wants the address of any family.
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
      write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
    char chunk[4096];
    for (ssize_t n = 0; (n = read(fd, chunk, sizeof chunk)) > 0;) {
      answer.append(chunk, static_cast<size_t>(n));
    }
  }
  close(fd);
  const std::pair<std::string, std::string> head_and_body =
      absl::StrSplit(answer, absl::MaxSplits("\r\n\r\n", 1));
  return absl::StrContains(head_and_body.first, " 200 ") ? head_and_body.second : "";
}

// The value of the sample whose line begins with `series`, as in "voucher_queue_commands"; -1 if
// there is none.
int64_t SampleOf(const std::string& text, absl::string_view series) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(line, absl::StrCat(series, " "))) continue;
    double value = -1;
    if (absl::SimpleAtod(line.substr(series.size() + 1), &value))
      return static_cast<int64_t>(value);
  }
  return -1;
}

class MetricsTest : public EndToEndTest {
 protected:
  static std::string ScrapeNow() { return Scrape(server().process().metrics_address()); }
};

TEST_F(MetricsTest, PromtoolFindsNothingToComplainAbout) {
  const auto account_id = CarryToCredit(&server().client(), 0, 1, 500'000);
  ASSERT_TRUE(account_id.ok()) << account_id.status();
  const std::string text = ScrapeNow();
  ASSERT_FALSE(text.empty()) << "no scrape from " << server().process().metrics_address();
  const absl::StatusOr<ProgramResult> checked =
      RunProgram({"promtool", "check", "metrics"}, std::chrono::seconds(30), text);
  ASSERT_TRUE(checked.ok()) << checked.status()
                            << "; Debian's package prometheus is needed: run ./dev setup";
  EXPECT_EQ(checked->exit_code, 0) << checked->stdout_text << checked->stderr_text;
  EXPECT_EQ(checked->stdout_text + checked->stderr_text, "");
}

TEST_F(MetricsTest, TheNumbersAreTheLedgers) {
  const auto refused =
      As("platform").Call(kRpc<v1::SubmitApplicationResponse>, SampleApplication(99, 90, 100'000));
  ASSERT_EQ(refused.reason(), "ENTERPRISE_NOT_FOUND");
  const auto accepted =
      As("platform").Call(kRpc<v1::SubmitApplicationResponse>, SampleApplication(3, 91, 100'000));
  ASSERT_TRUE(accepted.ok()) << Describe(accepted.status);
  v1::GetBudgetRequest request;
  request.set_program_id(kProgramId);
  const auto budget = As("observer").Call(kRpc<v1::GetBudgetResponse>, request);
  ASSERT_TRUE(budget.ok()) << Describe(budget.status);

  const std::string text = ScrapeNow();
  const std::string program = absl::StrCat("{program=\"", kProgramId, "\"}");
  EXPECT_EQ(SampleOf(text, "voucher_ledger_sequence"), static_cast<int64_t>(server().Sequence()));
  EXPECT_EQ(SampleOf(text, "voucher_program_held_fen" + program),
            budget.response.budget().held_fen());
  EXPECT_EQ(SampleOf(text, "voucher_program_remaining_fen" + program),
            budget.response.budget().remaining_fen());
  EXPECT_EQ(SampleOf(text,
                     "voucher_commands_total{outcome=\"ENTERPRISE_NOT_FOUND\",verb="
                     "\"SubmitApplication\"}"),
            1);
}

TEST_F(MetricsTest, NoLabelNamesAnEnterpriseOrAnApplication) {
  const std::string text = ScrapeNow();
  ASSERT_FALSE(text.empty());
  for (int n = 0; n < 4; ++n) EXPECT_THAT(text, Not(HasSubstr(SampleUscc(n))));
  for (const char* label : {"uscc=", "enterprise=", "application=", "account=", "voucher="}) {
    EXPECT_THAT(text, Not(HasSubstr(absl::StrCat("{", label))));
    EXPECT_THAT(text, Not(HasSubstr(absl::StrCat(",", label))));
  }
}

}  // namespace
}  // namespace voucher::testing
