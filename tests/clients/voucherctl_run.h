// voucherctl run in the test's own process against a real server there.
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
#include <nlohmann/json.hpp>

#include "clients/cli/app.h"
#include "clients/cli/exit_code.h"
#include "tests/clients/scripted_service.h"
#include "tests/server/running_server.h"
#include "tests/support/sample_program.h"
#include "voucher/v1/audit_service.pb.h"

namespace voucher::cli {

using ::voucher::testing::SampleUscc;

// The clock of the server goes on by a second with every run, from 2025-10-30T10:00:00+08:00.
class VoucherctlServerTest : public ::testing::Test {
 protected:
  // Runs voucherctl as a principal; --json is a word like others.
  int RunAs(const std::string& principal, std::vector<std::string> words) {
    std::istringstream in;
    std::ostringstream out, err;
    Session session(in, out, err);
    const std::string address = address_.empty() ? running_.server->address() : address_;
    words.insert(words.begin(),
                 {"--server", address, "--deadline", "20", "--principal", principal});
    running_.clock.Advance(kNanosPerSecond);
    scripted_.HandOver();
    const int code = RunApp(words, session);
    scripted_.HandOver();
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  int Run(std::vector<std::string> words) { return RunAs("platform", std::move(words)); }

  // The test fails unless it ended with 0.
  void Accept(const std::string& principal, const std::vector<std::string>& words) {
    EXPECT_EQ(RunAs(principal, words), kOk) << words[0] << " " << words[1] << ": " << err_ << out_;
  }

  // What it printed with --json.
  nlohmann::json Json(const std::string& principal, std::vector<std::string> words) {
    words.insert(words.begin(), "--json");
    Accept(principal, words);
    return nlohmann::json::parse(out_, nullptr, /*allow_exceptions=*/false);
  }

  void Import(const std::string& principal, const std::string& kind, const std::string& csv,
              const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"import", kind, WriteFile(kind + ".csv", csv)};
    words.insert(words.end(), more.begin(), more.end());
    Accept(principal, words);
  }

  std::string WriteFile(const std::string& name, const std::string& content) {
    const std::string path = running_.directory.Path(name);
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

  // The entries after one, which the auditor reads.
  std::vector<v1::Entry> EntriesAfter(uint64_t sequence) {
    v1::ListEntriesRequest request;
    request.set_first_sequence(sequence + 1);
    request.set_page_size(1'000);
    testing::ApiClient auditor = running_.Client("auditor");
    const auto reply = auditor.Call(testing::kRpc<v1::ListEntriesResponse>, request);
    EXPECT_TRUE(reply.ok()) << testing::Describe(reply.status);
    std::vector<v1::Entry> entries;
    for (const auto& recorded : reply.response.recorded()) entries.push_back(recorded.entry());
    return entries;
  }

  // Publishes and opens a program of the repository with money, and registers what is applied with:
  // provider 1 is huaweicloud, 2 aliyun.
  void OpenProgram(const std::string& program_id, const std::string& rules_file,
                   const std::string& yuan, const std::string& item_ids) {
    Accept("platform", {"program", "publish", rules_file});
    Accept("finance", {"appropriate", program_id, yuan, "--reference", "F-1"});
    Accept("platform", {"program", "open", program_id});
    Import("platform", "catalog",
           absl::StrCat("provider_id,provider_name,product_id,product_name,item_ids,category,"
                        "effective_from,effective_until\n"
                        "huaweicloud,华为云计算技术有限公司,ecs,弹性云服务器,",
                        item_ids, ",计算,2025-01-01,\naliyun,阿里云,oss,对象存储,", item_ids,
                        ",存储,2025-01-01,\n"),
           {"--program", program_id, "--concurrency", "1"});
    Import("platform", "enterprises",
           absl::StrCat(
               "uscc,name,division,size,industry,registered_on,is_cloud_provider,"
               "prior_year_revenue_fen\n",
               SampleUscc(0), ",武汉测试科技有限公司,420111,SMALL,INDUSTRIAL,2015-03-01,false,0\n",
               SampleUscc(1), ",\"=cmd,\"\"x\"\"\",420112,SMALL,INDUSTRIAL,2015-03-01,false,0\n",
               SampleUscc(2), ",江夏陶坊,420115,MICRO,INDUSTRIAL,2015-03-01,false,0\n",
               SampleUscc(3), ",省属工厂,420200,MEDIUM,INDUSTRIAL,2015-03-01,false,0\n",
               SampleUscc(4), ",江岸电子,420102,SMALL,INDUSTRIAL,2015-03-01,false,0\n"));
  }

  // Rows of an application file, "key,uscc,item,mode,spend,project,products" each.
  void Apply(const std::string& program_id, const std::vector<std::string>& rows) {
    std::string csv =
        "application_key,uscc,item_id,delivery_mode,spend_fen,project_id,products,invoice_code,"
        "invoice_number,invoice_amount_fen,invoice_issued_on,contract_number,contract_sha256,"
        "payment_number,payment_sha256,item_list_number,item_list_sha256\n";
    for (const std::string& row : rows) absl::StrAppend(&csv, row, ",,,,,,,,,,\n");
    Import("platform", "applications", csv, {"--program", program_id});
  }

  // life-2025 with applications 1 to `count` of enterprises 0 to `count` - 1, all LISTED with 500
  // yuan of item "star".
  void ListApplications(int count, const std::string& mode = "CLOUD_CREDIT") {
    OpenProgram("life-2025", "tests/scenarios/lifecycle.textproto", "10000", "tool;line;star");
    Accept("platform", {"calendar", "publish", WriteFile("days.csv", "date,kind,name\n"),
                        "--first-year", "2025", "--last-year", "2025"});
    std::vector<std::string> rows;
    std::string reviews = "application_id,stage_id,verdict\n";
    for (int n = 0; n < count; ++n) {
      rows.push_back(absl::StrCat("A", n, ",", SampleUscc(n), ",star,", mode, ",100000,P", n,
                                  ",huaweicloud/ecs"));
      absl::StrAppend(&reviews, n + 1, ",DISTRICT,PASS\n", n + 1, ",CITY,PASS\n");
    }
    Apply("life-2025", rows);
    Import("reviewer", "reviews", reviews);
  }

  // hubei-2025 with voucher 1 of enterprise 0 over 20,000 yuan, account 1 of it at huaweicloud and
  // transfers 1 to 6 of 1,500, 800, 750, 10, 20 and 30 yuan: 1 is confirmed, 5 is declined, the
  // others have no answer.
  void OrderTransfers() {
    OpenProgram("hubei-2025", "deploy/programs/hubei-2025.textproto", "1000000", "resource");
    testing::ApiClient client = running_.Client("platform");
    const auto voucher = testing::CarryToVoucher(&client, 0, 1, 10'000'000);
    ASSERT_TRUE(voucher.ok()) << voucher.status();
    Accept("platform", {"account", "bind", "huaweicloud", "hw-1", SampleUscc(0)});
    for (const char* yuan : {"1500", "800", "750", "10", "20", "30"}) {
      Accept("issuer", {"transfer", "order", "1", "1", yuan});
    }
    Accept("provider-huaweicloud", {"transfer", "confirm", "1", "r1"});
    Accept("provider-huaweicloud", {"transfer", "decline", "5", "账户冻结"});
  }

  testing::RunningServer running_{
      [](LedgerOptions* options) { options->other_refusal_burst = 1'000'000; }};
  testing::ScriptedService scripted_;
  std::string address_;  // of `scripted_`; empty for `running_`
  std::string out_, err_;
};

}  // namespace voucher::cli
