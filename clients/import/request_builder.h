// One request while it is read from the rows of a file.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

#include "clients/import/csv.h"
#include "clients/import/csv_import.h"
#include "ledger/base/clock.h"
#include "ledger/base/field_problem.h"

namespace voucher::client {

// The field of a request that a column fills; null if it fills none.
const google::protobuf::FieldDescriptor* FieldOf(const CsvImport& import,
                                                 const ImportColumn& column);

// Fills a request and collects what is wrong with its rows, which must be complete. The import, the
// table, the rows and the request must outlive it.
class RequestBuilder final : public FirstRow {
 public:
  RequestBuilder(const CsvImport& import, const CsvTable& table, google::protobuf::Message* request)
      : import_(import), table_(table), request_(*request) {}

  // Reads every column. A row of a whole file is read so each time.
  void ReadRow(const CsvRow& row);
  // Reads what a further row of a run adds to lists; its other cells must be empty or repeat the
  // first row's.
  void ReadFurtherRow(const CsvRow& row);

  // Asks ledger/validation at `now`. Once, when all rows are read.
  void Validate(UnixNanos now);

  // By line, then by column; complaints that come later stand behind.
  void SortProblems();

  std::vector<RowProblem>& problems() { return problems_; }
  const std::string& hint() const { return hint_; }

  absl::string_view Cell(absl::string_view column) const override;
  void Complain(absl::string_view column, std::string description) override;
  void Hint(std::string text) override { hint_ = std::move(text); }

 private:
  // Where a cell went.
  struct Place {
    size_t column = 0;
    int line = 0;
    std::string cell;
    bool unread = false;  // it is no value of the field
  };

  absl::string_view CellOf(const CsvRow& row, absl::string_view column) const;
  bool AddsTo(const std::string& list, const CsvRow& row) const;
  // Whether the row fills a column of the message that the column is of.
  bool FillsMessageOf(const ImportColumn& column, const CsvRow& row) const;
  void Read(size_t column, const CsvRow& row);
  // The element that `row` adds to a list of messages, as "evidence.documents[" and "CONTRACT" say.
  google::protobuf::Message* ElementOf(const std::string& list, absl::string_view kind,
                                       google::protobuf::Message* parent,
                                       const google::protobuf::FieldDescriptor* field);
  void TakeProblem(const FieldProblem& problem);
  Place* FindPlace(absl::string_view field);
  Place* LastPlaceUnder(absl::string_view field);
  void ComplainOf(const Place& place, absl::string_view what, absl::string_view help);

  const CsvImport& import_;
  const CsvTable& table_;
  google::protobuf::Message& request_;
  const CsvRow* first_row_ = nullptr;
  std::map<std::string, int> elements_;  // of the row being read: list → index
  std::map<std::string, Place, std::less<>> places_;
  std::vector<RowProblem> problems_;
  std::string hint_;
};

}  // namespace voucher::client
