// Every state machine of the ledger: each state × each command that addresses it, one cell each.
//
// A grid below is the whole table. A cell is the state after the command; "!" is ILLEGAL_STATE that
// names the current state; another word is the reason of the refusal. A row "STATE/circumstance" is
// a second row of STATE. Every state of the enum has a row, and every verb whose request names the
// thing by its id a column: a cell that is missing fails the test.

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <gtest/gtest.h>

#include "ledger/machine/invariants.h"
#include "ledger/policy/refusal_text.h"
#include "tests/machine/world.h"

namespace voucher {
namespace {

// How to make one state: returns what is in it.
using Build = std::function<uint64_t(World*)>;
using Command = std::function<v1::Entry(World*, uint64_t id)>;

struct StateMachine {
  const google::protobuf::EnumDescriptor* states;
  // Field by which requests name the thing; empty if they do it otherwise.
  std::string id_field;
  std::function<int(const World&, uint64_t id)> state_of;
  std::map<std::string, Build> rows;
  std::vector<std::pair<std::string, Command>> commands;
  std::string grid;

  std::string NameOf(int number) const {
    std::string prefix = states->FindValueByNumber(0)->name();
    prefix.resize(prefix.size() - std::string("UNSPECIFIED").size());
    return states->FindValueByNumber(number)->name().substr(prefix.size());
  }
};

// What comes of one cell; notes the verb in `verbs`.
std::string Outcome(const StateMachine& machine, const Build& build, const std::string& row,
                    const Command& command, std::set<int>* verbs) {
  World world;
  const uint64_t id = build(&world);
  const std::string before = machine.NameOf(machine.state_of(world, id));
  EXPECT_EQ(before, row.substr(0, row.find('/')));
  const v1::Entry entry = command(&world, id);
  verbs->insert(entry.command().verb_case());
  const std::string after = machine.NameOf(machine.state_of(world, id));
  for (const std::string& finding : CheckInvariants(world.view())) ADD_FAILURE() << finding;
  if (!entry.has_refusal()) return after;
  EXPECT_EQ(after, before) << "a refusal changed the state";
  EXPECT_FALSE(entry.refusal().clause().empty()) << entry.ShortDebugString();
  const v1::Refusal& refusal = entry.refusal();
  if (refusal.reason() == v1::REASON_ILLEGAL_STATE &&
      (refusal.subject() == before || absl::StartsWith(refusal.subject(), before + ", "))) {
    return "!";
  }
  return std::string(ReasonName(refusal.reason()));
}

void CheckMatrix(const StateMachine& machine) {
  std::set<std::string> states_listed;
  std::set<std::string> rows_listed;
  std::set<int> verbs;
  std::vector<std::string> columns;
  for (const absl::string_view line : absl::StrSplit(machine.grid, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> cells = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (columns.empty()) {
      columns = cells;
      ASSERT_EQ(columns.size(), machine.commands.size());
      for (size_t i = 0; i < columns.size(); ++i) EXPECT_EQ(columns[i], machine.commands[i].first);
      continue;
    }
    const std::string& row = cells[0];
    ASSERT_EQ(cells.size(), columns.size() + 1) << row << " lacks cells";
    ASSERT_EQ(machine.rows.count(row), 1u) << row;
    states_listed.insert(row.substr(0, row.find('/')));
    rows_listed.insert(row);
    for (size_t i = 0; i < columns.size(); ++i) {
      SCOPED_TRACE(row + " × " + columns[i]);
      EXPECT_EQ(Outcome(machine, machine.rows.at(row), row, machine.commands[i].second, &verbs),
                cells[i + 1]);
    }
  }
  EXPECT_EQ(rows_listed.size(), machine.rows.size()) << "a row is built and not listed";
  for (int i = 1; i < machine.states->value_count(); ++i) {
    const std::string state = machine.NameOf(machine.states->value(i)->number());
    EXPECT_EQ(states_listed.count(state), 1u) << state << " has no row";
  }
  const google::protobuf::Descriptor* command = v1::Command::descriptor();
  for (int i = 0; i < command->field_count() && !machine.id_field.empty(); ++i) {
    const google::protobuf::Descriptor* request = command->field(i)->message_type();
    if (request->FindFieldByName(machine.id_field) == nullptr &&
        request->FindFieldByName(machine.id_field + "s") == nullptr) {
      continue;
    }
    EXPECT_EQ(verbs.count(command->field(i)->number()), 1u) << request->name() << " has no column";
  }
}

// ---- Application ----------------------------------------------------------------------------

uint64_t Held(World* world) {
  world->Open(kLife, "life-2025");
  return world->Apply("life-2025", "line", 200'000, "CLOUD_CREDIT");  // 100,000 fen
}
uint64_t Listed(World* world) {
  const uint64_t id = Held(world);
  world->Pass(id, "DISTRICT");
  world->Pass(id, "CITY");
  return id;
}
uint64_t OnNotice(World* world) {
  const uint64_t id = Listed(world);
  world->Accept("publish_notice", absl::StrCat("program_id: 'life-2025' application_ids: ", id));
  return id;
}
uint64_t NoticeOver(World* world) {
  const uint64_t id = OnNotice(world);
  world->MoveTo("2025-06-10");
  return id;
}
uint64_t Approved(World* world) {
  const uint64_t id = NoticeOver(world);
  world->Accepted("approve_application", id);
  return id;
}
uint64_t Extended(World* world) {
  const uint64_t id = Approved(world);
  world->Accepted("extend_project", id, "months: 1 reason: 'late'");
  return id;
}
constexpr char kReport[] =
    "documents { kind: DOCUMENT_KIND_ACCEPTANCE_REPORT number: 'YS-1' sha256: "
    "'0123456789abcdef0123456789abcdef' }";
uint64_t AcceptedProject(World* world) {
  const uint64_t id = Approved(world);
  world->Accepted("accept_project", id, kReport);
  return id;
}
uint64_t Returned(World* world) {
  const uint64_t id = Held(world);
  world->Accepted("return_application", id, "reason: 'not readable'");
  return id;
}
uint64_t Scored(World* world) {
  world->Open(kContest, "contest-2025");
  const uint64_t id = world->Apply("contest-2025", "benchmark", 100'000, "REIMBURSEMENT");
  world->Pass(id, "DISTRICT");
  world->Pass(id, "EXPERT", "score: 9000");
  return id;
}
uint64_t Rise(World* world, const std::string& mode) {
  world->Open(kHighest, "rise-2025");
  const uint64_t id = world->Apply("rise-2025", "high", 200'000, mode);  // 100,000 fen
  world->Accepted("approve_application", id);
  return id;
}
// Of enterprise 1's reimbursement of 100,000 fen in May.
uint64_t StatementClosed(World* world) {
  Rise(world, "REIMBURSEMENT");
  world->MoveTo("2025-06-02");
  return world
      ->Accept("close_statement",
               "program_id: 'rise-2025' division: '420100' period { year: 2025 month: 5 }")
      .statement_closed()
      .statement_id();
}
std::string Payment(uint64_t statement, int64_t fen) {
  return absl::StrCat("statement_id: ", statement, " disbursement { amount_fen: ", fen,
                      " fiscal_reference: 'F-2' paid_on { year: 2025 month: 6 day: 1 } }");
}
uint64_t StatementPaid(World* world) {
  const uint64_t id = StatementClosed(world);
  world->Accept("record_disbursement", Payment(id, 100'000));
  return id;
}

// The stage an application is reviewed at next, or the last one of its chain.
std::string StageOf(World* world, uint64_t id) {
  const rows::ApplicationRow& row = world->Row(id);
  const auto& stages = world->view()
                           .Find<tables::Revisions>({row.program(), row.revision()})
                           ->rules()
                           .review_stages();
  if (stages.empty()) return "NONE";
  const int next = std::min(static_cast<int>(row.stages_passed()), stages.size() - 1);
  return stages.Get(next).stage_id();
}
v1::Entry Review(World* world, uint64_t id, const std::string& verdict, const std::string& more) {
  return world->About("review_application", id,
                      absl::StrCat("stage_id: '", StageOf(world, id), "' verdict: REVIEW_VERDICT_",
                                   verdict, " ", more));
}
std::string ProgramOf(World* world, uint64_t id) {
  return world->view().Find<tables::Programs>({world->Row(id).program()})->program_id();
}

// A command about one application with fixed fields.
std::pair<std::string, Command> Plain(const std::string& column, const std::string& verb,
                                      const std::string& fields) {
  return {column,
          [verb, fields](World* world, uint64_t id) { return world->About(verb, id, fields); }};
}

TEST(StateMatrix, Application) {
  StateMachine machine;
  machine.states = v1::ApplicationState_descriptor();
  machine.id_field = "application_id";
  machine.state_of = [](const World& world, uint64_t id) { return world.Row(id).state(); };
  machine.rows = {
      {"HELD", Held},
      {"LISTED", Listed},
      {"ON_NOTICE", OnNotice},
      {"ON_NOTICE/over", NoticeOver},
      {"APPROVED", Approved},
      {"APPROVED/late",
       [](World* world) {
         const uint64_t id = Approved(world);
         world->MoveTo("2025-09-11");
         return id;
       }},
      {"APPROVED/extended", Extended},
      {"APPROVED/extended-late",
       [](World* world) {
         const uint64_t id = Extended(world);
         world->MoveTo("2025-10-11");
         return id;
       }},
      {"ACCEPTED", AcceptedProject},
      {"RETURNED", Returned},
      {"RETURNED/late",
       [](World* world) {
         const uint64_t id = Returned(world);
         world->MoveTo("2025-06-06");
         return id;
       }},
      {"OBJECTED",
       [](World* world) {
         const uint64_t id = OnNotice(world);
         world->Accepted("file_objection", id, "reference: 'YY-1' reason: 'why'");
         return id;
       }},
      {"REJECTED",
       [](World* world) {
         const uint64_t id = Held(world);
         world->Accepted("review_application", id,
                         "stage_id: 'DISTRICT' verdict: REVIEW_VERDICT_REJECT opinion: 'no'");
         return id;
       }},
      {"REJECTED/competing",
       [](World* world) {
         world->Open(kContest, "contest-2025");
         const uint64_t id = world->Apply("contest-2025", "benchmark", 100'000, "REIMBURSEMENT");
         world->Accepted("review_application", id,
                         "stage_id: 'DISTRICT' verdict: REVIEW_VERDICT_REJECT opinion: 'no'");
         return id;
       }},
      {"WITHDRAWN",
       [](World* world) {
         const uint64_t id = Held(world);
         world->Accepted("withdraw_application", id);
         return id;
       }},
      {"WAITLISTED",
       [](World* world) {
         world->Open(kLife, "life-2025", "on_exhausted: ON_EXHAUSTED_WAITLIST", 99'999);
         return world->Apply("life-2025", "line", 200'000, "CLOUD_CREDIT");
       }},
      {"WAITLISTED/cutoff",
       [](World* world) {
         world->Open(kLife, "life-2025", "on_exhausted: ON_EXHAUSTED_WAITLIST", 99'999);
         const uint64_t id = world->Apply("life-2025", "line", 200'000, "CLOUD_CREDIT");
         world->MoveTo("2025-11-01");
         return id;
       }},
      {"COLLECTED",
       [](World* world) {
         world->Open(kContest, "contest-2025");
         return world->Apply("contest-2025", "benchmark", 100'000, "REIMBURSEMENT");
       }},
      {"SCORED", Scored},
      {"PASSED_OVER",
       [](World* world) {
         const uint64_t id = Scored(world);
         world->Appropriate("contest-2025", -960'000);  // 40,000 left of the 50,000 wanted
         world->Accept("rank_applications", "program_id: 'contest-2025'");
         return id;
       }},
      {"SETTLED",
       [](World* world) {
         StatementPaid(world);
         return uint64_t{1};
       }},
      {"LAPSED",
       [](World* world) {
         const uint64_t id = Returned(world);
         world->MoveTo("2025-06-06");
         world->FireTimers();
         return id;
       }},
      {"SUPERSEDED",
       [](World* world) {
         const uint64_t id = Rise(world, "CLOUD_CREDIT");
         const uint64_t higher = world->Apply("rise-2025", "high", 400'000, "CLOUD_CREDIT");
         world->Accepted("approve_application", higher);
         return id;
       }},
      {"TERMINATED",
       [](World* world) {
         const uint64_t id = Approved(world);
         world->Accepted("terminate_project", id, "reason: 'given up'");
         return id;
       }},
  };
  machine.commands = {
      Plain("Withdraw", "withdraw_application", ""),
      {"Pass",
       [](World* world, uint64_t id) {
         const bool scores = StageOf(world, id) == "EXPERT";
         return Review(world, id, "PASS", scores ? "score: 1" : "");
       }},
      {"Reject",
       [](World* world, uint64_t id) { return Review(world, id, "REJECT", "opinion: 'no'"); }},
      {"Appeal", [](World* world, uint64_t id) { return Review(world, id, "UPHOLD_APPEAL", ""); }},
      Plain("Return", "return_application", "reason: 'not readable'"),
      Plain("Correct", "correct_application", "spend_fen: 100000 " + World::Evidence(9'000)),
      {"Notice",
       [](World* world, uint64_t id) {
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
      Plain("Reclaim", "reclaim", "ground: RECLAIM_GROUND_AUDIT reason: 'audit' reference: 'A-1'"),
      {"Rank",
       [](World* world, uint64_t id) {
         return world->Do("rank_applications",
                          absl::StrCat("program_id: '", ProgramOf(world, id), "'"));
       }},
      {"Timers", [](World* world, uint64_t) { return world->FireTimers(); }},
  };
  machine.grid = R"(
                       Withdraw  Pass      Reject   Appeal    Return   Correct Notice    Object   Uphold   Dismiss   Approve        Accept   Extend   Terminate  Reclaim    Rank          Timers
HELD                   WITHDRAWN HELD      REJECTED !         RETURNED !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE HELD
LISTED                 WITHDRAWN !         !        !         !        !       ON_NOTICE !        !        !         !              !        !        !          !          ILLEGAL_STATE LISTED
ON_NOTICE              WITHDRAWN !         !        !         !        !       !         OBJECTED !        !         NOTICE_RUNNING !        !        !          !          ILLEGAL_STATE ON_NOTICE
ON_NOTICE/over         WITHDRAWN !         !        !         !        !       !         !        !        !         APPROVED       !        !        !          !          ILLEGAL_STATE ON_NOTICE
OBJECTED               WITHDRAWN !         !        !         !        !       !         !        REJECTED ON_NOTICE !              !        !        !          !          ILLEGAL_STATE OBJECTED
APPROVED               !         !         !        !         !        !       !         !        !        !         !              ACCEPTED APPROVED TERMINATED TERMINATED ILLEGAL_STATE APPROVED
APPROVED/late          !         !         !        !         !        !       !         !        !        !         !              !        APPROVED TERMINATED TERMINATED ILLEGAL_STATE APPROVED
APPROVED/extended      !         !         !        !         !        !       !         !        !        !         !              ACCEPTED !        TERMINATED TERMINATED ILLEGAL_STATE APPROVED
APPROVED/extended-late !         !         !        !         !        !       !         !        !        !         !              !        !        TERMINATED TERMINATED ILLEGAL_STATE TERMINATED
ACCEPTED               !         !         !        !         !        !       !         !        !        !         !              !        !        !          TERMINATED ILLEGAL_STATE ACCEPTED
SETTLED                !         !         !        !         !        !       !         !        !        !         !              !        !        !          TERMINATED ILLEGAL_STATE SETTLED
RETURNED               WITHDRAWN !         !        !         !        HELD    !         !        !        !         !              !        !        !          !          ILLEGAL_STATE RETURNED
RETURNED/late          WITHDRAWN !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE LAPSED
REJECTED               !         !         !        HELD      !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE REJECTED
REJECTED/competing     !         !         !        COLLECTED !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE REJECTED
WITHDRAWN              !         !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE WITHDRAWN
WAITLISTED             WITHDRAWN !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE WAITLISTED
WAITLISTED/cutoff      WITHDRAWN !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE LAPSED
COLLECTED              WITHDRAWN COLLECTED REJECTED !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE COLLECTED
SCORED                 WITHDRAWN !         !        !         !        !       !         !        !        !         !              !        !        !          !          LISTED        SCORED
PASSED_OVER            !         !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE PASSED_OVER
LAPSED                 !         !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE LAPSED
SUPERSEDED             !         !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE SUPERSEDED
TERMINATED             !         !         !        !         !        !       !         !        !        !         !              !        !        !          !          ILLEGAL_STATE TERMINATED
)";
  CheckMatrix(machine);
}

// ---- Transfer -------------------------------------------------------------------------------

// 40,000 of the voucher's 100,000 fen, ordered into account 1.
uint64_t Ordered(World* world) {
  Rise(world, "CLOUD_CREDIT");
  return world->Accept("order_transfer", "voucher_id: 1 account_id: 1 amount_fen: 40000")
      .transfer_ordered()
      .transfer_id();
}
uint64_t Overdue(World* world) {
  const uint64_t id = Ordered(world);
  world->MoveTo("2025-06-01");
  world->FireTimers();
  return id;
}
std::string Confirmation(uint64_t transfer) {
  return absl::StrCat("transfer_id: ", transfer, " provider_reference: 'CR-1'");
}

TEST(StateMatrix, Transfer) {
  StateMachine machine;
  machine.states = v1::TransferState_descriptor();
  machine.id_field = "transfer_id";
  machine.state_of = [](const World& world, uint64_t id) {
    return world.view().Find<tables::Transfers>({id})->state();
  };
  machine.rows = {
      {"ORDERED", Ordered},
      {"ORDERED/late",
       [](World* world) {
         const uint64_t id = Ordered(world);
         world->MoveTo("2025-06-01");
         return id;
       }},
      {"OVERDUE", Overdue},
      {"CONFIRMED",
       [](World* world) {
         const uint64_t id = Ordered(world);
         world->Accept("confirm_transfer", Confirmation(id));
         return id;
       }},
      {"DECLINED",
       [](World* world) {
         const uint64_t id = Ordered(world);
         world->Accept("decline_transfer", absl::StrCat("transfer_id: ", id, " reason: 'closed'"));
         return id;
       }},
  };
  machine.commands = {
      {"Confirm",
       [](World* world, uint64_t id) { return world->Do("confirm_transfer", Confirmation(id)); }},
      {"Decline",
       [](World* world, uint64_t id) {
         return world->Do("decline_transfer",
                          absl::StrCat("transfer_id: ", id, " reason: 'closed'"));
       }},
      {"Reconcile",
       [](World* world, uint64_t id) {
         return world->Do("reconcile_transfers",
                          absl::StrCat("provider_id: 'acme' lines { transfer_id: ", id,
                                       " amount_fen: 40000 provider_reference: 'CR-2' }"));
       }},
      {"ReconcileAndConfirm",
       [](World* world, uint64_t id) {
         return world->Do("reconcile_transfers",
                          absl::StrCat("provider_id: 'acme' confirm_silent: true lines { "
                                       "transfer_id: ",
                                       id, " amount_fen: 40000 provider_reference: 'CR-2' }"));
       }},
      {"Timers", [](World* world, uint64_t) { return world->FireTimers(); }},
  };
  machine.grid = R"(
             Confirm   Decline  Reconcile ReconcileAndConfirm Timers
ORDERED      CONFIRMED DECLINED ORDERED   CONFIRMED           ORDERED
ORDERED/late CONFIRMED DECLINED ORDERED   CONFIRMED           OVERDUE
OVERDUE      CONFIRMED DECLINED OVERDUE   CONFIRMED           OVERDUE
CONFIRMED    !         !        CONFIRMED CONFIRMED           CONFIRMED
DECLINED     !         !        DECLINED  DECLINED            DECLINED
)";
  CheckMatrix(machine);
}

// ---- Voucher --------------------------------------------------------------------------------

std::string Order(const std::string& number, const std::string& amount) {
  return absl::StrCat("program_id: 'rise-2025' account_id: 1 product_id: 'ecs' order_number: '",
                      number, "' usage_ended_at { seconds: 1748217600 } ", amount);
}
// 100,000 fen, of which `transferred_fen` are in account 1; 10,000 of them are redeemed.
uint64_t Used(World* world, int64_t transferred_fen) {
  Rise(world, "CLOUD_CREDIT");
  world->Accept("order_transfer",
                absl::StrCat("voucher_id: 1 account_id: 1 amount_fen: ", transferred_fen));
  world->Accept("confirm_transfer", Confirmation(1));
  world->Accept("redeem", Order("O-1", "amount_fen: 10000"));
  return 1;
}
uint64_t Exhausted(World* world) {
  const uint64_t id = Used(world, 100'000);
  world->Accept("redeem", Order("O-2", "amount_fen: 90000"));
  return id;
}

TEST(StateMatrix, Voucher) {
  StateMachine machine;
  machine.states = v1::VoucherState_descriptor();
  machine.id_field = "voucher_id";
  machine.state_of = [](const World& world, uint64_t id) {
    return world.view().Find<tables::Vouchers>({id})->state();
  };
  const std::string lapsed = "2026-07-05";  // expires after June 30, grace of 72 hours
  machine.rows = {
      {"ACTIVE", [](World* world) { return Used(world, 60'000); }},
      {"ACTIVE/all-in-account", [](World* world) { return Used(world, 100'000); }},
      {"ACTIVE/lapsed",
       [lapsed](World* world) {
         const uint64_t id = Used(world, 60'000);
         world->MoveTo(lapsed);
         return id;
       }},
      {"EXHAUSTED", Exhausted},
      {"EXPIRED",
       [lapsed](World* world) {
         const uint64_t id = Used(world, 60'000);
         world->MoveTo(lapsed);
         world->FireTimers();
         return id;
       }},
      {"RECLAIMED",
       [](World* world) {
         const uint64_t id = Used(world, 60'000);
         world->Accept("reclaim",
                       "application_id: 1 ground: RECLAIM_GROUND_AUDIT reason: 'audit' reference: "
                       "'A-1'");
         return id;
       }},
  };
  machine.commands = {
      {"Order",
       [](World* world, uint64_t) {
         return world->Do("order_transfer", "voucher_id: 1 account_id: 1 amount_fen: 1000");
       }},
      {"Redeem", [](World* world,
                    uint64_t) { return world->Do("redeem", Order("O-9", "amount_fen: 1000")); }},
      {"RedeemAll",
       [](World* world, uint64_t) {
         return world->Do("redeem", Order("O-9", "at_most_fen: 100000"));
       }},
      {"Reverse",
       [](World* world, uint64_t) {
         return world->Do("reverse_redemption",
                          "redemption_id: 1 amount_fen: 10000 reason: 'cancelled'");
       }},
      {"Supersede",
       [](World* world, uint64_t) {
         const v1::Entry higher =
             world->Do("submit_application",
                       world->Application("rise-2025", "high", 400'000, "CLOUD_CREDIT"));
         if (higher.has_refusal()) return higher;
         return world->About("approve_application",
                             higher.event().application_submitted().application_id());
       }},
      {"Terminate",
       [](World* world, uint64_t) {
         return world->About("terminate_project", 1, "reason: 'given up'");
       }},
      {"Reclaim",
       [](World* world, uint64_t) {
         return world->About("reclaim", 1,
                             "ground: RECLAIM_GROUND_AUDIT reason: 'audit' reference: 'A-1'");
       }},
      {"Timers", [](World* world, uint64_t) { return world->FireTimers(); }},
  };
  machine.grid = R"(
                      Order               Redeem              RedeemAll           Reverse   Supersede     Terminate     Reclaim       Timers
ACTIVE                ACTIVE              ACTIVE              ACTIVE              ACTIVE    RECLAIMED     RECLAIMED     RECLAIMED     ACTIVE
ACTIVE/all-in-account INSUFFICIENT_CREDIT ACTIVE              EXHAUSTED           ACTIVE    RECLAIMED     RECLAIMED     RECLAIMED     ACTIVE
ACTIVE/lapsed         VOUCHER_EXPIRED     VOUCHER_EXPIRED     VOUCHER_EXPIRED     ACTIVE    WINDOW_CLOSED RECLAIMED     RECLAIMED     EXPIRED
EXHAUSTED             INSUFFICIENT_CREDIT INSUFFICIENT_CREDIT INSUFFICIENT_CREDIT ACTIVE    RECLAIMED     RECLAIMED     RECLAIMED     EXHAUSTED
EXPIRED               VOUCHER_EXPIRED     INSUFFICIENT_CREDIT INSUFFICIENT_CREDIT EXPIRED   WINDOW_CLOSED EXPIRED       EXPIRED       EXPIRED
RECLAIMED             INSUFFICIENT_CREDIT INSUFFICIENT_CREDIT INSUFFICIENT_CREDIT RECLAIMED RECLAIMED     ILLEGAL_STATE ILLEGAL_STATE RECLAIMED
)";
  CheckMatrix(machine);
}

// ---- Redemption -----------------------------------------------------------------------------

TEST(StateMatrix, Redemption) {
  StateMachine machine;
  machine.states = v1::RedemptionState_descriptor();
  machine.id_field = "redemption_id";
  machine.state_of = [](const World& world, uint64_t id) {
    return world.view().Find<tables::Redemptions>({id})->state();
  };
  const auto reverse = [](int64_t fen) {
    return absl::StrCat("redemption_id: 1 amount_fen: ", fen, " reason: 'cancelled'");
  };
  machine.rows = {
      {"BOOKED", [](World* world) { return Used(world, 60'000); }},
      {"PARTLY_REVERSED",
       [reverse](World* world) {
         Used(world, 60'000);
         world->Accept("reverse_redemption", reverse(4'000));
         return uint64_t{1};
       }},
      {"REVERSED",
       [reverse](World* world) {
         Used(world, 60'000);
         world->Accept("reverse_redemption", reverse(10'000));
         return uint64_t{1};
       }},
  };
  machine.commands = {
      {"Reverse1",
       [reverse](World* world, uint64_t) { return world->Do("reverse_redemption", reverse(1)); }},
      {"Reverse6000",
       [reverse](World* world, uint64_t) {
         return world->Do("reverse_redemption", reverse(6'000));
       }},
      {"Reverse10000",
       [reverse](World* world, uint64_t) {
         return world->Do("reverse_redemption", reverse(10'000));
       }},
      {"RedeemAgain",
       [](World* world, uint64_t) {
         return world->Do("redeem", Order("O-1", "amount_fen: 10000"));
       }},
  };
  machine.grid = R"(
                Reverse1        Reverse6000     Reverse10000   RedeemAgain
BOOKED          PARTLY_REVERSED PARTLY_REVERSED REVERSED       ORDER_ALREADY_REDEEMED
PARTLY_REVERSED PARTLY_REVERSED REVERSED        NOT_REVERSIBLE ORDER_ALREADY_REDEEMED
REVERSED        NOT_REVERSIBLE  NOT_REVERSIBLE  NOT_REVERSIBLE ORDER_ALREADY_REDEEMED
)";
  CheckMatrix(machine);
}

// ---- Program --------------------------------------------------------------------------------

uint64_t ClosedProgram(World* world) {
  world->Open(kContest, "contest-2025");
  world->Accept("set_program_state", "program_id: 'contest-2025' state: PROGRAM_STATE_CLOSED");
  return 1;
}
std::pair<std::string, Command> SetState(const std::string& column, const std::string& state) {
  return {column, [state](World* world, uint64_t) {
            return world->Do("set_program_state",
                             "program_id: 'contest-2025' state: PROGRAM_STATE_" + state);
          }};
}

TEST(StateMatrix, Program) {
  StateMachine machine;
  machine.states = v1::ProgramState_descriptor();
  machine.state_of = [](const World& world, uint64_t id) {
    return world.view().Find<tables::Programs>({static_cast<uint32_t>(id)})->state();
  };
  const auto after_cutoff = [](Build build) {
    return [build](World* world) {
      const uint64_t id = build(world);
      world->MoveTo("2025-11-01");
      return id;
    };
  };
  const Build draft = [](World* world) {
    world->Publish(kContest, "contest-2025");
    return uint64_t{1};
  };
  const Build open = [](World* world) {
    world->Open(kContest, "contest-2025");
    return uint64_t{1};
  };
  const Build suspended = [](World* world) {
    world->Open(kContest, "contest-2025");
    world->Accept("set_program_state", "program_id: 'contest-2025' state: PROGRAM_STATE_SUSPENDED");
    return uint64_t{1};
  };
  machine.rows = {
      {"DRAFT", draft},
      {"DRAFT/cutoff", after_cutoff(draft)},
      {"OPEN", open},
      {"OPEN/cutoff", after_cutoff(open)},
      {"SUSPENDED", suspended},
      {"SUSPENDED/cutoff", after_cutoff(suspended)},
      {"CLOSED", ClosedProgram},
      {"CLOSED/holds",
       [](World* world) {
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
       [](World* world) {
         const uint64_t id = ClosedProgram(world);
         world->Accept("archive_program", "program_id: 'contest-2025'");
         return id;
       }},
  };
  machine.commands = {
      {"Publish",
       [](World* world, uint64_t) {
         std::ifstream in(kContest);
         std::ostringstream text;
         text << in.rdbuf();
         return world->Do("publish_program", absl::StrCat("rules { ", text.str(), "\n }"));
       }},
      SetState("Open", "OPEN"),
      SetState("Suspend", "SUSPENDED"),
      SetState("Close", "CLOSED"),
      {"Archive",
       [](World* world, uint64_t) {
         return world->Do("archive_program", "program_id: 'contest-2025'");
       }},
      {"Appropriate",
       [](World* world, uint64_t) {
         return world->Do("appropriate",
                          "program_id: 'contest-2025' amount_fen: 1 fiscal_reference: 'F-1'");
       }},
      {"Submit",
       [](World* world, uint64_t) {
         return world->Do("submit_application",
                          world->Application("contest-2025", "benchmark", 1'000, "REIMBURSEMENT"));
       }},
      {"Award",
       [](World* world, uint64_t) {
         return world->Do("award_grant",
                          absl::StrCat("program_id: 'contest-2025' item_id: 'pilot' uscc: '", kE1,
                                       "' delivery_mode: DELIVERY_MODE_REIMBURSEMENT project { "
                                       "project_id: 'P' } reference: 'W-1'"));
       }},
      {"Timers", [](World* world, uint64_t) { return world->FireTimers(); }},
  };
  machine.grid = R"(
                 Publish   Open         Suspend   Close  Archive       Appropriate Submit           Award            Timers
DRAFT            DRAFT     OPEN         !         !      !             DRAFT       PROGRAM_NOT_OPEN PROGRAM_NOT_OPEN DRAFT
DRAFT/cutoff     DRAFT     WINDOW_CLOSED !        !      !             DRAFT       PROGRAM_NOT_OPEN PROGRAM_NOT_OPEN DRAFT
OPEN             OPEN      !            SUSPENDED CLOSED !             OPEN        OPEN             OPEN             OPEN
OPEN/cutoff      OPEN      WINDOW_CLOSED SUSPENDED CLOSED !            OPEN        WINDOW_CLOSED    OPEN             CLOSED
SUSPENDED        SUSPENDED OPEN         !         CLOSED !             SUSPENDED   PROGRAM_NOT_OPEN PROGRAM_NOT_OPEN SUSPENDED
SUSPENDED/cutoff SUSPENDED WINDOW_CLOSED !        CLOSED !             SUSPENDED   PROGRAM_NOT_OPEN PROGRAM_NOT_OPEN CLOSED
CLOSED           CLOSED    !            !         !      ARCHIVED      CLOSED      WINDOW_CLOSED    CLOSED           CLOSED
CLOSED/holds     CLOSED    !            !         !      ILLEGAL_STATE CLOSED      WINDOW_CLOSED    CLOSED           CLOSED
ARCHIVED         !         !            !         !      !             !           PROGRAM_NOT_OPEN PROGRAM_NOT_OPEN ARCHIVED
)";
  CheckMatrix(machine);
}

// ---- Cluster --------------------------------------------------------------------------------

std::string Plan() {
  return absl::StrCat("cluster { program_id: 'life-2025' cluster_id: 'c-1' name: 'C' lead_uscc: '",
                      kE2, "' lead_name: 'L' members { uscc: '", kE1,
                      "' planned_cost_fen: 1000 } requested_fen: 50000 }");
}
uint64_t Proposed(World* world) {
  world->Open(kLife, "life-2025",
              "clusters { minimum_members: 1 pool_fen: 50000 on_exhausted: ON_EXHAUSTED_REJECT "
              "clause: '测试' }");
  return world->Accept("put_cluster", Plan()).cluster_put().cluster_number();
}
constexpr char kPassCluster[] =
    "program_id: 'life-2025' cluster_id: 'c-1' verdict: REVIEW_VERDICT_PASS score: 9000";
uint64_t ScoredCluster(World* world) {
  const uint64_t id = Proposed(world);
  world->Accept("review_cluster", kPassCluster);
  return id;
}

TEST(StateMatrix, Cluster) {
  StateMachine machine;
  machine.states = v1::ClusterState_descriptor();
  machine.id_field = "cluster_id";
  machine.state_of = [](const World& world, uint64_t id) {
    return world.view().Find<tables::Clusters>({id})->state();
  };
  machine.rows = {
      {"PROPOSED", Proposed},
      {"SCORED", ScoredCluster},
      {"APPROVED",
       [](World* world) {
         const uint64_t id = ScoredCluster(world);
         world->Accept("rank_clusters", "program_id: 'life-2025'");
         return id;
       }},
      {"PASSED_OVER",
       [](World* world) {
         const uint64_t id = ScoredCluster(world);
         world->Appropriate("life-2025", -950'001);  // 49,999 left
         world->Accept("rank_clusters", "program_id: 'life-2025'");
         return id;
       }},
      {"REJECTED",
       [](World* world) {
         const uint64_t id = Proposed(world);
         world->Accept("review_cluster",
                       "program_id: 'life-2025' cluster_id: 'c-1' verdict: REVIEW_VERDICT_REJECT "
                       "opinion: 'no'");
         return id;
       }},
  };
  machine.commands = {
      {"Put", [](World* world, uint64_t) { return world->Do("put_cluster", Plan()); }},
      {"Pass", [](World* world, uint64_t) { return world->Do("review_cluster", kPassCluster); }},
      {"Reject",
       [](World* world, uint64_t) {
         return world->Do("review_cluster",
                          "program_id: 'life-2025' cluster_id: 'c-1' verdict: "
                          "REVIEW_VERDICT_REJECT opinion: 'no'");
       }},
      {"Rank", [](World* world,
                  uint64_t) { return world->Do("rank_clusters", "program_id: 'life-2025'"); }},
  };
  machine.grid = R"(
            Put      Pass   Reject   Rank
PROPOSED    PROPOSED SCORED REJECTED ILLEGAL_STATE
SCORED      !        SCORED REJECTED APPROVED
APPROVED    !        !      !        ILLEGAL_STATE
PASSED_OVER !        !      !        ILLEGAL_STATE
REJECTED    !        !      !        ILLEGAL_STATE
)";
  CheckMatrix(machine);
}

// ---- Statement ------------------------------------------------------------------------------

TEST(StateMatrix, Statement) {
  StateMachine machine;
  machine.states = v1::StatementState_descriptor();
  machine.id_field = "statement_id";
  machine.state_of = [](const World& world, uint64_t id) {
    return world.view().Find<tables::Statements>({id})->statement().state();
  };
  machine.rows = {
      {"CLOSED", StatementClosed},
      {"CLOSED/partly-paid",
       [](World* world) {
         const uint64_t id = StatementClosed(world);
         world->Accept("record_disbursement", Payment(id, 60'000));
         return id;
       }},
      {"PAID", StatementPaid},
  };
  machine.commands = {
      {"Pay40000",
       [](World* world, uint64_t id) {
         return world->Do("record_disbursement", Payment(id, 40'000));
       }},
      {"Pay100000",
       [](World* world, uint64_t id) {
         return world->Do("record_disbursement", Payment(id, 100'000));
       }},
      {"Pay100001",
       [](World* world, uint64_t id) {
         return world->Do("record_disbursement", Payment(id, 100'001));
       }},
      {"CloseAgain",
       [](World* world, uint64_t) {
         return world->Do(
             "close_statement",
             "program_id: 'rise-2025' division: '420100' period { year: 2025 month: 5 }");
       }},
  };
  machine.grid = R"(
                   Pay40000 Pay100000     Pay100001     CloseAgain
CLOSED             CLOSED   PAID          ILLEGAL_STATE ILLEGAL_STATE
CLOSED/partly-paid PAID     ILLEGAL_STATE ILLEGAL_STATE ILLEGAL_STATE
PAID               !        !             !             ILLEGAL_STATE
)";
  CheckMatrix(machine);
}

}  // namespace
}  // namespace voucher
