#include "ledger/machine/limit_refs.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/base/proto_enum.h"
#include "ledger/base/text.h"
#include "ledger/machine/accounts.h"
#include "ledger/machine/application_states.h"
#include "ledger/machine/clusters.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/waitlist_index.h"
#include "ledger/policy/subsidy.h"
#include "ledger/policy/window.h"

namespace voucher {
namespace {

// A number that stands for a name within one enterprise, the same everywhere (FNV-1a).
uint64_t NumberOfName(absl::string_view name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

LimitId CapId(v1::LimitKind kind, uint64_t enterprise, uint32_t item,
              absl::string_view project_id) {
  switch (kind) {
    case v1::LIMIT_KIND_ENTERPRISE_YEAR:
      return {kind, enterprise};
    case v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR:
      return {kind, enterprise, item};
    case v1::LIMIT_KIND_PROJECT:
      return {kind, enterprise, NumberOfName(project_id)};
    case v1::LIMIT_KIND_UNSPECIFIED:
    case v1::LIMIT_KIND_DIVISION:
    case v1::LIMIT_KIND_PROVIDER:
    case v1::LIMIT_KIND_ITEM:
    case v1::LIMIT_KIND_CLUSTER:
    case v1::LIMIT_KIND_CLUSTER_MEMBER:
      VOUCHER_PROTO_SENTINELS(v1::LimitKind)
      break;
  }
  VOUCHER_CHECK(false) << "no cap of the rules: limit kind " << kind;
  return {};
}

PoolRoom RoomIn(const Context& context, uint32_t program, const LimitId& id, const v1::Pool& pool) {
  PoolRoom room;
  room.id = id;
  room.name = PoolName(pool);
  room.available_fen =
      CheckedSubtractFen(pool.amount_fen(), StandingInPool(context.view, program, id));
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

// What a grant is about, for its limits.
struct Subject {
  uint64_t enterprise = 0;
  const v1::Item* item = nullptr;
  // The same in the revision that judges it, whose rate a member's plan has.
  const v1::Item* judging_item = nullptr;
  absl::string_view project_id;
  absl::string_view division;
  const std::vector<absl::string_view>& provider_ids;
  uint64_t cluster = 0;
};

void AddCaps(const Context& context, uint32_t program, const std::vector<CapRule>& rules,
             const Subject& of, std::vector<CapRoom>* caps) {
  for (const CapRule& cap : rules) {
    caps->push_back({CapId(cap.kind, of.enterprise, of.item->number(), of.project_id),
                     cap.amount_fen,
                     StandingUnderCap(context.view, program, cap.kind, of.enterprise,
                                      of.item->number(), of.project_id),
                     cap.clause});
  }
}

// The pools that the newest revision has for it, its cluster's, and the budget; and its cap as a
// member of that cluster.
void AddPools(const Context& context, const Context::Program& program, const Subject& of,
              Limits* limits) {
  const CompiledRules& rules = *program.rules;
  for (const v1::Pool* pool : PoolsFor(rules, *of.item, of.division, of.provider_ids)) {
    const std::optional<LimitId> id = PoolId(context, rules, *pool);
    if (!id) continue;  // only chosen, hence registered, providers match a provider's pool
    limits->pools.push_back(RoomIn(context, program.number, *id, *pool));
  }
  if (of.cluster != 0) {
    if (auto cap = MemberCap(context, program, of.cluster, of.enterprise, *of.judging_item)) {
      limits->caps.push_back(*cap);
    }
    limits->pools.push_back(ClusterPool(context.view, program, of.cluster));
  }
  limits->pools.push_back(Budget(context, program));
}

// The lower of the two caps of each kind.
std::vector<CapRule> LowerOf(std::vector<CapRule> caps, const std::vector<CapRule>& others) {
  for (const CapRule& other : others) {
    const auto same =
        absl::c_find_if(caps, [&](const CapRule& cap) { return cap.kind == other.kind; });
    if (same == caps.end()) {
      caps.push_back(other);
    } else if (other.amount_fen < same->amount_fen) {
      *same = other;
    }
  }
  absl::c_sort(caps, [](const CapRule& a, const CapRule& b) { return a.kind < b.kind; });
  return caps;
}

// The caps of one revision; nothing is left where an item has revenue tiers and the enterprise
// reaches none any more.
std::vector<CapRule> CapsNow(const CompiledRules& rules, const v1::Item& item,
                             const v1::EnterpriseFacts& facts) {
  std::vector<CapRule> caps = CapsFor(rules, item, facts);
  if (item.revenue_tiers().empty() || ReachedTier(item, facts) != nullptr) return caps;
  const v1::CapScope scope = item.cap_scope() == v1::CAP_SCOPE_PROJECT
                                 ? v1::CAP_SCOPE_PROJECT
                                 : v1::CAP_SCOPE_ENTERPRISE_ITEM_YEAR;
  return LowerOf(std::move(caps), {{CapKind(scope), 0, item.clause()}});
}

}  // namespace

std::optional<LimitId> PoolId(const Context& context, const CompiledRules& rules,
                              const v1::Pool& pool) {
  switch (pool.scope()) {
    case v1::POOL_SCOPE_DIVISION: {
      uint64_t code = 0;
      VOUCHER_CHECK(absl::SimpleAtoi(pool.key(), &code)) << pool.key();
      return LimitId{v1::LIMIT_KIND_DIVISION, code};
    }
    case v1::POOL_SCOPE_PROVIDER: {
      const auto provider = context.FindProvider(pool.key());
      if (!provider) return std::nullopt;
      return LimitId{v1::LIMIT_KIND_PROVIDER, provider->number};
    }
    case v1::POOL_SCOPE_ITEM: {
      const v1::Item* item = rules.FindItem(pool.key());
      VOUCHER_CHECK(item != nullptr) << pool.key();
      return LimitId{v1::LIMIT_KIND_ITEM, item->number()};
    }
    case v1::POOL_SCOPE_UNSPECIFIED:
      VOUCHER_PROTO_SENTINELS(v1::PoolScope)
      break;
  }
  VOUCHER_CHECK(false) << "pool scope " << pool.scope();
  return std::nullopt;
}

Limits LimitsOf(const Context& context, const Context::Program& program, const v1::Item& item,
                const Context::Enterprise& enterprise, absl::string_view project_id,
                const std::vector<absl::string_view>& provider_ids) {
  const v1::EnterpriseFacts& facts = enterprise.row->facts();
  const Subject subject{enterprise.number,
                        &item,
                        &item,
                        project_id,
                        facts.division(),
                        provider_ids,
                        ApprovedClusterOf(context.view, program.number, enterprise.number)};
  Limits limits;
  AddCaps(context, program.number, CapsFor(*program.rules, item, facts), subject, &limits.caps);
  AddPools(context, program, subject, &limits);
  if (program.row->waitlisted() > 0) MarkQueued(context, program.number, 0, &limits.pools);
  return limits;
}

Limits LimitsOfApplication(const Context& context, const Context::Program& program,
                           const rows::ApplicationRow& application) {
  const View& view = context.view;
  const CompiledRules& judging =
      *view.Find<tables::Revisions>({application.program(), application.revision()});
  const v1::EnterpriseFacts& facts =
      view.Find<tables::Enterprises>({application.enterprise()})->facts();
  // An item that was applied for stays in every later revision.
  const v1::Item& then = *judging.FindItemByNumber(application.item());
  const v1::Item& now = *program.rules->FindItemByNumber(application.item());
  std::vector<absl::string_view> provider_ids;
  for (const uint64_t provider : application.providers()) {
    provider_ids.push_back(view.Find<tables::Providers>({provider})->provider_id());
  }
  const std::string division = absl::StrCat(application.division());
  const std::string project_id = ProjectKey(application.project_id());
  const Subject subject{application.enterprise(), &now, &then, project_id, division, provider_ids,
                        application.cluster()};
  Limits limits;
  AddCaps(context, program.number,
          LowerOf(CapsNow(judging, then, facts), CapsNow(*program.rules, now, facts)), subject,
          &limits.caps);
  AddPools(context, program, subject, &limits);
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
