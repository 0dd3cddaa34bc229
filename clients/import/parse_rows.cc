#include <optional>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

#include "clients/import/csv.h"
#include "clients/import/csv_import.h"
#include "clients/import/request_builder.h"
#include "clients/import/request_id.h"
#include "ledger/base/check.h"
#include "ledger/validation/validate_command.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void SetText(const std::string& path, std::string text, Message* message) {
  const size_t point = path.find('.');
  const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(path.substr(0, point));
  VOUCHER_CHECK(field != nullptr) << path;
  if (point == std::string::npos) {
    message->GetReflection()->SetString(message, field, std::move(text));
    return;
  }
  SetText(path.substr(point + 1), std::move(text),
          message->GetReflection()->MutableMessage(message, field));
}

absl::StatusOr<CsvTable> ParseTable(const CsvImport& import, absl::string_view csv) {
  std::vector<absl::string_view> required;
  std::vector<absl::string_view> optional;
  for (const ImportColumn& column : import.columns) {
    (column.presence == Presence::kOptional ? optional : required).push_back(column.name);
  }
  return ParseCsv(csv, required, optional);
}

// A request with nothing but the program, which must be a good one.
absl::StatusOr<std::unique_ptr<Message>> StartOf(const CsvImport& import,
                                                 const ImportScope& scope) {
  std::unique_ptr<Message> request(import.request->New());
  if (import.program_field.empty()) return request;
  SetText(import.program_field, scope.program_id, request.get());
  for (const FieldProblem& problem : ProblemsOf(*request, scope.now)) {
    if (problem.field != import.program_field) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("program '", scope.program_id, "' ", problem.description));
  }
  return request;
}

// What is wrong with the number of a row's cells, if anything.
std::optional<RowProblem> WrongSize(const CsvTable& table, const CsvRow& row) {
  if (row.cells.size() == table.columns.size()) return std::nullopt;
  return RowProblem{
      row.line, "",
      absl::StrCat("has ", row.cells.size(), " cells, the header has ", table.columns.size(),
                   "; quote cells that hold commas, and keep empty cells")};
}

// Reads row after row of one file into requests.
class RowsParser {
 public:
  RowsParser(const CsvImport& import, const CsvTable& table, const ImportScope& scope,
             const Message& start, const FinishRow& also_finish)
      : import_(import),
        table_(table),
        now_(scope.now),
        ids_(scope.run_id),
        start_(start),
        also_finish_(also_finish) {}

  void Add(const CsvRow& row) {
    if (std::optional<RowProblem> problem = WrongSize(table_, row)) {
      MessageRow& wrong = rows_.emplace_back();
      wrong.line = row.line;
      wrong.request.reset(start_.New());
      wrong.problems.push_back(*std::move(problem));
      return;
    }
    const std::string key = KeyOf(row);
    if (import_.runs && open_ && !key.empty() && key == rows_[open_row_].key) {
      open_->ReadFurtherRow(row);
      return;
    }
    Close();
    open_row_ = rows_.size();
    MessageRow& added = rows_.emplace_back();
    added.line = row.line;
    added.key = key;
    added.request.reset(start_.New());
    added.request->CopyFrom(start_);
    SetText("request_id", ids_.For(key), added.request.get());
    open_.emplace(import_, table_, added.request.get());
    open_->ReadRow(row);
    is_again_ = !seen_.insert(key).second;
  }

  std::vector<MessageRow> Finish() {
    Close();
    return std::move(rows_);
  }

 private:
  std::string KeyOf(const CsvRow& row) const {
    std::vector<absl::string_view> cells;
    for (const std::string& column : import_.key) {
      const auto found = table_.columns.find(column);
      if (found == table_.columns.end()) continue;
      cells.push_back(absl::StripSuffix(row.cells[found->second], "\t"));
    }
    return absl::StrJoin(cells, "/");
  }

