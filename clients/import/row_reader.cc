#include "clients/import/row_reader.h"

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "ledger/base/text.h"

namespace voucher::client {
namespace {

constexpr absl::string_view kUsccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr size_t kUsccLength = 18;

bool HasUsccForm(absl::string_view text) {
  return text.size() == kUsccLength && std::all_of(text.begin(), text.end(), [](char c) {
           return kUsccAlphabet.find(c) != absl::string_view::npos;
         });
}

bool IsSlug(absl::string_view text, size_t max_size) {
  return !text.empty() && text.size() <= max_size &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
         });
}

bool AreDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// A cell as shown in a problem: short, even if somebody pasted a novel.
std::string Shown(absl::string_view cell) {
  constexpr size_t kMost = 40;
  if (cell.empty()) return "it is empty";
  if (cell.size() <= kMost) return absl::StrCat("got '", cell, "'");
  std::string shown;
  while (shown.size() < kMost) {
    const absl::string_view before = cell;
    TakeCodePoint(&cell);
    absl::StrAppend(&shown, before.substr(0, before.size() - cell.size()));
  }
  return absl::StrCat("got '", shown, "…'");
}

}  // namespace

bool IsUscc(absl::string_view text) {
  if (!HasUsccForm(text)) return false;
  size_t sum = 0;
  size_t weight = 1;  // 3^i mod 31
  for (char c : text.substr(0, kUsccLength - 1)) {
    sum += kUsccAlphabet.find(c) * weight;
    weight = weight * 3 % 31;
  }
  return text.back() == kUsccAlphabet[(31 - sum % 31) % 31];
}

RowReader::RowReader(const CsvTable& table, const CsvRow& row, std::vector<RowProblem>* problems)
    : table_(table),
      row_(row),
      problems_(*problems),
      complete_(row.cells.size() == table.columns.size()) {
  if (!complete_) {
    Complain("",
             absl::StrCat("has ", row.cells.size(), " cells, the header has ", table.columns.size(),
                          "; quote cells that hold commas, and keep empty cells"));
  }
}

absl::string_view RowReader::Raw(absl::string_view column) const {
  const auto found = table_.columns.find(column);
  if (found == table_.columns.end() || found->second >= row_.cells.size()) return "";
  return absl::StripSuffix(row_.cells[found->second], "\t");
}

void RowReader::Complain(absl::string_view column, std::string description) {
  problems_.push_back({std::string(column), std::move(description)});
}

