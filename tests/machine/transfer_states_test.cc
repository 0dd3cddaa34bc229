// A transfer in every state × every command about it.
#include <string>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/machine/state_matrix.h"

namespace voucher {
namespace {

// 40,000 of the voucher's 100,000 fen, ordered into account 1.
uint64_t Ordered(TestWorld* world) {
  Rise(world, "CLOUD_CREDIT");
  return world->Accept("order_transfer", "voucher_id: 1 account_id: 1 amount_fen: 40000")
      .transfer_ordered()
      .transfer_id();
}
uint64_t Overdue(TestWorld* world) {
  const uint64_t id = Ordered(world);
  world->MoveTo("2025-06-01");
  world->FireTimers();
  return id;
}

TEST(StateMatrix, Transfer) {
  StateMachine machine;
  machine.states = v1::TransferState_descriptor();
  machine.id_field = "transfer_id";
  machine.state_of = [](const TestWorld& world, uint64_t id) {
    return world.view().Find<tables::Transfers>({id})->state();
  };
  machine.rows = {
      {"ORDERED", Ordered},
      {"OVERDUE", Overdue},
      {"CONFIRMED",
       [](TestWorld* world) {
         const uint64_t id = Ordered(world);
         world->Accept("confirm_transfer", Confirmation(id));
         return id;
       }},
      {"DECLINED",
       [](TestWorld* world) {
         const uint64_t id = Ordered(world);
         world->Accept("decline_transfer", absl::StrCat("transfer_id: ", id, " reason: 'closed'"));
         return id;
       }},
  };
  machine.commands = {
      {"Confirm", [](TestWorld* world,
                     uint64_t id) { return world->Do("confirm_transfer", Confirmation(id)); }},
      {"Decline",
       [](TestWorld* world, uint64_t id) {
         return world->Do("decline_transfer",
                          absl::StrCat("transfer_id: ", id, " reason: 'closed'"));
       }},
      {"Reconcile",
       [](TestWorld* world, uint64_t id) {
         return world->Do("reconcile_transfers",
                          absl::StrCat("provider_id: 'acme' lines { transfer_id: ", id,
                                       " amount_fen: 40000 provider_reference: 'CR-2' }"));
       }},
      {"ReconcileAndConfirm",
       [](TestWorld* world, uint64_t id) {
         return world->Do("reconcile_transfers",
                          absl::StrCat("provider_id: 'acme' confirm_silent: true lines { "
                                       "transfer_id: ",
                                       id, " amount_fen: 40000 provider_reference: 'CR-2' }"));
       }},
      {"Timers", [](TestWorld* world, uint64_t) { return world->FireTimers(); }},
  };
  machine.grid = R"(
             Confirm   Decline  Reconcile ReconcileAndConfirm Timers
ORDERED      CONFIRMED DECLINED ORDERED   CONFIRMED           ORDERED
OVERDUE      CONFIRMED DECLINED OVERDUE   CONFIRMED           OVERDUE
CONFIRMED    !         !        CONFIRMED CONFIRMED           CONFIRMED
DECLINED     !         !        DECLINED  DECLINED            DECLINED
)";
  CheckMatrix(machine);
}

}  // namespace
}  // namespace voucher
