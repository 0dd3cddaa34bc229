#include "ledger/invariants/invariants.h"

#include <string>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/ledger_story.h"

namespace voucher {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The last redemption of account 1, of which a part is reversed.
uint64_t LastOf(const View& view) {
  return view.Find<tables::CloudAccounts>({1})->last_redemption();
}

// A change of rows, and what a finding about it says.
struct Damage {
  const char* finding;
  void (*change)(EditableRows*);
};

// Balances, sums of classes, cloud accounts and their lots.
constexpr Damage kDamagedBalances[] = {
    {"TRANSIT 2/0 of program 1 has no balance, its things add up to 300000",
     [](EditableRows* rows) {
       rows->Erase<tables::Balances>({1, v1::ACCOUNT_KIND_TRANSIT, 2, 0});
     }},
    {"is -1 fen",
     [](EditableRows* rows) {
       rows->Edit<tables::Balances>({1, v1::ACCOUNT_KIND_HELD, 5, 0}).set_fen(-1);
     }},
    {"CREDIT 1/1 of program 1 has a balance, where the lots of cloud accounts are to say it",
     [](EditableRows* rows) {
       rows->Edit<tables::Balances>({1, v1::ACCOUNT_KIND_CREDIT, 1, 1}).set_fen(700'000);
     }},
    {"program 1 has 700000 fen in class CREDIT, its balances add up to 699999",
     [](EditableRows* rows) {
       rows->Edit<tables::CloudAccounts>({1}).mutable_credits(0)->set_amount_fen(699'999);
     }},
    {"cloud account 1 lacks 700000 fen of voucher 1 by its transfers and redemptions",
     [](EditableRows* rows) {
       auto* credits = rows->Edit<tables::CloudAccounts>({1}).mutable_credits();
       rows->Edit<tables::CloudAccounts>({2}).mutable_credits()->Swap(credits);
     }},
    {"cloud account 1 has a lot that is not as voucher 1",
     [](EditableRows* rows) {
       rows->Edit<tables::CloudAccounts>({1}).mutable_credits(0)->set_lapses_unix_ns(5);
     }},
    {"the classes of program 1 add up to 1 fen, not to 0",
     [](EditableRows* rows) {
       auto& totals = rows->Edit<tables::Totals>({1});
       totals.set_class_fen(v1::ACCOUNT_KIND_BUDGET, totals.class_fen(v1::ACCOUNT_KIND_BUDGET) + 1);
     }},
    {"cloud account 1 has a lot that is not as voucher 1",
     [](EditableRows* rows) {
       rows->Edit<tables::CloudAccounts>({1}).mutable_credits(0)->set_revision(9);
     }},
    {"cloud account 1 has a lot that is newer than voucher 1 says",
     [](EditableRows* rows) {
       rows::CreditRow* lot = rows->Edit<tables::CloudAccounts>({1}).mutable_credits(0);
       lot->set_credited_unix_ns(lot->credited_unix_ns() + 1);
     }},
    {"cloud account 1 says that 900000000 fen of voucher 1 lapsed, which released ",
     [](EditableRows* rows) {
       rows::AccountRow& account = rows->Edit<tables::CloudAccounts>({1});
       *account.add_lapsed() = account.credits(0);
       account.mutable_lapsed(0)->set_amount_fen(900'000'000);
     }},
    {"cloud account 1 is not of the world of its number",
     [](EditableRows* rows) { rows->Edit<tables::CloudAccounts>({1}).set_sandbox(true); }},
};

// Vouchers, redemptions of them and reversals.
constexpr Damage kDamagedVouchers[] = {
    {"voucher 1 was approved with 2000000 fen, its parts add up to 2000001",
     [](EditableRows* rows) { rows->Edit<tables::Vouchers>({1}).set_released_fen(1); }},
    {"voucher 1 says 700001 fen credit, its parts add up to 700000",
     [](EditableRows* rows) { rows->Edit<tables::Vouchers>({1}).set_credit_fen(700'001); }},
    {"voucher 1 is over and still holds 1600000 fen",
     [](EditableRows* rows) {
       rows->Edit<tables::Vouchers>({1}).set_state(v1::VOUCHER_STATE_EXPIRED);
     }},
    {" is BOOKED after reversals of 20000 fen",
     [](EditableRows* rows) {
       rows->Edit<tables::Reversals>({LastOf(*rows)}).set_state(v1::REDEMPTION_STATE_BOOKED);
     }},
    {" has 1 fen of voucher 1 reversed, its reversals add up to 20000",
     [](EditableRows* rows) {
       rows->Edit<tables::Reversals>({LastOf(*rows)}).mutable_parts(0)->set_fen(1);
     }},
    {" has reversed what it did not draw",
     [](EditableRows* rows) {
       rows->Edit<tables::Reversals>({LastOf(*rows)}).add_parts()->set_voucher(2);
     }},
    {"redemption 1 has reversals, but no entry reverses it",
     [](EditableRows* rows) { rows->Edit<tables::Reversals>({1}).add_parts()->set_voucher(1); }},
    {"0 redemptions have reversals, entries reverse 1",
     [](EditableRows* rows) { rows->Erase<tables::Reversals>({LastOf(*rows)}); }},
    {"cloud account 1 names redemption 1 as its last, which is ",
     [](EditableRows* rows) { rows->Edit<tables::CloudAccounts>({1}).set_last_redemption(1); }},
    {"cloud account 2 names redemption 2 as its last, which is 0",
     [](EditableRows* rows) { rows->Edit<tables::CloudAccounts>({2}).set_last_redemption(2); }},
};

// What the grants of enterprises and programs add up to.
constexpr Damage kDamagedGrants[] = {
    {"enterprise 4 counts 60001 fen of item 1 of program 1, its applications add up to 60000",
     [](EditableRows* rows) {
       rows->Edit<tables::EnterpriseGrants>({1, 4}).mutable_grants(0)->set_fen(60'001);
     }},
    {"enterprise 4 of program 1 is not found by its 60000 fen",
     [](EditableRows* rows) {
       rows->Erase<tables::EnterprisesByGrants>({1, -60'000, 4});
     }},
    {"enterprise 4 of program 1 is found by 1 fen, 60000 stand",
     [](EditableRows* rows) {
       rows->Put<tables::EnterprisesByGrants>({1, -1, 4}, {});
     }},
    {"application 5 counts 20000001 fen, it can count 60000 to 60000",
     [](EditableRows* rows) {
       rows->Edit<tables::Applications>({5}).set_standing_fen(20'000'001);
     }},
    {"counts nothing of item",
     [](EditableRows* rows) {
       rows->Erase<tables::EnterpriseGrants>({1, 1});
     }},
    {"program 1 counts other grants for its pools than its applications add up to",
     [](EditableRows* rows) {
       rows->Edit<tables::ProgramGrants>({1}).mutable_items(0)->set_fen(1);
     }},
};

// Counts, dense numbers and rows by which others are found.
constexpr Damage kDamagedNumbers[] = {
    {"program 1 counts 1 applications in state HELD, there are 0",
     [](EditableRows* rows) {
       rows->Edit<tables::Applications>({5}).set_state(v1::APPLICATION_STATE_WITHDRAWN);
     }},
    {"program 1 has 5 accepted and 3 refused submissions, but its last queue number is 7",
     [](EditableRows* rows) { rows->Edit<tables::Programs>({1}).set_refused_submissions(3); }},
    {"the last enterprise is 4, the counter says 5",
     [](EditableRows* rows) { rows->Edit<tables::Counters>({}).set_enterprise(5); }},
    {"transfer 3 follows 1", [](EditableRows* rows) { rows->Erase<tables::Transfers>({2}); }},
    {"application 5 is not found by its queue number 5",
     [](EditableRows* rows) {
       rows->Erase<tables::ApplicationsByProgram>({1, 5});
     }},
    {"1 order numbers for 2 redemptions",
     [](EditableRows* rows) {
       rows->Erase<tables::Orders>({0, 1, "o-1"});
     }},
    {"order o-9 has neither a redemption nor an application",
     [](EditableRows* rows) {
       rows->Put<tables::Orders>({0, 1, "o-9"}, {});
     }},
    {"1 ends of 0 notices",
     [](EditableRows* rows) {
       rows->Put<tables::NoticeEnds>({5, 1}, {});
     }},
    {"is not claimed by application 5",
     [](EditableRows* rows) {
       rows->Erase<tables::Invoices>({0, rows->Find<tables::Applications>({5})->invoice_keys(0)});
     }},
};

// Timers.
constexpr Damage kDamagedTimers[] = {
    {"there is no timer of kind 3 for 1",
     [](EditableRows* rows) { rows->Edit<tables::Vouchers>({1}).set_lapses_unix_ns(5); }},
    {"there is a timer of kind 2 for 9 due 7 that nothing waits for",
     [](EditableRows* rows) {
       rows->Put<tables::Timers>({7, v1::TIMER_KIND_TRANSFER_ANSWER, 9}, {});
     }},
};

// Records of enterprises and earlier versions of products.
constexpr Damage kDamagedRecords[] = {
    {"enterprise 2 has a record of entry 1 after that of 3",
     [](EditableRows* rows) {
       rows::EnterpriseRow& enterprise = rows->Edit<tables::Enterprises>({2});
       for (const uint64_t sequence : {3, 1}) {
         v1::EnterpriseRecord* record = enterprise.add_records();
         record->set_sequence(sequence);
         record->mutable_incident();
       }
     }},
    {"enterprise 2 has a record of entry 3 that does not say what it is and when it begins",
     [](EditableRows* rows) {
       v1::EnterpriseRecord* record = rows->Edit<tables::Enterprises>({2}).add_records();
       record->set_sequence(3);
       record->mutable_listing()->set_kind(v1::LISTING_KIND_JOINT_PUNISHMENT);
     }},
    {"product acme/ecs of ",
     [](EditableRows* rows) {
       v1::Product* product = rows->Edit<tables::Products>({1, 1, "ecs"}).mutable_product();
       *product->add_earlier()->mutable_effective_from() = product->effective_from();
     }},
};

// After a settlement: parties, statements, lines, payments and debts.
constexpr Damage kDamagedStatements[] = {
    {"PAYABLE_PROVIDER 1/0 of program 1 is 10000 fen, its things add up to 10001",
     [](EditableRows* rows) {
       rows->Edit<tables::PayableMonths>({1, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, 1, 202511})
           .set_booked_fen(10'001);
     }},
    {"month 202510 of provider 1 in program 1 has 5 fen booked and 5 reversed, and is open",
     [](EditableRows* rows) {
       auto& month =
           rows->Edit<tables::PayableMonths>({1, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, 1, 202510});
       month.set_booked_fen(5);
       month.set_reversed_fen(5);
     }},
    {"party 1 of kind 7 in program 1 is closed up to 202510 with -1 fen, its last statement says "
     "202510 with 0",
     [](EditableRows* rows) {
       rows->Edit<tables::Parties>({1, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, 1}).set_carried_fen(-1);
     }},
    {"party 420106 of program 1 has statements up to 202510 and no row",
     [](EditableRows* rows) {
       rows->Erase<tables::Parties>({1, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, 420106});
     }},
    {"DUE 1/0 of program 1 is 60000 fen, its things add up to 60001",
     [](EditableRows* rows) {
       rows->Edit<tables::Statements>({1}).mutable_statement()->set_paid_fen(39'999);
     }},
    {"statement 1 says 39999 fen paid of 100000, its disbursements add up to 40000",
     [](EditableRows* rows) {
       rows->Edit<tables::Statements>({1}).mutable_statement()->set_paid_fen(39'999);
     }},
    {"statement 1 says 100000 fen due and 0 carried forward of 100001",
     [](EditableRows* rows) {
       rows->Edit<tables::Statements>({1}).mutable_statement()->set_reversed_fen(19'999);
     }},
    {"statement 1 says 40000 fen paid of 100000",
     [](EditableRows* rows) {
       rows->Edit<tables::Statements>({1}).mutable_statement()->set_state(v1::STATEMENT_STATE_PAID);
     }},
    {"statement 2 says 200000 fen due and 0 set off, its lines add up to 200000 and 1",
     [](EditableRows* rows) {
       rows->Edit<tables::StatementLines>({2, 2}).set_set_off_fen(1);
     }},
    {"application 2 says 200000 fen stated or set off, there are 200001",
     [](EditableRows* rows) {
       rows->Edit<tables::StatementLines>({2, 2}).set_set_off_fen(1);
     }},
    {"the last statement is 2, the counter says 3",
     [](EditableRows* rows) { rows->Edit<tables::Counters>({}).mutable_real()->set_statement(3); }},
    {"1 statements by program of 2",
     [](EditableRows* rows) {
       rows->Erase<tables::StatementsByProgram>({1, 2});
     }},
    {"enterprise 2 says that it owes 199999 fen in 1 programs, the balances say 200000 in 1",
     [](EditableRows* rows) { rows->Edit<tables::Enterprises>({2}).set_receivable_fen(199'999); }},
    {"receivables and recovery of program 1 add up to 1 fen, not to 0",
     [](EditableRows* rows) {
       rows->Edit<tables::Balances>({1, v1::ACCOUNT_KIND_RECEIVABLE, 2, 2}).set_fen(200'001);
     }},
    {"application 1 of enterprise 1 in program 1 is unpaid with 7 fen",
     [](EditableRows* rows) {
       rows->Edit<tables::UnpaidApplications>({1, 1, 1}).set_fen(7);
     }},
};

// After a settlement: what a provider claims of a voucher.
constexpr Damage kDamagedClaims[] = {
    {"provider 1 claims 1 fen for voucher 1, its redemptions add up to 110000",
     [](EditableRows* rows) { rows->Edit<tables::Vouchers>({1}).mutable_claims(0)->set_fen(1); }},
    {"voucher 1 of program 1 is not over and waits for a statement of provider 1",
     [](EditableRows* rows) {
       rows->Edit<tables::EndedVouchers>({1, 1, 1}).set_number(202510);
     }},
};

// After a settlement: totals, tranches, waitlists, rankings, clusters and baskets.
constexpr Damage kDamagedAllocation[] = {
    {"program 1 counts 2 transfers in state CONFIRMED, there are 1",
     [](EditableRows* rows) {
       rows->Edit<tables::Totals>({1}).set_transfers(v1::TRANSFER_STATE_CONFIRMED, 2);
     }},
    {"program 1 says 5 fen in tranches, they add up to 0",
     [](EditableRows* rows) { rows->Edit<tables::Programs>({1}).set_unopened_fen(5); }},
    {"there is a tranche 1 of 5 fen",
     [](EditableRows* rows) { rows->Edit<tables::Tranches>({1}).set_amount_fen(5); }},
    {"there are totals of program 1 after entry 65535",
     [](EditableRows* rows) {
       rows->Edit<tables::TotalsHistory>({1, 65'535});
     }},
    {"1 places on waitlists of 0",
     [](EditableRows* rows) {
       rows->Edit<tables::Waitlist>({1, 0, 0, 0, 5}).set_number(5);
     }},
    {"program 1 counts 1 on its waitlist, there are 0",
     [](EditableRows* rows) { rows->Edit<tables::Programs>({1}).set_waitlisted(1); }},
    {"1 scored applications of 0",
     [](EditableRows* rows) {
       rows->Put<tables::ScoredApplications>({1, 1, 5}, {});
     }},
    {"1 members of approved clusters of 0",
     [](EditableRows* rows) {
       rows->Edit<tables::ClusterMembers>({1, 1}).set_number(1);
     }},
    {"the basket of enterprise 1 in program 1 has 5 fen of x, its redemptions add up to 0",
     [](EditableRows* rows) {
       rows::BasketRow::Category* bought = rows->Edit<tables::Baskets>({1, 1}).add_categories();
       bought->set_category("x");
       bought->set_fen(5);
     }},
};

// After a settlement: notices and deadlines of applications, tranches and waitlists.
constexpr Damage kDamagedDeadlines[] = {
    {"application 5 is ON_NOTICE without a notice",
     [](EditableRows* rows) {
       rows->Edit<tables::Applications>({5}).set_state(v1::APPLICATION_STATE_ON_NOTICE);
     }},
    {"there is no timer of kind 4 for 5 due 9",
     [](EditableRows* rows) {
       auto& application = rows->Edit<tables::Applications>({5});
       application.set_state(v1::APPLICATION_STATE_RETURNED);
       application.set_correction_due_unix_ns(9);
     }},
    {"there is no timer of kind 5 for 1 due 9",
     [](EditableRows* rows) {
       auto& application = rows->Edit<tables::Applications>({1});
       application.set_extended(true);
       application.set_project_due_unix_ns(9);
     }},
    {"there is no timer of kind 6 for 1 due 9",
     [](EditableRows* rows) { rows->Edit<tables::Tranches>({1}).set_opens_unix_ns(9); }},
    {"there is no timer of kind 7 for 1 due 0",
     [](EditableRows* rows) {
       auto& program = rows->Edit<tables::Programs>({1});
       program.set_waitlist_continues(true);
     }},
};

class InvariantsTest : public ::testing::Test {
 protected:
  InvariantsTest() { voucher::testing::TellMainJob(&story_); }

  // Does each damage by itself to what the story left, and expects its finding.
  void ExpectEachIsNamed(absl::Span<const Damage> damages) {
    for (const Damage& damage : damages) {
      EditableRows rows(&story_.view());
      damage.change(&rows);
      EXPECT_THAT(CheckInvariants(rows, story_.redeemed()), Contains(HasSubstr(damage.finding)))
          << damage.finding;
    }
  }

  voucher::testing::LedgerStory story_;
};

TEST_F(InvariantsTest, HoldAfterTheMainJob) {
  EXPECT_THAT(CheckInvariants(story_.view(), story_.redeemed()), IsEmpty());
}

TEST_F(InvariantsTest, HoldInAnEmptyLedger) {
  EXPECT_THAT(CheckInvariants(WriterRows(nullptr), RedemptionSums()), IsEmpty());
}

TEST_F(InvariantsTest, AFenMovedBetweenTwoAccountsShowsOnBoth) {
  EditableRows rows(&story_.view());
  auto& held = rows.Edit<tables::Balances>({1, v1::ACCOUNT_KIND_HELD, 5, 0});
  held.set_fen(held.fen() + 1);
  auto& budget = rows.Edit<tables::Balances>({1, v1::ACCOUNT_KIND_BUDGET, 0, 0});
  budget.set_fen(budget.fen() - 1);
  EXPECT_THAT(
      CheckInvariants(rows, story_.redeemed()),
      ElementsAre("HELD 5/0 of program 1 is 60001 fen, its things add up to 60000",
                  "program 1 has 7740000 fen in class BUDGET, its balances add up to 7739999",
                  "program 1 has 60000 fen in class HELD, its balances add up to 60001"));
}

TEST_F(InvariantsTest, EachDamageIsNamed) {
  ExpectEachIsNamed(kDamagedBalances);
  ExpectEachIsNamed(kDamagedVouchers);
  ExpectEachIsNamed(kDamagedGrants);
  ExpectEachIsNamed(kDamagedNumbers);
  ExpectEachIsNamed(kDamagedTimers);
  ExpectEachIsNamed(kDamagedRecords);
}

TEST_F(InvariantsTest, EachDamageOfASettlementIsNamed) {
  voucher::testing::TellSettlement(&story_);
  EXPECT_THAT(CheckInvariants(story_.view(), story_.redeemed()), IsEmpty());
  ExpectEachIsNamed(kDamagedStatements);
  ExpectEachIsNamed(kDamagedClaims);
  ExpectEachIsNamed(kDamagedAllocation);
  ExpectEachIsNamed(kDamagedDeadlines);
}

TEST_F(InvariantsTest, EntriesOfRedemptionsThatDoNotFitAreNamed) {
  struct Case {
    const char* finding;
    void (*redemption)(v1::Redeemed*);
    void (*reversal)(v1::RedemptionReversed*);
  };
  const auto whole = [](auto*) {};
  const Case cases[] = {
      {" follows 9, the one before it is ",
       [](v1::Redeemed* event) { event->set_previous_redemption_id(9); }, whole},
      {" says 1 fen, it drew 70000", [](v1::Redeemed* event) { event->set_amount_fen(1); }, whole},
      {" says 1 fen reversed, it returns 20000", whole,
       [](v1::RedemptionReversed* event) { event->set_reversed_fen(1); }},
      {" does not say what redemption ", whole,
       [](v1::RedemptionReversed* event) { event->set_core_category("x"); }},
      {" does not say what redemption ", whole,
       [](v1::RedemptionReversed* event) { event->set_account_id(2); }},
      {" does not say what redemption ", whole,
       [](v1::RedemptionReversed* event) { event->set_redemption_id(1); }},
  };
  for (const Case& c : cases) {
    voucher::testing::EntryBook entries;
    for (const std::string& stored : story_.stored()) {
      v1::Entry entry;
      ASSERT_TRUE(entry.ParseFromString(stored));
      v1::Event* const event = entry.mutable_event();
      if (event->has_redeemed()) c.redemption(event->mutable_redeemed());
      if (event->has_redemption_reversed()) c.reversal(event->mutable_redemption_reversed());
      entries.Add(std::move(entry));
    }
    EXPECT_THAT(CheckInvariants(story_.view(), entries.redeemed()), Contains(HasSubstr(c.finding)))
        << c.finding;
  }
}

TEST_F(InvariantsTest, AReversalOfWhatIsNoRedemptionIsNamed) {
  RedemptionSums sums;
  for (const std::string& stored : story_.stored()) {
    v1::Entry entry;
    ASSERT_TRUE(entry.ParseFromString(stored));
    sums.Add(entry, nullptr);
  }
  EXPECT_THAT(CheckInvariants(story_.view(), sums),
              Contains(HasSubstr(", which is no redemption")));
}

TEST_F(InvariantsTest, FindingsAreBounded) {
  v1::Entry reversal;
  reversal.mutable_event()->mutable_redemption_reversed();
  RedemptionSums sums;
  for (size_t i = 0; i < 2 * kMaxInvariantFindings; ++i) sums.Add(reversal, nullptr);
  EXPECT_EQ(sums.findings.size(), kMaxInvariantFindings);
  EditableRows rows(&story_.view());
  for (uint64_t id = 100; id < 1'000; ++id) {
    rows.Edit<tables::Balances>({1, v1::ACCOUNT_KIND_HELD, id, 0}).set_fen(1);
  }
  EXPECT_EQ(CheckInvariants(rows, story_.redeemed()).size(), kMaxInvariantFindings);
}

}  // namespace
}  // namespace voucher
