#include "server/services/recorded_entries.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "ledger/base/status_macros.h"

namespace voucher {

absl::Status AddEntries(const Ledger& ledger, uint64_t first, uint64_t last, int most,
                        google::protobuf::RepeatedPtrField<v1::RecordedEntry>* page) {
  absl::Status parsed;
  size_t bytes = 0;
  VOUCHER_RETURN_IF_ERROR(
      ledger.ReadEntries(first, last, [&](uint64_t sequence, absl::string_view stored) {
        v1::RecordedEntry* recorded = page->Add();
        recorded->set_stored(stored.data(), stored.size());
        if (!recorded->mutable_entry()->ParseFromString(recorded->stored())) {
          parsed = absl::DataLossError(absl::StrCat("entry ", sequence, " does not parse"));
          return false;
        }
        *recorded->mutable_receipt() = Ledger::ReceiptOf(recorded->entry(), stored);
        bytes += recorded->ByteSizeLong();
        if (bytes > kMaxPageBytes && page->size() > 1) {
          page->RemoveLast();
          return false;
        }
        return page->size() < most;
      }));
  if (parsed.ok() && page->empty() && first <= last) {
    return absl::DataLossError(absl::StrCat("the journal does not hold entry ", first));
  }
  return parsed;
}

}  // namespace voucher
