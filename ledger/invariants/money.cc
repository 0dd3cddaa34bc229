#include <optional>

#include "ledger/invariants/checker.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/worlds.h"

namespace voucher::invariants {

namespace {

std::string KindName(v1::AccountKind kind) {
  const std::string& name = v1::AccountKind_Name(kind);
  return name.empty() ? absl::StrCat("kind ", static_cast<int>(kind))
                      : name.substr(absl::string_view("ACCOUNT_KIND_").size());
}

// Accounts that belong to no single thing, so that only sums speak about them.
bool IsCommon(v1::AccountKind kind) {
  return kind == v1::ACCOUNT_KIND_TREASURY || kind == v1::ACCOUNT_KIND_BUDGET ||
         kind == v1::ACCOUNT_KIND_RETURNED || kind == v1::ACCOUNT_KIND_PAID ||
         kind == v1::ACCOUNT_KIND_RECOVERY;
}

// What an enterprise owes, by the balances: the sum without sandboxes.
struct Debts {
  int64_t sum_fen = 0;
  std::vector<uint32_t> programs;
};

void CheckTotals(uint32_t program, const std::vector<int64_t>& sums, Checker* checker) {
  const rows::TotalsRow* totals = checker->view.Find<tables::Totals>({program});
  std::optional<int64_t> all_fen = 0;
  for (int kind = 1; kind < v1::AccountKind_ARRAYSIZE; ++kind) {
    const int64_t stored_fen =
        totals != nullptr && kind < totals->class_fen_size() ? totals->class_fen(kind) : 0;
    checker->Require(sums[kind] == stored_fen, "program ", program, " has ", stored_fen,
                     " fen in class ", KindName(static_cast<v1::AccountKind>(kind)),
                     ", its balances add up to ", sums[kind]);
    if (all_fen) all_fen = AddFen(*all_fen, stored_fen);
  }
  checker->Require(all_fen == 0, "the classes of program ", program, " add up to ",
                   all_fen.value_or(std::numeric_limits<int64_t>::max()), " fen, not to 0");
  const int64_t owed_fen = Plus(sums[v1::ACCOUNT_KIND_RECEIVABLE], sums[v1::ACCOUNT_KIND_RECOVERY]);
  checker->Require(owed_fen == 0, "receivables and recovery of program ", program, " add up to ",
                   owed_fen, " fen, not to 0");
}

void CheckDebts(absl::btree_map<uint64_t, Debts> debts, Checker* checker) {
  for (uint64_t id = 1; id <= checker->counters.enterprise(); ++id) {
    const rows::EnterpriseRow* row = checker->view.Find<tables::Enterprises>({id});
    if (row == nullptr) continue;
    const Debts owed = debts[id];
    const auto& programs = row->receivable_programs();
    checker->Require(row->receivable_fen() == owed.sum_fen &&
                         std::vector<uint32_t>(programs.begin(), programs.end()) == owed.programs,
                     "enterprise ", id, " says that it owes ", row->receivable_fen(), " fen in ",
                     programs.size(), " programs, the balances say ", owed.sum_fen, " in ",
                     owed.programs.size());
  }
}

}  // namespace

void CheckBalances(Checker* checker) {
  absl::btree_map<uint64_t, Debts> debts;
  for (uint32_t program = 1; program <= checker->counters.program(); ++program) {
    const rows::ProgramRow* books = checker->view.Find<tables::Programs>({program});
    const bool real = books == nullptr || WorldOf(*books) == World::kReal;
    std::vector<int64_t> sums(v1::AccountKind_ARRAYSIZE, 0);
    sums[v1::ACCOUNT_KIND_CREDIT] = checker->credit_fen[program];
    checker->view.Scan<tables::Balances>(
        {program, 0, 0, 0}, {program, kLastKind, kLastId, kLastId},
        [&](const tables::Balances::Key& key, const rows::BalanceRow& row) {
          const auto kind = static_cast<v1::AccountKind>(std::get<1>(key));
          const std::string name = absl::StrCat(KindName(kind), " ", std::get<2>(key), "/",
                                                std::get<3>(key), " of program ", program);
          checker->Require(kind > 0 && kind < v1::AccountKind_ARRAYSIZE, "there is no account ",
                           name);
          if (kind <= 0 || kind >= v1::AccountKind_ARRAYSIZE) return true;
          checker->Require(kind != v1::ACCOUNT_KIND_CREDIT, name,
                           " has a balance, where the lots of cloud accounts are to say it");
          if (kind == v1::ACCOUNT_KIND_CREDIT) return true;
          sums[kind] = Plus(sums[kind], row.fen());
          checker->Require(row.fen() >= 0 || MayBeNegative(kind), name, " is ", row.fen(), " fen");
          if (kind == v1::ACCOUNT_KIND_RECEIVABLE) {
            Debts& owed = debts[std::get<2>(key)];
            if (real) owed.sum_fen = Plus(owed.sum_fen, row.fen());
            if (owed.programs.empty() || owed.programs.back() != program) {
              owed.programs.push_back(program);
            }
          }
          if (IsCommon(kind)) return true;
          const auto expected = checker->balances.find(key);
          const int64_t fen = expected == checker->balances.end() ? 0 : expected->second;
          checker->Require(row.fen() == fen, name, " is ", row.fen(), " fen, its things add up to ",
                           fen);
          if (expected != checker->balances.end()) checker->balances.erase(expected);
          return true;
        });
    CheckTotals(program, sums, checker);
  }
  for (const auto& [key, fen] : checker->balances) {
    checker->Require(fen == 0, KindName(static_cast<v1::AccountKind>(std::get<1>(key))), " ",
                     std::get<2>(key), "/", std::get<3>(key), " of program ", std::get<0>(key),
                     " has no balance, its things add up to ", fen);
  }
  CheckDebts(std::move(debts), checker);
}

}  // namespace voucher::invariants
