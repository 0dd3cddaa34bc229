// The model's competitions: ranked applications, and clusters.
#include <algorithm>

#include "tests/simulation/model.h"
#include "tests/simulation/room.h"
#include "tests/simulation/rule_reading.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {

Outcome Model::Rank(const v1::RankApplicationsRequest& request) {
  const uint32_t program = ProgramNumber(request.program_id());
  Wrongs wrongs;
  wrongs.If(program == 0, v1::REASON_PROGRAM_NOT_FOUND);
  if (program == 0) return wrongs.Refusal();
  const v1::ProgramRules& rules = programs[program - 1].rules();
  wrongs.If(!request.item_id().empty() && FindItem(rules, request.item_id()) == nullptr,
            v1::REASON_ITEM_NOT_FOUND);
  std::vector<Application*> scored;
  for (Application& application : applications) {
    if (application.program == program && application.state == v1::APPLICATION_STATE_SCORED &&
        (request.item_id().empty() || application.item_id == request.item_id())) {
      scored.push_back(&application);
    }
  }
  wrongs.If(programs[program - 1].state == v1::PROGRAM_STATE_ARCHIVED, v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(rules.allocation() != v1::ALLOCATION_COMPETITIVE || scored.empty(),
            v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  // In order of arrival already.
  std::stable_sort(scored.begin(), scored.end(),
                   [](const Application* a, const Application* b) { return a->score > b->score; });
  Outcome outcome;
  bool over = false;
  for (Application* application : scored) {
    const Room room = RoomOf(*application);
    int64_t wanted = application->wanted_fen;
    for (const auto& cap : room.caps) wanted = std::min(wanted, cap.second);
    int64_t grant = 0;
    const auto superseded = [&](int64_t fen) {
      return IsSuperseded(RulesOf(*application), application->enterprise, application->project,
                          fen);
    };
    if (!over && wanted > 0 && !IsBlacklisted(application->enterprise, program) &&
        !superseded(wanted)) {
      // First the pools of its own, which pass it over alone; then the common one, whose edge it
      // is.
      const LimitKey common = {program, 0, 0, 0};
      Room own = room;
      own.caps.clear();
      own.pools.erase(common);
      Room shared;
      shared.pools[common] = room.pools.at(common);
      Wrongs full;
      const Grant first = Fit(own, wanted, &full);
      if (!full.any() && !first.waits) {
        over = shared.pools[common].left_fen < first.fen;
        const Grant second = Fit(shared, first.fen, &full);
        grant = full.any() || second.waits || superseded(second.fen) ? 0 : second.fen;
      }
    }
    const bool all_passed =
        application->stages_passed == RulesOf(*application).review_stages_size();
    const int state = grant == 0   ? v1::APPLICATION_STATE_PASSED_OVER
                      : all_passed ? v1::APPLICATION_STATE_LISTED
                                   : v1::APPLICATION_STATE_HELD;
    MoveTo(application, state);
    if (grant > 0) Hold(IdOf(*application), grant);
    outcome.parts.push_back({static_cast<int64_t>(IdOf(*application)), grant, state});
  }
  return outcome;
}

// The approved cluster of an enterprise, or 0.
uint64_t Model::ClusterOf(uint32_t program, uint64_t enterprise) const {
  for (size_t i = 0; i < clusters.size(); ++i) {
    if (clusters[i].program == program && clusters[i].state == v1::CLUSTER_STATE_APPROVED &&
        Has(clusters[i].members, enterprise)) {
      return i + 1;
    }
  }
  return 0;
}

Outcome Model::Put(const v1::Cluster& plan) {
  const uint32_t program = ProgramNumber(plan.program_id());
  Wrongs wrongs;
  wrongs.If(program == 0, v1::REASON_PROGRAM_NOT_FOUND);
  if (program == 0) return wrongs.Refusal();
  const v1::ProgramRules& rules = programs[program - 1].rules();
  const int state = programs[program - 1].state;
  wrongs.If(state != v1::PROGRAM_STATE_OPEN && state != v1::PROGRAM_STATE_CLOSED,
            v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(DayNumber(now_) < DayNumber(rules.window().first_day()), v1::REASON_WINDOW_NOT_OPEN);
  wrongs.If(now_ >= EndOfDay(rules.window().last_day()) || state == v1::PROGRAM_STATE_CLOSED,
            v1::REASON_WINDOW_CLOSED);
  Outcome outcome;
  std::vector<uint64_t> members;
  for (size_t i = 0; i < clusters.size(); ++i) {
    if (clusters[i].program == program && clusters[i].plan.cluster_id() == plan.cluster_id()) {
      outcome.id = i + 1;
    }
  }
  wrongs.If(!rules.has_clusters() || plan.requested_fen() > rules.clusters().pool_fen() ||
                (outcome.id != 0 && clusters[outcome.id - 1].state != v1::CLUSTER_STATE_PROPOSED),
            v1::REASON_ILLEGAL_STATE);
  bool taken = false;
  int64_t most = 0;
  for (const v1::ClusterMember& member : plan.members()) {
    const uint64_t number = EnterpriseNumber(member.uscc());
    // Under a former code, too.
    taken = taken || (number != 0 && Has(members, number));
    members.push_back(number);
    wrongs.If(members.back() == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
    // A plan that is not approved keeps nobody from another.
    const uint64_t approved = number != 0 ? ClusterOf(program, number) : 0;
    taken = taken || (approved != 0 && approved != outcome.id);
    // What its planned cost bears by the item that gives most.
    int64_t share = 0;
    for (const v1::Item& item : rules.items()) {
      if (!item.has_not_applied_for()) {
        share = std::max(share, BaseFen(item, member.planned_cost_fen()));
      }
    }
    most += share;
  }
  wrongs.If(taken, v1::REASON_ALREADY_REGISTERED);
  wrongs.If(plan.requested_fen() > most, v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  if (outcome.id == 0) {
    clusters.emplace_back();
    outcome.id = clusters.size();
    clusters.back().program = program;
    clusters.back().state = v1::CLUSTER_STATE_PROPOSED;
  }
  clusters[outcome.id - 1].plan = plan;
  clusters[outcome.id - 1].members = members;
  clusters[outcome.id - 1].revision = programs[program - 1].revisions.size() - 1;
  return outcome;
}

Outcome Model::Review(const v1::ReviewClusterRequest& request) {
  const uint32_t program = ProgramNumber(request.program_id());
  Wrongs wrongs;
  wrongs.If(program == 0, v1::REASON_PROGRAM_NOT_FOUND);
  if (program == 0) return wrongs.Refusal();
  Outcome outcome;
  for (size_t i = 0; i < clusters.size(); ++i) {
    if (clusters[i].program == program && clusters[i].plan.cluster_id() == request.cluster_id()) {
      outcome.id = i + 1;
    }
  }
  wrongs.If(outcome.id == 0, v1::REASON_CLUSTER_NOT_FOUND);
  if (outcome.id == 0) return wrongs.Refusal();
  Cluster& cluster = clusters[outcome.id - 1];
  // Of when the plan was put.
  const v1::ProgramRules& rules = programs[program - 1].revisions[cluster.revision];
  const bool pass = request.verdict() == v1::REVIEW_VERDICT_PASS;
  // Local enterprises besides the lead unit.
  int local = 0;
  for (const uint64_t member : cluster.members) {
    const v1::EnterpriseFacts& facts = enterprises[member - 1].facts;
    const auto& areas = rules.eligibility().region().divisions();
    const bool in_region =
        areas.empty() || std::any_of(areas.begin(), areas.end(), [&](const auto& area) {
          return Covers(area, facts.division());
        });
    if (in_region && EnterpriseNumber(cluster.plan.lead_uscc()) != member) ++local;
  }
  wrongs.If(
      (cluster.state != v1::CLUSTER_STATE_PROPOSED && cluster.state != v1::CLUSTER_STATE_SCORED) ||
          (pass && local < rules.clusters().minimum_members()),
      v1::REASON_ILLEGAL_STATE);
  for (const uint64_t member : cluster.members) {
    const uint64_t approved = ClusterOf(program, member);
    wrongs.If(pass && approved != 0 && approved != outcome.id, v1::REASON_ALREADY_REGISTERED);
  }
  if (wrongs.any()) return wrongs.Refusal();
  cluster.score = request.score();
  cluster.state = outcome.state = pass ? v1::CLUSTER_STATE_SCORED : v1::CLUSTER_STATE_REJECTED;
  return outcome;
}

Outcome Model::Rank(const v1::RankClustersRequest& request) {
  const uint32_t program = ProgramNumber(request.program_id());
  Wrongs wrongs;
  wrongs.If(program == 0, v1::REASON_PROGRAM_NOT_FOUND);
  if (program == 0) return wrongs.Refusal();
  int64_t left = programs[program - 1].total_fen[v1::ACCOUNT_KIND_BUDGET];
  std::vector<uint64_t> scored;
  for (uint64_t id = 1; id <= clusters.size(); ++id) {
    const Cluster& cluster = clusters[id - 1];
    if (cluster.program != program) continue;
    if (cluster.state == v1::CLUSTER_STATE_SCORED) scored.push_back(id);
    if (cluster.state == v1::CLUSTER_STATE_APPROVED) {
      left -= cluster.pool_fen -
              Standing(program, [&](const Application& other) { return other.cluster == id; });
    }
  }
  wrongs.If(scored.empty(), v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  std::stable_sort(scored.begin(), scored.end(), [this](uint64_t a, uint64_t b) {
    return clusters[a - 1].score > clusters[b - 1].score;
  });
  Outcome outcome;
  bool over = false;
  for (const uint64_t id : scored) {
    Cluster& cluster = clusters[id - 1];
    // Also of one that this ranking approved; it is passed over alone.
    const bool taken =
        std::any_of(cluster.members.begin(), cluster.members.end(),
                    [&](uint64_t member) { return ClusterOf(program, member) != 0; });
    over = over || (!taken && cluster.plan.requested_fen() > left);
    cluster.pool_fen = over || taken ? 0 : cluster.plan.requested_fen();
    left -= cluster.pool_fen;
    cluster.state =
        cluster.pool_fen == 0 ? v1::CLUSTER_STATE_PASSED_OVER : v1::CLUSTER_STATE_APPROVED;
    outcome.parts.push_back({static_cast<int64_t>(id), cluster.pool_fen, cluster.state});
  }
  return outcome;
}

}  // namespace voucher::simulation
