#include "ledger/machine/ranking.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "ledger/machine/machine.h"
#include "ledger/machine/postings.h"

namespace voucher {
namespace {

// Rank order and amounts, as in "2:80 1:0".
std::string Written(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places) {
    EXPECT_EQ(place.rank, &place - places.data() + 1);
    absl::StrAppend(&text, text.empty() ? "" : " ", place.id, ":", place.granted_fen);
  }
  return text;
}

TEST(Rank, HighestScoreFirstAndTiesToTheEarlier) {
  const auto places = Rank({{1, 70, 4}, {2, 90, 3}, {3, 80, 2}, {4, 80, 1}, {5, 90, 9}},
                           [](const Contender& contender) {
                             return Offer{static_cast<int64_t>(contender.id) * 10, false};
                           });
  EXPECT_EQ(Written(places), "2:20 5:50 4:40 3:30 1:10");
}

TEST(Rank, BehindTheEdgeNobodyIsAsked) {
  std::vector<uint64_t> asked;
  const auto places =
      Rank({{1, 90, 1}, {2, 80, 2}, {3, 70, 3}, {4, 60, 4}}, [&](const Contender& contender) {
        asked.push_back(contender.id);
        return Offer{contender.id == 2 ? 5 : 100, contender.id == 2};
      });
  EXPECT_EQ(Written(places), "1:100 2:5 3:0 4:0");
  EXPECT_EQ(asked, (std::vector<uint64_t>{1, 2}));
}

TEST(Rank, WhoIsPassedOverAloneStopsNobody) {
  const auto places = Rank({{1, 90, 1}, {2, 80, 2}, {3, 70, 3}}, [](const Contender& contender) {
    return Offer{contender.id == 2 ? 0 : 100, false};
  });
  EXPECT_EQ(Written(places), "1:100 2:0 3:100");
  EXPECT_EQ(Written(Rank({}, [](const Contender&) { return Offer{}; })), "");
}

constexpr UnixNanos kNow = 1'761'000'000 * kNanosPerSecond;

v1::ProgramRules CompetitiveRules() {
  v1::ProgramRules rules;
  rules.set_program_id("contest");
  rules.set_time_zone("Asia/Shanghai");
  rules.set_fiscal_year(2025);
  for (v1::CivilDate* day :
       {rules.mutable_window()->mutable_first_day(), rules.mutable_window()->mutable_last_day()}) {
    day->set_year(2025);
    day->set_month(1);
    day->set_day(1);
  }
  v1::Item* item = rules.add_items();
  item->set_item_id("item");
  item->set_number(1);
  item->set_rate_bps(5000);
  item->set_cap_fen(1'000'000'000'000);
  for (const v1::CapScope scope : {v1::CAP_SCOPE_ENTERPRISE_YEAR, v1::CAP_SCOPE_PROJECT}) {
    v1::Cap* cap = rules.add_caps();
    cap->set_scope(scope);
    cap->set_amount_fen(1'000'000'000'000);
  }
  rules.set_on_exhausted(v1::ON_EXHAUSTED_REJECT);
  rules.add_review_stages()->set_scores(true);
  rules.set_allocation(v1::ALLOCATION_COMPETITIVE);
  return rules;
}

// A program with applications 1 to `count`, each of its own enterprise and project, scored with id
// % 7 + 1, written to the rows from the last to the first if `backwards`. Numbers start at `base`,
// as they do after many entries.
void Score(uint64_t count, bool backwards, uint64_t base, EditableRows* rows) {
  rows->Edit<tables::ProgramNumbers>({"contest"}).set_number(1);
  rows::ProgramRow& program = rows->Edit<tables::Programs>({1});
  program.set_program_id("contest");
  program.set_state(v1::PROGRAM_STATE_OPEN);
  program.set_revision(1);
  rows->Put<tables::Revisions>({1, 1}, CompiledRules(CompetitiveRules()));
  rows->Edit<tables::Balances>({1, static_cast<uint8_t>(v1::ACCOUNT_KIND_BUDGET), 0, 0})
      .set_fen(100'000'000'000'000'000);
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t id = base + (backwards ? count - i : i + 1);
    rows->Edit<tables::Enterprises>({id}).mutable_facts()->set_uscc(absl::StrCat(id));
    rows::ApplicationRow& row = rows->Edit<tables::Applications>({id});
    row.set_program(1);
    row.set_revision(1);
    row.set_queue_number(id);
    row.set_enterprise(id);
    row.set_item(1);
    row.set_state(v1::APPLICATION_STATE_SCORED);
    row.set_stages_passed(1);
    row.set_score(static_cast<int32_t>(id % 7 + 1));
    row.set_wanted_fen(123'456'789'012);
    row.set_project_id("p");
    rows->Put<tables::ScoredApplications>({1, 1, id}, {});
  }
}

v1::Entry RankAll(uint64_t count, bool backwards, uint64_t base = 0) {
  WriterRows state(nullptr);
  EditableRows rows(&state);
  Score(count, backwards, base, &rows);
  v1::Command command;
  command.mutable_rank_applications()->set_request_id("rank");
  command.mutable_rank_applications()->set_program_id("contest");
  v1::Authority authority;
  authority.set_principal("platform");
  return Decide(rows, command, authority, kNow, kNow, nullptr);
}

TEST(RankApplications, TheSameStateGivesTheSameBytes) {
  const v1::Entry entry = RankAll(1'000, false);
  ASSERT_TRUE(entry.has_event()) << entry.refusal().ShortDebugString();
  EXPECT_EQ(entry.SerializeAsString(), RankAll(1'000, true).SerializeAsString());
  const auto& ranks = entry.event().applications_ranked().ranks();
  ASSERT_EQ(ranks.size(), 1'000);
  // Score 7 has 6, 13, 20, …: 143 of them, the last 1,000; then score 6 begins with 5.
  EXPECT_EQ(ranks[0].application_id(), 6);
  EXPECT_EQ(ranks[1].application_id(), 13);
  EXPECT_EQ(ranks[142].application_id(), 1'000);
  EXPECT_EQ(ranks[143].application_id(), 5);
}

TEST(RankApplications, TheLargestRankingTakesAtMost1MiB) {
  const v1::Entry entry = RankAll(kMaxRanked, false, 1'000'000'000);
  ASSERT_TRUE(entry.has_event()) << entry.refusal().ShortDebugString();
  EXPECT_EQ(entry.event().applications_ranked().ranks_size(), 5'000);
  EXPECT_EQ(entry.event().postings_size(), 5'000);
  EXPECT_LE(entry.ByteSizeLong(), 1u << 20);
}

TEST(RankApplications, OneMoreIsRefused) {
  const v1::Entry entry = RankAll(kMaxRanked + 1, false);
  ASSERT_TRUE(entry.has_refusal());
  EXPECT_EQ(entry.refusal().reason(), v1::REASON_ILLEGAL_STATE);
  ASSERT_EQ(entry.refusal().numbers_size(), 1);
  EXPECT_EQ(entry.refusal().numbers(0).value(), 5'000);
  EXPECT_FALSE(entry.refusal().subject_zh().empty());
}

}  // namespace
}  // namespace voucher
