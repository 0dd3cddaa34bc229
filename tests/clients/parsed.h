// CSV text as rows, in tests.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include <gtest/gtest.h>

#include "clients/import/imports.h"
#include "ledger/base/civil.h"

namespace voucher::client {

// The moment at which tests read files.
inline UnixNanos ReadAt() {
  return ParseRfc3339("2026-01-31T12:00:00+08:00").value();
}

inline ImportScope Scope(absl::string_view program_id = "") {
  return {.run_id = "run", .program_id = std::string(program_id), .now = ReadAt()};
}

template <typename Request>
absl::StatusOr<std::vector<RowOrError<Request>>> Parse(const ImportOf<Request>& import,
                                                       absl::string_view csv,
                                                       absl::string_view program_id = "") {
  return ParseRows(import, csv, Scope(program_id));
}

// The columns of the problems of all rows.
template <typename Request>
std::vector<std::string> BadColumns(const absl::StatusOr<std::vector<RowOrError<Request>>>& rows) {
  EXPECT_TRUE(rows.ok()) << rows.status();
  std::vector<std::string> columns;
  if (!rows.ok()) return columns;
  for (const auto& row : *rows) {
    for (const RowProblem& problem : row.problems) columns.push_back(problem.column);
  }
  return columns;
}

inline std::string ReadTestFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace voucher::client
