// A dry run is as strict as the server: no request of a row that it accepts is malformed there.
//
// VOUCHER_CSV_SEED in the environment sets the seed, which is printed.
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/import_command.h"
#include "ledger/validation/validate_command.h"
#include "tests/clients/generated_csv.h"
#include "tests/clients/parsed.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::client {
namespace {

using google::protobuf::Message;
using ::testing::IsEmpty;

constexpr char kProgramId[] = "hubei-2025";
constexpr int kFiles = 300;  // of each import
constexpr int kRows = 6;

uint64_t Seed() {
  static const uint64_t seed = [] {
    uint64_t number = std::random_device()();
    if (const char* text = std::getenv("VOUCHER_CSV_SEED")) {
      EXPECT_TRUE(absl::SimpleAtoi(text, &number)) << text;
    }
    std::cout << "seed " << number << " (VOUCHER_CSV_SEED)\n";
    return number;
  }();
  return seed;
}

// What the server finds malformed when it has read the bytes of the request: paths and sentences.
std::vector<std::string> MalformedAtTheServer(const Message& request) {
  std::unique_ptr<Message> read(request.New());
  if (!read->ParseFromString(request.SerializeAsString())) return {"cannot be parsed"};
  v1::Command command;
  const auto& type = *command.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->message_type() != read->GetDescriptor()) continue;
    command.GetReflection()->MutableMessage(&command, type.field(i))->CopyFrom(*read);
  }
  std::vector<std::string> problems;
  for (const FieldProblem& problem : ValidateCommand(command, ReadAt())) {
    problems.push_back(absl::StrCat(problem.field, " ", problem.description));
  }
  return problems;
}

std::string Told(const std::vector<RowProblem>& problems) {
  return absl::StrJoin(problems, "\n", [](std::string* out, const RowProblem& problem) {
    absl::StrAppend(out, problem.line, " ", problem.column, " ", problem.description);
  });
}

class StrictnessTest : public ::testing::TestWithParam<const CsvImport*> {
 protected:
  ~StrictnessTest() override {
    EXPECT_GT(accepted_, kFiles / 10);
    EXPECT_GT(refused_, kFiles / 10);
  }

  // One request was read of `csv`.
  void Hear(const std::string& csv, bool all_good, const Message& request,
            const std::vector<RowProblem>& problems) {
    if (all_good) {
      EXPECT_EQ(Told(problems), "") << csv;
    }
    for (const RowProblem& problem : problems) EXPECT_FALSE(problem.description.empty());
    ++(problems.empty() ? accepted_ : refused_);
    if (!problems.empty()) return;
    EXPECT_THAT(MalformedAtTheServer(request), IsEmpty()) << csv << request.DebugString();
  }

  GeneratedCsv generated_{Seed()};
  int accepted_ = 0;
  int refused_ = 0;
};

std::string NameOf(const ::testing::TestParamInfo<const CsvImport*>& info) {
  std::string name;
  for (const char c : info.param->kind) name.push_back(c == '-' ? '_' : c);
  return name;
}

std::vector<const CsvImport*> ImportsOfRows() {
  std::vector<const CsvImport*> imports;
  for (const cli::ImportKind& kind : cli::ImportKinds()) imports.push_back(kind.file);
  return imports;
}

using RowsTest = StrictnessTest;

TEST_P(RowsTest, NoAcceptedRowIsMalformedAtTheServer) {
  for (int file = 0; file < kFiles && !HasFailure(); ++file) {
    const bool all_good = file % 4 == 0;
    const std::string csv = generated_.File(*GetParam(), kRows, all_good);
    const auto rows = ParseMessageRows(*GetParam(), csv, Scope(kProgramId));
    ASSERT_TRUE(rows.ok()) << rows.status() << csv;
    for (const MessageRow& row : *rows) Hear(csv, all_good, *row.request, row.problems);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryImport, RowsTest, ::testing::ValuesIn(ImportsOfRows()), NameOf);

using WholeFileTest = StrictnessTest;

// The request of a whole file, without its rows.
std::unique_ptr<Message> StartOf(const CsvImport& import) {
  if (&import == &NoticeImport()) {
    auto notice = std::make_unique<v1::PublishNoticeRequest>();
    notice->set_request_id("r");
    notice->set_program_id(kProgramId);
    return notice;
  }
  if (&import == &CalendarImport()) {
    auto calendar = std::make_unique<v1::PublishCalendarRequest>();
    calendar->set_request_id("r");
    calendar->set_first_year(2025);
    calendar->set_last_year(2025);
    return calendar;
  }
  auto statement = std::make_unique<v1::ReconcileTransfersRequest>();
  statement->set_request_id("r");
  statement->set_provider_id("huaweicloud");
  return statement;
}

TEST_P(WholeFileTest, NoAcceptedFileIsMalformedAtTheServer) {
  for (int file = 0; file < kFiles && !HasFailure(); ++file) {
    const bool all_good = file % 2 == 0;
    const std::string csv = generated_.File(*GetParam(), kRows, all_good);
    std::unique_ptr<Message> request = StartOf(*GetParam());
    const auto read = ParseWholeFile(*GetParam(), csv, ReadAt(), request.get());
    ASSERT_TRUE(read.ok()) << read.status() << csv;
    Hear(csv, all_good, *request, read->problems);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryImport, WholeFileTest,
                         ::testing::Values(&NoticeImport(), &StatementLineImport(),
                                           &CalendarImport()),
                         NameOf);

TEST(CatalogStrictnessTest, NoAcceptedProviderIsMalformedAtTheServer) {
  GeneratedCsv generated(Seed());
  int accepted = 0;
  for (int file = 0; file < kFiles && !::testing::Test::HasFailure(); ++file) {
    const std::string csv = generated.File(CatalogImport(), kRows, false);
    const auto rows = ParseCatalog(csv, Scope(kProgramId));
    ASSERT_TRUE(rows.ok()) << rows.status() << csv;
    for (const auto& provider : rows->providers) {
      ++accepted;
      EXPECT_THAT(MalformedAtTheServer(provider.request), IsEmpty()) << csv;
    }
  }
  EXPECT_GT(accepted, kFiles);
}

}  // namespace
}  // namespace voucher::client
