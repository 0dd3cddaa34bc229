// An application in every state × every command about it.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/machine/state_matrix.h"

namespace voucher {
namespace {

uint64_t Held(TestWorld* world) {
  world->Open(kLife, "life-2025");
  return world->Apply("life-2025", "line", 200'000, "CLOUD_CREDIT");  // 100,000 fen
}
uint64_t Listed(TestWorld* world) {
  const uint64_t id = Held(world);
  world->Pass(id, "DISTRICT");
  world->Pass(id, "CITY");
  return id;
}
uint64_t OnNotice(TestWorld* world) {
  const uint64_t id = Listed(world);
  world->Accept("publish_notice", absl::StrCat("program_id: 'life-2025' application_ids: ", id));
  return id;
}
uint64_t NoticeOver(TestWorld* world) {
  const uint64_t id = OnNotice(world);
  world->MoveTo("2025-06-10");
  return id;
}
uint64_t Approved(TestWorld* world) {
  const uint64_t id = NoticeOver(world);
  world->Accepted("approve_application", id);
  return id;
}
uint64_t Extended(TestWorld* world) {
  const uint64_t id = Approved(world);
  world->Accepted("extend_project", id, "months: 1 reason: 'late'");
  return id;
}
constexpr char kReport[] =
    "documents { kind: DOCUMENT_KIND_ACCEPTANCE_REPORT number: 'YS-1' sha256: "
    "'0123456789abcdef0123456789abcdef' }";
uint64_t AcceptedProject(TestWorld* world) {
  const uint64_t id = Approved(world);
  world->Accepted("accept_project", id, kReport);
  return id;
}
uint64_t Returned(TestWorld* world) {
  const uint64_t id = Held(world);
  world->Accepted("return_application", id, "reason: 'not readable'");
  return id;
}
uint64_t Collected(TestWorld* world) {
  world->Open(kContest, "contest-2025");
  return world->Apply("contest-2025", "benchmark", 100'000, "REIMBURSEMENT");
}
uint64_t Scored(TestWorld* world) {
  const uint64_t id = Collected(world);
  world->Pass(id, "DISTRICT");
  world->Pass(id, "EXPERT", "score: 9000");
  return id;
}
uint64_t Objected(TestWorld* world) {
  const uint64_t id = OnNotice(world);
  world->Accepted("file_objection", id, "reference: 'YY-1' reason: 'why'");
  return id;
}
uint64_t Rejected(TestWorld* world, uint64_t id) {
  world->Accepted("review_application", id,
                  "stage_id: 'DISTRICT' verdict: REVIEW_VERDICT_REJECT opinion: 'no'");
  return id;
}
uint64_t Withdrawn(TestWorld* world) {
  const uint64_t id = Held(world);
  world->Accepted("withdraw_application", id);
  return id;
}
uint64_t Waitlisted(TestWorld* world) {
  world->Open(kLife, "life-2025", "on_exhausted: ON_EXHAUSTED_WAITLIST", 99'999);
  return world->Apply("life-2025", "line", 200'000, "CLOUD_CREDIT");
}
uint64_t PassedOver(TestWorld* world) {
  const uint64_t id = Scored(world);
  world->Appropriate("contest-2025", -960'000);  // 40,000 left of the 50,000 wanted
  world->Accept("rank_applications", "program_id: 'contest-2025'");
  return id;
}
uint64_t Settled(TestWorld* world) {
  StatementPaid(world);
  return 1;
}
uint64_t Lapsed(TestWorld* world) {
  const uint64_t id = Returned(world);
  world->MoveTo("2025-06-06");
  world->FireTimers();
  return id;
}
uint64_t Superseded(TestWorld* world) {
  const uint64_t id = Rise(world, "CLOUD_CREDIT");
  const uint64_t higher = world->Apply("rise-2025", "high", 400'000, "CLOUD_CREDIT");
  world->Accepted("approve_application", higher);
  return id;
}
uint64_t Terminated(TestWorld* world) {
  const uint64_t id = Approved(world);
  world->Accepted("terminate_project", id, "reason: 'given up'");
  return id;
}
constexpr char kReclaim[] = "ground: RECLAIM_GROUND_AUDIT reason: 'audit' reference: 'A-1'";
uint64_t Reclaimed(TestWorld* world, uint64_t id) {
  world->Accepted("reclaim", id, kReclaim);
  return id;
}

// How each row of the grid is made.
std::map<std::string, Build> ApplicationRows() {
  return {
      {"HELD", Held},
      {"LISTED", Listed},
      {"ON_NOTICE", OnNotice},
      {"ON_NOTICE/over", NoticeOver},
      {"APPROVED", Approved},
      {"APPROVED/late", Later(Approved, "2025-09-11")},
      {"APPROVED/extended", Extended},
      {"TERMINATED/late", Later(Extended, "2025-10-11")},
      {"ACCEPTED", AcceptedProject},
      {"RETURNED", Returned},
      {"OBJECTED", Objected},
      {"REJECTED", [](TestWorld* world) { return Rejected(world, Held(world)); }},
      {"REJECTED/competing", [](TestWorld* world) { return Rejected(world, Collected(world)); }},
      {"WITHDRAWN", Withdrawn},
      {"WAITLISTED", Waitlisted},
      {"LAPSED/cutoff", Later(Waitlisted, "2025-11-01")},
      {"COLLECTED", Collected},
      {"SCORED", Scored},
      {"PASSED_OVER", PassedOver},
      {"SETTLED", Settled},
      {"LAPSED", Lapsed},
      {"SUPERSEDED", Superseded},
      {"TERMINATED", Terminated},
      {"TERMINATED/owes", [](TestWorld* world) { return Reclaimed(world, Settled(world)); }},
      {"TERMINATED/reclaimed", [](TestWorld* world) { return Reclaimed(world, Approved(world)); }},
  };
}

// The stage an application is reviewed at next, or the last one of its chain.
std::string StageOf(TestWorld* world, uint64_t id) {
  const rows::ApplicationRow& row = world->Row(id);
  const auto& stages = world->view()
                           .Find<tables::Revisions>({row.program(), row.revision()})
                           ->rules()
                           .review_stages();
  if (stages.empty()) return "NONE";
  const int next = std::min(static_cast<int>(row.stages_passed()), stages.size() - 1);
  return stages.Get(next).stage_id();
}
v1::Entry Review(TestWorld* world, uint64_t id, const std::string& verdict,
                 const std::string& more) {
  return world->About("review_application", id,
                      absl::StrCat("stage_id: '", StageOf(world, id), "' verdict: REVIEW_VERDICT_",
                                   verdict, " ", more));
}
std::string ProgramOf(TestWorld* world, uint64_t id) {
  return world->view().Find<tables::Programs>({world->Row(id).program()})->program_id();
}

// A command about one application with fixed fields.
std::pair<std::string, Command> Plain(const std::string& column, const std::string& verb,
                                      const std::string& fields) {
  return {column,
          [verb, fields](TestWorld* world, uint64_t id) { return world->About(verb, id, fields); }};
}

// The columns of the grid.
std::vector<std::pair<std::string, Command>> ApplicationCommands() {
  return {
      Plain("Withdraw", "withdraw_application", ""),
      {"Pass",
       [](TestWorld* world, uint64_t id) {
         const bool scores = StageOf(world, id) == "EXPERT";
         return Review(world, id, "PASS", scores ? "score: 1" : "");
       }},
      {"Reject",
       [](TestWorld* world, uint64_t id) { return Review(world, id, "REJECT", "opinion: 'no'"); }},
      {"Appeal",
       [](TestWorld* world, uint64_t id) { return Review(world, id, "UPHOLD_APPEAL", ""); }},
      Plain("Return", "return_application", "reason: 'not readable'"),
      Plain("Correct", "correct_application", "spend_fen: 100000 " + TestWorld::Evidence(9'000)),
      {"Notice",
       [](TestWorld* world, uint64_t id) {
         return world->Do("publish_notice", absl::StrCat("program_id: '", ProgramOf(world, id),
                                                         "' application_ids: ", id));
       }},
      Plain("Object", "file_objection", "reference: 'YY-1' reason: 'why'"),
      Plain("Uphold", "resolve_objection", "upheld: true opinion: 'checked'"),
      Plain("Dismiss", "resolve_objection", "opinion: 'checked'"),
      Plain("Approve", "approve_application", ""),
      Plain("Accept", "accept_project", kReport),
      Plain("Extend", "extend_project", "months: 1 reason: 'late'"),
      Plain("Terminate", "terminate_project", "reason: 'given up'"),
      Plain("Reclaim", "reclaim", kReclaim),
      {"Recover",
       [](TestWorld* world, uint64_t id) {
         return world->Do(
             "record_recovery",
             absl::StrCat("program_id: '", ProgramOf(world, id), "' uscc: '", kE1,
                          "' application_id: ", id, " amount_fen: 1 fiscal_reference: 'R-1'"));
       }},
      {"Rank",
       [](TestWorld* world, uint64_t id) {
         return world->Do("rank_applications",
                          absl::StrCat("program_id: '", ProgramOf(world, id), "'"));
       }},
      {"Timers", [](TestWorld* world, uint64_t) { return world->FireTimers(); }},
  };
}

// The table of states and commands.
constexpr char kGrid[] = R"(
                       Withdraw  Pass      Reject   Appeal    Return   Correct Notice    Object   Uphold   Dismiss   Approve        Accept   Extend   Terminate  Reclaim    Recover       Rank          Timers
HELD                   WITHDRAWN HELD      REJECTED !         RETURNED !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE HELD
LISTED                 WITHDRAWN !         !        !         !        !       ON_NOTICE !        !        !         !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE LISTED
ON_NOTICE              WITHDRAWN !         !        !         !        !       !         OBJECTED !        !         NOTICE_RUNNING !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE ON_NOTICE
ON_NOTICE/over         WITHDRAWN !         !        !         !        !       !         !        !        !         APPROVED       !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE ON_NOTICE
OBJECTED               WITHDRAWN !         !        !         !        !       !         !        REJECTED ON_NOTICE !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE OBJECTED
APPROVED               !         !         !        !         !        !       !         !        !        !         !              ACCEPTED APPROVED TERMINATED TERMINATED ILLEGAL_STATE ILLEGAL_STATE APPROVED
APPROVED/late          !         !         !        !         !        !       !         !        !        !         !              !        APPROVED TERMINATED TERMINATED ILLEGAL_STATE ILLEGAL_STATE APPROVED
APPROVED/extended      !         !         !        !         !        !       !         !        !        !         !              ACCEPTED !        TERMINATED TERMINATED ILLEGAL_STATE ILLEGAL_STATE APPROVED
TERMINATED/late       !         !         !        !         !        !       !         !        !        !         !              !        !        !          TERMINATED ILLEGAL_STATE ILLEGAL_STATE TERMINATED
ACCEPTED               !         !         !        !         !        !       !         !        !        !         !              !        !        !          TERMINATED ILLEGAL_STATE ILLEGAL_STATE ACCEPTED
SETTLED                !         !         !        !         !        !       !         !        !        !         !              !        !        !          TERMINATED ILLEGAL_STATE ILLEGAL_STATE SETTLED
RETURNED               WITHDRAWN !         !        !         !        HELD    !         !        !        !         !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE RETURNED
REJECTED               !         !         !        HELD      !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE REJECTED
REJECTED/competing     !         !         !        COLLECTED !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE REJECTED
WITHDRAWN              !         !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE WITHDRAWN
WAITLISTED             WITHDRAWN !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE WAITLISTED
LAPSED/cutoff          !         !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE LAPSED
COLLECTED              WITHDRAWN COLLECTED REJECTED !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE COLLECTED
SCORED                 WITHDRAWN !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE LISTED        SCORED
PASSED_OVER            !         !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE PASSED_OVER
LAPSED                 !         !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE LAPSED
SUPERSEDED             !         !         !        !         !        !       !         !        !        !         !              !        !        !          TERMINATED ILLEGAL_STATE ILLEGAL_STATE SUPERSEDED
TERMINATED             !         !         !        !         !        !       !         !        !        !         !              !        !        !          TERMINATED ILLEGAL_STATE ILLEGAL_STATE TERMINATED
TERMINATED/reclaimed   !         !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE ILLEGAL_STATE TERMINATED
TERMINATED/owes        !         !         !        !         !        !       !         !        !        !         !              !        !        !          !          TERMINATED    ILLEGAL_STATE TERMINATED
)";

TEST(StateMatrix, Application) {
  StateMachine machine;
  machine.states = v1::ApplicationState_descriptor();
  machine.id_field = "application_id";
  machine.state_of = [](const TestWorld& world, uint64_t id) { return world.Row(id).state(); };
  machine.rows = ApplicationRows();
  machine.commands = ApplicationCommands();
  machine.grid = kGrid;
  CheckMatrix(machine);
}

}  // namespace
}  // namespace voucher
