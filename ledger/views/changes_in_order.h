#ifndef LEDGER_VIEWS_CHANGES_IN_ORDER_H_
#define LEDGER_VIEWS_CHANGES_IN_ORDER_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"

#include "ledger/machine/row_changes.h"
#include "ledger/views/key_order.h"

namespace voucher {

// Goes through changed rows in key order; of several changes of one row it shows the last.
class ChangesInOrder {
 public:
  // Sorts them. Both must outlive it; `one_more` is a row that `changes` has not.
  ChangesInOrder(const RowChanges& changes, const RowChange& one_more);

  bool valid() const { return next_ < rows_.size(); }
  // These need valid().
  absl::string_view key() const { return rows_[next_].row->key; }
  bool erased() const { return rows_[next_].row->erased; }
  absl::string_view value() const { return rows_[next_].row->value; }
  void Next();

 private:
  // From an older change of a row to its last.
  void SkipOlder();

  std::vector<KeyedRow<RowChange>> rows_;
  size_t next_ = 0;
};

}  // namespace voucher

#endif  // LEDGER_VIEWS_CHANGES_IN_ORDER_H_
