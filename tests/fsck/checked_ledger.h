// A told ledger on disk, and what fsck says of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/fsck/fsck.h"
#include "ledger/machine/machine.h"
#include "ledger/validation/verbs.h"
#include "tests/support/ledger_story.h"
#include "tests/support/scratch_directory.h"

namespace voucher::testing {

class CheckedLedger : public ::testing::Test {
 protected:
  CheckedLedger() : directory_("fsck") { TellMainJob(&story_); }

  std::string Path() const { return directory_.Path("data"); }

  // Writes `stored` with views up to its end.
  void Write(const std::vector<std::string>& stored) { WriteLedger(Path(), stored, stored.size()); }
  void WriteWithoutViews(const std::vector<std::string>& stored) { WriteLedger(Path(), stored, 0); }

  FsckReport Check(bool redecide = false) {
    FsckOptions options;
    options.path = Path();
    options.rows_path = directory_.Path("rows");
    options.redecide = redecide;
    absl::StatusOr<FsckReport> report = RunFsck(options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : FsckReport();
  }

  // Sequence of the first entry for which `matches`; the test fails if there is none.
  uint64_t Find(const std::function<bool(const v1::Entry&)>& matches) const {
    for (const std::string& stored : story_.stored()) {
      v1::Entry entry;
      EXPECT_TRUE(entry.ParseFromString(stored));
      if (matches(entry)) return entry.sequence();
    }
    ADD_FAILURE() << "no such entry";
    return 0;
  }
  // Sequence of the entry with this request_id.
  uint64_t Decided(const std::string& request_id) const {
    return Find([&](const v1::Entry& entry) { return RequestIdOf(entry.command()) == request_id; });
  }

  LedgerStory story_;
  ScratchDirectory directory_;
};

// The findings of one check; the test fails if there is no such check.
inline std::vector<std::string> Findings(const FsckReport& report, absl::string_view check) {
  for (const FsckCheck& found : report.checks) {
    if (found.name() == check) return found.findings();
  }
  ADD_FAILURE() << "no check " << check;
  return {};
}

// Names of the checks with findings.
inline std::vector<std::string> Failed(const FsckReport& report) {
  std::vector<std::string> names;
  for (const FsckCheck& check : report.checks) {
    if (!check.ok()) names.push_back(check.name());
  }
  return names;
}

inline std::string NoteOf(const FsckReport& report, absl::string_view check) {
  for (const FsckCheck& found : report.checks) {
    if (found.name() == check) return found.note();
  }
  return "";
}

}  // namespace voucher::testing
