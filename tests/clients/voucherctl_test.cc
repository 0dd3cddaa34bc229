// voucherctl without a server: usage, files, failures and its exit codes.
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/app.h"
#include "clients/cli/command_table.h"
#include "clients/cli/concurrently.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/failure.h"
#include "clients/cli/import_command.h"
#include "clients/cli/rpc.h"
#include "clients/cli/run_command.h"
#include "clients/import/imports.h"

namespace voucher::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// One run with its streams.
struct Terminal {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  Session session{in, out, err};

  int Run(std::vector<std::string> words) { return RunApp(words, session); }
};

std::string WriteFile(const std::string& name, const std::string& content) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

absl::Status RefusedStatus() {
  v1::Refusal refusal;
  refusal.set_reason(v1::REASON_BUDGET_EXHAUSTED);
  refusal.set_clause("武汉市经信局 2025-05-20 四(一)");
  refusal.set_message("The budget cannot hold the amount.");
  refusal.set_message_zh("预算不足。");
  refusal.set_subject("budget");
  auto& number = *refusal.add_numbers();
  number.set_name("available_fen");
  number.set_value(120'000);
  auto& instant = *refusal.add_numbers();
  instant.set_name("possible_unix_ns");
  instant.set_value(1'749'571'200'000'000'000);
  auto& month = *refusal.add_numbers();
  month.set_name("closed_month");
  month.set_value(202'506);
  v1::Receipt receipt;
  receipt.set_sequence(5'213);
  receipt.set_queue_number(5'208);
  absl::Status status(absl::StatusCode::kResourceExhausted, "BUDGET_EXHAUSTED");
  status.SetPayload("type.googleapis.com/voucher.v1.Refusal",
                    absl::Cord(refusal.SerializeAsString()));
  status.SetPayload("type.googleapis.com/voucher.v1.Receipt",
                    absl::Cord(receipt.SerializeAsString()));
  return status;
}

TEST(CommandTable, EveryCommandNamesAnRpcAndItsFields) {
  std::set<std::string> names;
  for (const CommandSpec& spec : CommandTable()) {
    EXPECT_TRUE(names.insert(absl::StrCat(spec.group, " ", spec.name)).second) << spec.name;
    const auto rpc = Rpc::Find(spec.rpc);
    ASSERT_TRUE(rpc.ok()) << spec.rpc;
    std::vector<std::string> paths;
    for (const Argument& argument : spec.arguments) paths.push_back(argument.field);
    for (const auto& [path, text] : spec.fixed) paths.push_back(path);
    for (std::string path : paths) {
      if (path == "@") continue;
      if (path[0] == '@') path = path.substr(1);
      const auto* type = rpc->method().input_type();
      std::istringstream steps(path);
      for (std::string step; std::getline(steps, step, '.');) {
        ASSERT_NE(type, nullptr) << spec.rpc << " " << path;
        const auto* field = type->FindFieldByName(step);
        ASSERT_NE(field, nullptr) << spec.rpc << " " << path;
        type = field->message_type();
      }
    }
  }
}

// What has no line in the table is reached by `call`, `import`, `quote`, a
// watch, `calendar publish`, `notice publish` or `program archive`.
TEST(CommandTable, OnlyBatchesStreamsAndFilesLackAFriendlyCommand) {
  std::set<std::string> lacking;
  for (const std::string& name : Rpc::Names()) lacking.insert(name);
  for (const CommandSpec& spec : CommandTable()) lacking.erase(spec.rpc);
  EXPECT_THAT(lacking,
              ::testing::ElementsAre(
                  "ApplicationService/BatchReviewApplications",
                  "ApplicationService/BatchSubmitApplications", "ApplicationService/PublishNotice",
                  "AuditService/WatchEntries", "CreditService/BatchConfirmTransfers",
                  "CreditService/BatchRedeem", "CreditService/ReconcileTransfers",
                  "CreditService/StreamRedeem", "CreditService/WatchTransfers",
                  "ProgramService/ArchiveProgram", "ProgramService/PublishCalendar",
                  "ProgramService/Quote", "ProgramService/WatchBudget"));
}

TEST(MakeRequest, RefusesTwoWordsThatExcludeEachOther) {
  Terminal terminal;
  EXPECT_EQ(terminal.Run({"budget", "get", "hubei-2025", "--as-of-sequence", "7", "--as-of",
                          "2025-11-01T00:00:00+08:00"}),
            kMalformed);
  EXPECT_THAT(terminal.err.str(), HasSubstr("--as-of: give only one of them; sequence is given"));
  EXPECT_EQ(terminal.Run({"statement", "close", "hubei-2025", "2025-09", "--provider", "aliyun",
                          "--division", "420111"}),
            kMalformed);
}

TEST(Voucherctl, HelpOfFilesNamesTheirColumns) {
  std::vector<const client::CsvImport*> files = {&client::StatementLineImport()};
  for (const ImportKind& kind : ImportKinds()) files.push_back(kind.file);
  EXPECT_THAT(files, ::testing::SizeIs(14));
  for (const client::CsvImport* file : files) {
    Terminal terminal;
    EXPECT_EQ(terminal.Run({"import", file->kind, "--help"}), kOk) << file->kind;
    EXPECT_THAT(terminal.out.str(), AllOf(HasSubstr("Columns:"), HasSubstr("--dry-run")))
        << file->kind;
    for (const client::ImportColumn& column : file->columns) {
      EXPECT_THAT(terminal.out.str(), HasSubstr(absl::StrCat("\n  ", column.name, "  ")));
      EXPECT_THAT(terminal.out.str(), HasSubstr(column.help)) << column.name;
    }
  }
  Terminal incidents;
  EXPECT_EQ(incidents.Run({"import", "incidents", "--help"}), kOk);
  EXPECT_THAT(incidents.out.str(), HasSubstr("GENERAL, LARGER, MAJOR, ESPECIALLY_MAJOR; optional"));
  for (const char* kind : {"queue", "notice", "approved", "statements", "budget"}) {
    Terminal terminal;
    EXPECT_EQ(terminal.Run({"export", kind, "--help"}), kOk) << kind;
    EXPECT_THAT(terminal.out.str(), AllOf(HasSubstr("Columns"), HasSubstr("--json"))) << kind;
  }
}

TEST(Voucherctl, ImportDryRunOfEveryKindNeedsNoServer) {
  const struct {
    const char* kind;
    const char* csv;
  } kFiles[] = {
      {"reviews", "application_id,stage_id,verdict\n7,CITY,PASS\n7,CITY,x\n"},
      {"confirmations", "transfer_id,provider_reference\n7,a\n8,\n"},
      {"objections", "application_id,reference,reason\n7,a,b\n8,a,\n"},
      {"disbursements",
       "statement_id,amount_fen,fiscal_reference,paid_on\n7,5,"
       "a,2025-01-01\n8,5,a,\n"},
  };
  for (const auto& file : kFiles) {
    Terminal terminal;
    const std::string path = WriteFile(absl::StrCat(file.kind, ".csv"), file.csv);
    EXPECT_EQ(terminal.Run({"import", file.kind, path, "--dry-run"}), kMalformed);
    EXPECT_THAT(terminal.err.str(), AllOf(HasSubstr(absl::StrCat(file.kind, ".csv:3: ")),
                                          HasSubstr("1 of 2 rows are wrong; nothing was sent")));
  }
  Terminal terminal;
  const std::string path =
      WriteFile("lines.csv", "transfer_id,amount_fen,provider_reference\n7,5,a\n");
  EXPECT_EQ(terminal.Run({"import", "statement-lines", path, "--provider", "p", "--dry-run"}), kOk);
  EXPECT_THAT(terminal.out.str(), HasSubstr("1 rows are well-formed; dry run"));
}

TEST(MakeRequest, FillsWordsFixedFieldsAndFiles) {
  Terminal terminal;
  const auto table = CommandTable();
  const auto find = [&](absl::string_view group, absl::string_view name) {
    for (const CommandSpec& spec : table) {
      if (spec.group == group && spec.name == name) return spec;
    }
    return CommandSpec();
  };
  const CommandSpec suspend = find("program", "suspend");
  const auto request =
      MakeRequest(suspend, *Rpc::Find(suspend.rpc), {{"PROGRAM", "hubei-2025"}}, terminal.session);
  ASSERT_TRUE(request.ok()) << request.status();
  const auto& state = dynamic_cast<const v1::SetProgramStateRequest&>(**request);
  EXPECT_EQ(state.program_id(), "hubei-2025");
  EXPECT_EQ(state.state(), v1::PROGRAM_STATE_SUSPENDED);

  const CommandSpec publish = find("program", "publish");
  const std::string file =
      WriteFile("rules.textproto", "program_id: \"hubei-2025\"\nitems { number: 3 }\n");
  const auto published =
      MakeRequest(publish, *Rpc::Find(publish.rpc), {{"FILE", file}}, terminal.session);
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(dynamic_cast<const v1::PublishProgramRequest&>(**published).rules().items(0).number(),
            3u);

  const std::string bad = WriteFile("bad.textproto", "program_id: \"x\"\nnonsense: 3\n");
  EXPECT_THAT(MakeRequest(publish, *Rpc::Find(publish.rpc), {{"FILE", bad}}, terminal.session)
                  .status()
                  .message(),
              HasSubstr("bad.textproto:2:"));
}

TEST(Voucherctl, WrongUsageEndsWithTwo) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {},
           {"nonsense"},
           {"program"},
           {"program", "nonsense"},
           {"program", "open"},
           {"program", "open", "a", "b"},
           {"--deadline", "-1", "status"},
           {"status", "--no-such-flag"},
           {"transfer", "order", "1", "2", "three"},
           {"transfer", "order", "1", "x", "3"},
           {"call", "NoService/NoMethod"},
           {"call", "ProgramService/GetBudget", "--data", "{\"no_field\": 1}"},
           {"call", "CreditService/StreamRedeem", "--data", "{}\nnonsense"},
           {"program", "publish", "/no/such/file"},
           {"quote", "--file", "/no/such/file"}}) {
    Terminal terminal;
    EXPECT_EQ(terminal.Run(words), kMalformed) << ::testing::PrintToString(words);
    EXPECT_THAT(terminal.err.str(), Not(IsEmpty())) << ::testing::PrintToString(words);
  }
}

TEST(Voucherctl, NamesAnUnknownCommand) {
  Terminal terminal;
  terminal.Run({"nonsense"});
  EXPECT_THAT(terminal.err.str(), HasSubstr("no command 'nonsense'"));
}

TEST(Voucherctl, HelpEndsWithZero) {
  Terminal terminal;
  EXPECT_EQ(terminal.Run({"--help"}), kOk);
  EXPECT_THAT(terminal.out.str(), AllOf(HasSubstr("VOUCHER_SERVER"), HasSubstr("Exit codes")));
}

TEST(Voucherctl, AnUnreachableServerEndsWithThreeAndNamesTheRequestId) {
  Terminal terminal;
  // Port 1 of loopback: nobody listens there.
  EXPECT_EQ(terminal.Run({"--server", "127.0.0.1:1", "--deadline", "0.05", "--request-id", "r1",
                          "program", "open", "hubei-2025"}),
            kUnavailable);
  EXPECT_THAT(terminal.err.str(), AllOf(HasSubstr("unavailable"), HasSubstr("--request-id r1")));
}

TEST(Voucherctl, ImportDryRunNamesBadRowsAndHintsWithoutAServer) {
  const std::string header =
      "uscc,name,division,size,industry,registered_on,"
      "is_cloud_provider,prior_year_revenue_fen,"
      "staff\n";
  const std::string good = "914403001922038216,a,420111,LARGE,INDUSTRIAL,2020-01-01,false,1,5\n";
  {
    Terminal terminal;
    const std::string file = WriteFile("good.csv", header + good);
    // Port 1 of loopback: nobody listens there.
    EXPECT_EQ(terminal.Run({"--server", "127.0.0.1:1", "import", "enterprises", file, "--dry-run"}),
              kOk);
    EXPECT_THAT(terminal.out.str(), HasSubstr("1 rows are well-formed; dry run"));
    EXPECT_THAT(terminal.err.str(), AllOf(HasSubstr("good.csv:2: hint: size is LARGE"),
                                          HasSubstr("not compared with what stands: ")));
  }
  {
    Terminal terminal;
    const std::string file = WriteFile("bad.csv", header + good + "914403001922038217,b\n");
    EXPECT_EQ(terminal.Run({"import", "enterprises", file, "--dry-run"}), kMalformed);
    EXPECT_THAT(terminal.err.str(), AllOf(HasSubstr("bad.csv:3: has 2 cells"),
                                          HasSubstr("1 of 2 rows are wrong; nothing was sent")));
  }
}

TEST(Voucherctl, QuoteNamesMalformedLinesAndEndsWithTwo) {
  Terminal terminal;
  terminal.in.str("\n{\"id\": 1}\nnonsense\n");
  EXPECT_EQ(terminal.Run({"quote", "--file", "-"}), kMalformed);
  EXPECT_THAT(terminal.out.str(), IsEmpty());
  EXPECT_THAT(terminal.err.str(),
              AllOf(HasSubstr("-:2: program: missing"), HasSubstr("-:3: not a JSON object")));
}

TEST(Failure, ExitCodesFollowTheKindOfFailure) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCodeOf(RefusedStatus()), 1);
  EXPECT_EQ(ExitCodeOf(absl::PermissionDeniedError("role")), 1);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("no such voucher")), 1);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("bad")), 2);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("down")), 3);
  EXPECT_EQ(ExitCodeOf(absl::DeadlineExceededError("slow")), 3);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("broken")), 3);
}

