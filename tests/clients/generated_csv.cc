#include "tests/clients/generated_csv.h"

#include <iterator>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "clients/import/request_builder.h"
#include "ledger/base/uscc.h"

namespace voucher::client {
namespace {

using google::protobuf::FieldDescriptor;

// What is easily mistaken for something else: characters of other scripts, of the USCC's alphabet,
// separators, controls.
constexpr absl::string_view kPieces[] = {"A",        "Y",  "I",  "0",  "9",    "-", ";", "/",  ".",
                                         ",",        " ",  "\t", "\n", "\x7F", "a", "é", "武", "０",
                                         "\xC2\x85", "\"", "'",  "_",  "+",    "e", "😀", "\r"};
constexpr absl::string_view kOddCells[] = {"0",
                                           "1",
                                           "-1",
                                           "+1",
                                           " 1",
                                           "1.5",
                                           "0.00",
                                           "100.01",
                                           "1,000",
                                           "1000000000000000",
                                           "1000000000000001",
                                           "1000000000000000000",
                                           "1000000000000000001",
                                           "9223372036854775807",
                                           "9223372036854775808",
                                           "18446744073709551615",
                                           "18446744073709551616",
                                           "1899-12-31",
                                           "1900-01-01",
                                           "2025-02-29",
                                           "2025-2-3",
                                           "2026-01-31",
                                           "2026-02-01",
                                           "2199-12-31",
                                           "2200-01-01",
                                           "true",
                                           "TRUE",
                                           "false",
                                           "UNSPECIFIED",
                                           "REJECT",
                                           "UPHOLD_APPEAL",
                                           "91A403001922038216",
                                           "91350100M0001TGQXM",
                                           "420011",
                                           "000000",
                                           "a/b",
                                           "a/b;",
                                           "a;a",
                                           "NULL",
                                           ""};
constexpr size_t kBounds[] = {16, 18, 20, 32, 48, 64, 128, 256, 512, 1024};

}  // namespace

std::string GeneratedCsv::Digits(size_t count) {
  std::string digits;
  while (digits.size() < count) digits.push_back(static_cast<char>('0' + Below(10)));
  return digits;
}

std::string GeneratedCsv::Slug() {
  return absl::StrCat("s-", Digits(1 + Below(20)));
}

std::string GeneratedCsv::GoodUscc() {
  constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  std::string uscc = absl::StrCat("91", Digits(6));
  while (uscc.size() < kUsccLength - 1) uscc.push_back(kAlphabet[Below(kAlphabet.size())]);
  uscc.push_back(*UsccCheckCharacter(uscc));
  return uscc;
}

std::string GeneratedCsv::GoodCell(const CsvImport& import, const ImportColumn& column, int row) {
  const std::string& name = column.name;
  if (absl::EndsWith(name, "uscc")) return GoodUscc();
  if (name == "division") return absl::StrCat(1 + Below(9), Digits(1), "01", Digits(2));
  if (name == "invoice_code") return digital_ ? "" : Digits(Below(2) == 0 ? 10 : 12);
  if (name == "invoice_number") return Digits(digital_ ? 20 : 8);
  if (name == "invoice_digital_number") return digital_ ? "" : Digits(20);
  if (name == "products") return absl::StrCat("huaweicloud/", Slug(), ";aliyun/", Slug());
  if (absl::EndsWith(name, "_ids")) return absl::StrCat("a", Slug(), ";b", Slug());
  if (name == "score") return absl::StrCat(1 + Below(99), ".", Digits(1 + Below(2)));
  if (name == "verdict") return "PASS";
  if (name == "lifted") return Below(2) == 0 ? "" : "false";
  if (name == "listed") return "true";  // what is taken off has no days
  if (name == "effective_until" || name == "until") return "2026-12-31";
  if (import.kind == "calendar" && name == "kind") return Below(2) == 0 ? "workday" : "holiday";
  if (import.kind == "calendar" && name == "date") return absl::StrCat("2025-10-", 10 + row);
  if (import.key.size() == 1 && import.key[0] == name && import.runs) {
    return absl::StrCat(1 + row / 2);  // two rows a request
  }
  const FieldDescriptor* field = FieldOf(import, column);
  if (field == nullptr) return name == "staff" ? Digits(3) : "name";
  switch (field->type()) {
    case FieldDescriptor::TYPE_ENUM: {
      const std::vector<std::string> names = absl::StrSplit(NamesOf(field), ", ");
      return OneOf(names);
    }
    case FieldDescriptor::TYPE_BOOL:
      return Below(2) == 0 ? "true" : "false";
    case FieldDescriptor::TYPE_MESSAGE:
      return absl::StrCat(2020 + Below(6), "-0", 1 + Below(9), "-", 10 + Below(19));
    case FieldDescriptor::TYPE_BYTES:
      return absl::StrCat(Digits(60), "abCD");
    case FieldDescriptor::TYPE_STRING:
      return Slug();
    default:
      return absl::StrCat(1 + row + 100 * Below(1'000'000));
  }
}

std::string GeneratedCsv::Bent(std::string cell) {
  const size_t at = Below(cell.size() + 1);
  switch (Below(4)) {
    case 0:
      return cell.insert(at, OneOf(kPieces));
    case 1:
      return at < cell.size() ? cell.erase(at, 1) : "";
    case 2:
      return at < cell.size() ? cell.replace(at, 1, OneOf(kPieces)) : cell + cell;
    default:
      return absl::StrCat(cell, Below(2) == 0 ? ";" : "", cell);
  }
}

std::string GeneratedCsv::Odd() {
  switch (Below(3)) {
    case 0:
      return OneOf(kOddCells);
    case 1:
      return std::string(kBounds[Below(std::size(kBounds))] + Below(3) - 1,
                         Below(2) == 0 ? 'a' : '7');
    default: {
      std::string cell;
      for (uint64_t left = Below(12); left > 0; --left) cell += OneOf(kPieces);
      return cell;
    }
  }
}

std::string GeneratedCsv::Cell(const CsvImport& import, const ImportColumn& column, int row,
                               bool all_good) {
  const std::string good = GoodCell(import, column, row);
  const uint64_t chance = all_good ? 100 : Below(100);
  if (chance < 5) return Odd();
  if (chance < 10) return Bent(good);
  return good;
}

std::string GeneratedCsv::File(const CsvImport& import, int rows, bool all_good) {
  std::vector<const ImportColumn*> columns;
  for (const ImportColumn& column : import.columns) {
    if (column.presence == Presence::kOptional && Below(3) == 0) continue;
    // A document needs all of its columns.
    const bool optional = column.presence == Presence::kOptional;
    if (all_good && optional && absl::StrContains(column.field, "[")) continue;
    columns.push_back(&column);
  }
  std::string csv = absl::StrJoin(columns, ",", [](std::string* out, const ImportColumn* column) {
    absl::StrAppend(out, column->name);
  });
  for (int row = 0; row < rows; ++row) {
    csv += "\n";
    digital_ = Below(2) == 0;
    const bool further = import.runs && row % 2 == 1;
    csv += absl::StrJoin(columns, ",", [&](std::string* out, const ImportColumn* column) {
      const bool once =
          further && column->name != import.key[0] && !absl::StrContains(column->field, "[]");
      const bool blank = once && (all_good || Below(20) != 0);
      const std::string cell = blank ? "" : Cell(import, *column, row, all_good);
      absl::StrAppend(out, "\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
    });
  }
  return csv + "\n";
}

}  // namespace voucher::client
