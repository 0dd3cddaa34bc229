#include "ledger/policy/limits.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "ledger/base/check.h"
#include "ledger/base/division.h"
#include "ledger/base/money.h"
#include "ledger/base/proto_enum.h"
#include "ledger/policy/refusal.h"
#include "ledger/policy/subsidy.h"

namespace voucher {
namespace {

// Keeps the lower of two caps of one kind.
void Lower(const CapRule& cap, std::vector<CapRule>* caps) {
  const auto same_kind = std::find_if(
      caps->begin(), caps->end(), [&cap](const CapRule& other) { return other.kind == cap.kind; });
  if (same_kind == caps->end()) {
    caps->push_back(cap);
  } else if (cap.amount_fen < same_kind->amount_fen) {
    *same_kind = cap;
  }
}

int64_t AvailableFen(const CapRoom& cap) {
  return CheckedSubtractFen(cap.amount_fen, cap.used_fen);
}
int64_t AvailableFen(const PoolRoom& pool) {
  return pool.available_fen;
}

// The binding limit of those that `matches`: least available, then smallest id; nullptr if none.
template <typename Room, typename Matches>
const Room* Binding(const std::vector<Room>& rooms, Matches matches) {
  const Room* binding = nullptr;
  for (const Room& room : rooms) {
    if (!matches(room)) continue;
    if (binding == nullptr || std::forward_as_tuple(AvailableFen(room), room.id) <
                                  std::forward_as_tuple(AvailableFen(*binding), binding->id)) {
      binding = &room;
    }
  }
  return binding;
}

bool IsBudget(const PoolRoom& pool) {
  return pool.id.kind == v1::LIMIT_KIND_UNSPECIFIED;
}

v1::Refusal CapReached(v1::Reason reason, const CapRoom& cap) {
  return MakeRefusal(reason, cap.clause, CapName(cap.id.kind),
                     {{"cap_fen", cap.amount_fen}, {"used_fen", cap.used_fen}});
}

// QUOTA_EXHAUSTED by the binding pool beside the budget that `matches`, else BUDGET_EXHAUSTED if
// the budget matches; nullopt if no pool does.
template <typename Matches>
std::optional<v1::Refusal> BudgetExhausted(const std::vector<PoolRoom>& pools, int64_t grant_fen,
                                           Matches matches) {
  for (const bool budget : {false, true}) {
    const PoolRoom* pool = Binding(pools, [&](const PoolRoom& candidate) {
      return IsBudget(candidate) == budget && matches(candidate);
    });
    if (pool == nullptr) continue;
    return MakeRefusal(budget ? v1::REASON_BUDGET_EXHAUSTED : v1::REASON_QUOTA_EXHAUSTED,
                       pool->clause, pool->name,
                       {{"available_fen", pool->available_fen}, {"grant_fen", grant_fen}});
  }
  return std::nullopt;
}

// Fits a grant that the caps have clipped into the pools.
FitResult FitPools(FittingGrant grant, const std::vector<PoolRoom>& pools) {
  const auto insufficient = [&grant](v1::OnExhausted policy) {
    return [&grant, policy](const PoolRoom& pool) {
      return pool.on_exhausted == policy && (pool.available_fen < grant.granted_fen ||
                                             (policy == v1::ON_EXHAUSTED_WAITLIST && pool.queued));
    };
  };
  if (std::optional<v1::Refusal> refusal =
          BudgetExhausted(pools, grant.granted_fen, insufficient(v1::ON_EXHAUSTED_REJECT))) {
    return *std::move(refusal);
  }
  if (const PoolRoom* pool = Binding(pools, insufficient(v1::ON_EXHAUSTED_WAITLIST))) {
    return FittingGrant{grant.granted_fen, pool->name, true};
  }
  if (const PoolRoom* pool = Binding(pools, insufficient(v1::ON_EXHAUSTED_PARTIAL))) {
    if (pool->available_fen > 0) return FittingGrant{pool->available_fen, pool->name, false};
    return *BudgetExhausted(pools, grant.granted_fen, [](const PoolRoom& candidate) {
      return candidate.on_exhausted == v1::ON_EXHAUSTED_PARTIAL && candidate.available_fen <= 0;
    });
  }
  return grant;
}

}  // namespace

bool IsCap(v1::LimitKind kind) {
  switch (kind) {
    case v1::LIMIT_KIND_ENTERPRISE_YEAR:
    case v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR:
    case v1::LIMIT_KIND_PROJECT:
    case v1::LIMIT_KIND_CLUSTER_MEMBER:
      return true;
    case v1::LIMIT_KIND_UNSPECIFIED:
    case v1::LIMIT_KIND_DIVISION:
    case v1::LIMIT_KIND_PROVIDER:
    case v1::LIMIT_KIND_ITEM:
    case v1::LIMIT_KIND_CLUSTER:
      VOUCHER_PROTO_SENTINELS(v1::LimitKind)
      break;
  }
  return false;
}

v1::LimitKind CapKind(v1::CapScope scope) {
  switch (scope) {
    case v1::CAP_SCOPE_ENTERPRISE_YEAR:
      return v1::LIMIT_KIND_ENTERPRISE_YEAR;
    case v1::CAP_SCOPE_ENTERPRISE_ITEM_YEAR:
      return v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR;
    case v1::CAP_SCOPE_PROJECT:
      return v1::LIMIT_KIND_PROJECT;
    case v1::CAP_SCOPE_UNSPECIFIED:
      VOUCHER_PROTO_SENTINELS(v1::CapScope)
      break;
  }
  VOUCHER_CHECK(false) << "cap scope " << scope;
  return v1::LIMIT_KIND_UNSPECIFIED;
}

std::optional<CapRule> OwnCap(const v1::Item& item, const v1::EnterpriseFacts& facts) {
  const v1::LimitKind kind = item.cap_scope() == v1::CAP_SCOPE_UNSPECIFIED
                                 ? v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR
                                 : CapKind(item.cap_scope());
  const v1::RevenueTier* tier = ReachedTier(item, facts);
  int64_t lowest_fen = item.cap_fen();
  if (tier != nullptr && (lowest_fen == 0 || tier->cap_fen() < lowest_fen)) {
    lowest_fen = tier->cap_fen();
  }
  if (item.cap_fen() <= 0 && tier == nullptr) return std::nullopt;
  return CapRule{kind, lowest_fen, item.clause()};
}

std::vector<CapRule> CapsFor(const CompiledRules& rules, const v1::Item& item,
                             const v1::EnterpriseFacts& facts) {
  std::vector<CapRule> caps;
  for (const v1::Cap& cap : rules.rules().caps()) {
    Lower({CapKind(cap.scope()), cap.amount_fen(), cap.clause()}, &caps);
  }
  if (const std::optional<CapRule> own = OwnCap(item, facts)) Lower(*own, &caps);
  std::sort(caps.begin(), caps.end(),
            [](const CapRule& a, const CapRule& b) { return a.kind < b.kind; });
  return caps;
}

std::vector<const v1::Pool*> PoolsFor(const CompiledRules& rules, const v1::Item& item,
                                      absl::string_view division,
                                      absl::Span<const absl::string_view> provider_ids) {
  const auto matches = [&](const v1::Pool& pool) {
    switch (pool.scope()) {
      case v1::POOL_SCOPE_DIVISION:
        return DivisionCovers(pool.key(), division);
      case v1::POOL_SCOPE_PROVIDER:
        return std::find(provider_ids.begin(), provider_ids.end(), pool.key()) !=
               provider_ids.end();
      case v1::POOL_SCOPE_ITEM:
        return pool.key() == item.item_id();
      case v1::POOL_SCOPE_UNSPECIFIED:
        VOUCHER_PROTO_SENTINELS(v1::PoolScope)
        break;
    }
    VOUCHER_CHECK(false) << "pool scope " << pool.scope();
    return false;
  };
  std::vector<const v1::Pool*> pools;
  for (const v1::Pool& pool : rules.rules().pools()) {
    if (matches(pool)) pools.push_back(&pool);
  }
  return pools;
}

std::string CapName(v1::LimitKind kind) {
  const std::string& name = v1::LimitKind_Name(kind);
  return std::string(absl::StripPrefix(absl::string_view(name), "LIMIT_KIND_"));
}

std::string PoolName(const v1::Pool& pool) {
  const std::string& name = v1::PoolScope_Name(pool.scope());
  return absl::StrCat(absl::StripPrefix(absl::string_view(name), "POOL_SCOPE_"), " ", pool.key());
}

std::optional<v1::Refusal> RefuseIfCapReached(const std::vector<CapRoom>& caps) {
  const auto used_up = [](bool project) {
    return [project](const CapRoom& cap) {
      return (cap.id.kind == v1::LIMIT_KIND_PROJECT) == project && AvailableFen(cap) <= 0;
    };
  };
  if (const CapRoom* cap = Binding(caps, used_up(false))) {
    return CapReached(v1::REASON_ENTERPRISE_CAP_REACHED, *cap);
  }
  if (const CapRoom* cap = Binding(caps, used_up(true))) {
    return CapReached(v1::REASON_PROJECT_CAP_REACHED, *cap);
  }
  return std::nullopt;
}

FitResult FitLimits(int64_t base_fen, const Limits& limits) {
  VOUCHER_CHECK(base_fen > 0) << base_fen;
  if (std::optional<v1::Refusal> refusal = RefuseIfCapReached(limits.caps))
    return *std::move(refusal);
  FittingGrant grant{base_fen, "", false};
  const CapRoom* clipping =
      Binding(limits.caps, [base_fen](const CapRoom& cap) { return AvailableFen(cap) < base_fen; });
  if (clipping != nullptr) grant = {AvailableFen(*clipping), CapName(clipping->id.kind), false};
  return FitPools(std::move(grant), limits.pools);
}

}  // namespace voucher
