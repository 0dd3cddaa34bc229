#include "ledger/journal/mark_check.h"

#include "absl/strings/str_cat.h"

namespace voucher {

std::optional<std::string> CompareWithMark(const Journal& journal, const HighWaterMark& mark) {
  if (journal.ledger_id() != mark.ledger_id) {
    return absl::StrCat("the journal is of ledger ", journal.ledger_id(),
                        ", its high-water mark of ledger ", mark.ledger_id);
  }
  const Journal::End end = journal.end();
  if (end.sequence < mark.sequence) {
    return absl::StrCat("the journal ends at sequence ", end.sequence,
                        ", but its high-water mark is at ", mark.sequence, ": ",
                        mark.sequence - end.sequence, " entries are lost");
  }
  if (end.epoch < mark.epoch) {
    return absl::StrCat("the journal ends in epoch ", end.epoch,
                        ", but its high-water mark is of epoch ", mark.epoch);
  }
  const absl::StatusOr<Hash> root = journal.RootAt(mark.sequence);
  if (!root.ok()) {
    return absl::StrCat("the journal cannot be compared with its high-water mark at sequence ",
                        mark.sequence, ": ", root.status().message());
  }
  if (*root != mark.root) {
    return absl::StrCat("the journal was altered: its root at sequence ", mark.sequence, " is ",
                        ToHex(AsBytes(*root)), ", its high-water mark says ",
                        ToHex(AsBytes(mark.root)));
  }
  return std::nullopt;
}

}  // namespace voucher
