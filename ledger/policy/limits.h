// Whether a grant fits every limit that matches it: decided in one step, from facts only.
//
// Submission and quote use it alike:
//
//   Limits limits;
//   for (const CapRule& cap : CapsFor(rules, item, facts))
//     limits.caps.push_back({IdOf(cap), cap.amount_fen, UsedFen(cap), cap.clause});
//   for (const v1::Pool* pool : PoolsFor(rules, item, facts.division(), providers))
//     limits.pools.push_back({IdOf(*pool), PoolName(*pool), …});
//   limits.pools.push_back({IdOf(cluster), "CLUSTER metal", …});  // of the applicant's cluster
//   limits.pools.push_back({{}, "BUDGET", budget_fen, …});        // a hypothesis has no pools
//   FitResult fit = FitLimits(BaseAmountFen(item, spend_fen), limits);
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "ledger/validation/compiled_rules.h"
#include "voucher/v1/entry.pb.h"
#include "voucher/v1/program.pb.h"
#include "voucher/v1/reasons.pb.h"
#include "voucher/v1/registry.pb.h"

namespace voucher {

// Names one limit of a program; id and sub are as its kind says. The program's own budget is the id
// of kind UNSPECIFIED. Ids are ordered by kind, then id, then sub.
struct LimitId {
  v1::LimitKind kind = v1::LIMIT_KIND_UNSPECIFIED;
  uint64_t id = 0;
  uint64_t sub = 0;

  friend auto operator<=>(const LimitId&, const LimitId&) = default;
};

// The limit that counts a cap of this scope; UNSPECIFIED aborts.
v1::LimitKind CapKind(v1::CapScope scope);

// A cap that applies: its kind says what it counts.
struct CapRule {
  // ENTERPRISE_YEAR, ENTERPRISE_ITEM_YEAR or PROJECT.
  v1::LimitKind kind = v1::LIMIT_KIND_UNSPECIFIED;
  // > 0.
  int64_t amount_fen = 0;
  // Lies in the rules.
  absl::string_view clause;
};

// The item's own cap for this enterprise: the lower of its cap and its revenue tier's. nullopt if
// it has none.
std::optional<CapRule> OwnCap(const v1::Item& item, const v1::EnterpriseFacts& facts);

// The caps of the program and the item for this enterprise, one of each kind, in the order of
// kinds. The item's cap, its revenue tier's and a cap of the program with the item's cap_scope
// (per enterprise, item and year, or per project) all count the same, so the lowest of them stands
// for them.
std::vector<CapRule> CapsFor(const CompiledRules& rules, const v1::Item& item,
                             const v1::EnterpriseFacts& facts);

// The pools beside the budget that a grant of this item draws on, in the order of the rules: those
// of the item, of a division that covers the enterprise's, and of every chosen provider.
std::vector<const v1::Pool*> PoolsFor(const CompiledRules& rules, const v1::Item& item,
                                      absl::string_view division,
                                      absl::Span<const absl::string_view> provider_ids);

// Name of a cap for people and refusals, as in "ENTERPRISE_YEAR".
std::string CapName(v1::LimitKind kind);
// Name of a pool for people and refusals, as in "DIVISION 420115".
std::string PoolName(const v1::Pool& pool);

// True for the kinds that count caps; the others count pools.
bool IsCap(v1::LimitKind kind);

// A cap and its use.
struct CapRoom {
  LimitId id;
  int64_t amount_fen = 0;
  // Granted less released, >= 0.
  int64_t used_fen = 0;
  absl::string_view clause;
};

// A pool and what it still holds.
struct PoolRoom {
  LimitId id;
  // PoolName, or anything for the budget.
  std::string name;
  int64_t available_fen = 0;
  v1::OnExhausted on_exhausted = v1::ON_EXHAUSTED_UNSPECIFIED;
  absl::string_view clause;
  // True if somebody waits on it: a grant that comes later must wait too.
  bool queued = false;
};

// All limits that match a grant. The ids differ.
struct Limits {
  std::vector<CapRoom> caps;
  std::vector<PoolRoom> pools;
};

// The refusal of a grant if nothing is left under one of the caps: the first that FitLimits knows.
std::optional<v1::Refusal> RefuseIfCapReached(const std::vector<CapRoom>& caps);

// A grant that fits, or that waits for room.
struct FittingGrant {
  // > 0.
  int64_t granted_fen = 0;
  // Name of the limit that clipped the base amount (a cap, or a pool that grants what is left) or
  // that it waits on; empty if none did.
  std::string clipped_by;
  // True if nothing can be granted now and the application waits for granted_fen.
  bool waits = false;
};

// The grant, or the refusal it meets with.
using FitResult = std::variant<FittingGrant, v1::Refusal>;

// Clips `base_fen` > 0 (checked) to what is left under each cap, then asks every pool for the
// result. A pool with too little is insufficient, and so is a WAITLIST pool on which somebody
// waits, whatever it holds. Of several insufficient pools REJECT beats WAITLIST beats PARTIAL:
//
//   REJECT    refuses, all or nothing;
//   WAITLIST  lets the whole clipped grant wait;
//   PARTIAL   grants the least that these pools hold; refuses if that is nothing.
//
// Refusals in order of precedence: ENTERPRISE_CAP_REACHED (a cap per enterprise has nothing left),
// PROJECT_CAP_REACHED, QUOTA_EXHAUSTED (a pool beside the budget), BUDGET_EXHAUSTED (the budget).
// Of several limits that do the same, the binding one is named: the least available, then the
// smallest id; of a cap and a PARTIAL pool that clip, the pool, which clips more. Nothing is
// reserved; the caller books the grant on every limit or on none.
FitResult FitLimits(int64_t base_fen, const Limits& limits);

}  // namespace voucher
