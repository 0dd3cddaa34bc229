// A program in every state × every command about it.
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/machine/state_matrix.h"

namespace voucher {
namespace {

uint64_t ClosedProgram(TestWorld* world) {
  world->Open(kContest, "contest-2025");
  world->Accept("set_program_state", "program_id: 'contest-2025' state: PROGRAM_STATE_CLOSED");
  return 1;
}
std::pair<std::string, Command> SetState(const std::string& column, const std::string& state) {
  return {column, [state](TestWorld* world, uint64_t) {
            return world->Do("set_program_state",
                             "program_id: 'contest-2025' state: PROGRAM_STATE_" + state);
          }};
}

TEST(StateMatrix, Program) {
  StateMachine machine;
  machine.states = v1::ProgramState_descriptor();
  machine.state_of = [](const TestWorld& world, uint64_t id) {
    return world.view().Find<tables::Programs>({static_cast<uint32_t>(id)})->state();
  };
  const auto after_cutoff = [](Build build) {
    return [build](TestWorld* world) {
      const uint64_t id = build(world);
      world->MoveTo("2025-11-01");
      return id;
    };
  };
  const Build draft = [](TestWorld* world) {
    world->Publish(kContest, "contest-2025");
    return uint64_t{1};
  };
  const Build open = [](TestWorld* world) {
    world->Open(kContest, "contest-2025");
    return uint64_t{1};
  };
  const Build suspended = [](TestWorld* world) {
    world->Open(kContest, "contest-2025");
    world->Accept("set_program_state", "program_id: 'contest-2025' state: PROGRAM_STATE_SUSPENDED");
    return uint64_t{1};
  };
  machine.rows = {
      {"DRAFT", draft},
      {"DRAFT/cutoff", after_cutoff(draft)},
      {"OPEN", open},
      {"CLOSED/open", after_cutoff(open)},
      {"SUSPENDED", suspended},
      {"CLOSED/suspended", after_cutoff(suspended)},
      {"CLOSED", ClosedProgram},
      {"CLOSED/holds",
       [](TestWorld* world) {
         world->Open(kContest, "contest-2025");
         world->Accept("award_grant",
                       absl::StrCat("program_id: 'contest-2025' item_id: 'pilot' uscc: '", kE2,
                                    "' delivery_mode: DELIVERY_MODE_REIMBURSEMENT project { "
                                    "project_id: 'P' } reference: 'W-1'"));
         world->Accept("set_program_state",
                       "program_id: 'contest-2025' state: PROGRAM_STATE_CLOSED");
         return uint64_t{1};
       }},
      {"ARCHIVED",
       [](TestWorld* world) {
         const uint64_t id = ClosedProgram(world);
         world->Accept("archive_program", "program_id: 'contest-2025'");
         return id;
       }},
  };
  machine.commands = {
      {"Publish",
       [](TestWorld* world, uint64_t) {
         std::ifstream in(kContest);
         std::ostringstream text;
         text << in.rdbuf();
         return world->Do("publish_program", absl::StrCat("rules { ", text.str(), "\n }"));
       }},
      SetState("Open", "OPEN"),
      SetState("Suspend", "SUSPENDED"),
      SetState("Close", "CLOSED"),
      {"Archive",
       [](TestWorld* world, uint64_t) {
         return world->Do("archive_program", "program_id: 'contest-2025'");
       }},
      {"Appropriate",
       [](TestWorld* world, uint64_t) {
         return world->Do("appropriate",
                          "program_id: 'contest-2025' amount_fen: 1 fiscal_reference: 'F-1'");
       }},
      {"Submit",
       [](TestWorld* world, uint64_t) {
         return world->Do("submit_application",
                          world->Application("contest-2025", "benchmark", 1'000, "REIMBURSEMENT"));
       }},
      {"Award",
       [](TestWorld* world, uint64_t) {
         return world->Do("award_grant",
                          absl::StrCat("program_id: 'contest-2025' item_id: 'pilot' uscc: '", kE1,
                                       "' delivery_mode: DELIVERY_MODE_REIMBURSEMENT project { "
                                       "project_id: 'P' } reference: 'W-1'"));
       }},
      {"Timers", [](TestWorld* world, uint64_t) { return world->FireTimers(); }},
  };
  machine.grid = R"(
                 Publish   Open         Suspend   Close  Archive       Appropriate Submit           Award            Timers
DRAFT            DRAFT     OPEN         !         !      !             DRAFT       PROGRAM_NOT_OPEN PROGRAM_NOT_OPEN DRAFT
DRAFT/cutoff     DRAFT     WINDOW_CLOSED !        !      !             DRAFT       PROGRAM_NOT_OPEN PROGRAM_NOT_OPEN DRAFT
OPEN             OPEN      !            SUSPENDED CLOSED !             OPEN        OPEN             OPEN             OPEN
CLOSED/open      CLOSED    WINDOW_CLOSED !        !      ARCHIVED      CLOSED      WINDOW_CLOSED    CLOSED           CLOSED
SUSPENDED        SUSPENDED OPEN         !         CLOSED !             SUSPENDED   PROGRAM_NOT_OPEN PROGRAM_NOT_OPEN SUSPENDED
CLOSED/suspended CLOSED    WINDOW_CLOSED !        !      ARCHIVED      CLOSED      WINDOW_CLOSED    CLOSED           CLOSED
CLOSED           CLOSED    !            !         !      ARCHIVED      CLOSED      WINDOW_CLOSED    CLOSED           CLOSED
CLOSED/holds     CLOSED    !            !         !      ILLEGAL_STATE CLOSED      WINDOW_CLOSED    CLOSED           CLOSED
ARCHIVED         !         !            !         !      !             !           PROGRAM_NOT_OPEN PROGRAM_NOT_OPEN ARCHIVED
)";
  CheckMatrix(machine);
}

}  // namespace
}  // namespace voucher
