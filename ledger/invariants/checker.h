#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"

#include "ledger/invariants/invariants.h"
#include "ledger/invariants/redemption_sums.h"
#include "ledger/invariants/sums.h"
#include "ledger/machine/context.h"
#include "ledger/machine/worlds.h"
#include "ledger/state/view.h"

// The parts of CheckInvariants, one file each. Each looks at the rows of one kind of thing, and
// leaves what they say that other rows must hold.
namespace voucher::invariants {

inline constexpr uint64_t kLastId = std::numeric_limits<uint64_t>::max();
inline constexpr uint32_t kLastProgram = std::numeric_limits<uint32_t>::max();
inline constexpr uint8_t kLastKind = std::numeric_limits<uint8_t>::max();

// What the parts of a voucher add up to, by the rows of the parts.
struct VoucherParts {
  int64_t in_transit_fen = 0;
  int64_t credit_fen = 0;
  int64_t redeemed_fen = 0;
};

// Findings, and what is expected of rows that are looked at later.
class Checker {
 public:
  Checker(const View& checked, const RedemptionSums& sums)
      : view(checked), redeemed(sums), context(checked, v1::Authority::default_instance(), 0) {
    if (const auto* row = checked.Find<tables::Counters>({})) counters = *row;
  }

  std::vector<std::string> TakeFindings() && { return std::move(findings_); }

  // Adds a finding, "parts…", unless it holds.
  template <class... Parts>
  void Require(bool holds, const Parts&... parts) {
    if (holds || findings_.size() >= kMaxInvariantFindings) return;
    findings_.push_back(absl::StrCat(parts...));
  }

  // Adds to the balance that the books must show.
  void Expect(uint32_t program, v1::AccountKind kind, uint64_t id, uint64_t sub, int64_t fen) {
    int64_t& expected = balances[{program, static_cast<uint8_t>(kind), id, sub}];
    expected = Plus(expected, fen);
  }

  // Visits a table of numbers and requires the numbers 1 to `last`, each once.
  template <class T, class Visit>
  void Numbered(const char* what, uint64_t last, Visit visit) {
    NumberedBetween<T>(what, 0, last, kLastId, visit);
  }
  // The same of what each world numbers.
  template <class T, class Visit>
  void Numbered(const char* what, uint64_t (rows::DenseNumbers::*last)() const, Visit visit) {
    NumberedBetween<T>(what, 0, (counters.real().*last)(), kSandboxNumbers + 1, visit);
    NumberedBetween<T>(what, kSandboxNumbers,
                       std::max(kSandboxNumbers, (counters.sandbox().*last)()), kLastId, visit);
  }

  // True if one of the worlds has given the number.
  bool WasGiven(uint64_t number, uint64_t (rows::DenseNumbers::*last)() const) const {
    return number > kSandboxNumbers ? number <= (counters.sandbox().*last)()
                                    : number >= 1 && number <= (counters.real().*last)();
  }
  // How many numbers both worlds have given.
  uint64_t CountOf(uint64_t (rows::DenseNumbers::*last)() const) const {
    return (counters.real().*last)() + std::max(kSandboxNumbers, (counters.sandbox().*last)()) -
           kSandboxNumbers;
  }

  template <class T>
  uint64_t CountRows(const typename T::Key& first, const typename T::Key& last) {
    uint64_t count = 0;
    view.Scan<T>(first, last, [&](const auto&, const auto&) {
      ++count;
      return true;
    });
    return count;
  }

  // The number behind a name, or 0.
  template <class T>
  uint64_t NumberOf(const typename T::Key& name) {
    const rows::NumberRow* row = view.Find<T>(name);
    return row == nullptr ? 0 : row->number();
  }

  const View& view;
  const RedemptionSums& redeemed;
  const Context context;
  rows::CountersRow counters;

  // What the rows of things say that the books must hold.
  absl::btree_map<tables::Balances::Key, int64_t> balances;
  absl::btree_map<uint32_t, int64_t> credit_fen;  // in lots, by program
  // Confirmed transfers less net redemptions less lots, by (account, voucher).
  absl::btree_map<std::pair<uint64_t, uint64_t>, int64_t> missing_credit_fen;
  // What stands of grants, by (program, enterprise, item, project, cluster), and by program.
  absl::btree_map<std::tuple<uint32_t, uint64_t, uint32_t, std::string, uint64_t>, int64_t>
      standing_fen;
  absl::btree_map<uint32_t, rows::ProgramGrantsRow> pools;
  absl::btree_set<tables::Timers::Key> timers;
  absl::btree_map<uint64_t, VoucherParts> vouchers;
  // Redeemed less reversed by (voucher, provider).
  absl::btree_map<std::pair<uint64_t, uint64_t>, int64_t> claims;
  // Stated for reimbursement, set-off included, by application.
  absl::btree_map<uint64_t, int64_t> stated;

 private:
  // Requires the numbers after `before` up to `last`, each once, among the rows before `end`.
  template <class T, class Visit>
  void NumberedBetween(const char* what, uint64_t before, uint64_t last, uint64_t end,
                       Visit visit) {
    uint64_t next = before + 1;
    view.Scan<T>({next}, {end}, [&](const typename T::Key& key, const typename T::Row& row) {
      const uint64_t number = std::get<0>(key);
      Require(number == next, what, " ", number, " follows ", next - 1);
      next = number + 1;
      visit(number, row);
      return true;
    });
    Require(next == last + 1, "the last ", what, " is ", next - 1, ", the counter says ", last);
  }

  std::vector<std::string> findings_;
};

// Programs, their tranches, the totals kept of them.
void CheckPrograms(Checker* checker);
// Enterprises and their records, providers, products, ends of notices.
void CheckRegistry(Checker* checker);
void CheckClusters(Checker* checker);
// Cloud accounts and their lots.
void CheckAccounts(Checker* checker);
// Redemptions, and the baskets that they fill.
void CheckRedemptions(Checker* checker);
void CheckTransfers(Checker* checker);
void CheckLots(Checker* checker);
// Vouchers, and those that wait for their last statement.
void CheckVouchers(Checker* checker);
// Statements, their lines, and how far parties are settled.
void CheckStatements(Checker* checker);
// Applications, their claims, lists and notices; the queues.
void CheckApplications(Checker* checker);
// What can be settled: open months of providers, unpaid applications of enterprises.
void CheckOwed(Checker* checker);
void CheckBalances(Checker* checker);
void CheckLimits(Checker* checker);
void CheckTimers(Checker* checker);

}  // namespace voucher::invariants
