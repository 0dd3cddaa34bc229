#include "ledger/machine/invariants.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/machine/context.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"

namespace voucher {
namespace {

constexpr uint64_t kLastId = std::numeric_limits<uint64_t>::max();
constexpr uint32_t kLastProgram = std::numeric_limits<uint32_t>::max();
constexpr uint8_t kLastKind = std::numeric_limits<uint8_t>::max();

// Adds where damaged rows may hold anything.
int64_t Plus(int64_t a, int64_t b) {
  return AddFen(a, b).value_or(std::numeric_limits<int64_t>::max());
}

std::string KindName(v1::AccountKind kind) {
  const std::string& name = v1::AccountKind_Name(kind);
  return name.empty() ? absl::StrCat("kind ", static_cast<int>(kind))
                      : name.substr(absl::string_view("ACCOUNT_KIND_").size());
}

// Accounts that belong to no single thing, so that only sums speak about them.
bool IsCommon(v1::AccountKind kind) {
  return kind == v1::ACCOUNT_KIND_TREASURY || kind == v1::ACCOUNT_KIND_BUDGET ||
         kind == v1::ACCOUNT_KIND_RETURNED;
}

// What the parts of a voucher add up to, by the rows of the parts.
struct VoucherParts {
  int64_t in_transit_fen = 0;
  int64_t credit_fen = 0;
  int64_t redeemed_fen = 0;
};

// Bounds of the used amount of a limit.
struct UseBounds {
  int64_t least_fen = 0;
  int64_t most_fen = 0;
};

class Checker {
 public:
  explicit Checker(const View& view) : view_(view) {
    const rows::CountersRow* counters = view.Find<tables::Counters>({});
    if (counters != nullptr) counters_ = *counters;
  }

  std::vector<std::string> Run() {
    CheckPrograms();
    CheckRegistry();
    CheckAccounts();
    CheckRedemptions();
    CheckTransfers();
    CheckVouchers();
    CheckApplications();
    CheckBalances();
    CheckLimits();
    CheckTimers();
    return std::move(findings_);
  }

 private:
  template <class... Parts>
  void Require(bool holds, const Parts&... parts) {
    if (holds || findings_.size() >= kMaxInvariantFindings) return;
    findings_.push_back(absl::StrCat(parts...));
  }

  void Expect(uint32_t program, v1::AccountKind kind, uint64_t id, uint64_t sub, int64_t fen) {
    int64_t& expected = balances_[{program, static_cast<uint8_t>(kind), id, sub}];
    expected = Plus(expected, fen);
  }

  // Visits a table of numbers and requires the numbers 1 to `last`, each once.
  template <class T, class Visit>
  void Numbered(const char* what, uint64_t last, Visit visit) {
    uint64_t next = 1;
    view_.Scan<T>({1}, {kLastId}, [&](const typename T::Key& key, const typename T::Row& row) {
      const uint64_t number = std::get<0>(key);
      Require(number == next, what, " ", number, " follows ", next - 1);
      next = number + 1;
      visit(number, row);
      return true;
    });
    Require(next == last + 1, "the last ", what, " is ", next - 1, ", the counter says ", last);
  }

  template <class T>
  uint64_t CountRows(const typename T::Key& first, const typename T::Key& last) {
    uint64_t count = 0;
    view_.Scan<T>(first, last, [&](const auto&, const auto&) {
      ++count;
      return true;
    });
    return count;
  }

  template <class T>
  uint64_t NumberOf(const typename T::Key& name) {
    const rows::NumberRow* row = view_.Find<T>(name);
    return row == nullptr ? 0 : row->number();
  }

  void CheckPrograms();
  void CheckRegistry();
  void CheckAccounts();
  void CheckRedemptions();
  void CheckTransfers();
  void CheckVouchers();
  void CheckApplications();
  void CheckApplication(uint64_t id, const rows::ApplicationRow& row);
  void CheckQueue(uint32_t program, const rows::ProgramRow& row);
  void CheckBalances();
  void CheckTotals(uint32_t program, const std::vector<int64_t>& sums);
  void CheckLimits();
  void CheckTimers();
  std::optional<int64_t> LimitAmount(const tables::Limits::Key& key);

