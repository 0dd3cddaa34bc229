// A program in every state × every command about it.
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/machine/state_matrix.h"

namespace voucher {
namespace {

constexpr char kAfterCutoff[] = "2025-11-01";

uint64_t DraftProgram(TestWorld* world) {
  world->Publish(kContest, "contest-2025");
  return 1;
}
uint64_t OpenProgram(TestWorld* world) {
  world->Open(kContest, "contest-2025");
  return 1;
}
uint64_t SuspendedProgram(TestWorld* world) {
  const uint64_t id = OpenProgram(world);
  world->Accept("set_program_state", "program_id: 'contest-2025' state: PROGRAM_STATE_SUSPENDED");
  return id;
}
uint64_t ClosedProgram(TestWorld* world) {
  const uint64_t id = OpenProgram(world);
  world->Accept("set_program_state", "program_id: 'contest-2025' state: PROGRAM_STATE_CLOSED");
  return id;
}
// Fields of a grant that contest-2025 awards.
std::string AwardTo(const std::string& uscc) {
  return absl::StrCat("program_id: 'contest-2025' item_id: 'pilot' uscc: '", uscc,
                      "' delivery_mode: DELIVERY_MODE_REIMBURSEMENT project { project_id: 'P' } "
                      "reference: 'W-1'");
}
uint64_t ClosedWithHolds(TestWorld* world) {
  const uint64_t id = OpenProgram(world);
  world->Accept("award_grant", AwardTo(kE2));
  world->Accept("set_program_state", "program_id: 'contest-2025' state: PROGRAM_STATE_CLOSED");
  return id;
}
uint64_t ArchivedProgram(TestWorld* world) {
  const uint64_t id = ClosedProgram(world);
  world->Accept("archive_program", "program_id: 'contest-2025'");
  return id;
}

std::pair<std::string, Command> SetState(const std::string& column, const std::string& state) {
  return {column, [state](TestWorld* world, uint64_t) {
            return world->Do("set_program_state",
                             "program_id: 'contest-2025' state: PROGRAM_STATE_" + state);
          }};
}

// The columns of the grid.
std::vector<std::pair<std::string, Command>> ProgramCommands() {
  return {
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
      {"Award", [](TestWorld* world, uint64_t) { return world->Do("award_grant", AwardTo(kE1)); }},
      {"Timers", [](TestWorld* world, uint64_t) { return world->FireTimers(); }},
  };
}

// The table of states and commands.
constexpr char kGrid[] = R"(
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

TEST(StateMatrix, Program) {
  StateMachine machine;
  machine.states = v1::ProgramState_descriptor();
  machine.state_of = [](const TestWorld& world, uint64_t id) {
    return world.view().Find<tables::Programs>({static_cast<uint32_t>(id)})->state();
  };
  machine.rows = {
      {"DRAFT", DraftProgram},         {"DRAFT/cutoff", Later(DraftProgram, kAfterCutoff)},
      {"OPEN", OpenProgram},           {"CLOSED/open", Later(OpenProgram, kAfterCutoff)},
      {"SUSPENDED", SuspendedProgram}, {"CLOSED/suspended", Later(SuspendedProgram, kAfterCutoff)},
      {"CLOSED", ClosedProgram},       {"CLOSED/holds", ClosedWithHolds},
      {"ARCHIVED", ArchivedProgram},
  };
  machine.commands = ProgramCommands();
  machine.grid = kGrid;
  CheckMatrix(machine);
}

}  // namespace
}  // namespace voucher