TEST(Failure, PrintsARefusalWithBothSentencesClauseNumbersAndReceipt) {
  Terminal terminal;
  EXPECT_EQ(PrintFailure(RefusedStatus(), "r1", terminal.session), kRefused);
  const std::string printed = terminal.err.str();
  for (const char* part : {"refused: BUDGET_EXHAUSTED", "The budget cannot hold the amount.",
                           "预算不足。", "武汉市经信局 2025-05-20 四(一)",
                           "available 1,200.00 yuan, possible 2025-06-11 00:00:00 +08:00, "
                           "closed month 2025-06\n",
                           "budget", "entry 5213", "queue number 5,208"}) {
    EXPECT_THAT(printed, HasSubstr(part));
  }
}

TEST(Failure, PrintsJsonOnStandardOutput) {
  Terminal terminal;
  terminal.session.json = true;
  EXPECT_EQ(PrintFailure(RefusedStatus(), "r1", terminal.session), kRefused);
  EXPECT_THAT(terminal.err.str(), IsEmpty());
  EXPECT_THAT(terminal.out.str(), AllOf(HasSubstr("\"reason\": \"REASON_BUDGET_EXHAUSTED\""),
                                        HasSubstr("\"request_id\": \"r1\"")));
}

TEST(RunConcurrently, DoesEachOnceAndInOrderOnOneThread) {
  std::vector<size_t> order;
  RunConcurrently(5, 1, [&](size_t i) { order.push_back(i); });
  EXPECT_THAT(order, ::testing::ElementsAre(0, 1, 2, 3, 4));
  std::vector<std::atomic<int>> times(1'000);
  RunConcurrently(times.size(), 8, [&](size_t i) { ++times[i]; });
  for (const auto& count : times) EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace voucher::cli
