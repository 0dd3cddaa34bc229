// What a command came to, as the model predicts it and as an entry records it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "voucher/v1/entry.pb.h"

namespace voucher::simulation {

// Program, v1::LimitKind, id and sub of a limit; kind 0 is the budget.
using LimitKey = std::tuple<uint32_t, int, uint64_t, uint64_t>;

// What a command came to. Amounts are fen; what does not apply is 0.
struct Outcome {
  // A v1::Reason; 0 means accepted.
  int reason = 0;
  // With NOT_ELIGIBLE.
  std::vector<int> rules;
  uint64_t queue_number = 0;
  // The application, voucher, transfer, redemption, account, program, notice, cluster, tranche or
  // statement made, or the party that paid back.
  uint64_t id = 0;
  // Granted, wanted, approved, credited, returned, redeemed, reversed, open to settlement or lost
  // to it, due, receivable; of an appropriation the new budget, of a payment what is still owed.
  int64_t amount_fen = 0;
  // Back to the budget or returned.
  int64_t released_fen = 0;
  // Of the application, redemption or statement afterwards; of the program before.
  int state = 0;
  // End or due instant that it set.
  int64_t instant = 0;
  std::vector<uint64_t> exhausted_vouchers;
  // Of a ranking each place's id, amount and state; of an approval each superseded application with
  // what it has used and what it gave back, then what was set off, if anything; of a reversal what
  // is refunded; of an acceptance what was taken back and what is owed; of a reclaim the enterprise
  // and what was set off; of these and of an end of a project then each replaced grant, what opened
  // and what went back of it, and again with what is owed of it; of a reconciliation each line's
  // transfer, finding and amount confirmed, then what is missing; of a statement its sums, then
  // each line's application, due and set off; of what is put whether it was created and whether it
  // stood so; of a calendar each notice that it extends, with its last day as year x 10,000 + month
  // x 100 + day and its end.
  std::vector<std::array<int64_t, 3>> parts;
  std::vector<uint64_t> settled_applications;
  // Of an acceptance or a lapse.
  bool settles_application = false;
  // Off the waitlist: application, amount and state; application and reason.
  std::vector<std::array<int64_t, 3>> promoted;
  std::vector<std::array<int64_t, 2>> lapsed;
  bool waitlist_continues = false;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// What an entry says.
Outcome OutcomeOf(const v1::Entry& entry);

std::string Describe(const Outcome& outcome);

}  // namespace voucher::simulation
