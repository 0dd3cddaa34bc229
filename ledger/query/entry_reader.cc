#include "ledger/query/entry_reader.h"

#include "absl/strings/str_cat.h"

#include "ledger/base/status_macros.h"

namespace voucher::query {

absl::Status ReadEntries(const EntryReader& entries, uint64_t first, uint64_t last,
                         absl::FunctionRef<void(const v1::Entry&)> take) {
  uint64_t next = first;
  bool parsed = true;
  VOUCHER_RETURN_IF_ERROR(entries(first, last, [&](uint64_t sequence, absl::string_view stored) {
    v1::Entry entry;
    parsed = sequence == next &&
             entry.ParseFromArray(stored.data(), static_cast<int>(stored.size())) &&
             entry.sequence() == sequence;
    if (!parsed) return false;
    take(entry);
    ++next;
    return true;
  }));
  if (!parsed || next != last + 1) {
    return absl::DataLossError(absl::StrCat("entry ", next, " cannot be read"));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Entry> ReadEntry(const EntryReader& entries, uint64_t sequence) {
  v1::Entry found;
  VOUCHER_RETURN_IF_ERROR(
      ReadEntries(entries, sequence, sequence, [&](const v1::Entry& entry) { found = entry; }));
  return found;
}

}  // namespace voucher::query
