// voucherctl run in the test's own process against a FakeLedger there.
#pragma once

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/app.h"
#include "clients/cli/exit_code.h"
#include "tests/clients/fake_ledger.h"

namespace voucher::cli {

inline constexpr char kProgram[] = "hubei-2025";
inline constexpr char kUscc[] = "914403001922038216";

class VoucherctlServerTest : public ::testing::Test {
 protected:
  // Runs voucherctl; starts the ledger first if that was not done.
  int Run(std::vector<std::string> words) {
    if (address_.empty()) address_ = ledger_.Start();
    std::istringstream in;
    std::ostringstream out, err;
    Session session(in, out, err);
    words.insert(words.begin(), {"--server", address_, "--deadline", "20"});
    ledger_.HandOver();
    const int code = RunApp(words, session);
    ledger_.HandOver();
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  std::string WriteFile(const std::string& name, const std::string& content) {
    const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  // Lines of the CSV that was printed, without byte order mark.
  std::vector<std::string> CsvLines() {
    EXPECT_THAT(out_, ::testing::StartsWith("\xEF\xBB\xBF"));
    std::vector<std::string> lines = absl::StrSplit(out_.substr(3), "\r\n");
    EXPECT_EQ(lines.back(), "");
    lines.pop_back();
    return lines;
  }

  v1::Application& AddApplication(uint64_t queue_number, v1::ApplicationState state,
                                  const std::string& division, int64_t granted_fen,
                                  int64_t approved_fen = 0) {
    v1::Application& application = ledger_.applications.emplace_back();
    application.set_application_id(100 + queue_number);
    application.set_program_id(kProgram);
    application.set_queue_number(queue_number);
    application.set_item_id(queue_number % 2 == 0 ? "business" : "resource");
    application.set_uscc(kUscc);
    application.set_enterprise_name("武汉测试科技有限公司");
    application.set_division(division);
    application.set_size(v1::ENTERPRISE_SIZE_SMALL);
    application.set_state(state);
    application.set_spend_fen(10'000);
    application.set_granted_fen(granted_fen);
    application.set_approved_fen(approved_fen);
    application.mutable_received_at()->set_seconds(1'761'926'399);
    application.mutable_received_at()->set_nanos(999'000'000);
    return application;
  }

  client::FakeLedger ledger_;
  std::string address_;
  std::string out_, err_;
};

inline void AddTransfer(uint64_t id, uint64_t account, const std::string& program, int64_t fen,
                        v1::TransferState state, client::FakeLedger* ledger) {
  v1::Transfer& transfer = ledger->transfers.emplace_back();
  transfer.set_transfer_id(id);
  transfer.set_account_id(account);
  transfer.set_program_id(program);
  transfer.set_amount_fen(fen);
  transfer.set_state(state);
  transfer.set_voucher_id(3);
}

}  // namespace voucher::cli
