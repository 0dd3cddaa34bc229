// Making journals, and damaging their files, in tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/journal/journal.h"
#include "ledger/journal/store.h"

namespace voucher::testing {

inline constexpr char kLedgerId[] = "00112233445566778899aabbccddeeff";

// The entry that these tests put at a sequence: its number and up to 200 further bytes.
std::string EntryAt(uint64_t sequence);

// Opens for writing, creating with kLedgerId if absent. A failure fails the test and gives null.
std::unique_ptr<Journal> OpenJournal(const std::string& path);

// Appends `count` entries EntryAt(..) as one group. A failure fails the test.
void AppendGroup(Journal& journal, size_t count);

// Makes a closed journal of one group per element of `groups`.
void MakeJournal(const std::string& path, const std::vector<size_t>& groups);

// Root over EntryAt(1 .. size), computed by the definition in RFC 6962 section 2.1.
Hash RootByDefinition(uint64_t size);

// Copies a directory tree as it is now, as after a power cut that lost nothing written.
void CopyFiles(const std::string& from, const std::string& to);

// Path of the newest write-ahead log. Fails the test if there is none.
std::string NewestLog(const std::string& journal);

std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& bytes);

// Lets `change` alter the rows of a closed journal.
void ChangeRows(const std::string& path, const std::function<void(JournalStore&)>& change);

}  // namespace voucher::testing
