#include "ledger/policy/limits.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/policy/synthetic_program.h"

namespace voucher {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr LimitId kYear{v1::LIMIT_KIND_ENTERPRISE_YEAR, 7, 0};
constexpr LimitId kItemYear{v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR, 7, 1};
constexpr LimitId kProject{v1::LIMIT_KIND_PROJECT, 3, 0};
constexpr LimitId kDivision{v1::LIMIT_KIND_DIVISION, 420'100, 0};
constexpr LimitId kProvider{v1::LIMIT_KIND_PROVIDER, 2, 0};

constexpr LimitId kCluster{v1::LIMIT_KIND_CLUSTER, 1, 0};
constexpr v1::OnExhausted kReject = v1::ON_EXHAUSTED_REJECT;
constexpr v1::OnExhausted kPartial = v1::ON_EXHAUSTED_PARTIAL;
constexpr v1::OnExhausted kWaitlist = v1::ON_EXHAUSTED_WAITLIST;

PoolRoom Pool(LimitId id, const std::string& name, int64_t available_fen,
              v1::OnExhausted on_exhausted = kReject) {
  return {id, name, available_fen, on_exhausted, "Art. pool", false};
}
PoolRoom Budget(int64_t available_fen, v1::OnExhausted on_exhausted = kReject) {
  return Pool({}, "BUDGET", available_fen, on_exhausted);
}
PoolRoom Queued(PoolRoom pool) {
  pool.queued = true;
  return pool;
}

FittingGrant Granted(int64_t base_fen, const Limits& limits) {
  const FitResult result = FitLimits(base_fen, limits);
  if (const auto* refusal = std::get_if<v1::Refusal>(&result)) {
    ADD_FAILURE() << refusal->ShortDebugString();
    return {};
  }
  return std::get<FittingGrant>(result);
}

v1::Refusal Refused(int64_t base_fen, const Limits& limits) {
  const FitResult result = FitLimits(base_fen, limits);
  if (const auto* grant = std::get_if<FittingGrant>(&result)) {
    ADD_FAILURE() << "granted " << grant->granted_fen;
    return {};
  }
  return std::get<v1::Refusal>(result);
}

TEST(FitLimitsTest, WithoutLimitsTheBaseAmountIsGranted) {
  const FittingGrant grant = Granted(100, {});
  EXPECT_EQ(grant.granted_fen, 100);
  EXPECT_EQ(grant.clipped_by, "");
}

TEST(FitLimitsTest, CapClipsToWhatIsLeft) {
  const FittingGrant grant = Granted(100, {{{kYear, 150, 90, ""}}, {Budget(60)}});
  EXPECT_EQ(grant.granted_fen, 60);
  EXPECT_EQ(grant.clipped_by, "ENTERPRISE_YEAR");
}

TEST(FitLimitsTest, CapThatFitsExactlyDoesNotClip) {
  const FittingGrant grant = Granted(100, {{{kYear, 190, 90, ""}}, {}});
  EXPECT_EQ(grant.granted_fen, 100);
  EXPECT_EQ(grant.clipped_by, "");
}

TEST(FitLimitsTest, OfSeveralCapsTheLeastAvailableBindsThenTheSmallestId) {
  EXPECT_EQ(Granted(100, {{{kYear, 50, 0, ""}, {kItemYear, 60, 20, ""}}, {}}).clipped_by,
            "ENTERPRISE_ITEM_YEAR");
  const FittingGrant tie = Granted(100, {{{kProject, 40, 0, ""}, {kItemYear, 60, 20, ""}}, {}});
  EXPECT_EQ(tie.clipped_by, "ENTERPRISE_ITEM_YEAR");
  EXPECT_EQ(tie.granted_fen, 40);
}

TEST(FitLimitsTest, UsedUpCapRefusesWithItsNumbers) {
  const v1::Refusal refusal = Refused(100, {{{kYear, 150, 150, "Art. year"}}, {Budget(0)}});
  EXPECT_EQ(refusal.reason(), v1::REASON_ENTERPRISE_CAP_REACHED);
  EXPECT_EQ(refusal.subject(), "ENTERPRISE_YEAR");
  EXPECT_EQ(refusal.clause(), "Art. year");
  ASSERT_EQ(refusal.numbers_size(), 2);
  EXPECT_EQ(refusal.numbers(0).name(), "cap_fen");
  EXPECT_EQ(refusal.numbers(0).value(), 150);
  EXPECT_EQ(refusal.numbers(1).name(), "used_fen");
  EXPECT_EQ(refusal.numbers(1).value(), 150);
}

TEST(FitLimitsTest, EnterpriseCapComesBeforeProjectCapBeforePools) {
  const CapRoom year{kYear, 10, 10, ""};
  const CapRoom project{kProject, 10, 10, ""};
  const std::vector<PoolRoom> pools = {Budget(0), Pool(kDivision, "DIVISION 420100", 0)};
  EXPECT_EQ(Refused(1, {{project, year}, pools}).reason(), v1::REASON_ENTERPRISE_CAP_REACHED);
  EXPECT_EQ(Refused(1, {{project}, pools}).reason(), v1::REASON_PROJECT_CAP_REACHED);
  EXPECT_EQ(Refused(1, {{}, pools}).reason(), v1::REASON_QUOTA_EXHAUSTED);
  EXPECT_EQ(Refused(1, {{}, {Budget(0)}}).reason(), v1::REASON_BUDGET_EXHAUSTED);
}

TEST(FitLimitsTest, PoolTakesTheClippedGrantWholeOrNotAtAll) {
  const CapRoom year{kYear, 80, 0, ""};
  EXPECT_EQ(Granted(100, {{year}, {Budget(80)}}).granted_fen, 80);
  const v1::Refusal refusal = Refused(100, {{year}, {Budget(79)}});
  EXPECT_EQ(refusal.reason(), v1::REASON_BUDGET_EXHAUSTED);
  EXPECT_EQ(refusal.subject(), "BUDGET");
  ASSERT_EQ(refusal.numbers_size(), 2);
  EXPECT_EQ(refusal.numbers(0).name(), "available_fen");
  EXPECT_EQ(refusal.numbers(0).value(), 79);
  EXPECT_EQ(refusal.numbers(1).name(), "grant_fen");
  EXPECT_EQ(refusal.numbers(1).value(), 80);
}

TEST(FitLimitsTest, LimitsDoNotLatchSoASmallerGrantStillFits) {
  const Limits limits{{}, {Budget(50)}};
  Refused(51, limits);
  EXPECT_EQ(Granted(50, limits).granted_fen, 50);
}

TEST(FitLimitsTest, OfSeveralQuotasTheLeastAvailableIsNamedThenTheSmallestId) {
  EXPECT_EQ(Refused(100, {{}, {Pool(kDivision, "division", 20), Pool(kProvider, "provider", 10)}})
                .subject(),
            "provider");
  EXPECT_EQ(Refused(100, {{}, {Pool(kProvider, "provider", 10), Pool(kDivision, "division", 10)}})
                .subject(),
            "division");
  EXPECT_EQ(Refused(100, {{}, {Pool(kDivision, "division", 100), Pool(kProvider, "provider", 99)}})
                .subject(),
            "provider");
}

TEST(FitLimitsTest, PartialPoolGrantsWhatIsLeft) {
  const FittingGrant grant = Granted(100, {{}, {Budget(60, kPartial)}});
  EXPECT_EQ(grant.granted_fen, 60);
  EXPECT_EQ(grant.clipped_by, "BUDGET");
  EXPECT_FALSE(grant.waits);
  EXPECT_EQ(Granted(100, {{}, {Budget(1, kPartial)}}).granted_fen, 1);
  EXPECT_EQ(Granted(60, {{}, {Budget(60, kPartial)}}).clipped_by, "");
}

TEST(FitLimitsTest, OfSeveralPartialPoolsTheLeastGrantsThenTheSmallestIdIsNamed) {
  const FittingGrant grant =
      Granted(100, {{}, {Budget(60, kPartial), Pool(kCluster, "CLUSTER metal", 40, kPartial)}});
  EXPECT_EQ(grant.granted_fen, 40);
  EXPECT_EQ(grant.clipped_by, "CLUSTER metal");
  EXPECT_EQ(
      Granted(100, {{}, {Pool(kCluster, "CLUSTER metal", 40, kPartial), Budget(40, kPartial)}})
          .clipped_by,
      "BUDGET");
}

TEST(FitLimitsTest, PartialPoolOverACapIsTheOneThatBinds) {
  const FittingGrant grant = Granted(100, {{{kYear, 80, 0, ""}}, {Budget(60, kPartial)}});
  EXPECT_EQ(grant.granted_fen, 60);
  EXPECT_EQ(grant.clipped_by, "BUDGET");
  EXPECT_EQ(Granted(100, {{{kYear, 60, 0, ""}}, {Budget(60, kPartial)}}).clipped_by,
            "ENTERPRISE_YEAR");
}

TEST(FitLimitsTest, PartialPoolsWithNothingLeftRefuse) {
  const v1::Refusal budget = Refused(100, {{}, {Budget(0, kPartial)}});
  EXPECT_EQ(budget.reason(), v1::REASON_BUDGET_EXHAUSTED);
  EXPECT_EQ(budget.clause(), "Art. pool");
  EXPECT_EQ(budget.numbers(0).value(), 0);
  EXPECT_EQ(budget.numbers(1).value(), 100);
  // The quota has 5 fen left and the budget none: the budget refuses, though quotas come first.
  EXPECT_EQ(
      Refused(100, {{}, {Pool(kDivision, "division", 5, kPartial), Budget(0, kPartial)}}).reason(),
      v1::REASON_BUDGET_EXHAUSTED);
  EXPECT_EQ(
      Refused(100, {{}, {Pool(kDivision, "division", 0, kPartial), Budget(0, kPartial)}}).reason(),
      v1::REASON_QUOTA_EXHAUSTED);
}

TEST(FitLimitsTest, WaitlistPoolLetsTheClippedGrantWaitWhole) {
  const FittingGrant grant = Granted(100, {{{kYear, 80, 0, ""}}, {Budget(79, kWaitlist)}});
  EXPECT_TRUE(grant.waits);
  EXPECT_EQ(grant.granted_fen, 80);
  EXPECT_EQ(grant.clipped_by, "BUDGET");
  EXPECT_FALSE(Granted(100, {{{kYear, 80, 0, ""}}, {Budget(80, kWaitlist)}}).waits);
}

TEST(FitLimitsTest, WhoComesAfterAWaiterWaitsThoughThereIsRoom) {
  EXPECT_TRUE(Granted(1, {{}, {Queued(Budget(1'000, kWaitlist))}}).waits);
  EXPECT_FALSE(Granted(1, {{}, {Queued(Budget(1'000, kReject))}}).waits)
      << "nobody waits on a pool that rejects";
  const FittingGrant grant =
      Granted(10, {{}, {Queued(Pool(kDivision, "division", 50, kWaitlist)), Budget(90)}});
  EXPECT_TRUE(grant.waits);
  EXPECT_EQ(grant.clipped_by, "division");
}

TEST(FitLimitsTest, RejectBeatsWaitlistBeatsPartial) {
  const PoolRoom rejects = Pool(kDivision, "division", 90, kReject);
  const PoolRoom waits = Pool(kProvider, "provider", 50, kWaitlist);
  const PoolRoom partial = Budget(10, kPartial);
  const v1::Refusal refusal = Refused(100, {{}, {partial, waits, rejects}});
  EXPECT_EQ(refusal.reason(), v1::REASON_QUOTA_EXHAUSTED);
  EXPECT_EQ(refusal.subject(), "division") << "the one that rejects, not the one with the least";
  const FittingGrant grant = Granted(100, {{}, {partial, waits}});
  EXPECT_TRUE(grant.waits);
  EXPECT_EQ(grant.granted_fen, 100) << "never the rest of the partial pool";
  EXPECT_EQ(grant.clipped_by, "provider");
  EXPECT_EQ(Granted(90, {{}, {partial, rejects}}).granted_fen, 10);
}

TEST(FitLimitsTest, PoolOfAClusterIsAQuota) {
  const v1::Refusal refusal = Refused(100, {{}, {Budget(0), Pool(kCluster, "CLUSTER metal", 99)}});
  EXPECT_EQ(refusal.reason(), v1::REASON_QUOTA_EXHAUSTED);
  EXPECT_EQ(refusal.subject(), "CLUSTER metal");
}

TEST(FitLimitsDeathTest, BaseAmountIsNeverZero) {
  EXPECT_DEATH(FitLimits(0, {}), "check failed");
}

TEST(CapsForTest, GivesEachKindOnceInOrderWithTheLowestAmount) {
  const CompiledRules rules(SyntheticProgram());
  const std::vector<CapRule> caps =
      CapsFor(rules, *rules.FindItem("new"), EligibleEnterprise().facts());
  ASSERT_EQ(caps.size(), 3U);
  EXPECT_EQ(caps[0].kind, v1::LIMIT_KIND_ENTERPRISE_YEAR);
  EXPECT_EQ(caps[0].amount_fen, 100'000'000);
  EXPECT_EQ(caps[1].kind, v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR);
  EXPECT_EQ(caps[1].amount_fen, 30'000'000);  // Tier of 50,000,000 yuan revenue.
  EXPECT_EQ(caps[1].clause, "Art. new");
  EXPECT_EQ(caps[2].kind, v1::LIMIT_KIND_PROJECT);
  EXPECT_EQ(caps[2].amount_fen, 40'000'000);
}

TEST(CapsForTest, ItemCapTierAndProgramCapPerItemAreOneCap) {
  v1::ProgramRules program = SyntheticProgram();
  program.mutable_items(0)->set_cap_fen(25'000'000);
  v1::Cap* per_item = program.add_caps();
  per_item->set_scope(v1::CAP_SCOPE_ENTERPRISE_ITEM_YEAR);
  per_item->set_amount_fen(26'000'000);
  per_item->set_clause("Art. per item");
  const auto item_year = [&program] {
    const CompiledRules rules(program);
    const std::vector<CapRule> caps =
        CapsFor(rules, *rules.FindItem("new"), EligibleEnterprise().facts());
    EXPECT_EQ(caps.size(), 3U);
    return caps[1].amount_fen;
  };
  EXPECT_EQ(item_year(), 25'000'000);
  program.mutable_items(0)->set_cap_fen(27'000'000);
  EXPECT_EQ(item_year(), 26'000'000);
}

TEST(CapsForTest, ItemCapAndTierPerProjectCountWithTheProgramsProjectCap) {
  v1::ProgramRules program = SyntheticProgram();
  program.mutable_items(0)->set_cap_scope(v1::CAP_SCOPE_PROJECT);
  const auto project_cap = [&program] {
    const CompiledRules rules(program);
    const std::vector<CapRule> caps =
        CapsFor(rules, *rules.FindItem("new"), EligibleEnterprise().facts());
    EXPECT_EQ(caps.size(), 2U) << "the year's and the project's";
    EXPECT_EQ(caps[1].kind, v1::LIMIT_KIND_PROJECT);
    return caps[1].amount_fen;
  };
  EXPECT_EQ(project_cap(), 30'000'000) << "the tier, below the program's 40,000,000";
  program.mutable_items(0)->set_cap_fen(25'000'000);
  EXPECT_EQ(project_cap(), 25'000'000);
  program.mutable_caps(0)->set_amount_fen(20'000'000);
  EXPECT_EQ(project_cap(), 20'000'000);
}

TEST(CapsForTest, ItemWithoutCapHasTheProgramsOnly) {
  const CompiledRules rules(SyntheticProgram());
  const std::vector<CapRule> caps =
      CapsFor(rules, *rules.FindItem("starter"), EligibleEnterprise().facts());
  ASSERT_EQ(caps.size(), 2U);
  EXPECT_EQ(caps[1].kind, v1::LIMIT_KIND_PROJECT);
}

TEST(PoolsForTest, MatchesItemDivisionAndChosenProviders) {
  const CompiledRules rules(SyntheticProgram());
  const auto names = [&rules](absl::string_view item, absl::string_view division,
                              const std::vector<absl::string_view>& providers) {
    std::vector<std::string> found;
    for (const v1::Pool* pool : PoolsFor(rules, *rules.FindItem(item), division, providers)) {
      found.push_back(PoolName(*pool));
    }
    return found;
  };
  EXPECT_THAT(names("renewal", "420115", {"other", "acme"}),
              ElementsAre("DIVISION 420100", "PROVIDER acme", "ITEM renewal"));
  EXPECT_THAT(names("new", "420115", {"other"}), ElementsAre("DIVISION 420100"));
  EXPECT_THAT(names("new", "420200", {}), IsEmpty());
}

}  // namespace
}  // namespace voucher
