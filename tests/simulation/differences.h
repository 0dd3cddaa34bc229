// What the parts of the comparison share.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "ledger/machine/postings.h"
#include "ledger/state/view.h"
#include "tests/simulation/model.h"

namespace voucher::simulation {

// Notes what differs, by name.
class Differences {
 public:
  template <typename A, typename B>
  void Equal(absl::string_view what, uint64_t number, const A& model, const B& machine) {
    if (model == machine) return;
    found_.push_back(absl::StrCat(what, " ", number, ": model ", model, ", machine ", machine));
  }
  void Missing(absl::string_view what, uint64_t number) {
    found_.push_back(absl::StrCat(what, " ", number, " is missing"));
  }
  std::vector<std::string> Take() && { return std::move(found_); }

 private:
  std::vector<std::string> found_;
};

inline int64_t BalanceFen(const View& view, uint32_t program, v1::AccountKind kind, uint64_t id,
                          uint64_t sub = 0) {
  v1::AccountRef account;
  account.set_kind(kind);
  account.set_id(id);
  account.set_sub(sub);
  return BalanceOf(view, program, account);
}

// Rows of a table.
template <typename Table>
uint64_t CountRows(const View& view, const typename Table::Key& first,
                   const typename Table::Key& end) {
  uint64_t rows = 0;
  view.Scan<Table>(first, end, [&rows](const auto&, const auto&) {
    ++rows;
    return true;
  });
  return rows;
}

// Payables, open months, statements and what was paid on them, debts of enterprises.
void CompareSettlement(const View& view, const Model& model, Differences* differences);

// Who waits, in which order, and for when the waitlist is set to go on.
void CompareWaitlists(const View& view, const Model& model, Differences* differences);

}  // namespace voucher::simulation
