// A redemption in every state × every command about it.
#include <string>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/machine/state_matrix.h"

namespace voucher {
namespace {

TEST(StateMatrix, Redemption) {
  StateMachine machine;
  machine.states = v1::RedemptionState_descriptor();
  machine.id_field = "redemption_id";
  machine.state_of = [](const TestWorld& world, uint64_t id) {
    return world.StateOfRedemption(id);
  };
  const auto reverse = [](int64_t fen) {
    return absl::StrCat("redemption_id: 1 amount_fen: ", fen, " reason: 'cancelled'");
  };
  machine.rows = {
      {"BOOKED", [](TestWorld* world) { return Used(world, 60'000); }},
      {"PARTLY_REVERSED",
       [reverse](TestWorld* world) {
         Used(world, 60'000);
         world->Accept("reverse_redemption", reverse(4'000));
         return uint64_t{1};
       }},
      {"REVERSED",
       [reverse](TestWorld* world) {
         Used(world, 60'000);
         world->Accept("reverse_redemption", reverse(10'000));
         return uint64_t{1};
       }},
  };
  machine.commands = {
      {"Reverse1", [reverse](TestWorld* world,
                             uint64_t) { return world->Do("reverse_redemption", reverse(1)); }},
      {"Reverse6000",
       [reverse](TestWorld* world, uint64_t) {
         return world->Do("reverse_redemption", reverse(6'000));
       }},
      {"Reverse10000",
       [reverse](TestWorld* world, uint64_t) {
         return world->Do("reverse_redemption", reverse(10'000));
       }},
      {"RedeemAgain",
       [](TestWorld* world, uint64_t) {
         return world->Do("redeem", Order("O-1", "amount_fen: 10000"));
       }},
  };
  machine.grid = R"(
                Reverse1        Reverse6000     Reverse10000   RedeemAgain
BOOKED          PARTLY_REVERSED PARTLY_REVERSED REVERSED       ORDER_ALREADY_REDEEMED
PARTLY_REVERSED PARTLY_REVERSED REVERSED        NOT_REVERSIBLE ORDER_ALREADY_REDEEMED
REVERSED        NOT_REVERSIBLE  NOT_REVERSIBLE  ALREADY_BOOKED ORDER_ALREADY_REDEEMED
)";
  CheckMatrix(machine);
}

}  // namespace
}  // namespace voucher
