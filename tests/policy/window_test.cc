#include "ledger/policy/window.h"

#include "gtest/gtest.h"

#include "tests/policy/synthetic_program.h"

namespace voucher {
namespace {

v1::Reason ReasonAt(const CompiledRules& rules, UnixNanos received_at) {
  const std::optional<v1::Refusal> refusal = RefuseIfOutsideWindow(rules, received_at);
  return refusal ? refusal->reason() : v1::REASON_UNSPECIFIED;
}

TEST(WindowTest, IsOpenFromItsFirstInstantToTheLastNanosecondBeforeTheCutoff) {
  const CompiledRules rules(SyntheticProgram());
  const UnixNanos opens = ParseRfc3339("2023-07-31T00:00:00+08:00").value();
  const UnixNanos cutoff = ParseRfc3339("2024-01-01T00:00:00+08:00").value();
  EXPECT_EQ(ReasonAt(rules, opens - 1), v1::REASON_WINDOW_NOT_OPEN);
  EXPECT_EQ(ReasonAt(rules, opens), v1::REASON_UNSPECIFIED);
  EXPECT_EQ(ReasonAt(rules, cutoff - 1), v1::REASON_UNSPECIFIED);
  EXPECT_EQ(ReasonAt(rules, cutoff), v1::REASON_WINDOW_CLOSED);
}

TEST(WindowTest, RefusalCitesTheArticleAndBothInstants) {
  const CompiledRules rules(SyntheticProgram());
  const std::optional<v1::Refusal> refusal = RefuseIfOutsideWindow(rules, rules.cutoff_at() + 5);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->clause(), "Art. window");
  ASSERT_EQ(refusal->numbers_size(), 2);
  EXPECT_EQ(refusal->numbers(0).name(), "received_unix_ns");
  EXPECT_EQ(refusal->numbers(0).value(), rules.cutoff_at() + 5);
  EXPECT_EQ(refusal->numbers(1).name(), "cutoff_unix_ns");
  EXPECT_EQ(refusal->numbers(1).value(), rules.cutoff_at());
}

}  // namespace
}  // namespace voucher