  const View& view_;
  rows::CountersRow counters_;
  std::vector<std::string> findings_;

  // What the rows of things say that the books must hold.
  absl::btree_map<tables::Balances::Key, int64_t> balances_;
  absl::btree_map<tables::Limits::Key, UseBounds> limits_;
  absl::btree_set<tables::Timers::Key> timers_;
  absl::btree_map<uint64_t, VoucherParts> parts_;
  // Applications by (program, state).
  absl::btree_map<std::pair<uint32_t, int>, uint64_t> states_;
};

void Checker::CheckPrograms() {
  for (uint32_t number = 1; number <= counters_.program(); ++number) {
    const rows::ProgramRow* row = view_.Find<tables::Programs>({number});
    Require(row != nullptr, "program ", number, " has no row");
    if (row == nullptr) continue;
    Require(NumberOf<tables::ProgramNumbers>({row->program_id()}) == number, "program ", number,
            " is not found by its name ", row->program_id());
    for (uint32_t revision = 1; revision <= row->revision(); ++revision) {
      Require(view_.Find<tables::Revisions>({number, revision}) != nullptr, "program ", number,
              " has no rules of revision ", revision);
    }
    if (row->state() != v1::PROGRAM_STATE_CLOSED &&
        row->cutoff_unix_ns() > counters_.received_unix_ns()) {
      timers_.insert({row->cutoff_unix_ns(), v1::TIMER_KIND_PROGRAM_CUTOFF, number});
    }
  }
  Require(view_.Find<tables::Programs>({counters_.program() + 1}) == nullptr, "program ",
          counters_.program() + 1, " is above the counter");
}

void Checker::CheckRegistry() {
  Numbered<tables::Enterprises>(
      "enterprise", counters_.enterprise(), [&](uint64_t number, const rows::EnterpriseRow& row) {
        Require(NumberOf<tables::EnterpriseNumbers>({row.facts().uscc()}) == number, "enterprise ",
                number, " is not found by its USCC ", row.facts().uscc());
      });
  Numbered<tables::Providers>(
      "provider", counters_.provider(), [&](uint64_t number, const rows::ProviderRow& row) {
        Require(NumberOf<tables::ProviderNumbers>({row.provider_id()}) == number, "provider ",
                number, " is not found by its name ", row.provider_id());
      });
}

void Checker::CheckAccounts() {
  Numbered<tables::Accounts>(
      "cloud account", counters_.account(), [&](uint64_t id, const rows::AccountRow& row) {
        Require(NumberOf<tables::AccountNumbers>({row.provider(), row.account_number()}) == id,
                "cloud account ", id, " is not found by its number ", row.account_number());
        std::pair<int64_t, uint64_t> previous{std::numeric_limits<int64_t>::min(), 0};
        for (const rows::CreditRow& lot : row.credits()) {
          Require(lot.amount_fen() > 0, "cloud account ", id, " has a lot of ", lot.amount_fen(),
                  " fen of voucher ", lot.voucher());
          const std::pair<int64_t, uint64_t> place{lot.expires_unix_ns(), lot.voucher()};
          Require(previous < place, "cloud account ", id, " has lots out of order");
          previous = place;
          Expect(lot.program(), v1::ACCOUNT_KIND_CREDIT, id, lot.voucher(), lot.amount_fen());
          int64_t& credit_fen = parts_[lot.voucher()].credit_fen;
          credit_fen = Plus(credit_fen, lot.amount_fen());
        }
      });
}

void Checker::CheckRedemptions() {
  Numbered<tables::Redemptions>(
      "redemption", counters_.redemption(), [&](uint64_t id, const rows::RedemptionRow& row) {
        const rows::AccountRow* account = view_.Find<tables::Accounts>({row.account()});
        Require(account != nullptr, "redemption ", id, " has no cloud account");
        int64_t net_fen = 0;
        int64_t reversed_fen = 0;
        for (const v1::Draw& draw : row.draws()) {
          Require(draw.reversed_fen() >= 0 && draw.reversed_fen() <= draw.amount_fen(),
                  "redemption ", id, " reversed ", draw.reversed_fen(), " of ", draw.amount_fen(),
                  " fen");
          const int64_t left_fen = Plus(draw.amount_fen(), -draw.reversed_fen());
          int64_t& redeemed_fen = parts_[draw.voucher_id()].redeemed_fen;
          redeemed_fen = Plus(redeemed_fen, left_fen);
          net_fen = Plus(net_fen, left_fen);
          reversed_fen = Plus(reversed_fen, draw.reversed_fen());
        }
        const v1::RedemptionState state = reversed_fen == 0 ? v1::REDEMPTION_STATE_BOOKED
                                          : net_fen == 0    ? v1::REDEMPTION_STATE_REVERSED
                                                            : v1::REDEMPTION_STATE_PARTLY_REVERSED;
        Require(row.state() == state, "redemption ", id, " is ", StateName(row.state()),
                " after reversals of ", reversed_fen, " fen");
        if (account == nullptr) return;
        Expect(row.program(), v1::ACCOUNT_KIND_PAYABLE_PROVIDER, account->provider(), 0, net_fen);
      });
  const uint64_t orders = CountRows<tables::Orders>({0, ""}, {kLastId, ""});
  Require(orders == counters_.redemption(), orders, " order numbers for ", counters_.redemption(),
          " redemptions");
  const uint64_t indexed = CountRows<tables::RedemptionsByAccount>({0, 0}, {kLastId, 0});
  Require(indexed == counters_.redemption(), indexed, " redemptions by account of ",
          counters_.redemption());
}

void Checker::CheckTransfers() {
  Numbered<tables::Transfers>(
      "transfer", counters_.transfer(), [&](uint64_t id, const rows::TransferRow& row) {
        if (row.state() == v1::TRANSFER_STATE_ORDERED) {
          timers_.insert({row.answer_due_unix_ns(), v1::TIMER_KIND_TRANSFER_ANSWER, id});
        }
        if (row.state() != v1::TRANSFER_STATE_ORDERED &&
            row.state() != v1::TRANSFER_STATE_OVERDUE) {
          return;
        }
        Expect(row.program(), v1::ACCOUNT_KIND_TRANSIT, id, 0, row.amount_fen());
        int64_t& in_transit_fen = parts_[row.voucher()].in_transit_fen;
        in_transit_fen = Plus(in_transit_fen, row.amount_fen());
      });
  const uint64_t indexed = CountRows<tables::TransfersByProvider>({0, 0}, {kLastId, 0});
  Require(indexed == counters_.transfer(), indexed, " transfers by provider of ",
          counters_.transfer());
}

void Checker::CheckVouchers() {
  Numbered<tables::Vouchers>(
      "voucher", counters_.voucher(), [&](uint64_t id, const rows::VoucherRow& row) {
        const auto found = parts_.find(id);
        const VoucherParts parts = found == parts_.end() ? VoucherParts{} : found->second;
        if (found != parts_.end()) parts_.erase(found);
        const auto same = [&](const char* what, int64_t stored_fen, int64_t parts_fen) {
          Require(stored_fen == parts_fen, "voucher ", id, " says ", stored_fen, " fen ", what,
                  ", its parts add up to ", parts_fen);
        };
        same("in transit", row.in_transit_fen(), parts.in_transit_fen);
        same("credit", row.credit_fen(), parts.credit_fen);
        same("redeemed", row.redeemed_fen(), parts.redeemed_fen);
        int64_t sum_fen = 0;
        for (const int64_t fen : {row.available_fen(), row.in_transit_fen(), row.credit_fen(),
                                  row.redeemed_fen(), row.released_fen()}) {
          Require(fen >= 0, "voucher ", id, " has a part of ", fen, " fen");
          sum_fen = Plus(sum_fen, fen);
        }
        Require(sum_fen == row.approved_fen(), "voucher ", id, " was approved with ",
                row.approved_fen(), " fen, its parts add up to ", sum_fen);
        const int64_t spendable_fen = Plus(row.available_fen(), row.credit_fen());
        Require(row.state() == v1::VOUCHER_STATE_ACTIVE || spendable_fen == 0, "voucher ", id,
                " is over and still holds ", spendable_fen, " fen");
        if (row.state() == v1::VOUCHER_STATE_ACTIVE) {
          timers_.insert({row.lapses_unix_ns(), v1::TIMER_KIND_VOUCHER_LAPSE, id});
        }
        Expect(row.program(), v1::ACCOUNT_KIND_VOUCHER, id, 0, row.available_fen());
        const rows::ApplicationRow* application =
            view_.Find<tables::Applications>({row.application()});
        Require(application != nullptr && application->voucher() == id &&
                    application->approved_fen() == row.approved_fen(),
                "voucher ", id, " and application ", row.application(), " do not belong together");
      });
  for (const auto& [id, parts] : parts_) Require(false, "there are parts of voucher ", id, " only");
  const uint64_t by_program = CountRows<tables::VouchersByProgram>({0, 0}, {kLastProgram, 0});
  const uint64_t by_enterprise = CountRows<tables::VouchersByEnterprise>({0, 0}, {kLastId, 0});
  Require(by_program == counters_.voucher() && by_enterprise == counters_.voucher(), by_program,
          " vouchers by program and ", by_enterprise, " by enterprise of ", counters_.voucher());
}

void Checker::CheckApplication(uint64_t id, const rows::ApplicationRow& row) {
  ++states_[{row.program(), row.state()}];
  Require(NumberOf<tables::ApplicationsByProgram>({row.program(), row.queue_number()}) == id,
          "application ", id, " is not found by its queue number ", row.queue_number());
  Require(view_.Find<tables::ApplicationsByEnterprise>({row.enterprise(), id}) != nullptr,
          "application ", id, " is not found by its enterprise");
  const bool open =
      row.state() == v1::APPLICATION_STATE_HELD || row.state() == v1::APPLICATION_STATE_LISTED;
  const bool approved = row.state() == v1::APPLICATION_STATE_APPROVED;
  Require(row.granted_fen() > 0 && row.approved_fen() <= row.granted_fen(), "application ", id,
          " was granted ", row.granted_fen(), " and approved with ", row.approved_fen(), " fen");
  if (open) Expect(row.program(), v1::ACCOUNT_KIND_HELD, id, 0, row.granted_fen());
  if (approved && row.voucher() == 0) {
    Expect(row.program(), v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, row.enterprise(), 0,
           row.approved_fen());
  }
  for (const std::string& invoice : row.invoice_keys()) {
    const bool claimed = NumberOf<tables::Invoices>({invoice}) == id;
    Require(claimed == (open || approved), "invoice ", invoice,
            claimed ? " is still claimed by application " : " is not claimed by application ", id);
  }
  if (!open && !approved) return;
  const rows::VoucherRow* voucher =
      row.voucher() == 0 ? nullptr : view_.Find<tables::Vouchers>({row.voucher()});
  const int64_t most_fen = open ? row.granted_fen() : row.approved_fen();
  const int64_t released_fen = voucher == nullptr ? 0 : voucher->released_fen();
  for (const v1::LimitRef& limit : row.limits()) {
    UseBounds& use =
        limits_[{row.program(), static_cast<uint8_t>(limit.kind()), limit.id(), limit.sub()}];
    use.most_fen = Plus(use.most_fen, most_fen);
    use.least_fen = Plus(use.least_fen, Plus(most_fen, -released_fen));
  }
}

void Checker::CheckApplications() {
  Numbered<tables::Applications>(
      "application", counters_.application(),
      [&](uint64_t id, const rows::ApplicationRow& row) { CheckApplication(id, row); });
  const uint64_t by_program = CountRows<tables::ApplicationsByProgram>({0, 0}, {kLastProgram, 0});
  const uint64_t by_enterprise = CountRows<tables::ApplicationsByEnterprise>({0, 0}, {kLastId, 0});
  Require(by_program == counters_.application() && by_enterprise == counters_.application(),
          by_program, " applications by program and ", by_enterprise, " by enterprise of ",
          counters_.application());
  for (uint32_t program = 1; program <= counters_.program(); ++program) {
    if (const rows::ProgramRow* row = view_.Find<tables::Programs>({program})) {
      CheckQueue(program, *row);
    }
  }
}

void Checker::CheckQueue(uint32_t program, const rows::ProgramRow& row) {
  const rows::TotalsRow* totals = view_.Find<tables::Totals>({program});
  uint64_t accepted = 0;
  for (int state = 1; state < v1::ApplicationState_ARRAYSIZE; ++state) {
    const auto found = states_.find({program, state});
    const uint64_t count = found == states_.end() ? 0 : found->second;
    const uint64_t stored =
        totals != nullptr && state < totals->applications_size() ? totals->applications(state) : 0;
    Require(count == stored, "program ", program, " counts ", stored, " applications in state ",
            StateName(static_cast<v1::ApplicationState>(state)), ", there are ", count);
    accepted += count;
  }
  Require(accepted + row.refused_submissions() == row.queue_number(), "program ", program, " has ",
          accepted, " accepted and ", row.refused_submissions(),
          " refused submissions, but its last queue number is ", row.queue_number());
}

void Checker::CheckBalances() {
  for (uint32_t program = 1; program <= counters_.program(); ++program) {
    std::vector<int64_t> sums(v1::AccountKind_ARRAYSIZE, 0);
    view_.Scan<tables::Balances>(
        {program, 0, 0, 0}, {program, kLastKind, kLastId, kLastId},
        [&](const tables::Balances::Key& key, const rows::BalanceRow& row) {
          const auto kind = static_cast<v1::AccountKind>(std::get<1>(key));
          const std::string name = absl::StrCat(KindName(kind), " ", std::get<2>(key), "/",
                                                std::get<3>(key), " of program ", program);
          Require(kind > 0 && kind < v1::AccountKind_ARRAYSIZE, "there is no account ", name);
          if (kind <= 0 || kind >= v1::AccountKind_ARRAYSIZE) return true;
          sums[kind] = Plus(sums[kind], row.fen());
          Require(row.fen() >= 0 || MayBeNegative(kind), name, " is ", row.fen(), " fen");
          if (IsCommon(kind)) return true;
          const auto expected = balances_.find(key);
          const int64_t fen = expected == balances_.end() ? 0 : expected->second;
          Require(row.fen() == fen, name, " is ", row.fen(), " fen, its things add up to ", fen);
          if (expected != balances_.end()) balances_.erase(expected);
          return true;
        });
    CheckTotals(program, sums);
  }
  for (const auto& [key, fen] : balances_) {
    Require(fen == 0, KindName(static_cast<v1::AccountKind>(std::get<1>(key))), " ",
            std::get<2>(key), "/", std::get<3>(key), " of program ", std::get<0>(key),
            " has no balance, its things add up to ", fen);
  }
}

void Checker::CheckTotals(uint32_t program, const std::vector<int64_t>& sums) {
  const rows::TotalsRow* totals = view_.Find<tables::Totals>({program});
  std::optional<int64_t> all_fen = 0;
  for (int kind = 1; kind < v1::AccountKind_ARRAYSIZE; ++kind) {
    const int64_t stored_fen =
        totals != nullptr && kind < totals->class_fen_size() ? totals->class_fen(kind) : 0;
    Require(sums[kind] == stored_fen, "program ", program, " has ", stored_fen, " fen in class ",
            KindName(static_cast<v1::AccountKind>(kind)), ", its balances add up to ", sums[kind]);
    if (all_fen) all_fen = AddFen(*all_fen, stored_fen);
  }
  Require(all_fen == 0, "the classes of program ", program, " add up to ",
          all_fen.value_or(std::numeric_limits<int64_t>::max()), " fen, not to 0");
}

// The amount of a limit in the newest rules; nullopt if they state none.
std::optional<int64_t> Checker::LimitAmount(const tables::Limits::Key& key) {
  const auto& [program, kind, id, sub] = key;
  const rows::ProgramRow* row = view_.Find<tables::Programs>({program});
  const CompiledRules* rules =
      row == nullptr ? nullptr : view_.Find<tables::Revisions>({program, row->revision()});
  if (rules == nullptr) return std::nullopt;
  std::optional<int64_t> least;
  const auto lower = [&](int64_t amount_fen) {
    least = least ? std::min(*least, amount_fen) : amount_fen;
  };
  for (const v1::Cap& cap : rules->rules().caps()) {
    if (CapKind(cap.scope()) == kind) lower(cap.amount_fen());
  }
  if (kind == v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR) {
    const v1::Item* item = rules->FindItemByNumber(static_cast<uint32_t>(sub));
    if (item != nullptr && item->cap_fen() > 0) lower(item->cap_fen());
  }
  const Context context(view_, v1::Authority::default_instance(), 0);
  for (const v1::Pool& pool : rules->rules().pools()) {
    const std::optional<v1::LimitRef> ref = PoolRef(context, *rules, pool);
    if (ref && ref->kind() == kind && ref->id() == id && ref->sub() == sub) {
      lower(pool.amount_fen());
    }
  }
  return least;
}

void Checker::CheckLimits() {
  view_.Scan<tables::Limits>(
      {0, 0, 0, 0}, {kLastProgram, kLastKind, kLastId, kLastId},
      [&](const tables::Limits::Key& key, const rows::LimitRow& row) {
        const auto& [program, kind, id, sub] = key;
        const std::string name = absl::StrCat("limit ", CapName(static_cast<v1::LimitKind>(kind)),
                                              " ", id, "/", sub, " of program ", program);
        const auto found = limits_.find(key);
        const UseBounds use = found == limits_.end() ? UseBounds{} : found->second;
        if (found != limits_.end()) limits_.erase(found);
        // What went to `returned` of a closed program stays used; the rows of vouchers do not say
        // how much that was.
        const rows::TotalsRow* totals = view_.Find<tables::Totals>({program});
        const bool returned = totals != nullptr &&
                              totals->class_fen_size() > v1::ACCOUNT_KIND_RETURNED &&
                              totals->class_fen(v1::ACCOUNT_KIND_RETURNED) != 0;
        Require(row.used_fen() >= use.least_fen &&
                    row.used_fen() <= (returned ? use.most_fen : use.least_fen),
                name, " has ", row.used_fen(), " fen used, its applications add up to ",
                use.least_fen);
        const std::optional<int64_t> amount_fen = LimitAmount(key);
        Require(!amount_fen || row.used_fen() <= *amount_fen, name, " has ", row.used_fen(),
                " fen used of ", amount_fen.value_or(0));
        return true;
      });
  for (const auto& [key, use] : limits_) {
    Require(use.least_fen == 0, "limit ", CapName(static_cast<v1::LimitKind>(std::get<1>(key))),
            " ", std::get<2>(key), "/", std::get<3>(key), " of program ", std::get<0>(key),
            " has no row, its applications add up to ", use.least_fen);
  }
}

void Checker::CheckTimers() {
  view_.Scan<tables::Timers>({std::numeric_limits<int64_t>::min(), 0, 0},
                             {std::numeric_limits<int64_t>::max(), kLastKind, kLastId},
                             [&](const tables::Timers::Key& key, const rows::PresentRow&) {
                               const auto& [due, kind, id] = key;
                               if (timers_.erase(key) > 0) return true;
                               // A program's cutoff that passed waits for its timer, or its timer
                               // is gone.
                               const rows::ProgramRow* program =
                                   kind == v1::TIMER_KIND_PROGRAM_CUTOFF
                                       ? view_.Find<tables::Programs>({static_cast<uint32_t>(id)})
                                       : nullptr;
                               Require(program != nullptr && program->cutoff_unix_ns() == due &&
                                           program->state() != v1::PROGRAM_STATE_CLOSED,
                                       "there is a timer of kind ", kind, " for ", id, " due ", due,
                                       " that nothing waits for");
                               return true;
                             });
  for (const auto& [due, kind, id] : timers_) {
    Require(false, "there is no timer of kind ", kind, " for ", id, " due ", due);
  }
}

}  // namespace

std::vector<std::string> CheckInvariants(const View& view) {
  return Checker(view).Run();
}

}  // namespace voucher
