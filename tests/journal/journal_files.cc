#include "tests/journal/journal_files.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "ledger/base/check.h"

namespace voucher::testing {
namespace {

// Leaves first + 1 .. last.
Hash RootOfRange(uint64_t first, uint64_t last) {
  const uint64_t size = last - first;
  if (size == 1) return LeafHash(EntryAt(last));
  uint64_t left = 1;  // the largest power of two below size
  while (2 * left < size) left *= 2;
  return NodeHash(RootOfRange(first, first + left), RootOfRange(first + left, last));
}

}  // namespace

std::string EntryAt(uint64_t sequence) {
  return absl::StrCat("entry ", sequence, ":",
                      std::string(sequence * 37 % 200, static_cast<char>(sequence)));
}

std::unique_ptr<Journal> OpenJournal(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Journal>> journal =
      Journal::Open({.path = path, .create_if_missing = true, .ledger_id = kLedgerId});
  EXPECT_TRUE(journal.ok()) << journal.status();
  return journal.ok() ? *std::move(journal) : nullptr;
}

void AppendGroup(Journal& journal, size_t count) {
  const uint64_t first = journal.end_sequence() + 1;
  std::vector<std::string> entries;
  for (size_t i = 0; i < count; ++i) entries.push_back(EntryAt(first + i));
  const std::vector<absl::string_view> views(entries.begin(), entries.end());
  const absl::Status appended = journal.Append(first, journal.epoch(), views, nullptr);
  ASSERT_TRUE(appended.ok()) << appended;
}

void MakeJournal(const std::string& path, const std::vector<size_t>& groups) {
  const std::unique_ptr<Journal> journal = OpenJournal(path);
  ASSERT_NE(journal, nullptr);
  for (const size_t count : groups) AppendGroup(*journal, count);
}

Hash RootByDefinition(uint64_t size) {
  return size == 0 ? Sha256Of({}) : RootOfRange(0, size);
}

void CopyFiles(const std::string& from, const std::string& to) {
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

std::string NewestLog(const std::string& journal) {
  std::string newest;
  for (const auto& file : std::filesystem::directory_iterator(journal)) {
    if (file.path().extension() == ".log" && file.path().string() > newest) {
      newest = file.path().string();
    }
  }
  EXPECT_FALSE(newest.empty()) << "no log in " << journal;
  return newest;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  EXPECT_TRUE(file.good()) << path;
}

void ChangeRows(const std::string& path, const std::function<void(JournalStore&)>& change) {
  absl::StatusOr<std::unique_ptr<JournalStore>> store =
      JournalStore::Open(path, JournalStore::Mode::kReadWrite);
  ASSERT_TRUE(store.ok()) << store.status();
  change(**store);
}

}  // namespace voucher::testing
