#include "ledger/policy/evidence.h"

#include <string>

#include "gtest/gtest.h"

#include "tests/policy/synthetic_program.h"

namespace voucher {
namespace {

constexpr int64_t kSpendFen = 1'000;

v1::Evidence CompleteEvidence() {
  v1::Evidence evidence;
  for (const int64_t amount_fen : {600, 400}) {
    v1::Invoice* invoice = evidence.add_invoices();
    invoice->set_number("23422000000123456789");
    invoice->set_amount_fen(amount_fen);
    *invoice->mutable_issued_on() = Date(2023, 12, 31);
  }
  evidence.add_documents()->set_kind(v1::DOCUMENT_KIND_CONTRACT);
  evidence.add_documents()->set_kind(v1::DOCUMENT_KIND_PAYMENT_PROOF);
  return evidence;
}

// Credit paid 300 fen of each order.
std::optional<v1::Refusal> Check(const v1::Evidence& evidence, absl::string_view item = "renewal",
                                 int64_t spend_fen = kSpendFen) {
  const CompiledRules rules(SyntheticProgram());
  return RefuseIfEvidenceMissing(rules, *rules.FindItem(item), evidence, spend_fen,
                                 [](const v1::BilledOrder&) -> int64_t { return 300; });
}

void Bill(const std::string& order_number, v1::Invoice* invoice) {
  invoice->mutable_order()->set_provider_id("acme");
  invoice->mutable_order()->set_order_number(order_number);
}

TEST(EvidenceTest, InvoicesThatCoverTheSpendExactlyAreEnough) {
  EXPECT_FALSE(Check(CompleteEvidence()).has_value());
}

TEST(EvidenceTest, InvoicesOneFenShortAreRefusedWithBothSums) {
  v1::Evidence evidence = CompleteEvidence();
  evidence.mutable_invoices(1)->set_amount_fen(399);
  const std::optional<v1::Refusal> refusal = Check(evidence);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->reason(), v1::REASON_EVIDENCE_MISSING);
  EXPECT_EQ(refusal->clause(), "Art. renewal");
  EXPECT_EQ(refusal->numbers(0).value(), 999);
  EXPECT_EQ(refusal->numbers(1).value(), 1'000);
}

TEST(EvidenceTest, WhatCreditPaidOfAnOrderIsNoOwnSpend) {
  v1::Evidence evidence = CompleteEvidence();
  Bill("O-1", evidence.mutable_invoices(0));  // 600, of which 300 are the enterprise's own.
  EXPECT_FALSE(Check(evidence, "renewal", 700).has_value());
  const std::optional<v1::Refusal> refusal = Check(evidence, "renewal", 701);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->reason(), v1::REASON_EVIDENCE_MISSING);
  ASSERT_EQ(refusal->numbers_size(), 3);
  EXPECT_EQ(refusal->numbers(0).value(), 1'000);
  EXPECT_EQ(refusal->numbers(1).name(), "credit_fen");
  EXPECT_EQ(refusal->numbers(1).value(), 300);
  EXPECT_EQ(refusal->numbers(2).value(), 701);
}

TEST(EvidenceTest, TwoInvoicesOfOneOrderShareWhatCreditPaidOfIt) {
  v1::Evidence evidence = CompleteEvidence();
  Bill("O-1", evidence.mutable_invoices(0));
  Bill("O-1", evidence.mutable_invoices(1));
  EXPECT_FALSE(Check(evidence, "renewal", 700).has_value());
  EXPECT_TRUE(Check(evidence, "renewal", 701).has_value());
  Bill("O-2", evidence.mutable_invoices(1));  // 400, of which 100 are its own.
  EXPECT_FALSE(Check(evidence, "renewal", 400).has_value());
  EXPECT_TRUE(Check(evidence, "renewal", 401).has_value());
}

TEST(EvidenceTest, CreditPaysForNoMoreThanIsBilled) {
  v1::Evidence evidence = CompleteEvidence();
  Bill("O-1", evidence.mutable_invoices(1));
  evidence.mutable_invoices(1)->set_amount_fen(299);
  EXPECT_FALSE(Check(evidence, "renewal", 600).has_value());
  EXPECT_TRUE(Check(evidence, "renewal", 601).has_value());
}

TEST(EvidenceTest, WhatCreditPaidSupportsNothingWhereNoInvoiceIsNeededEither) {
  v1::Evidence evidence;
  v1::Invoice* invoice = evidence.add_invoices();
  invoice->set_amount_fen(300);
  *invoice->mutable_issued_on() = Date(2023, 12, 31);
  EXPECT_FALSE(Check(evidence, "starter", 1).has_value());
  EXPECT_FALSE(Check(evidence, "starter", 301).has_value());
  Bill("O-1", invoice);
  EXPECT_TRUE(Check(evidence, "starter", 1).has_value());
}

TEST(EvidenceTest, NamesEverythingThatIsMissing) {
  const std::optional<v1::Refusal> refusal = Check(v1::Evidence());
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->subject(), "CONTRACT, PAYMENT_PROOF, INVOICE");
}

TEST(EvidenceTest, InvoiceOfAnotherYearIsNamed) {
  for (const v1::CivilDate& date : {Date(2022, 12, 31), Date(2024, 1, 1)}) {
    v1::Evidence evidence = CompleteEvidence();
    *evidence.mutable_invoices(0)->mutable_issued_on() = date;
    const std::optional<v1::Refusal> refusal = Check(evidence);
    ASSERT_TRUE(refusal.has_value());
    EXPECT_EQ(refusal->subject(), "INVOICE_OF_FISCAL_YEAR (23422000000123456789)");
  }
}

TEST(EvidenceTest, ItemThatAsksForNothingNeedsNothing) {
  EXPECT_FALSE(Check(v1::Evidence(), "starter").has_value());
}

}  // namespace
}  // namespace voucher
