#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "clients/import/csv.h"
#include "clients/import/csv_import.h"
#include "clients/import/row_reader.h"

namespace voucher::client {

absl::StatusOr<std::vector<v1::CalendarDay>> ParseCalendarDays(absl::string_view csv) {
  absl::StatusOr<CsvTable> table = ParseCsv(csv, {"date", "kind", "name"}, {});
  if (!table.ok()) return table.status();

  std::vector<v1::CalendarDay> days;
  for (const CsvRow& cells : table->rows) {
    std::vector<RowProblem> problems;
    RowReader reader(*table, cells, &problems);
    v1::CalendarDay& day = days.emplace_back();
    if (reader.IsComplete()) {
      *day.mutable_date() = reader.Date("date");
      const absl::string_view kind = reader.Raw("kind");
      day.set_working(kind == "workday");
      if (kind != "workday" && kind != "holiday") {
        reader.Complain("kind", absl::StrCat("must be holiday or workday; got '", kind, "'"));
      }
      if (!reader.IsEmpty("name")) day.set_name(reader.Text("name", 64));
    }
    if (!problems.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", cells.line, ", ", problems[0].column,
                                                     ": ", problems[0].description));
    }
  }
  return days;
}

}  // namespace voucher::client
