// The model's caps, pools and budgets.
#include <algorithm>

#include "tests/simulation/model.h"
#include "tests/simulation/room.h"
#include "tests/simulation/rule_reading.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {

int64_t Model::Used(const LimitKey& limit) const {
  const auto used = used_fen.find(limit);
  return used != used_fen.end() ? used->second : 0;
}

LimitKey Model::CapKey(int kind, uint32_t program, const v1::Item& item, uint64_t enterprise,
                       uint64_t project) const {
  if (kind == v1::LIMIT_KIND_PROJECT) return {program, kind, project, 0};
  return {program, kind, enterprise,
          kind == v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR ? item.number() : 0};
}

void Model::AddPool(const v1::Pool& pool, uint32_t program, Room* room) const {
  const LimitKey key = PoolKey(pool, program);
  room->pools[key] = {pool.amount_fen() - Used(key), pool.on_exhausted(), false};
}

// The budget, and the pool of the cluster unless it is 0.
void Model::AddShared(uint32_t program, uint64_t cluster, Room* room) const {
  const v1::ProgramRules& rules = programs[program - 1].rules();
  room->pools[{program, 0, 0, 0}] = {programs[program - 1].total_fen[v1::ACCOUNT_KIND_BUDGET],
                                     rules.on_exhausted(), false};
  if (cluster == 0) return;
  const LimitKey key = {program, v1::LIMIT_KIND_CLUSTER, cluster, 0};
  room->pools[key] = {clusters[cluster - 1].pool_fen - Used(key), rules.clusters().on_exhausted(),
                      false};
}

Model::Room Model::RoomFor(uint32_t program, const v1::Item& item, uint64_t enterprise,
                           uint64_t project, const std::set<std::string>& provider_ids) const {
  const v1::ProgramRules& rules = programs[program - 1].rules();
  const v1::EnterpriseFacts& facts = enterprises[enterprise - 1].facts;
  Room room;
  for (const auto& [kind, fen] : CapsOf(rules, item, facts)) {
    const LimitKey key = CapKey(kind, program, item, enterprise, project);
    room.caps[key] = {fen, fen - Used(key)};
  }
  for (const v1::Pool& pool : rules.pools()) {
    if ((pool.scope() == v1::POOL_SCOPE_ITEM && pool.key() == item.item_id()) ||
        (pool.scope() == v1::POOL_SCOPE_DIVISION && Covers(pool.key(), facts.division())) ||
        (pool.scope() == v1::POOL_SCOPE_PROVIDER && provider_ids.count(pool.key()) != 0)) {
      AddPool(pool, program, &room);
    }
  }
  AddShared(program, ClusterOf(program, enterprise), &room);
  MarkQueued(UINT64_MAX, &room);
  return room;
}

// Under the limits it was submitted with: the lower of each cap then and now, and the pools as they
// are now.
Model::Room Model::RoomOf(const Application& application) const {
  const uint32_t program = application.program;
  const v1::ProgramRules& newest = programs[program - 1].rules();
  const v1::EnterpriseFacts& facts = enterprises[application.enterprise - 1].facts;
  std::map<int, int64_t> caps = CapsOf(RulesOf(application), ItemOf(application), facts);
  for (const auto& [kind, fen] : CapsOf(newest, *FindItem(newest, application.item_id), facts)) {
    const auto cap = caps.emplace(kind, fen).first;
    cap->second = std::min(cap->second, fen);
  }
  Room room;
  uint64_t cluster = 0;
  for (const LimitKey& key : application.limits) {
    const int kind = std::get<1>(key);
    if (kind == v1::LIMIT_KIND_ENTERPRISE_YEAR || kind == v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR ||
        kind == v1::LIMIT_KIND_PROJECT) {
      room.caps[key] = {caps[kind], caps[kind] - Used(key)};
    }
    if (kind == v1::LIMIT_KIND_CLUSTER) cluster = std::get<2>(key);
    for (const v1::Pool& pool : newest.pools()) {
      if (PoolKey(pool, program) == key) AddPool(pool, program, &room);
    }
  }
  AddShared(program, cluster, &room);
  MarkQueued(IdOf(application), &room);
  return room;
}

// Wrong if a cap leaves less than `least_fen`.
void Model::RefuseIfCapReached(const Room& room, int64_t least_fen, Wrongs* wrongs) {
  for (const auto& [key, cap] : room.caps) {
    wrongs->If(cap.left_fen < least_fen, std::get<1>(key) == v1::LIMIT_KIND_PROJECT
                                             ? v1::REASON_PROJECT_CAP_REACHED
                                             : v1::REASON_ENTERPRISE_CAP_REACHED);
  }
}

// What of `fen` there is room for, if nothing is wrong: REJECT beats WAITLIST beats PARTIAL.
Model::Grant Model::Fit(const Room& room, int64_t fen, Wrongs* wrongs) {
  RefuseIfCapReached(room, 1, wrongs);
  for (const auto& cap : room.caps) fen = std::min(fen, cap.second.left_fen);
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

// Sets money aside, counted under every limit of the application.
void Model::Hold(uint64_t id, int64_t fen, Outcome* outcome) {
  Application& application = applications[id - 1];
  Move(application.program, v1::ACCOUNT_KIND_BUDGET, v1::ACCOUNT_KIND_HELD, fen);
  application.held_fen = application.granted_fen = fen;
  for (const LimitKey& limit : application.limits) {
    used_fen[limit] += fen;
    outcome->limit_deltas[limit] += fen;
  }
}

}  // namespace voucher::simulation