  // Finishes the request that is being read.
  void Close() {
    if (!open_) return;
    MessageRow& row = rows_[open_row_];
    if (import_.finish) import_.finish(&*open_, row.request.get());
    if (also_finish_) also_finish_(&*open_, row.request.get());
    open_->Validate(now_);
    open_->SortProblems();
    if (is_again_) {
      open_->Complain(import_.key.front(),
                      import_.runs
                          ? absl::StrCat("'", row.key,
                                         "' appeared before; rows that belong together "
                                         "must follow each other, others need another key")
                          : absl::StrCat("'", row.key, "' stands in an earlier row already"));
    }
    row.problems = std::move(open_->problems());
    if (row.problems.empty()) row.hint = open_->hint();
    open_.reset();
  }

  const CsvImport& import_;
  const CsvTable& table_;
  const UnixNanos now_;
  const ImportRequestIds ids_;
  const Message& start_;
  const FinishRow& also_finish_;
  std::vector<MessageRow> rows_;
  std::set<std::string> seen_;
  std::optional<RequestBuilder> open_;  // the request being read
  size_t open_row_ = 0;
  bool is_again_ = false;  // its key was seen before
};

}  // namespace

absl::StatusOr<std::vector<MessageRow>> ParseMessageRows(const CsvImport& import,
                                                         absl::string_view csv,
                                                         const ImportScope& scope,
                                                         const FinishRow& also_finish) {
  const absl::StatusOr<CsvTable> table = ParseTable(import, csv);
  if (!table.ok()) return table.status();
  const absl::StatusOr<std::unique_ptr<Message>> start = StartOf(import, scope);
  if (!start.ok()) return start.status();
  RowsParser parser(import, *table, scope, **start, also_finish);
  for (const CsvRow& row : table->rows) parser.Add(row);
  return parser.Finish();
}

absl::StatusOr<WholeFile> ParseWholeFile(const CsvImport& import, absl::string_view csv,
                                         UnixNanos now, Message* request) {
  const absl::StatusOr<CsvTable> table = ParseTable(import, csv);
  if (!table.ok()) return table.status();
  WholeFile file;
  RequestBuilder builder(import, *table, request);
  for (const CsvRow& row : table->rows) {
    if (std::optional<RowProblem> problem = WrongSize(*table, row)) {
      builder.problems().push_back(*std::move(problem));
      continue;
    }
    builder.ReadRow(row);
    file.lines.push_back(row.line);
  }
  builder.Validate(now);
  builder.SortProblems();
  file.problems = std::move(builder.problems());
  return file;
}

std::vector<FieldProblem> ProblemsOf(const Message& request, UnixNanos now) {
  v1::Command command;
  const google::protobuf::Descriptor& type = *command.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->message_type() != request.GetDescriptor()) continue;
    command.GetReflection()->MutableMessage(&command, type.field(i))->CopyFrom(request);
    return ValidateCommand(command, now);
  }
  VOUCHER_CHECK(false) << request.GetTypeName() << " is no verb";
  return {};
}

std::string ColumnsHelp(const CsvImport& import) {
  size_t width = 0;
  for (const ImportColumn& column : import.columns) width = std::max(width, column.name.size());
  std::string text;
  std::vector<absl::string_view> growing;
  for (const ImportColumn& column : import.columns) {
    const std::string names = NamesOf(FieldOf(import, column));
    absl::StrAppend(&text, "  ", column.name, std::string(width - column.name.size() + 2, ' '),
                    column.help, names.empty() ? "" : ": ", names,
                    column.presence == Presence::kMayBeEmpty ? "; may be empty"
                    : column.presence == Presence::kOptional ? "; optional"
                                                             : "",
                    "\n");
    if (column.field.find("[]") != std::string::npos) growing.push_back(column.name);
  }
  if (import.runs) {
    absl::StrAppend(&text, "Further rows with the same ", import.key.front(), " add ",
                    absl::StrJoin(growing, ", "),
                    ";\ntheir other cells are empty or repeat the first row's.\n");
  }
  return text;
}

}  // namespace voucher::client
