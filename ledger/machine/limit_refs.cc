#include "ledger/machine/limit_refs.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"

#include "ledger/base/money.h"
#include "ledger/base/proto_enum.h"
#include "ledger/machine/accounts.h"
#include "ledger/machine/clusters.h"
#include "ledger/machine/waitlist_index.h"
#include "ledger/policy/window.h"

namespace voucher {
namespace {

v1::LimitRef CapRef(v1::LimitKind kind, const v1::Item& item, uint64_t enterprise,
                    uint64_t project) {
  switch (kind) {
    case v1::LIMIT_KIND_ENTERPRISE_YEAR:
      return LimitId{kind, enterprise}.ToRef();
    case v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR:
      return LimitId{kind, enterprise, item.number()}.ToRef();
    case v1::LIMIT_KIND_PROJECT:
      return LimitId{kind, project}.ToRef();
    case v1::LIMIT_KIND_UNSPECIFIED:
    case v1::LIMIT_KIND_DIVISION:
    case v1::LIMIT_KIND_PROVIDER:
    case v1::LIMIT_KIND_ITEM:
    case v1::LIMIT_KIND_CLUSTER:
      VOUCHER_PROTO_SENTINELS(v1::LimitKind)
      break;
  }
  VOUCHER_CHECK(false) << "no cap: limit kind " << kind;
  return {};
}

PoolRoom RoomIn(const Context& context, uint32_t program, const v1::LimitRef& ref,
                const v1::Pool& pool) {
  PoolRoom room;
  room.id = LimitId::FromRef(ref);
  room.name = PoolName(pool);
  room.available_fen = pool.amount_fen() - UsedOf(context.view, program, ref);
  room.on_exhausted = pool.on_exhausted();
  room.clause = pool.clause();
  return room;
}

PoolRoom Budget(const Context& context, const Context::Program& program) {
  PoolRoom room;
  room.name = "BUDGET";
  room.available_fen = BalanceOf(context.view, program.number, BudgetAccount());
  room.on_exhausted = program.rules->rules().on_exhausted();
  room.clause = program.rules->rules().budget_clause();
  return room;
}

// The pools on which somebody waits whose queue number is below `before`; 0 means anybody.
void MarkQueued(const Context& context, uint32_t program, uint64_t before,
                std::vector<PoolRoom>* pools) {
  for (PoolRoom& pool : *pools) {
    const uint64_t first = FirstOnWaitlist(context.view, program, pool.id);
    pool.queued = first != 0 && (before == 0 || first < before);
  }
}

// The cap of this kind in one revision for this enterprise, if there is one.
std::optional<CapRule> CapOfKind(const CompiledRules& rules, const v1::Item* item,
                                 const v1::EnterpriseFacts& facts, v1::LimitKind kind) {
  if (item == nullptr) return std::nullopt;
  for (const CapRule& cap : CapsFor(rules, *item, facts)) {
    if (cap.kind == kind) return cap;
  }
  return std::nullopt;
}

// A cap that an application counts in. No revision states it any more only if it was that of a
// revenue tier and the enterprise reaches none now: then nothing is left under it.
CapRoom CapOfApplication(const Context& context, const CompiledRules& newest,
                         const rows::ApplicationRow& application, const v1::LimitRef& ref) {
  const CompiledRules& judging =
      *context.view.Find<tables::Revisions>({application.program(), application.revision()});
  const v1::EnterpriseFacts& facts =
      context.view.Find<tables::Enterprises>({application.enterprise()})->facts();
  CapRoom room;
  room.id = LimitId::FromRef(ref);
  room.used_fen = UsedOf(context.view, application.program(), ref);
  const v1::Item* item = judging.FindItemByNumber(application.item());
  room.clause = item->clause();
  const auto then = CapOfKind(judging, item, facts, ref.kind());
  const auto now =
      CapOfKind(newest, newest.FindItemByNumber(application.item()), facts, ref.kind());
  for (const auto& cap : {then, now}) {
    if (!cap || (room.amount_fen != 0 && cap->amount_fen >= room.amount_fen)) continue;
    room.amount_fen = cap->amount_fen;
    room.clause = cap->clause;
  }
  return room;
}

}  // namespace

std::optional<v1::LimitRef> PoolRef(const Context& context, const CompiledRules& rules,
                                    const v1::Pool& pool) {
  switch (pool.scope()) {
    case v1::POOL_SCOPE_DIVISION: {
      uint64_t code = 0;
      VOUCHER_CHECK(absl::SimpleAtoi(pool.key(), &code)) << pool.key();
      return LimitId{v1::LIMIT_KIND_DIVISION, code}.ToRef();
    }
    case v1::POOL_SCOPE_PROVIDER: {
      const auto provider = context.FindProvider(pool.key());
      if (!provider) return std::nullopt;
      return LimitId{v1::LIMIT_KIND_PROVIDER, provider->number}.ToRef();
    }
    case v1::POOL_SCOPE_ITEM: {
      const v1::Item* item = rules.FindItem(pool.key());
      VOUCHER_CHECK(item != nullptr) << pool.key();
      return LimitId{v1::LIMIT_KIND_ITEM, item->number()}.ToRef();
    }
    case v1::POOL_SCOPE_UNSPECIFIED:
      VOUCHER_PROTO_SENTINELS(v1::PoolScope)
      break;
  }
  VOUCHER_CHECK(false) << "pool scope " << pool.scope();
  return std::nullopt;
}

Limits LimitsOf(const Context& context, const Context::Program& program, const v1::Item& item,
                const Context::Enterprise& enterprise, uint64_t project,
                const std::vector<absl::string_view>& provider_ids) {
  const CompiledRules& rules = *program.rules;
  const v1::EnterpriseFacts& facts = enterprise.row->facts();
  Limits limits;
  for (const CapRule& cap : CapsFor(rules, item, facts)) {
    const v1::LimitRef ref = CapRef(cap.kind, item, enterprise.number, project);
    limits.caps.push_back({LimitId::FromRef(ref), cap.amount_fen,
                           UsedOf(context.view, program.number, ref), cap.clause});
  }
  for (const v1::Pool* pool : PoolsFor(rules, item, facts.division(), provider_ids)) {
    const std::optional<v1::LimitRef> ref = PoolRef(context, rules, *pool);
    if (!ref) continue;  // only chosen, hence registered, providers match a provider's pool
    limits.pools.push_back(RoomIn(context, program.number, *ref, *pool));
  }
  if (const uint64_t cluster = ApprovedClusterOf(context.view, program.number, enterprise.number)) {
    limits.pools.push_back(ClusterPool(context.view, program, cluster));
  }
  limits.pools.push_back(Budget(context, program));
  if (program.row->waitlisted() > 0) MarkQueued(context, program.number, 0, &limits.pools);
  return limits;
}

Limits LimitsOfApplication(const Context& context, const Context::Program& program,
                           const rows::ApplicationRow& application) {
  const CompiledRules& newest = *program.rules;
  Limits limits;
  for (const v1::LimitRef& ref : application.limits()) {
    if (IsCap(ref.kind())) {
      limits.caps.push_back(CapOfApplication(context, newest, application, ref));
    } else if (ref.kind() == v1::LIMIT_KIND_CLUSTER) {
      limits.pools.push_back(ClusterPool(context.view, program, ref.id()));
    } else {
      for (const v1::Pool& pool : newest.rules().pools()) {
        const std::optional<v1::LimitRef> of_pool = PoolRef(context, newest, pool);
        if (of_pool && LimitId::FromRef(*of_pool) == LimitId::FromRef(ref)) {
          limits.pools.push_back(RoomIn(context, program.number, ref, pool));
        }
      }
    }
  }
  limits.pools.push_back(Budget(context, program));
  if (program.row->waitlisted() > 0) {
    MarkQueued(context, program.number, application.queue_number(), &limits.pools);
  }
  return limits;
}

int64_t ClipToCaps(int64_t wanted_fen, const Limits& limits) {
  for (const CapRoom& cap : limits.caps) {
    wanted_fen = std::min(wanted_fen, CheckedSubtractFen(cap.amount_fen, cap.used_fen));
  }
  return wanted_fen;
}

int64_t MostUnderCaps(int64_t base_fen, const Limits& limits) {
  for (const CapRoom& cap : limits.caps) base_fen = std::min(base_fen, cap.amount_fen);
  return base_fen;
}

google::protobuf::RepeatedPtrField<v1::LimitRef> RefsOf(const Limits& limits) {
  google::protobuf::RepeatedPtrField<v1::LimitRef> refs;
  for (const CapRoom& cap : limits.caps) *refs.Add() = cap.id.ToRef();
  for (const PoolRoom& pool : limits.pools) {
    if (pool.id == LimitId{}) continue;
    *refs.Add() = pool.id.ToRef();
  }
  return refs;
}

std::vector<absl::string_view> ProvidersOf(
    const google::protobuf::RepeatedPtrField<v1::ProductChoice>& products) {
  std::vector<absl::string_view> providers;
  for (const v1::ProductChoice& choice : products) {
    if (!absl::c_linear_search(providers, choice.provider_id())) {
      providers.push_back(choice.provider_id());
    }
  }
  return providers;
}

std::optional<v1::Refusal> RefuseIfNotOpen(const Context::Program& program, UnixNanos received_at) {
  const v1::ProgramState state = program.row->state();
  if (state == v1::PROGRAM_STATE_DRAFT || state == v1::PROGRAM_STATE_SUSPENDED ||
      state == v1::PROGRAM_STATE_ARCHIVED) {
    return MakeRefusal(v1::REASON_PROGRAM_NOT_OPEN, {}, StateName(state));
  }
  if (auto refusal = RefuseIfOutsideWindow(*program.rules, received_at)) return refusal;
  if (state == v1::PROGRAM_STATE_CLOSED) {
    return MakeRefusal(v1::REASON_WINDOW_CLOSED, program.rules->rules().window().clause(),
                       StateName(state));
  }
  return std::nullopt;
}

}  // namespace voucher
