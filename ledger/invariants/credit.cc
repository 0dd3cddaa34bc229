#include <string>
#include <tuple>

#include "absl/algorithm/container.h"

#include "ledger/invariants/checker.h"

namespace voucher::invariants {

namespace {

// The row of what was reversed of a redemption, by its draws.
void CheckReversal(uint64_t id, const rows::ReversalRow& row,
                   const google::protobuf::RepeatedPtrField<v1::Draw>& draws, Checker* checker) {
  int64_t reversed_fen = 0;
  int64_t left_fen = 0;
  absl::btree_map<uint64_t, int64_t> parts;
  for (const rows::ReversalRow::Part& part : row.parts()) parts[part.voucher()] = part.fen();
  for (const v1::Draw& draw : draws) {
    const int64_t part_fen = parts[draw.voucher_id()];
    checker->Require(part_fen == draw.reversed_fen(), "redemption ", id, " has ", part_fen,
                     " fen of voucher ", draw.voucher_id(), " reversed, its reversals add up to ",
                     draw.reversed_fen());
    checker->Require(draw.reversed_fen() >= 0 && draw.reversed_fen() <= draw.amount_fen(),
                     "redemption ", id, " reversed ", draw.reversed_fen(), " of ",
                     draw.amount_fen(), " fen");
    reversed_fen = Plus(reversed_fen, draw.reversed_fen());
    left_fen = Plus(left_fen, Minus(draw.amount_fen(), draw.reversed_fen()));
  }
  checker->Require(static_cast<int>(parts.size()) <= draws.size(), "redemption ", id,
                   " has reversed what it did not draw");
  const v1::RedemptionState state =
      left_fen == 0 ? v1::REDEMPTION_STATE_REVERSED : v1::REDEMPTION_STATE_PARTLY_REVERSED;
  checker->Require(row.state() == state, "redemption ", id, " is ", StateName(row.state()),
                   " after reversals of ", reversed_fen, " fen");
}

void CheckReversals(Checker* checker) {
  uint64_t rows = 0;
  checker->view.Scan<tables::Reversals>(
      {1}, {kLastId}, [&](const tables::Reversals::Key& key, const rows::ReversalRow& row) {
        const uint64_t id = std::get<0>(key);
        const auto draws = checker->redeemed.reversed.find(id);
        const bool is_reversed = draws != checker->redeemed.reversed.end();
        checker->Require(is_reversed, "redemption ", id,
                         " has reversals, but no entry reverses it");
        if (is_reversed) CheckReversal(id, row, draws->second, checker);
        ++rows;
        return true;
      });
  checker->Require(rows == checker->redeemed.reversed.size(), rows,
                   " redemptions have reversals, entries reverse ",
                   checker->redeemed.reversed.size());
}

// That a lot has the terms of its voucher, and was confirmed when that says at the latest.
void CheckTerms(uint64_t id, const rows::AccountRow& account, const rows::CreditRow& lot,
                Checker* checker) {
  const rows::VoucherRow* voucher = checker->view.Find<tables::Vouchers>({lot.voucher()});
  const bool as_its_voucher = voucher != nullptr && lot.program() == voucher->program() &&
                              lot.item() == voucher->item() &&
                              lot.revision() == voucher->revision() &&
                              lot.expires_unix_ns() == voucher->expires_unix_ns() &&
                              lot.lapses_unix_ns() == voucher->lapses_unix_ns() &&
                              account.enterprise() == voucher->enterprise();
  checker->Require(as_its_voucher, "cloud account ", id, " has a lot that is not as voucher ",
                   lot.voucher());
  if (voucher == nullptr) return;
  const auto place = absl::c_find(voucher->accounts(), id) - voucher->accounts().begin();
  checker->Require(place < voucher->credited_unix_ns_size() &&
                       lot.credited_unix_ns() <= voucher->credited_unix_ns(static_cast<int>(place)),
                   "cloud account ", id, " has a lot that is newer than voucher ", lot.voucher(),
                   " says");
}

void CheckLot(uint64_t id, const rows::AccountRow& account, const rows::CreditRow& lot,
              Checker* checker) {
  checker->Require(lot.amount_fen() > 0, "cloud account ", id, " has a lot of ", lot.amount_fen(),
                   " fen of voucher ", lot.voucher());
  CheckTerms(id, account, lot, checker);
  const auto add = [&](int64_t* sum_fen) { *sum_fen = Plus(*sum_fen, lot.amount_fen()); };
  add(&checker->credit_fen[lot.program()]);
  add(&checker->vouchers[lot.voucher()].credit_fen);
  int64_t& missing_fen = checker->missing_credit_fen[{id, lot.voucher()}];
  missing_fen = Minus(missing_fen, lot.amount_fen());
}

// What lapsed in an account: once per voucher, which is over, and no more than it released.
void CheckLapsed(uint64_t id, const rows::AccountRow& account, Checker* checker) {
  absl::btree_set<uint64_t> vouchers;
  for (const rows::CreditRow& lot : account.lapsed()) {
    CheckTerms(id, account, lot, checker);
    checker->Require(vouchers.insert(lot.voucher()).second, "cloud account ", id,
                     " says twice what lapsed of voucher ", lot.voucher());
    const rows::VoucherRow* voucher = checker->view.Find<tables::Vouchers>({lot.voucher()});
    if (voucher == nullptr) continue;
    checker->Require(lot.amount_fen() > 0 && lot.amount_fen() <= voucher->released_fen(),
                     "cloud account ", id, " says that ", lot.amount_fen(), " fen of voucher ",
                     lot.voucher(), " lapsed, which released ", voucher->released_fen());
    checker->Require(checker->counters.received_unix_ns() >= lot.lapses_unix_ns(), "cloud account ",
                     id, " has lapsed credit of voucher ", lot.voucher(), ", which has not lapsed");
  }
}

}  // namespace

void CheckAccounts(Checker* checker) {
  checker->Numbered<tables::CloudAccounts>(
      "cloud account", &rows::DenseNumbers::account, [&](uint64_t id, const rows::AccountRow& row) {
        checker->Require(row.sandbox() == (WorldOfNumber(id) == World::kSandbox), "cloud account ",
                         id, " is not of the world of its number");
        checker->Require(checker->NumberOf<tables::AccountNumbers>(
                             {Key(WorldOf(row)), row.provider(), row.account_number()}) == id,
                         "cloud account ", id, " is not found by its number ",
                         row.account_number());
        std::tuple<int64_t, uint64_t, int64_t> previous{std::numeric_limits<int64_t>::min(), 0, 0};
        for (const rows::CreditRow& lot : row.credits()) {
          CheckLot(id, row, lot, checker);
          const rows::ProgramRow* program = checker->view.Find<tables::Programs>({lot.program()});
          checker->Require(program != nullptr && WorldOf(*program) == WorldOf(row),
                           "cloud account ", id, " has a lot of the other world");
          const std::tuple<int64_t, uint64_t, int64_t> place{lot.expires_unix_ns(), lot.voucher(),
                                                             lot.credited_unix_ns()};
          checker->Require(previous < place, "cloud account ", id, " has lots out of order");
          previous = place;
        }
        CheckLapsed(id, row, checker);
      });
}

namespace {

void CheckBaskets(Checker* checker) {
  // By (program, enterprise, category).
  using Key = std::tuple<uint32_t, uint64_t, std::string>;
  absl::btree_map<Key, int64_t> core_fen;
  for (const auto& [key, fen] : checker->redeemed.core_fen) {
    const auto& [program, account, category] = key;
    const rows::AccountRow* row = checker->view.Find<tables::CloudAccounts>({account});
    if (row == nullptr) continue;
    int64_t& basket_fen = core_fen[{program, row->enterprise(), category}];
    basket_fen = Plus(basket_fen, fen);
  }
  checker->view.Scan<tables::Baskets>(
      {0, 0}, {kLastProgram, kLastId},
      [&](const tables::Baskets::Key& key, const rows::BasketRow& row) {
        const auto& [program, enterprise] = key;
        for (const rows::BasketRow::Category& bought : row.categories()) {
          const auto found = core_fen.find(Key(program, enterprise, bought.category()));
          const int64_t fen = found == core_fen.end() ? 0 : found->second;
          checker->Require(bought.fen() == fen, "the basket of enterprise ", enterprise,
                           " in program ", program, " has ", bought.fen(), " fen of ",
                           bought.category(), ", its redemptions add up to ", fen);
          if (found != core_fen.end()) core_fen.erase(found);
        }
        return true;
      });
  for (const auto& [key, fen] : core_fen) {
    checker->Require(fen == 0, "enterprise ", std::get<1>(key), " has no ", std::get<2>(key),
                     " in its basket of program ", std::get<0>(key), ", its redemptions add up to ",
                     fen);
  }
}

void CheckOrders(Checker* checker) {
  uint64_t orders = 0;
  checker->view.Scan<tables::Orders>(
      {0, 0, ""}, {kLastKind, 0, ""},
      [&](const tables::Orders::Key& key, const rows::OrderRow& row) {
        checker->Require(row.redemption() != 0 || row.application() != 0, "order ",
                         std::get<2>(key), " has neither a redemption nor an application");
        checker->Require((row.redemption() == 0) == (row.redeemed_fen() == 0), "order ",
                         std::get<2>(key), " says ", row.redeemed_fen(), " fen of redemption ",
                         row.redemption());
        if (row.redemption() != 0) ++orders;
        return true;
      });
  checker->Require(orders == checker->redeemed.redemptions, orders, " order numbers for ",
                   checker->redeemed.redemptions, " redemptions");
}

}  // namespace

void CheckRedemptions(Checker* checker) {
  const RedemptionSums& redeemed = checker->redeemed;
  for (const std::string& finding : redeemed.findings) checker->Require(false, finding);
  for (const auto& [key, fen] : redeemed.net_fen) {
    const auto& [account, voucher] = key;
    const rows::AccountRow* row = checker->view.Find<tables::CloudAccounts>({account});
    checker->Require(row != nullptr, "there is no cloud account ", account,
                     ", from which was redeemed");
    int64_t& redeemed_fen = checker->vouchers[voucher].redeemed_fen;
    redeemed_fen = Plus(redeemed_fen, fen);
    int64_t& claim_fen = checker->claims[{voucher, row != nullptr ? row->provider() : 0}];
    claim_fen = Plus(claim_fen, fen);
    int64_t& missing_fen = checker->missing_credit_fen[{account, voucher}];
    missing_fen = Minus(missing_fen, fen);
  }
  CheckReversals(checker);
  CheckBaskets(checker);
  CheckOrders(checker);
  checker->view.Scan<tables::CloudAccounts>(
      {1}, {kLastId}, [&](const tables::CloudAccounts::Key& key, const rows::AccountRow& row) {
        const auto found = redeemed.last.find(std::get<0>(key));
        const uint64_t last = found == redeemed.last.end() ? 0 : found->second;
        checker->Require(row.last_redemption() == last, "cloud account ", std::get<0>(key),
                         " names redemption ", row.last_redemption(), " as its last, which is ",
                         last);
        return true;
      });
}

void CheckTransfers(Checker* checker) {
  // By (program, state).
  absl::btree_map<std::pair<uint32_t, int>, uint64_t> states;
  checker->Numbered<tables::Transfers>(
      "transfer", &rows::DenseNumbers::transfer, [&](uint64_t id, const rows::TransferRow& row) {
        ++states[{row.program(), row.state()}];
        if (row.state() == v1::TRANSFER_STATE_ORDERED) {
          checker->timers.insert({row.answer_due_unix_ns(), v1::TIMER_KIND_TRANSFER_ANSWER, id});
        }
        if (row.state() == v1::TRANSFER_STATE_CONFIRMED) {
          int64_t& missing_fen = checker->missing_credit_fen[{row.account(), row.voucher()}];
          missing_fen = Plus(missing_fen, row.amount_fen());
        }
        if (row.state() != v1::TRANSFER_STATE_ORDERED &&
            row.state() != v1::TRANSFER_STATE_OVERDUE) {
          return;
        }
        checker->Expect(row.program(), v1::ACCOUNT_KIND_TRANSIT, id, 0, row.amount_fen());
        int64_t& in_transit_fen = checker->vouchers[row.voucher()].in_transit_fen;
        in_transit_fen = Plus(in_transit_fen, row.amount_fen());
      });
  const uint64_t indexed = checker->CountRows<tables::TransfersByProvider>({0, 0}, {kLastId, 0});
  const uint64_t transfers = checker->CountOf(&rows::DenseNumbers::transfer);
  checker->Require(indexed == transfers, indexed, " transfers by provider of ", transfers);
  for (uint32_t program = 1; program <= checker->counters.program(); ++program) {
    const rows::TotalsRow* totals = checker->view.Find<tables::Totals>({program});
    for (int state = 1; state < v1::TransferState_ARRAYSIZE; ++state) {
      const auto found = states.find({program, state});
      const uint64_t count = found == states.end() ? 0 : found->second;
      const uint64_t stored =
          totals != nullptr && state < totals->transfers_size() ? totals->transfers(state) : 0;
      checker->Require(count == stored, "program ", program, " counts ", stored,
                       " transfers in state ", StateName(static_cast<v1::TransferState>(state)),
                       ", there are ", count);
    }
  }
}

// While a voucher is active, the credit of each account is what transfers brought less what was
// redeemed, but for what a reversal gave back after the voucher's end that no timer has booked yet.
// When it ends the rest goes back.
void CheckLots(Checker* checker) {
  for (const auto& [key, missing_fen] : checker->missing_credit_fen) {
    const auto& [account, id] = key;
    const rows::VoucherRow* voucher = checker->view.Find<tables::Vouchers>({id});
    if (voucher == nullptr || voucher->state() != v1::VOUCHER_STATE_ACTIVE) continue;
    checker->Require(missing_fen >= 0 && missing_fen <= voucher->released_fen(), "cloud account ",
                     account, " lacks ", missing_fen, " fen of voucher ", id,
                     " by its transfers and redemptions");
  }
}

}  // namespace voucher::invariants
