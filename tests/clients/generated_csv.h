// CSV files of any import with good, slightly broken and random cells.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "clients/import/csv_import.h"

namespace voucher::client {

// Writes files for one seed. Not thread-safe.
class GeneratedCsv {
 public:
  explicit GeneratedCsv(uint64_t seed) : random_(seed) {}

  // A file of `rows` rows with all columns that it must have and some that it may have. With
  // `all_good` the server would take every cell.
  std::string File(const CsvImport& import, int rows, bool all_good);

  // 0 to `below` - 1.
  uint64_t Below(uint64_t below) { return random_() % below; }

 private:
  std::string Cell(const CsvImport& import, const ImportColumn& column, int row, bool all_good);
  std::string GoodCell(const CsvImport& import, const ImportColumn& column, int row);
  std::string GoodUscc();
  std::string Digits(size_t count);
  std::string Slug();
  std::string Bent(std::string cell);
  std::string Odd();
  template <typename List>
  std::string OneOf(const List& list) {
    return std::string(list[Below(std::size(list))]);
  }

  std::mt19937_64 random_;
  bool digital_ = false;  // the invoice of the row being written
};

}  // namespace voucher::client
