#include "ledger/machine/invariants.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/ledger_story.h"

namespace voucher {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class InvariantsTest : public ::testing::Test {
 protected:
  InvariantsTest() { voucher::testing::TellMainJob(&story_); }

  voucher::testing::LedgerStory story_;
};

TEST_F(InvariantsTest, HoldAfterTheMainJob) {
  EXPECT_THAT(CheckInvariants(story_.view()), IsEmpty());
}

TEST_F(InvariantsTest, HoldInAnEmptyLedger) {
  EXPECT_THAT(CheckInvariants(HotView(nullptr)), IsEmpty());
}

TEST_F(InvariantsTest, AFenMovedBetweenTwoAccountsShowsOnBoth) {
  Overlay rows(&story_.view());
  auto& held = rows.Edit<tables::Balances>({1, v1::ACCOUNT_KIND_HELD, 5, 0});
  held.set_fen(held.fen() + 1);
  auto& budget = rows.Edit<tables::Balances>({1, v1::ACCOUNT_KIND_BUDGET, 0, 0});
  budget.set_fen(budget.fen() - 1);
  EXPECT_THAT(
      CheckInvariants(rows),
      ElementsAre("HELD 5/0 of program 1 is 60001 fen, its things add up to 60000",
                  "program 1 has 7740000 fen in class BUDGET, its balances add up to 7739999",
                  "program 1 has 60000 fen in class HELD, its balances add up to 60001"));
}

TEST_F(InvariantsTest, EachDamageIsNamed) {
  struct Case {
    const char* finding;
    void (*damage)(Overlay*);
  };
  const Case cases[] = {
      {"TRANSIT 2/0 of program 1 has no balance, its things add up to 300000",
       [](Overlay* rows) {
         rows->Erase<tables::Balances>({1, v1::ACCOUNT_KIND_TRANSIT, 2, 0});
       }},
      {"is -1 fen",
       [](Overlay* rows) {
         rows->Edit<tables::Balances>({1, v1::ACCOUNT_KIND_HELD, 5, 0}).set_fen(-1);
       }},
      {"the classes of program 1 add up to 1 fen, not to 0",
       [](Overlay* rows) {
         auto& totals = rows->Edit<tables::Totals>({1});
         totals.set_class_fen(v1::ACCOUNT_KIND_BUDGET,
                              totals.class_fen(v1::ACCOUNT_KIND_BUDGET) + 1);
       }},
      {"voucher 1 was approved with 2000000 fen, its parts add up to 2000001",
       [](Overlay* rows) { rows->Edit<tables::Vouchers>({1}).set_released_fen(1); }},
      {"voucher 1 says 700001 fen credit, its parts add up to 700000",
       [](Overlay* rows) { rows->Edit<tables::Vouchers>({1}).set_credit_fen(700'001); }},
      {"voucher 1 is over and still holds 1600000 fen",
       [](Overlay* rows) {
         rows->Edit<tables::Vouchers>({1}).set_state(v1::VOUCHER_STATE_EXPIRED);
       }},
      {"redemption 2 is BOOKED after reversals of 20000 fen",
       [](Overlay* rows) {
         rows->Edit<tables::Redemptions>({2}).set_state(v1::REDEMPTION_STATE_BOOKED);
       }},
      {"limit ENTERPRISE_YEAR 4/0 of program 1 has 60001 fen used, its applications add up to "
       "60000",
       [](Overlay* rows) {
         rows->Edit<tables::Limits>({1, v1::LIMIT_KIND_ENTERPRISE_YEAR, 4, 0}).set_used_fen(60'001);
       }},
      {"limit ENTERPRISE_YEAR 1/0 of program 1 has 20000001 fen used of 20000000",
       [](Overlay* rows) {
         rows->Edit<tables::Limits>({1, v1::LIMIT_KIND_ENTERPRISE_YEAR, 1, 0})
             .set_used_fen(20'000'001);
       }},
      {"limit ENTERPRISE_YEAR 1/0 of program 1 has no row, its applications add up to 2000000",
       [](Overlay* rows) {
         rows->Erase<tables::Limits>({1, v1::LIMIT_KIND_ENTERPRISE_YEAR, 1, 0});
       }},
      {"program 1 counts 1 applications in state HELD, there are 0",
       [](Overlay* rows) {
         rows->Edit<tables::Applications>({5}).set_state(v1::APPLICATION_STATE_WITHDRAWN);
       }},
      {"program 1 has 5 accepted and 3 refused submissions, but its last queue number is 7",
       [](Overlay* rows) { rows->Edit<tables::Programs>({1}).set_refused_submissions(3); }},
      {"the last enterprise is 4, the counter says 5",
       [](Overlay* rows) { rows->Edit<tables::Counters>({}).set_enterprise(5); }},
      {"transfer 3 follows 1", [](Overlay* rows) { rows->Erase<tables::Transfers>({2}); }},
      {"application 5 is not found by its queue number 5",
       [](Overlay* rows) {
         rows->Erase<tables::ApplicationsByProgram>({1, 5});
       }},
      {"1 order numbers for 2 redemptions",
       [](Overlay* rows) {
         rows->Erase<tables::Orders>({1, "o-1"});
       }},
      {"there is no timer of kind 3 for 1",
       [](Overlay* rows) { rows->Edit<tables::Vouchers>({1}).set_lapses_unix_ns(5); }},
      {"there is a timer of kind 2 for 9 due 7 that nothing waits for",
       [](Overlay* rows) {
         rows->Put<tables::Timers>({7, v1::TIMER_KIND_TRANSFER_ANSWER, 9}, {});
       }},
      {"is not claimed by application 5",
       [](Overlay* rows) {
         rows->Erase<tables::Invoices>({rows->Find<tables::Applications>({5})->invoice_keys(0)});
       }},
  };
  for (const Case& c : cases) {
    Overlay rows(&story_.view());
    c.damage(&rows);
    EXPECT_THAT(CheckInvariants(rows), Contains(HasSubstr(c.finding))) << c.finding;
  }
}

TEST_F(InvariantsTest, FindingsAreBounded) {
  Overlay rows(&story_.view());
  for (uint64_t id = 100; id < 1'000; ++id) {
    rows.Edit<tables::Balances>({1, v1::ACCOUNT_KIND_HELD, id, 0}).set_fen(1);
  }
  EXPECT_EQ(CheckInvariants(rows).size(), kMaxInvariantFindings);
}

}  // namespace
}  // namespace voucher