std::string RowReader::Text(absl::string_view column, size_t max_bytes) {
  const absl::string_view cell = Raw(column);
  const bool control = std::any_of(cell.begin(), cell.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
  if (cell.empty() || cell.size() > max_bytes || control) {
    Complain(column,
             absl::StrCat("must be 1 to ", max_bytes, " bytes of text on one line; ", Shown(cell)));
  }
  return std::string(cell);
}

std::string RowReader::Ascii(absl::string_view column) {
  const absl::string_view cell = Raw(column);
  const bool printable = std::all_of(cell.begin(), cell.end(), [](char c) {
    return absl::ascii_isprint(static_cast<unsigned char>(c));
  });
  if (cell.empty() || cell.size() > 64 || !printable) {
    Complain(column, absl::StrCat("must be 1 to 64 printable ASCII characters; ", Shown(cell)));
  }
  return std::string(cell);
}

std::string RowReader::Slug(absl::string_view column, size_t max_size) {
  const absl::string_view cell = Raw(column);
  if (!IsSlug(cell, max_size)) {
    Complain(column, absl::StrCat("must be 1 to ", max_size, " small letters, digits and '-'; ",
                                  Shown(cell)));
  }
  return std::string(cell);
}

std::string RowReader::Uscc(absl::string_view column, bool check_waived) {
  const absl::string_view cell = Raw(column);
  if (!HasUsccForm(cell)) {
    Complain(column, absl::StrCat("must be 18 digits and capital letters without I, O, S, V, Z; ",
                                  Shown(cell)));
  } else if (!check_waived && !IsUscc(cell)) {
    Complain(column, absl::StrCat("the check digit of '", cell,
                                  "' is wrong; correct the code, or if the business licence really "
                                  "shows it, set column uscc_check_waived to true"));
  }
  return std::string(cell);
}

std::string RowReader::Division(absl::string_view column) {
  const absl::string_view cell = Raw(column);
  if (cell.size() != 6 || !AreDigits(cell)) {
    Complain(column,
             absl::StrCat("must be a six-digit division code such as 420111; ", Shown(cell)));
  }
  return std::string(cell);
}

int64_t RowReader::Number(absl::string_view column, int64_t least, int64_t most) {
  const absl::string_view cell = Raw(column);
  int64_t value = 0;
  if (!AreDigits(cell) || !absl::SimpleAtoi(cell, &value) || value < least || value > most) {
    Complain(column, absl::StrCat("must be a whole number from ", least, " to ", most,
                                  " without separators; ", Shown(cell)));
    return 0;
  }
  return value;
}

int64_t RowReader::Amount(absl::string_view column) {
  return Number(column, 1, 1'000'000'000'000'000);
}

uint64_t RowReader::Id(absl::string_view column) {
  return static_cast<uint64_t>(Number(column, 1, std::numeric_limits<int64_t>::max()));
}

int32_t RowReader::Points(absl::string_view column) {
  constexpr int32_t kMostHundredths = 10'000;
  const absl::string_view cell = Raw(column);
  const std::vector<absl::string_view> parts = absl::StrSplit(cell, '.');
  const absl::string_view decimals = parts.size() == 2 ? parts[1] : "0";
  int32_t hundredths = 0;
  if (parts.size() > 2 || !AreDigits(parts[0]) || !AreDigits(decimals) || decimals.size() > 2 ||
      !absl::SimpleAtoi(absl::StrCat(parts[0], decimals, decimals.size() == 1 ? "0" : ""),
                        &hundredths) ||
      hundredths < 1 || hundredths > kMostHundredths) {
    Complain(column,
             absl::StrCat("must be points from 0.01 to 100 with at most two decimals, as in 88.5; ",
                          Shown(cell)));
    return 0;
  }
  return hundredths;
}

bool RowReader::Flag(absl::string_view column, bool optional) {
  const absl::string_view cell = Raw(column);
  if (cell == "true") return true;
  if (cell != "false" && !(optional && cell.empty())) {
    Complain(column, absl::StrCat("must be true or false; ", Shown(cell)));
  }
  return false;
}

v1::CivilDate RowReader::Date(absl::string_view column) {
  const absl::string_view cell = Raw(column);
  v1::CivilDate date;
  absl::CivilDay day;
  // The comparison refuses 2025-1-5 and days that normalise, such as 2025-02-30.
  if (!absl::ParseCivilTime(cell, &day) || absl::FormatCivilTime(day) != cell ||
      day.year() < 1900 || day.year() > 2199) {
    Complain(column, absl::StrCat("must be a day such as 2025-10-31; ", Shown(cell)));
    return date;
  }
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

std::string RowReader::Sha256(absl::string_view column) {
  const absl::string_view cell = Raw(column);
  const bool hexadecimal = std::all_of(cell.begin(), cell.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
  if (cell.size() != 64 || !hexadecimal) {
    Complain(column, absl::StrCat("must be the 64 hexadecimal digits of sha256sum; ", Shown(cell)));
    return "";
  }
  return absl::HexStringToBytes(cell);
}

int RowReader::EnumNumber(absl::string_view column, absl::string_view prefix,
                          const google::protobuf::EnumDescriptor& type) {
  const std::string name = absl::StrCat(prefix, absl::AsciiStrToUpper(Raw(column)));
  const google::protobuf::EnumValueDescriptor* value = type.FindValueByName(name);
  if (value != nullptr && value->number() != 0) return value->number();
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) names.push_back(type.value(i)->name().substr(prefix.size()));
  }
  Complain(column,
           absl::StrCat("must be one of ", absl::StrJoin(names, ", "), "; ", Shown(Raw(column))));
  return 0;
}

}  // namespace voucher::client
