#include "clients/cli/export_table.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <nlohmann/json.hpp>

#include "ledger/base/money.h"
#include "ledger/base/text.h"

namespace voucher::cli {
namespace {

constexpr absl::string_view kLineEnd = "\r\n";
constexpr size_t kMostExactDigits = 15;  // what a spreadsheet's number keeps

// What spreadsheets take for the start of a formula, its fullwidth forms included.
constexpr absl::string_view kFormulaStarts[] = {"=",  "+",  "-",  "@",  "\t", "\r",
                                                "\n", "＝", "＋", "－", "＠"};

bool CouldBeFormula(absl::string_view text) {
  return std::any_of(std::begin(kFormulaStarts), std::end(kFormulaStarts),
                     [&](absl::string_view start) { return absl::StartsWith(text, start); });
}

bool WouldBeRounded(absl::string_view text) {
  return text.size() > kMostExactDigits && IsDigits(text);
}

std::string CellNumber(int64_t number, ExportColumn::Kind kind) {
  if (kind == ExportColumn::kCount) return absl::StrCat(number);
  return absl::StrReplaceAll(FormatYuan(number), {{",", ""}});
}

std::string CellCsv(const ExportCell& cell, ExportColumn::Kind kind) {
  if (const auto* text = std::get_if<std::string>(&cell)) return CsvCell(*text, true);
  if (const auto* number = std::get_if<int64_t>(&cell)) {
    return CsvCell(CellNumber(*number, kind), false);
  }
  return "";
}

std::string ColumnName(const ExportColumn& column, absl::string_view money_unit) {
  return absl::StrCat(column.name, column.kind == ExportColumn::kMoney ? money_unit : "");
}

}  // namespace

ExportCell NumberOrNothing(uint64_t number) {
  if (number == 0) return {};
  return static_cast<int64_t>(number);
}

std::string CsvCell(absl::string_view text, bool is_text) {
  std::string cell = absl::StrCat(is_text && CouldBeFormula(text) ? "'" : "", text,
                                  is_text && WouldBeRounded(text) ? "\t" : "");
  if (cell.find_first_of(",\"\r\n\t") == std::string::npos) return cell;
  return absl::StrCat("\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
}

std::string ExportTable::Csv(bool chinese) const {
  std::string csv = "\xEF\xBB\xBF";
  for (size_t i = 0; i < columns.size(); ++i) {
    const ExportColumn& column = columns[i];
    absl::StrAppend(
        &csv, i == 0 ? "" : ",",
        CsvCell(chinese ? absl::StrCat(column.title_zh,
                                       column.kind == ExportColumn::kMoney ? "(元)" : "")
                        : ColumnName(column, "_yuan"),
                true));
  }
  absl::StrAppend(&csv, kLineEnd);
  for (const std::vector<ExportCell>& row : rows) {
    for (size_t i = 0; i < columns.size(); ++i) {
      absl::StrAppend(&csv, i == 0 ? "" : ",", CellCsv(row[i], columns[i].kind));
    }
    absl::StrAppend(&csv, kLineEnd);
  }
  return csv;
}

std::string ExportTable::Json() const {
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const std::vector<ExportCell>& row : rows) {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (size_t i = 0; i < columns.size(); ++i) {
      nlohmann::ordered_json& value = object[ColumnName(columns[i], "_fen")];
      if (const auto* text = std::get_if<std::string>(&row[i])) value = *text;
      if (const auto* number = std::get_if<int64_t>(&row[i])) value = *number;
    }
    array.push_back(std::move(object));
  }
  return array.dump(1);
}

}  // namespace voucher::cli
