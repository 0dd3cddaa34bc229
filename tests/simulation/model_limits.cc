// The model's caps, pools and budgets.
#include <algorithm>

#include "ledger/base/proto_enum.h"
#include "tests/simulation/model.h"
#include "tests/simulation/room.h"
#include "tests/simulation/rule_reading.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {

int64_t Model::Standing(uint32_t program,
                        const std::function<bool(const Application&)>& matches) const {
  int64_t sum = 0;
  for (const uint64_t id : programs[program - 1].applications) {
    const Application& application = applications[id - 1];
    if (application.standing_fen != 0 && matches(application)) sum += application.standing_fen;
  }
  return sum;
}

// What stands under a cap: of the enterprise, of its item, of its project.
int64_t Model::StandingUnder(int kind, uint32_t program, const v1::Item& item, uint64_t enterprise,
                             uint64_t project) const {
  int64_t sum = 0;
  for (const uint64_t id : enterprises[enterprise - 1].applications) {
    const Application& other = applications[id - 1];
    if (other.program != program) continue;
    if (kind == v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR && other.item_id != item.item_id()) continue;
    if (kind == v1::LIMIT_KIND_PROJECT && other.project != project) continue;
    sum += other.standing_fen;
  }
  return sum;
}

bool Model::CountsIn(const Application& application, const v1::Pool& pool) const {
  switch (pool.scope()) {
    case v1::POOL_SCOPE_DIVISION:
      return Covers(pool.key(), application.division);
    case v1::POOL_SCOPE_PROVIDER:
      return application.provider_ids.count(pool.key()) != 0;
    case v1::POOL_SCOPE_ITEM:
    case v1::POOL_SCOPE_UNSPECIFIED:
      VOUCHER_PROTO_SENTINELS(v1::PoolScope)
      break;
  }
  return application.item_id == pool.key();
}

int64_t Model::StandingInPool(uint32_t program, const v1::Pool& pool) const {
  return Standing(program, [&](const Application& other) { return CountsIn(other, pool); });
}

LimitKey Model::CapKey(int kind, uint32_t program, const v1::Item& item, uint64_t enterprise,
                       uint64_t project) const {
  if (kind == v1::LIMIT_KIND_PROJECT) return {program, kind, project, 0};
  return {program, kind, enterprise,
          kind == v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR ? item.number() : 0};
}

void Model::AddPool(const v1::Pool& pool, uint32_t program, Room* room) const {
  const LimitKey key = PoolKey(pool, program);
  room->pools[key] = {pool.amount_fen() - StandingInPool(program, pool), pool.on_exhausted(),
                      false};
}

// The budget, and the pool of the cluster unless it is 0.
void Model::AddShared(uint32_t program, uint64_t cluster, Room* room) const {
  const v1::ProgramRules& rules = programs[program - 1].rules();
  room->pools[{program, 0, 0, 0}] = {programs[program - 1].total_fen[v1::ACCOUNT_KIND_BUDGET],
                                     rules.on_exhausted(), false};
  if (cluster == 0) return;
  const LimitKey key = {program, v1::LIMIT_KIND_CLUSTER, cluster, 0};
  const int64_t used =
      Standing(program, [&](const Application& other) { return other.cluster == cluster; });
  room->pools[key] = {
      clusters[cluster - 1].pool_fen - used,
      rules.has_clusters() ? rules.clusters().on_exhausted() : v1::ON_EXHAUSTED_REJECT, false};
}

// A member of a cluster gets at most the item's rate of its planned cost, over all it gets there.
void Model::AddMember(uint32_t program, uint64_t cluster, uint64_t enterprise, const v1::Item& item,
                      Room* room) const {
  if (cluster == 0 || item.fixed_fen() != 0) return;
  const Cluster& of = clusters[cluster - 1];
  int64_t most = 0;
  for (size_t i = 0; i < of.members.size(); ++i) {
    if (of.members[i] == enterprise) {
      most = BaseFen(item, of.plan.members(static_cast<int>(i)).planned_cost_fen());
    }
  }
  const int64_t stands = Standing(program, [&](const Application& other) {
    return other.cluster == cluster && other.enterprise == enterprise;
  });
  room->caps[{program, v1::LIMIT_KIND_CLUSTER_MEMBER, enterprise, cluster}] = most - stands;
}

Model::Room Model::RoomFor(uint32_t program, const v1::Item& item, uint64_t enterprise,
                           uint64_t project, const std::set<std::string>& provider_ids) const {
  const v1::ProgramRules& rules = programs[program - 1].rules();
  const v1::EnterpriseFacts& facts = enterprises[enterprise - 1].facts;
  Room room;
  for (const auto& [kind, fen] : CapsOf(rules, item, facts)) {
    room.caps[CapKey(kind, program, item, enterprise, project)] =
        fen - StandingUnder(kind, program, item, enterprise, project);
  }
  for (const v1::Pool& pool : rules.pools()) {
    if ((pool.scope() == v1::POOL_SCOPE_ITEM && pool.key() == item.item_id()) ||
        (pool.scope() == v1::POOL_SCOPE_DIVISION && Covers(pool.key(), facts.division())) ||
        (pool.scope() == v1::POOL_SCOPE_PROVIDER && provider_ids.count(pool.key()) != 0)) {
      AddPool(pool, program, &room);
    }
  }
  AddShared(program, ClusterOf(program, enterprise), &room);
  AddMember(program, ClusterOf(program, enterprise), enterprise, item, &room);
  MarkQueued(UINT64_MAX, &room);
  return room;
}

