// What fsck found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "ledger/base/sha256.h"

namespace voucher {

// One check over many things.
class FsckCheck {
 public:
  // `name` as in "queue order"; `meaning` says what holds if there is no finding.
  FsckCheck(std::string name, std::string meaning)
      : name_(std::move(name)), meaning_(std::move(meaning)) {}

  // Counts one thing looked at.
  void Count(uint64_t things = 1) { examined_ += things; }

  // A finding: one sentence that names the place. Only the first kMaxFindingsKept are kept, all are
  // counted.
  template <class... Parts>
  void Report(const Parts&... parts) {
    if (++finding_count_ <= kMaxFindingsKept) findings_.push_back(absl::StrCat(parts...));
  }

  // Why less was looked at than could have been; no finding.
  void Note(std::string note) { note_ = std::move(note); }

  const std::string& name() const { return name_; }
  const std::string& meaning() const { return meaning_; }
  const std::string& note() const { return note_; }
  const std::vector<std::string>& findings() const { return findings_; }
  uint64_t examined() const { return examined_; }
  uint64_t finding_count() const { return finding_count_; }
  bool ok() const { return finding_count_ == 0; }

  static constexpr size_t kMaxFindingsKept = 100;

 private:
  std::string name_;
  std::string meaning_;
  std::string note_;
  std::vector<std::string> findings_;
  uint64_t examined_ = 0;
  uint64_t finding_count_ = 0;
};

struct FsckReport {
  std::string ledger_id;  // 32 hexadecimal digits
  uint64_t entries = 0;
  Hash root{};  // over these entries, rehashed
  std::vector<FsckCheck> checks;

  bool ok() const;
  // "fsck: ok", or "fsck: FAILED: " and the names of the checks that failed with their counts.
  std::string Verdict() const;
  // Ledger, table of checks, findings and the verdict, for people; lines end with '\n'.
  std::string Text() const;
  // The same as one JSON object on one line.
  std::string Json() const;
};

}  // namespace voucher
