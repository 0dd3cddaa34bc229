#include "ledger/machine/limit_refs.h"

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"

#include "ledger/machine/postings.h"
#include "ledger/policy/window.h"

namespace voucher {
namespace {

v1::LimitRef MakeRef(v1::LimitKind kind, uint64_t id, uint64_t sub = 0) {
  v1::LimitRef ref;
  ref.set_kind(kind);
  ref.set_id(id);
  ref.set_sub(sub);
  return ref;
}

v1::LimitRef CapRef(v1::LimitKind kind, const v1::Item& item, uint64_t enterprise,
                    uint64_t project) {
  switch (kind) {
    case v1::LIMIT_KIND_ENTERPRISE_YEAR:
      return MakeRef(kind, enterprise);
    case v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR:
      return MakeRef(kind, enterprise, item.number());
    default:
      return MakeRef(kind, project);
  }
}

LimitId IdOf(const v1::LimitRef& ref) {
  return {ref.kind(), ref.id(), ref.sub()};
}

}  // namespace

std::optional<v1::LimitRef> PoolRef(const Context& context, const CompiledRules& rules,
                                    const v1::Pool& pool) {
  switch (pool.scope()) {
    case v1::POOL_SCOPE_DIVISION: {
      uint64_t code = 0;
      VOUCHER_CHECK(absl::SimpleAtoi(pool.key(), &code)) << pool.key();
      return MakeRef(v1::LIMIT_KIND_DIVISION, code);
    }
    case v1::POOL_SCOPE_PROVIDER: {
      const auto provider = context.FindProvider(pool.key());
      if (!provider) return std::nullopt;
      return MakeRef(v1::LIMIT_KIND_PROVIDER, provider->number);
    }
    default: {
      const v1::Item* item = rules.FindItem(pool.key());
      VOUCHER_CHECK(item != nullptr) << pool.key();
      return MakeRef(v1::LIMIT_KIND_ITEM, item->number());
    }
  }
}

Limits LimitsOf(const Context& context, const Context::Program& program, const v1::Item& item,
                const Context::Enterprise& enterprise, uint64_t project,
                const std::vector<absl::string_view>& provider_ids) {
  const CompiledRules& rules = *program.rules;
  const v1::EnterpriseFacts& facts = enterprise.row->facts();
  Limits limits;
  for (const CapRule& cap : CapsFor(rules, item, facts)) {
    const v1::LimitRef ref = CapRef(cap.kind, item, enterprise.number, project);
    limits.caps.push_back(
        {IdOf(ref), cap.amount_fen, UsedOf(context.view, program.number, ref), cap.clause});
  }
  for (const v1::Pool* pool : PoolsFor(rules, item, facts.division(), provider_ids)) {
    const std::optional<v1::LimitRef> ref = PoolRef(context, rules, *pool);
    if (!ref) continue;  // only chosen, hence registered, providers match a provider's pool
    limits.pools.push_back({IdOf(*ref), PoolName(*pool),
                            pool->amount_fen() - UsedOf(context.view, program.number, *ref),
                            pool->on_exhausted(), pool->clause()});
  }
  limits.pools.push_back({LimitId{}, "BUDGET",
                          BalanceOf(context.view, program.number, BudgetAccount()),
                          rules.rules().on_exhausted(), rules.rules().budget_clause()});
  return limits;
}

google::protobuf::RepeatedPtrField<v1::LimitRef> RefsOf(const Limits& limits) {
  google::protobuf::RepeatedPtrField<v1::LimitRef> refs;
  for (const CapRoom& cap : limits.caps) *refs.Add() = MakeRef(cap.id.kind, cap.id.id, cap.id.sub);
  for (const PoolRoom& pool : limits.pools) {
    if (pool.id == LimitId{}) continue;
    *refs.Add() = MakeRef(pool.id.kind, pool.id.id, pool.id.sub);
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

std::optional<v1::Refusal> CheckOpen(const Context::Program& program, UnixNanos received_at) {
  const v1::ProgramState state = program.row->state();
  if (state == v1::PROGRAM_STATE_DRAFT || state == v1::PROGRAM_STATE_SUSPENDED) {
    return MakeRefusal(v1::REASON_PROGRAM_NOT_OPEN, {}, StateName(state));
  }
  if (auto refusal = CheckWindow(*program.rules, received_at)) return refusal;
  if (state == v1::PROGRAM_STATE_CLOSED) {
    return MakeRefusal(v1::REASON_WINDOW_CLOSED, program.rules->rules().window().clause(),
                       StateName(state));
  }
  return std::nullopt;
}

}  // namespace voucher