// As things are now: the lower of each cap then and now, nothing under a cap of revenue tiers that
// are not reached any more, and the pools of now that would have counted it.
Model::Room Model::RoomOf(const Application& application) const {
  const uint32_t program = application.program;
  const v1::ProgramRules& newest = programs[program - 1].rules();
  const v1::EnterpriseFacts& facts = enterprises[application.enterprise - 1].facts;
  const v1::Item& item = *FindItem(newest, application.item_id);
  std::map<int, int64_t> caps;
  const auto lower = [&](const v1::ProgramRules& rules, const v1::Item& of) {
    for (const auto& [kind, fen] : CapsOf(rules, of, facts)) {
      const auto cap = caps.emplace(kind, fen).first;
      cap->second = std::min(cap->second, fen);
    }
    if (of.revenue_tiers_size() > 0 && !ReachesTier(of, facts)) {
      caps[of.cap_scope() == v1::CAP_SCOPE_PROJECT ? v1::LIMIT_KIND_PROJECT
                                                   : v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR] = 0;
    }
  };
  lower(RulesOf(application), ItemOf(application));
  lower(newest, item);
  Room room;
  for (const auto& [kind, fen] : caps) {
    room.caps[CapKey(kind, program, item, application.enterprise, application.project)] =
        fen - StandingUnder(kind, program, item, application.enterprise, application.project);
  }
  for (const v1::Pool& pool : newest.pools()) {
    if (CountsIn(application, pool)) AddPool(pool, program, &room);
  }
  AddShared(program, application.cluster, &room);
  // By the rate of the rules that judge it.
  AddMember(program, application.cluster, application.enterprise, ItemOf(application), &room);
  MarkQueued(IdOf(application), &room);
  return room;
}

// Wrong if a cap leaves less than `least_fen`.
void Model::RefuseIfCapReached(const Room& room, int64_t least_fen, Wrongs* wrongs) {
  for (const auto& [key, cap] : room.caps) {
    wrongs->If(cap < least_fen, std::get<1>(key) == v1::LIMIT_KIND_PROJECT
                                    ? v1::REASON_PROJECT_CAP_REACHED
                                    : v1::REASON_ENTERPRISE_CAP_REACHED);
  }
}

// What of `fen` there is room for, if nothing is wrong: REJECT beats WAITLIST beats PARTIAL.
Model::Grant Model::Fit(const Room& room, int64_t fen, Wrongs* wrongs) {
  RefuseIfCapReached(room, 1, wrongs);
  for (const auto& cap : room.caps) fen = std::min(fen, cap.second);
  const auto reason = [](const LimitKey& key) {
    return std::get<1>(key) == 0 ? v1::REASON_BUDGET_EXHAUSTED : v1::REASON_QUOTA_EXHAUSTED;
  };
  bool refused = false;
  bool waits = false;
  for (const auto& [key, pool] : room.pools) {
    const bool lacks = pool.left_fen < fen;
    wrongs->If(lacks && pool.policy == v1::ON_EXHAUSTED_REJECT, reason(key));
    refused = refused || (lacks && pool.policy == v1::ON_EXHAUSTED_REJECT);
    waits = waits || ((lacks || pool.queued) && pool.policy == v1::ON_EXHAUSTED_WAITLIST);
  }
  if (refused || waits) return {fen, waits};
  int64_t part = fen;
  for (const auto& [key, pool] : room.pools) {
    if (pool.left_fen >= fen) continue;
    wrongs->If(pool.left_fen <= 0, reason(key));
    part = std::min(part, pool.left_fen);
  }
  return {part, false};
}

// What a project would get of `fen`: under the caps, and of a pool that gives what is left, that.
int64_t Model::WouldGet(const Room& room, int64_t fen) {
  int64_t most = fen;
  for (const auto& cap : room.caps) most = std::min(most, cap.second);
  Wrongs full;
  const Grant grant = Fit(room, fen, &full);
  return full.any() ? std::max<int64_t>(most, 0) : grant.fen;
}

// Sets money aside: it stands, and every limit that matches counts it.
void Model::Hold(uint64_t id, int64_t fen) {
  Application& application = applications[id - 1];
  Move(application.program, v1::ACCOUNT_KIND_BUDGET, v1::ACCOUNT_KIND_HELD, fen);
  application.held_fen = application.granted_fen = fen;
  application.standing_fen += fen;
}

}  // namespace voucher::simulation
