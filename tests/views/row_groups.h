// Views that are filled by groups of rows, each of which is easy to tell from the others.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "ledger/state/writer_rows.h"
#include "ledger/views/views.h"
#include "tests/support/scratch_directory.h"

namespace voucher::testing {

inline constexpr char kLedgerId[] = "00112233445566778899aabbccddeeff";

inline Reached At(uint64_t sequence) {
  Reached reached{.ledger_id = kLedgerId, .sequence = sequence};
  reached.root.fill(static_cast<uint8_t>(sequence));
  return reached;
}

// Tables of which a few groups fill one.
inline Views::Options SmallTables() {
  return {.table_rows = 50};
}

inline constexpr uint64_t kShared = 10;

// Group `sequence` sets rows 1 to kShared to `sequence`, adds one more, and erases the one that the
// group before added. Reads nothing.
inline std::shared_ptr<const RowChanges> ChangesOfGroup(uint64_t sequence) {
  const WriterRows empty(nullptr);
  EditableRows layer(&empty);
  for (uint64_t i = 1; i <= kShared; ++i) {
    layer.Edit<tables::ProgramNumbers>({absl::StrCat(i)}).set_number(sequence);
    layer.Put<tables::Timers>({static_cast<int64_t>(i), 1, sequence}, {});
    layer.Erase<tables::Timers>({static_cast<int64_t>(i), 1, sequence - 1});
  }
  layer.Edit<tables::CloudAccounts>({sequence}).set_enterprise(sequence);
  if (sequence > 1) layer.Erase<tables::CloudAccounts>({sequence - 1});
  return layer.TakeChanges();
}

inline absl::Status ApplyGroup(Views* views, uint64_t sequence) {
  return views->Apply(*ChangesOfGroup(sequence), At(sequence));
}

// The same, loaded instead of applied.
inline absl::Status LoadGroup(Views* views, uint64_t sequence) {
  return views->Load(ChangesOfGroup(sequence), At(sequence));
}

// Everything there is after group `sequence`.
inline void ExpectGroup(const RowSource& rows, uint64_t sequence) {
  const View view(&rows);
  for (uint64_t i = 1; i <= kShared; ++i) {
    const auto* row = view.Find<tables::ProgramNumbers>({absl::StrCat(i)});
    ASSERT_EQ(row != nullptr ? row->number() : 0, sequence);
  }
  int64_t due = 0;
  view.Scan<tables::Timers>({INT64_MIN, 0, 0}, {INT64_MAX, 0, 0},
                            [&](const auto& key, const auto&) {
                              EXPECT_EQ(std::get<0>(key), ++due);
                              EXPECT_EQ(std::get<2>(key), sequence);
                              return true;
                            });
  ASSERT_EQ(due, sequence > 0 ? kShared : 0);
  uint64_t accounts = 0;
  view.Scan<tables::CloudAccounts>({0}, {UINT64_MAX}, [&](const auto& key, const auto& row) {
    ++accounts;
    EXPECT_EQ(std::get<0>(key), sequence);
    EXPECT_EQ(row.enterprise(), sequence);
    return true;
  });
  ASSERT_EQ(accounts, sequence > 0 ? 1 : 0);
}

// Where a process that crashes, a second execution of a death test, keeps its views: in the
// directory of the first.
class CrashPath {
 public:
  explicit CrashPath(const ScratchDirectory& directory) {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    if (getenv(kVariable) == nullptr) setenv(kVariable, directory.Path("v").c_str(), 1);
    path_ = getenv(kVariable);
  }
  ~CrashPath() { unsetenv(kVariable); }
  CrashPath(const CrashPath&) = delete;
  CrashPath& operator=(const CrashPath&) = delete;

  const std::string& path() const { return path_; }

 private:
  static constexpr char kVariable[] = "VOUCHER_VIEWS_CRASH_PATH";
  std::string path_;
};

}  // namespace voucher::testing
