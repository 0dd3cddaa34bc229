// A statement in every state × every command about it.
#include <gtest/gtest.h>

#include "tests/machine/state_matrix.h"

namespace voucher {
namespace {

TEST(StateMatrix, Statement) {
  StateMachine machine;
  machine.states = v1::StatementState_descriptor();
  machine.id_field = "statement_id";
  machine.state_of = [](const TestWorld& world, uint64_t id) {
    return world.view().Find<tables::Statements>({id})->statement().state();
  };
  machine.rows = {
      {"CLOSED", StatementClosed},
      {"CLOSED/partly-paid",
       [](TestWorld* world) {
         const uint64_t id = StatementClosed(world);
         world->Accept("record_disbursement", Payment(id, 60'000));
         return id;
       }},
      {"PAID", StatementPaid},
  };
  machine.commands = {
      {"Pay40000",
       [](TestWorld* world, uint64_t id) {
         return world->Do("record_disbursement", Payment(id, 40'000));
       }},
      {"Pay100000",
       [](TestWorld* world, uint64_t id) {
         return world->Do("record_disbursement", Payment(id, 100'000));
       }},
      {"Pay100001",
       [](TestWorld* world, uint64_t id) {
         return world->Do("record_disbursement", Payment(id, 100'001));
       }},
      {"CloseAgain",
       [](TestWorld* world, uint64_t) {
         return world->Do(
             "close_statement",
             "program_id: 'rise-2025' division: '420100' period { year: 2025 month: 5 }");
       }},
  };
  machine.grid = R"(
                   Pay40000 Pay100000     Pay100001     CloseAgain
CLOSED             CLOSED   PAID          ILLEGAL_STATE ILLEGAL_STATE
CLOSED/partly-paid PAID     ILLEGAL_STATE ILLEGAL_STATE ILLEGAL_STATE
PAID               !        ALREADY_BOOKED !            ILLEGAL_STATE
)";
  CheckMatrix(machine);
}

}  // namespace
}  // namespace voucher
