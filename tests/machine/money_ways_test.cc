// Where money is × who can move it (docs/money-ways.md): in every cell that can be reached, a verb
// or a timer moves the money out.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "ledger/machine/accounts.h"
#include "tests/machine/state_matrix.h"

namespace voucher {
namespace {

using Step = std::function<void(TestWorld*)>;

// One cell, and each way out of it.
struct Cell {
  std::string name;
  Step build;
  // Of program 1; what it holds is not 0 after `build`, and 0 after each way.
  v1::AccountRef account;
  std::vector<std::pair<std::string, Step>> ways;
};

void Play(const std::vector<Cell>& cells) {
  for (const Cell& cell : cells) {
    for (const auto& [name, way] : cell.ways) {
      SCOPED_TRACE(cell.name + ": " + name);
      TestWorld world;
      cell.build(&world);
      EXPECT_NE(BalanceOf(world.view(), 1, cell.account), 0);
      for (const std::string& finding : world.Findings()) ADD_FAILURE() << finding;
      way(&world);
      EXPECT_EQ(BalanceOf(world.view(), 1, cell.account), 0);
      for (const std::string& finding : world.Findings()) ADD_FAILURE() << finding;
    }
  }
}

constexpr char kAudit[] = "ground: RECLAIM_GROUND_AUDIT reason: 'audit' reference: 'A-1'";
constexpr char kReport[] =
    "documents { kind: DOCUMENT_KIND_ACCEPTANCE_REPORT number: 'YS-1' sha256: "
    "'0123456789abcdef0123456789abcdef' }";

// A verb about application 1.
Step Verb(const std::string& verb, const std::string& fields = "") {
  return [verb, fields](TestWorld* world) { world->Accepted(verb, 1, fields); };
}
Step Do(const std::string& verb, const std::string& fields) {
  return [verb, fields](TestWorld* world) { world->Accept(verb, fields); };
}
Step TimersAt(const std::string& day) {
  return [day](TestWorld* world) {
    world->MoveTo(day);
    world->FireTimers();
  };
}
Step Then(const Step& first, const Step& second) {
  return [first, second](TestWorld* world) {
    first(world);
    second(world);
  };
}

Step Close(const std::string& party, const std::string& program = "rise-2025") {
  return [party, program](TestWorld* world) {
    world->MoveTo("2025-06-02");
    world->Accept("close_statement", absl::StrCat("program_id: '", program, "' ", party,
                                                  " period { year: 2025 month: 5 }"));
  };
}
const char kCity[] = "division: '420100'";
const char kAcme[] = "provider_id: 'acme'";

// In life-2025, which has two reviews, a notice, project terms and an acceptance that gates.
Step Life(const std::string& mode) {
  return [mode](TestWorld* world) {
    world->Open(kLife, "life-2025");
    world->Apply("life-2025", "line", 200'000, mode);  // 100,000 fen
  };
}
Step OnNotice(const std::string& mode) {
  return Then(Life(mode), [](TestWorld* world) {
    world->Pass(1, "DISTRICT");
    world->Pass(1, "CITY");
    world->Accept("publish_notice", "program_id: 'life-2025' application_ids: 1");
  });
}
Step ApprovedLife(const std::string& mode) {
  return Then(OnNotice(mode), [](TestWorld* world) {
    world->MoveTo("2025-06-10");
    world->Accepted("approve_application", 1);
  });
}
// 40,000 fen of voucher 1 are redeemed.
void RedeemSome(TestWorld* world, const std::string& program) {
  world->Accept("order_transfer", "voucher_id: 1 account_id: 1 amount_fen: 40000");
  world->Accept("confirm_transfer", Confirmation(1));
  world->Accept("redeem", absl::StrCat("program_id: '", program,
                                       "' account_id: 1 product_id: 'ecs' order_number: 'O-9' "
                                       "amount_fen: 40000 usage_ended_at { seconds: 1748217600 }"));
}
Step Rises(const std::string& mode) {
  return [mode](TestWorld* world) { Rise(world, mode); };
}
Step Redeemed() {
  return Then(Rises("CLOUD_CREDIT"), [](TestWorld* world) { RedeemSome(world, "rise-2025"); });
}
Step Paid(const std::string& party, int64_t fen) {
  return Then(Close(party),
              [fen](TestWorld* world) { world->Accept("record_disbursement", Payment(1, fen)); });
}
Step Reverse() {
  return Do("reverse_redemption", "redemption_id: 1 amount_fen: 40000 reason: 'x'");
}
Step Recover(const std::string& party, int64_t fen) {
  return Do("record_recovery", absl::StrCat("program_id: 'rise-2025' ", party, " amount_fen: ", fen,
                                            " fiscal_reference: 'R-1'"));
}
std::string Uscc() {
  return absl::StrCat("uscc: '", kE1, "'");
}
Step Archived() {
  return Then(Do("set_program_state", "program_id: 'rise-2025' state: PROGRAM_STATE_CLOSED"),
              Do("archive_program", "program_id: 'rise-2025'"));
}

TEST(MoneyWays, OfAnApplicationBeforeTheDecision) {
  const Step returned = Then(Life("REIMBURSEMENT"), Verb("return_application", "reason: 'x'"));
  const Step objected =
      Then(OnNotice("REIMBURSEMENT"), Verb("file_objection", "reference: 'Y' reason: 'x'"));
  const std::string reject = "stage_id: 'DISTRICT' verdict: REVIEW_VERDICT_REJECT opinion: 'no'";
  Play({
      {"HELD, held",
       Life("CLOUD_CREDIT"),
       Held(1),
       {{"withdrawn", Verb("withdraw_application")},
        {"rejected", Verb("review_application", reject)},
        {"end of the vouchers", TimersAt("2026-07-02")}}},
      {"RETURNED, held",
       returned,
       Held(1),
       {{"withdrawn", Verb("withdraw_application")}, {"deadline", TimersAt("2025-06-07")}}},
      {"ON_NOTICE, held",
       OnNotice("CLOUD_CREDIT"),
       Held(1),
       {{"withdrawn", Verb("withdraw_application")},
        {"approved",
         Then([](TestWorld* world) { world->MoveTo("2025-06-10"); }, Verb("approve_application"))},
        {"end of the vouchers", TimersAt("2026-07-02")}}},
      {"OBJECTED, held",
       objected,
       Held(1),
       {{"withdrawn", Verb("withdraw_application")},
        {"upheld", Verb("resolve_objection", "upheld: true opinion: 'x'")}}},
      {"OBJECTED for credit, held",
       Then(OnNotice("CLOUD_CREDIT"), Verb("file_objection", "reference: 'Y' reason: 'x'")),
       Held(1),
       {{"end of the vouchers", TimersAt("2026-07-02")}}},
      {"LISTED, held",
       [](TestWorld* world) {
         world->Open(kHighest, "rise-2025");
         world->Apply("rise-2025", "high", 200'000, "REIMBURSEMENT");
       },
       Held(1),
       {{"approved", Verb("approve_application")}, {"withdrawn", Verb("withdraw_application")}}},
  });
}

TEST(MoneyWays, OfAReimbursement) {
  const v1::AccountRef gated = PayableToEnterprise(1, 1);
  const v1::AccountRef unpaid = PayableToEnterprise(1);
  const Step accepted = Then(ApprovedLife("REIMBURSEMENT"), Verb("accept_project", kReport));
  const Step superseded = Then(
      [](TestWorld* world) {
        world->Open(kHighest, "rise-2025");
        world->Apply("rise-2025", "low", 200'000, "REIMBURSEMENT");
        world->Accepted("approve_application", 1);
      },
      [](TestWorld* world) {
        const uint64_t higher = world->Apply("rise-2025", "high", 200'000, "CLOUD_CREDIT");
        world->Accepted("approve_application", higher);
      });
  Play({
      {"APPROVED, gated",
       ApprovedLife("REIMBURSEMENT"),
       gated,
       {{"accepted", Verb("accept_project", kReport)},
        {"terminated", Verb("terminate_project", "reason: 'x'")},
        {"reclaimed", Verb("reclaim", kAudit)},
        {"extension over",
         Then(Verb("extend_project", "months: 1 reason: 'x'"), TimersAt("2025-10-12"))}}},
      {"ACCEPTED, unpaid",
       accepted,
       unpaid,
       {{"stated",
         [](TestWorld* world) {
           world->MoveTo("2025-07-01");
           world->Accept(
               "close_statement",
               "program_id: 'life-2025' division: '420100' period { year: 2025 month: 6 }");
         }},
        {"reclaimed", Verb("reclaim", kAudit)}}},
      {"APPROVED, unpaid",
       Rises("REIMBURSEMENT"),
       unpaid,
       {{"stated", Close(kCity)},
        {"terminated", Verb("terminate_project", "reason: 'x'")},
        {"reclaimed", Verb("reclaim", kAudit)}}},
      {"SUPERSEDED, unpaid",
       superseded,
       unpaid,
       {{"stated", Close(kCity)}, {"reclaimed", Verb("reclaim", kAudit)}}},
      {"APPROVED, due",
       Then(Rises("REIMBURSEMENT"), Close(kCity)),
       DueOn(1),
       {{"disbursed", Do("record_disbursement", Payment(1, 100'000))}}},
      {"TERMINATED, due",
       Then(Then(Rises("REIMBURSEMENT"), Close(kCity)), Verb("terminate_project", "reason: 'x'")),
       DueOn(1),
       {{"disbursed", Do("record_disbursement", Payment(1, 100'000))}}},
  });
}

// What application 1 has used waits for the acceptance of application 2, which replaced it.
TEST(MoneyWays, OfAReplacedGrantThatWaits) {
  const auto replaced = [](const std::string& item, const std::string& mode, bool redeems) {
    return [=](TestWorld* world) {
      world->Open(kHighest, "rise-2025",
                  "acceptance { gates_settlement: true clause: 'x' } "
                  "project { months: 1 extension_months: 1 clause: 'x' }");
      world->Apply("rise-2025", item, 200'000, mode);
      world->Accepted("approve_application", 1);
      if (redeems) RedeemSome(world, "rise-2025");
      world->Apply("rise-2025", "high", 400'000, "CLOUD_CREDIT");
      world->Accepted("approve_application", 2);
    };
  };
  const auto higher = [](const std::string& verb, const std::string& fields) {
    return [=](TestWorld* world) { world->Accepted(verb, 2, fields); };
  };
  const Step third = [](TestWorld* world) {
    world->Open(kHighest, "peak-2025");
    const uint64_t id = world->Apply("peak-2025", "high", 600'000, "CLOUD_CREDIT");
    world->Accepted("approve_application", id);
  };
  const std::vector<std::pair<std::string, Step>> ways = {
      {"the higher accepted", higher("accept_project", kReport)},
      {"the higher terminated", higher("terminate_project", "reason: 'x'")},
      {"extension of the higher over",
       Then(higher("extend_project", "months: 1 reason: 'x'"), TimersAt("2025-07-28"))},
      {"the higher reclaimed", higher("reclaim", kAudit)},
      {"the higher replaced by one without a gate", third},
      {"reclaimed", Verb("reclaim", kAudit)}};
  std::vector<std::pair<std::string, Step>> and_reversed = ways;
  and_reversed.push_back({"reversed", Reverse()});
  Play({
      {"SUPERSEDED, gated", replaced("low", "REIMBURSEMENT", false), PayableToEnterprise(1, 1),
       ways},
      {"BOOKED, gated, of a replaced grant", replaced("high", "CLOUD_CREDIT", true),
       PayableToProvider(1, 1), and_reversed},
  });
}

TEST(MoneyWays, OfWhatWasPaidAndIsTakenBack) {
  const Step paid = Then(Rises("REIMBURSEMENT"), Paid(kCity, 100'000));
  const Step next = [](TestWorld* world) {
    const uint64_t id =
        world
            ->Accept("submit_application",
                     absl::StrCat("program_id: 'rise-2025' item_id: 'high' uscc: '", kE1,
                                  "' delivery_mode: DELIVERY_MODE_CLOUD_CREDIT "
                                  "spend_fen: 400000 project { project_id: 'Q' } "
                                  "products { provider_id: 'acme' product_id: "
                                  "'ecs' }"))
            .application_submitted()
            .application_id();
    world->Accepted("approve_application", id);
  };
  const Step terminated = Then(Then(Rises("REIMBURSEMENT"), Close(kCity)),
                               Then(Verb("terminate_project", "reason: 'x'"),
                                    Do("record_disbursement", Payment(1, 100'000))));
  Play({
      {"SETTLED, reclaimed",
       Then(paid, Verb("reclaim", kAudit)),
       Receivable(1, 1),
       {{"paid back", Recover(Uscc(), 100'000)}, {"set off", next}}},
      {"TERMINATED after a statement, reclaimed",
       Then(terminated, Verb("reclaim", kAudit)),
       Receivable(1, 1),
       {{"paid back", Recover(Uscc(), 100'000)}}},
      {"voucher spent, reclaimed",
       Then(Redeemed(), Verb("reclaim", kAudit)),
       Receivable(1, 1),
       {{"paid back before the provider was paid", Recover(Uscc(), 40'000)},
        {"reversed", Reverse()}}},
      {"reversed after it was paid back: a refund",
       Then(Then(Redeemed(), Verb("reclaim", kAudit)), Then(Recover(Uscc(), 40'000), Reverse())),
       PayableToEnterprise(1),
       {{"stated", Close(kCity)}}},
  });
}

TEST(MoneyWays, OfAVoucher) {
  const auto in_transit = [](int64_t fen) {
    return Then(
        Rises("CLOUD_CREDIT"),
        Do("order_transfer", absl::StrCat("voucher_id: 1 account_id: 1 amount_fen: ", fen)));
  };
  const Step confirm = Do("confirm_transfer", Confirmation(1));
  const Step decline = Do("decline_transfer", "transfer_id: 1 reason: 'x'");
  const Step in_account = Then(in_transit(100'000), confirm);
  const Step higher = [](TestWorld* world) {
    const uint64_t id = world->Apply("rise-2025", "high", 400'000, "CLOUD_CREDIT");
    world->Accepted("approve_application", id);
  };
  const Step terminate = Verb("terminate_project", "reason: 'x'");
  Play({
      {"ACTIVE, in the voucher",
       Rises("CLOUD_CREDIT"),
       VoucherAccount(1),
       {{"ordered", Do("order_transfer", "voucher_id: 1 account_id: 1 amount_fen: 100000")},
        {"expired", TimersAt("2026-07-05")},
        {"terminated", terminate},
        {"reclaimed", Verb("reclaim", kAudit)},
        {"superseded", higher}}},
      {"ACTIVE, credit",
       in_account,
       Credit(1, 1),
       {{"redeemed", Do("redeem", Order("O-1", "amount_fen: 100000"))},
        {"expired", TimersAt("2026-07-05")},
        {"terminated", terminate},
        {"reclaimed", Verb("reclaim", kAudit)},
        {"superseded", higher}}},
      {"ORDERED, in transit",
       in_transit(100'000),
       Transit(1),
       {{"confirmed", confirm}, {"declined", decline}}},
      {"OVERDUE, in transit",
       Then(in_transit(100'000), TimersAt("2025-06-10")),
       Transit(1),
       {{"confirmed", confirm}, {"declined", decline}}},
      {"EXPIRED, in transit",
       Then(in_transit(100'000), TimersAt("2026-07-05")),
       Transit(1),
       {{"confirmed", confirm}, {"declined", decline}}},
      {"RECLAIMED, in transit",
       Then(in_transit(100'000), Verb("reclaim", kAudit)),
       Transit(1),
       {{"confirmed", confirm}, {"declined", decline}}},
  });
}

TEST(MoneyWays, OfARedemption) {
  const Step gated =
      Then(ApprovedLife("CLOUD_CREDIT"), [](TestWorld* world) { RedeemSome(world, "life-2025"); });
  Play({
      {"BOOKED, owed to the provider",
       Redeemed(),
       PayableToProvider(1),
       {{"stated", Close(kAcme)}, {"reversed", Reverse()}}},
      {"BOOKED, due",
       Then(Redeemed(), Close(kAcme)),
       DueOn(1),
       {{"disbursed", Do("record_disbursement", Payment(1, 40'000))}}},
      {"REVERSED after it was paid, owed by the provider",
       Then(Then(Redeemed(), Paid(kAcme, 40'000)), Reverse()),
       PayableToProvider(1),
       {{"paid back", Recover(kAcme, 40'000)},
        {"redeemed again", Do("redeem", Order("O-2", "amount_fen: 40000"))}}},
      {"BOOKED, gated",
       gated,
       PayableToProvider(1, 1),
       {{"accepted", Verb("accept_project", kReport)},
        {"terminated", Verb("terminate_project", "reason: 'x'")},
        {"reclaimed", Verb("reclaim", kAudit)},
        {"reversed", Reverse()}}},
  });
}

TEST(MoneyWays, OfAProgram) {
  const Step draft = [](TestWorld* world) {
    world->Publish(kHighest, "rise-2025");
    world->Appropriate("rise-2025", 500);
  };
  const Step late_draft = Then(draft, TimersAt("2025-11-02"));
  const Step cut =
      Do("appropriate", "program_id: 'rise-2025' amount_fen: -500 fiscal_reference: 'C-1'");
  const Step closed = [](TestWorld* world) {
    world->Open(kHighest, "rise-2025", "", 500);
    world->Accept("set_program_state", "program_id: 'rise-2025' state: PROGRAM_STATE_CLOSED");
  };
  Play({
      {"DRAFT, budget", draft, BudgetAccount(), {{"cut", cut}}},
      {"DRAFT past its window, budget", late_draft, BudgetAccount(), {{"cut", cut}}},
      {"CLOSED, budget",
       closed,
       BudgetAccount(),
       {{"cut", cut}, {"archived", Do("archive_program", "program_id: 'rise-2025'")}}},
  });
  // A tranche that has not opened is in no account: it opens, and the program can be archived.
  TestWorld world;
  closed(&world);
  world.Accept("appropriate",
               "program_id: 'rise-2025' amount_fen: 7 fiscal_reference: 'T-1' opens_on { year: "
               "2025 month: 6 day: 10 }");
  EXPECT_TRUE(world.Do("archive_program", "program_id: 'rise-2025'").has_refusal());
  TimersAt("2025-06-11")(&world);
  EXPECT_EQ(BalanceOf(world.view(), 1, BudgetAccount()), 507);
  world.Accept("archive_program", "program_id: 'rise-2025'");
  EXPECT_EQ(BalanceOf(world.view(), 1, Returned()), 507);
}

TEST(MoneyWays, OfAnArchivedProgram) {
  const Step spent =
      Then(Then(Rises("CLOUD_CREDIT"), [](TestWorld* world) { RedeemSome(world, "rise-2025"); }),
           Then(Paid(kAcme, 40'000), Verb("terminate_project", "reason: 'x'")));
  const Step archived = Then(spent, Archived());
  const Step recovered = Then(archived, Then(Verb("reclaim", kAudit), Recover(Uscc(), 40'000)));
  const Step refunded = Then(recovered, Then(Reverse(), Recover(kAcme, 40'000)));
  const Step close_june = [](TestWorld* world) {
    world->MoveTo("2025-07-01");
    world->Accept("close_statement",
                  "program_id: 'rise-2025' division: '420100' period { year: 2025 month: 6 }");
  };
  Play({
      {"ARCHIVED, reclaimed",
       Then(archived, Verb("reclaim", kAudit)),
       Receivable(1, 1),
       {{"paid back", Recover(Uscc(), 40'000)}, {"reversed", Reverse()}}},
      {"ARCHIVED, reversed",
       Then(archived, Reverse()),
       PayableToProvider(1),
       {{"paid back", Recover(kAcme, 40'000)}}},
      {"ARCHIVED, a refund", refunded, PayableToEnterprise(1), {{"stated", close_june}}},
      {"ARCHIVED, a refund that is due",
       Then(refunded, close_june),
       DueOn(2),
       {{"disbursed", Do("record_disbursement",
                         "statement_id: 2 disbursement { amount_fen: 40000 fiscal_reference: 'F-3' "
                         "paid_on { year: 2025 month: 6 day: 1 } }")}}},
  });
}

TEST(MoneyWays, PendingCreditLapsesInEntriesOfBoundedSize) {
  TestWorld world;
  world.Open(kLife, "life-2025");
  for (int i = 0; i < 300; ++i) {
    world.Accept(
        "submit_application",
        absl::StrCat("program_id: 'life-2025' item_id: 'line' uscc: '", kE1,
                     "' delivery_mode: DELIVERY_MODE_CLOUD_CREDIT spend_fen: 200 project { "
                     "project_id: 'P-",
                     i, "' } products { provider_id: 'acme' product_id: 'ecs' } ",
                     TestWorld::Evidence(i)));
  }
  EXPECT_EQ(BalanceOf(world.view(), 1, BudgetAccount()), 970'000);
  world.MoveTo("2026-06-30");
  world.FireTimers();
  world.MoveTo("2026-07-01");
  v1::Entry last = world.FireTimer();
  EXPECT_EQ(last.event().pending_lapsed().application_ids_size(), 256);
  EXPECT_EQ(last.event().pending_lapsed().through_queue_number(), 256);
  for (const std::string& finding : world.Findings()) ADD_FAILURE() << finding;
  last = world.FireTimer();
  EXPECT_EQ(last.event().pending_lapsed().application_ids_size(), 44);
  EXPECT_EQ(BalanceOf(world.view(), 1, BudgetAccount()), 1'000'000);
  EXPECT_FALSE(world.FireTimer().has_event());
  for (const std::string& finding : world.Findings()) ADD_FAILURE() << finding;
}

}  // namespace
}  // namespace voucher
