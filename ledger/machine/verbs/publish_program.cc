#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/machine/application_states.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/verbs.h"
#include "ledger/policy/limits.h"

namespace voucher {

namespace {

// How many enterprises a refusal compares to tell the one that is furthest above its cap.
constexpr int kMostComparedEnterprises = 1'000;

v1::Refusal BelowUse(absl::string_view limit, int64_t used_fen, int64_t amount_fen,
                     absl::string_view clause) {
  return MakeRefusal(v1::REASON_LIMIT_BELOW_USE, clause, limit,
                     {{"used_fen", used_fen},
                      {"amount_fen", amount_fen},
                      {"below_fen", CheckedSubtractFen(used_fen, amount_fen)}});
}

// The cap that the program states for this kind; nullopt if it states none.
std::optional<int64_t> CapOfProgram(const v1::ProgramRules& rules, v1::CapScope scope) {
  std::optional<int64_t> lowest_fen;
  for (const v1::Cap& cap : rules.caps()) {
    if (cap.scope() != scope || (lowest_fen && *lowest_fen <= cap.amount_fen())) continue;
    lowest_fen = cap.amount_fen();
  }
  return lowest_fen;
}

// Holds each cap that a revision states against what stands under it of one enterprise's grants.
class CapCheck {
 public:
  CapCheck(const CompiledRules& before, const CompiledRules& after,
           const v1::EnterpriseFacts& facts, const rows::EnterpriseGrantsRow& row)
      : before_(before), after_(after), facts_(facts), row_(row) {}

  // The first cap that is below its use, and was not as low before: facts, too, may put a cap below
  // its use; only rules that lower it are refused.
  std::optional<v1::Refusal> Run() const {
    for (const v1::Cap& cap : after_.rules().caps()) {
      const auto then_fen = CapOfProgram(before_.rules(), cap.scope());
      if (then_fen && *then_fen <= cap.amount_fen()) continue;
      const auto all = [](const Grant&) { return true; };
      if (auto refusal = Of({CapKind(cap.scope()), cap.amount_fen(), cap.clause()}, all)) {
        return refusal;
      }
    }
    for (const v1::Item& item : after_.rules().items()) {
      const auto cap = OwnCap(item, facts_);
      if (!cap) continue;
      const v1::Item* was = before_.FindItemByNumber(item.number());
      const auto then = was != nullptr ? OwnCap(*was, facts_) : std::nullopt;
      if (then && then->kind == cap->kind && then->amount_fen <= cap->amount_fen) continue;
      // What other items have of the project came under their own caps.
      const auto own = [&](const Grant& grant) { return grant.item() == item.number(); };
      if (auto refusal = Of(*cap, own)) return refusal;
    }
    return std::nullopt;
  }

 private:
  using Grant = rows::EnterpriseGrantsRow::Grants;

  template <class Counts>
  std::optional<v1::Refusal> Of(const CapRule& cap, Counts counts) const {
    std::map<std::pair<uint32_t, std::string>, int64_t> used_fen;
    for (const Grant& grant : row_.grants()) {
      if (!counts(grant)) continue;
      const bool by_item = cap.kind == v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR;
      const bool by_project = cap.kind == v1::LIMIT_KIND_PROJECT;
      int64_t& sum_fen =
          used_fen[{by_item ? grant.item() : 0, by_project ? grant.project_id() : std::string()}];
      sum_fen = CheckedAddFen(sum_fen, grant.fen());
    }
    std::optional<int64_t> most_fen;
    for (const auto& [whose, fen] : used_fen) most_fen = std::max(most_fen.value_or(fen), fen);
    if (!most_fen || *most_fen <= cap.amount_fen) return std::nullopt;
    return BelowUse(CapName(cap.kind), *most_fen, cap.amount_fen, cap.clause);
  }

