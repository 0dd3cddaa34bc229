#include "ledger/validation/compiled_rules.h"

#include <optional>

#include "gtest/gtest.h"

#include "tests/policy/synthetic_program.h"

namespace voucher {
namespace {

UnixNanos At(absl::string_view text) {
  return ParseRfc3339(text).value();
}

TEST(CompiledRulesTest, WindowRunsFromMidnightToTheMidnightAfterItsLastDay) {
  const CompiledRules rules(SyntheticProgram());
  EXPECT_EQ(rules.opens_at(), At("2023-07-31T00:00:00+08:00"));
  EXPECT_EQ(rules.cutoff_at(), At("2024-01-01T00:00:00+08:00"));
}

TEST(CompiledRulesTest, VoucherExpiresAfterItsLastDayAndLapsesAfterTheGrace) {
  const CompiledRules rules(SyntheticProgram());
  EXPECT_EQ(rules.voucher_expires_at(), At("2024-03-01T00:00:00+08:00"));
  EXPECT_EQ(rules.voucher_lapses_at(), At("2024-03-04T00:00:00+08:00"));
  EXPECT_EQ(rules.transfer_answer_nanos(), 120 * kNanosPerHour);
}

TEST(CompiledRulesTest, FindsItemsByIdAndNumber) {
  const CompiledRules rules(SyntheticProgram());
  ASSERT_NE(rules.FindItem("renewal"), nullptr);
  EXPECT_EQ(rules.FindItem("renewal")->number(), 2U);
  EXPECT_EQ(rules.FindItemByNumber(2), rules.FindItem("renewal"));
  EXPECT_EQ(rules.FindItem("Renewal"), nullptr);
  EXPECT_EQ(rules.FindItem(""), nullptr);
  EXPECT_EQ(rules.FindItemByNumber(4), nullptr);
}

TEST(CompiledRulesTest, ItemsOutliveTheCopyTheyCameFrom) {
  std::optional<CompiledRules> first(SyntheticProgram());
  const CompiledRules second = *first;
  const v1::Item* item = first->FindItem("new");
  first.reset();
  EXPECT_EQ(item, second.FindItem("new"));
  EXPECT_EQ(item->number(), 1U);
}

bool Allows(const v1::ProgramRules& program, absl::string_view item, v1::DeliveryMode mode) {
  const CompiledRules rules(program);
  return rules.AllowsDelivery(*rules.FindItem(item), mode);
}

TEST(CompiledRulesTest, AllowsOnlyTheDeliveryModesOfTheProgram) {
  v1::ProgramRules program = SyntheticProgram();
  EXPECT_TRUE(Allows(program, "new", v1::DELIVERY_MODE_CLOUD_CREDIT));
  EXPECT_FALSE(Allows(program, "new", v1::DELIVERY_MODE_UNSPECIFIED));
  program.clear_delivery_modes();
  program.add_delivery_modes(v1::DELIVERY_MODE_REIMBURSEMENT);
  EXPECT_FALSE(Allows(program, "new", v1::DELIVERY_MODE_CLOUD_CREDIT));
}

TEST(CompiledRulesTest, AnItemMayHaveFewerDeliveryModes) {
  v1::ProgramRules program = SyntheticProgram();
  program.mutable_items(2)->add_delivery_modes(v1::DELIVERY_MODE_CLOUD_CREDIT);
  EXPECT_TRUE(Allows(program, "starter", v1::DELIVERY_MODE_CLOUD_CREDIT));
  EXPECT_FALSE(Allows(program, "starter", v1::DELIVERY_MODE_REIMBURSEMENT));
  EXPECT_TRUE(Allows(program, "new", v1::DELIVERY_MODE_REIMBURSEMENT));
}

TEST(CompiledRulesTest, IsCompetitiveOnlyIfItSaysSo) {
  v1::ProgramRules program = SyntheticProgram();
  EXPECT_FALSE(CompiledRules(program).IsCompetitive());
  program.set_allocation(v1::ALLOCATION_FIRST_COME);
  EXPECT_FALSE(CompiledRules(program).IsCompetitive());
  program.set_allocation(v1::ALLOCATION_COMPETITIVE);
  EXPECT_TRUE(CompiledRules(program).IsCompetitive());
}

TEST(CompiledRulesDeathTest, AbortsOnRulesThatWereNeverValidated) {
  v1::ProgramRules program = SyntheticProgram();
  program.set_time_zone("Europe/Berlin");
  EXPECT_DEATH({ const CompiledRules rules(program); }, "Europe/Berlin");
  EXPECT_DEATH(CompiledRules().rules(), "no rules");
}

}  // namespace
}  // namespace voucher
