// A voucher in every state × every command about it.
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/machine/state_matrix.h"

namespace voucher {
namespace {

uint64_t Active(TestWorld* world) {
  return Used(world, 60'000);
}
uint64_t AllInAccount(TestWorld* world) {
  return Used(world, 100'000);
}
uint64_t Exhausted(TestWorld* world) {
  const uint64_t id = AllInAccount(world);
  world->Accept("redeem", Order("O-2", "amount_fen: 90000"));
  return id;
}
uint64_t Expired(TestWorld* world) {
  const uint64_t id = Active(world);
  world->MoveTo("2026-07-05");  // expires after June 30, grace of 72 hours
  world->FireTimers();
  return id;
}
uint64_t Reclaimed(TestWorld* world) {
  const uint64_t id = Active(world);
  world->Accept("reclaim",
                "application_id: 1 ground: RECLAIM_GROUND_AUDIT reason: 'audit' reference: 'A-1'");
  return id;
}

// The columns of the grid.
std::vector<std::pair<std::string, Command>> VoucherCommands() {
  return {
      {"Order",
       [](TestWorld* world, uint64_t) {
         return world->Do("order_transfer", "voucher_id: 1 account_id: 1 amount_fen: 1000");
       }},
      {"Redeem", [](TestWorld* world,
                    uint64_t) { return world->Do("redeem", Order("O-9", "amount_fen: 1000")); }},
      {"RedeemAll",
       [](TestWorld* world, uint64_t) {
         return world->Do("redeem", Order("O-9", "at_most_fen: 100000"));
       }},
      {"Reverse",
       [](TestWorld* world, uint64_t) {
         return world->Do("reverse_redemption",
                          "redemption_id: 1 amount_fen: 10000 reason: 'cancelled'");
       }},
      {"Supersede",
       [](TestWorld* world, uint64_t) {
         const v1::Entry higher =
             world->Do("submit_application",
                       world->Application("rise-2025", "high", 400'000, "CLOUD_CREDIT"));
         if (higher.has_refusal()) return higher;
         return world->About("approve_application",
                             higher.event().application_submitted().application_id());
       }},
      {"Terminate",
       [](TestWorld* world, uint64_t) {
         return world->About("terminate_project", 1, "reason: 'given up'");
       }},
      {"Reclaim",
       [](TestWorld* world, uint64_t) {
         return world->About("reclaim", 1,
                             "ground: RECLAIM_GROUND_AUDIT reason: 'audit' reference: 'A-1'");
       }},
      {"Timers", [](TestWorld* world, uint64_t) { return world->FireTimers(); }},
  };
}

// The table of states and commands.
constexpr char kGrid[] = R"(
                      Order               Redeem              RedeemAll           Reverse   Supersede     Terminate     Reclaim       Timers
ACTIVE                ACTIVE              ACTIVE              ACTIVE              ACTIVE    RECLAIMED     RECLAIMED     RECLAIMED     ACTIVE
ACTIVE/all-in-account INSUFFICIENT_CREDIT ACTIVE              EXHAUSTED           ACTIVE    RECLAIMED     RECLAIMED     RECLAIMED     ACTIVE
EXHAUSTED             INSUFFICIENT_CREDIT INSUFFICIENT_CREDIT INSUFFICIENT_CREDIT ACTIVE    RECLAIMED     RECLAIMED     RECLAIMED     EXHAUSTED
EXPIRED               VOUCHER_EXPIRED     VOUCHER_EXPIRED     VOUCHER_EXPIRED     EXPIRED   WINDOW_CLOSED EXPIRED       EXPIRED       EXPIRED
RECLAIMED             INSUFFICIENT_CREDIT INSUFFICIENT_CREDIT INSUFFICIENT_CREDIT RECLAIMED RECLAIMED     ILLEGAL_STATE ILLEGAL_STATE RECLAIMED
)";

TEST(StateMatrix, Voucher) {
  StateMachine machine;
  machine.states = v1::VoucherState_descriptor();
  machine.id_field = "voucher_id";
  machine.state_of = [](const TestWorld& world, uint64_t id) {
    return world.view().Find<tables::Vouchers>({id})->state();
  };
  machine.rows = {
      {"ACTIVE", Active},       {"ACTIVE/all-in-account", AllInAccount},
      {"EXHAUSTED", Exhausted}, {"EXPIRED", Expired},
      {"RECLAIMED", Reclaimed},
  };
  machine.commands = VoucherCommands();
  machine.grid = kGrid;
  CheckMatrix(machine);
}

}  // namespace
}  // namespace voucher