  const CompiledRules& before_;
  const CompiledRules& after_;
  const v1::EnterpriseFacts& facts_;
  const rows::EnterpriseGrantsRow& row_;
};

// The lowest amount among the caps that one revision has and the one before it has not, or not as
// low: an enterprise of which no more stands is under none of them. nullopt if there are none.
std::optional<int64_t> LowestOfTighterCaps(const v1::ProgramRules& before,
                                           const v1::ProgramRules& after) {
  std::optional<int64_t> lowest_fen;
  const auto consider = [&](int64_t fen) {
    if (fen != 0 && (!lowest_fen || fen < *lowest_fen)) lowest_fen = fen;
  };
  for (const v1::Cap& cap : after.caps()) {
    const bool as_low = absl::c_any_of(before.caps(), [&](const v1::Cap& old) {
      return old.scope() == cap.scope() && old.amount_fen() <= cap.amount_fen();
    });
    if (!as_low) consider(cap.amount_fen());
  }
  for (const v1::Item& item : after.items()) {
    const auto old = absl::c_find_if(
        before.items(), [&](const v1::Item& other) { return other.number() == item.number(); });
    if (old == before.items().end()) continue;  // nothing is granted of a new item
    const bool same_scope = old->cap_scope() == item.cap_scope();
    const bool as_low = same_scope && old->cap_fen() != 0 && old->cap_fen() <= item.cap_fen();
    if (!as_low) consider(item.cap_fen());
    const bool same_tiers =
        same_scope && absl::c_equal(old->revenue_tiers(), item.revenue_tiers(),
                                    [](const v1::RevenueTier& a, const v1::RevenueTier& b) {
                                      return a.SerializeAsString() == b.SerializeAsString();
                                    });
    if (same_tiers) continue;
    for (const v1::RevenueTier& tier : item.revenue_tiers()) consider(tier.cap_fen());
  }
  return lowest_fen;
}

// By how much the new amount is below what stands, as a LIMIT_BELOW_USE says it.
int64_t BelowFen(const v1::Refusal& refusal) {
  return absl::c_find_if(
             refusal.numbers(),
             [](const v1::RefusalNumber& number) { return number.name() == "below_fen"; })
      ->value();
}

// A limit that the new rules state or lower below what stands under it, as a refusal. Of caps it
// looks at the enterprises alone of which more stands than the lowest of the new ones, at those
// with the most first, and tells the one that is furthest above its cap among the first thousand.
std::optional<v1::Refusal> RefuseIfBelowUse(const Context& context, const Context::Program& program,
                                            const CompiledRules& after) {
  const View& view = context.view;
  std::optional<v1::Refusal> refusal;
  int looked_at = 0;
  if (const auto lowest_fen = LowestOfTighterCaps(program.rules->rules(), after.rules())) {
    view.Scan<tables::EnterprisesByGrants>(
        {program.number, std::numeric_limits<int64_t>::min(), 0}, {program.number, -*lowest_fen, 0},
        [&](const tables::EnterprisesByGrants::Key& key, const rows::PresentRow&) {
          const uint64_t enterprise = std::get<2>(key);
          auto found =
              CapCheck(*program.rules, after, view.Find<tables::Enterprises>({enterprise})->facts(),
                       *view.Find<tables::EnterpriseGrants>({program.number, enterprise}))
                  .Run();
          if (found && (!refusal || BelowFen(*found) > BelowFen(*refusal))) refusal = found;
          return ++looked_at < kMostComparedEnterprises || !refusal;
        });
  }
  if (refusal) return refusal;
  for (const v1::Pool& pool : after.rules().pools()) {
    const std::optional<LimitId> id = PoolId(context, after, pool);
    if (!id) continue;
    const int64_t used_fen = StandingInPool(view, program.number, *id);
    if (used_fen > pool.amount_fen()) {
      return BelowUse(PoolName(pool), used_fen, pool.amount_fen(), pool.clause());
    }
  }
  return std::nullopt;
}

v1::Refusal Fixed(absl::string_view what, absl::string_view what_zh, absl::string_view clause = {},
                  std::initializer_list<std::pair<absl::string_view, int64_t>> numbers = {}) {
  v1::Refusal refusal = MakeRefusal(v1::REASON_IDENTITY_FIXED, clause, what, numbers);
  refusal.set_subject_zh(std::string(what_zh));
  return refusal;
}

// What identifies an item: its item_id and its number, each of the other in every revision, and
// that it stays once it was applied for. An item is closed to new applications by not_applied_for.
std::optional<v1::Refusal> RefuseIfItemsChange(const View& view, const Context::Program& program,
                                               const CompiledRules& after) {
  const auto fixed = [](const v1::Item& item, const std::string& what, const std::string& what_zh) {
    return Fixed(what, what_zh, item.clause(), {{"number", item.number()}});
  };
  for (uint32_t revision = program.row->revision(); revision > 0; --revision) {
    const CompiledRules& rules = *view.Find<tables::Revisions>({program.number, revision});
    for (const v1::Item& item : rules.rules().items()) {
      const v1::Item* of_number = after.FindItemByNumber(item.number());
      const v1::Item* of_name = after.FindItem(item.item_id());
      const bool renamed = of_number != nullptr && of_number->item_id() != item.item_id();
      const bool renumbered = of_name != nullptr && of_name->number() != item.number();
      if (renamed || renumbered) {
        return fixed(item, absl::StrCat("the number of item ", item.item_id()),
                     absl::StrCat("支持项", item.item_id(), "的编号"));
      }
    }
  }
  for (const v1::Item& item : program.rules->rules().items()) {
    if (after.FindItemByNumber(item.number()) == nullptr &&
        absl::c_linear_search(program.row->used_items(), item.number())) {
      return fixed(item, absl::StrCat("item ", item.item_id(), ", which was applied for"),
                   absl::StrCat("已有申报的支持项", item.item_id()));
    }
  }
  return std::nullopt;
}

v1::Allocation AllocationOf(const v1::ProgramRules& rules) {
  return rules.allocation() == v1::ALLOCATION_UNSPECIFIED ? v1::ALLOCATION_FIRST_COME
                                                          : rules.allocation();
}

// What identifies a program: its id, whether it is a sandbox, its fiscal year, how it gives its
// money out, its zone, and its items.
std::optional<v1::Refusal> RefuseIfIdentityChanges(const View& view,
                                                   const Context::Program& program,
                                                   const CompiledRules& after) {
  const v1::ProgramRules& was = program.rules->rules();
  const v1::ProgramRules& is = after.rules();
  if (was.sandbox() != is.sandbox()) return Fixed("sandbox", "沙箱属性");
  if (was.fiscal_year() != is.fiscal_year()) {
    return Fixed("fiscal_year", "财政年度", {}, {{"fiscal_year", was.fiscal_year()}});
  }
  if (AllocationOf(was) != AllocationOf(is)) return Fixed("allocation", "分配方式");
  if (was.time_zone() != is.time_zone()) return Fixed("time_zone", "时区");
  return RefuseIfItemsChange(view, program, after);
}

}  // namespace

Decision Decide(Context* context, const v1::PublishProgramRequest& request) {
  const CompiledRules rules{v1::ProgramRules(request.rules())};
  const std::optional<Context::Program> before = context->FindProgram(request.rules().program_id());
  if (before) {
    if (before->row->state() == v1::PROGRAM_STATE_ARCHIVED) {
      return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(before->row->state()));
    }
    if (auto refusal = RefuseIfIdentityChanges(context->view, *before, rules)) return *refusal;
    if (auto refusal = RefuseIfBelowUse(*context, *before, rules)) return *refusal;
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ProgramPublished* published = event.mutable_program_published();
  published->set_program_number(before ? before->number : context->counters().program() + 1);
  published->set_revision(before ? before->row->revision() + 1 : 1);
  published->set_cutoff_unix_ns(rules.cutoff_at());
  if (rules.rules().has_voucher_terms()) {
    published->set_vouchers_end_unix_ns(rules.voucher_expires_at());
  }
  if (before) published->set_replaced_cutoff_unix_ns(before->row->cutoff_unix_ns());
  context->program = published->program_number();
  context->revision = published->revision();
  return event;
}

void Evolve(const v1::Entry&, const v1::PublishProgramRequest& request,
            const v1::ProgramPublished& event, EditableRows* rows) {
  const uint32_t number = event.program_number();
  const auto kind = static_cast<uint8_t>(v1::TIMER_KIND_PROGRAM_CUTOFF);
  rows->Put<tables::Revisions>({number, event.revision()}, CompiledRules(request.rules()));
  rows::ProgramRow& program = rows->Edit<tables::Programs>({number});
  if (event.revision() == 1) {
    rows->PutNumber<tables::ProgramNumbers>({request.rules().program_id()}, number);
    rows->Edit<tables::Counters>({}).set_program(number);
    program.set_program_id(request.rules().program_id());
    program.set_state(v1::PROGRAM_STATE_DRAFT);
    program.set_sandbox(request.rules().sandbox());
  }
  program.set_revision(event.revision());
  program.set_cutoff_unix_ns(event.cutoff_unix_ns());
  if (event.replaced_cutoff_unix_ns() != 0) {
    rows->Erase<tables::Timers>({event.replaced_cutoff_unix_ns(), kind, number});
  }
  if (program.state() != v1::PROGRAM_STATE_CLOSED) {
    rows->Put<tables::Timers>({event.cutoff_unix_ns(), kind, number}, {});
  }
  if (event.vouchers_end_unix_ns() != 0) {
    rows::PendingLapse& lapse = *program.add_pending_lapses();
    lapse.set_revision(event.revision());
    lapse.set_ends_unix_ns(event.vouchers_end_unix_ns());
  }
}

}  // namespace voucher
