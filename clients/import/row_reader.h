// Reads the cells of one row as values, collecting what is wrong with them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

#include "clients/import/csv.h"
#include "clients/import/csv_import.h"

namespace voucher::client {

// True if `text` is a unified social credit code with a valid check digit (GB 32100-2015).
bool IsUscc(absl::string_view text);

// Reads one row. Each reading function returns the value, or a default after adding a problem that
// says how to mend the cell. The table, the row and the list of problems must outlive it.
class RowReader {
 public:
  RowReader(const CsvTable& table, const CsvRow& row, std::vector<RowProblem>* problems);

  // False if the row has too few or too many cells, which is added as a problem; then nothing else
  // can be read.
  bool IsComplete() const { return complete_; }

  // The cell as it stands, less a tab at its end, by which spreadsheets are kept from rounding long
  // numbers; empty if the table has no such column.
  absl::string_view Raw(absl::string_view column) const;
  bool IsEmpty(absl::string_view column) const { return Raw(column).empty(); }

  // 1 to `max_bytes` bytes without control characters.
  std::string Text(absl::string_view column, size_t max_bytes);
  // 1 to 64 printable ASCII characters.
  std::string Ascii(absl::string_view column);
  // 1 to `max_size` of a-z, 0-9 and '-'.
  std::string Slug(absl::string_view column, size_t max_size);
  // 18 characters; the check digit counts unless waived.
  std::string Uscc(absl::string_view column, bool check_waived);
  // Six digits.
  std::string Division(absl::string_view column);
  // A whole number from `least` to `most`.
  int64_t Number(absl::string_view column, int64_t least, int64_t most);
  // An amount in fen, from 1 to the contract's bound of 10^15.
  int64_t Amount(absl::string_view column);
  // The number of a thing in the ledger, from 1.
  uint64_t Id(absl::string_view column);
  // Points with at most two decimals, from 0.01 to 100, in hundredths, as in 88.5.
  int32_t Points(absl::string_view column);
  // true or false; false if there is no such column or the cell of an `optional` one is empty.
  bool Flag(absl::string_view column, bool optional);
  // A day as 2025-10-31.
  v1::CivilDate Date(absl::string_view column);
  // 32 bytes from 64 hexadecimal digits.
  std::string Sha256(absl::string_view column);
  // A value of a protobuf enum by its name without `prefix`, in any case, as in "MICRO".
  template <typename Enum>
  Enum Value(absl::string_view column, absl::string_view prefix) {
    return static_cast<Enum>(
        EnumNumber(column, prefix, *google::protobuf::GetEnumDescriptor<Enum>()));
  }

  void Complain(absl::string_view column, std::string description);

 private:
  int EnumNumber(absl::string_view column, absl::string_view prefix,
                 const google::protobuf::EnumDescriptor& type);

  const CsvTable& table_;
  const CsvRow& row_;
  std::vector<RowProblem>& problems_;
  bool complete_;
};

}  // namespace voucher::client
