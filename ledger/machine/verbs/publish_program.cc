#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/machine/application_states.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/verbs.h"
#include "ledger/policy/limits.h"

namespace voucher {

namespace {

// Items by number, of grants that one cap counts together.
using Items = absl::InlinedVector<uint32_t, 8>;

// The cap of this kind on grants of these items, in one revision; nullopt if it states none. Of
// several the highest: each grant fits the cap of its own item.
std::optional<CapRule> CapOn(const CompiledRules& rules, v1::LimitKind kind, const Items& items,
                             const v1::EnterpriseFacts& facts) {
  std::optional<CapRule> highest;
  for (const uint32_t number : items) {
    const v1::Item* item = rules.FindItemByNumber(number);
    if (item == nullptr) continue;
    for (const CapRule& cap : CapsFor(rules, *item, facts)) {
      if (cap.kind != kind || (highest && highest->amount_fen >= cap.amount_fen)) continue;
      highest = cap;
    }
  }
  return highest;
}

v1::Refusal BelowUse(absl::string_view limit, int64_t used_fen, int64_t amount_fen,
                     absl::string_view clause) {
  return MakeRefusal(v1::REASON_LIMIT_BELOW_USE, clause, limit,
                     {{"used_fen", used_fen},
                      {"amount_fen", amount_fen},
                      {"below_fen", CheckedSubtractFen(used_fen, amount_fen)}});
}

// Holds a revision's caps against what stands of one enterprise's grants.
class CapCheck {
 public:
  CapCheck(const CompiledRules& before, const CompiledRules& after,
           const v1::EnterpriseFacts& facts, const rows::EnterpriseGrantsRow& row)
      : before_(before), after_(after), facts_(facts), row_(row) {}

  // The first cap that is lowered below its use.
  std::optional<v1::Refusal> Run() const {
    const auto all = [](const Grant&, const Grant&) { return true; };
    const auto item = [](const Grant& a, const Grant& b) { return a.item() == b.item(); };
    const auto project = [](const Grant& a, const Grant& b) {
      return a.project_id() == b.project_id();
    };
    if (auto refusal = Of(v1::LIMIT_KIND_ENTERPRISE_YEAR, all)) return refusal;
    if (auto refusal = Of(v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR, item)) return refusal;
    return Of(v1::LIMIT_KIND_PROJECT, project);
  }

 private:
  using Grant = rows::EnterpriseGrantsRow::Grants;

  template <class Together>
  std::optional<v1::Refusal> Of(v1::LimitKind kind, Together together) const {
    for (int first = 0; first < row_.grants_size(); ++first) {
      Items items;
      int64_t used_fen = 0;
      bool seen = false;
      for (int i = 0; i < row_.grants_size(); ++i) {
        if (!together(row_.grants(first), row_.grants(i))) continue;
        seen = seen || i < first;
        items.push_back(row_.grants(i).item());
        used_fen = CheckedAddFen(used_fen, row_.grants(i).fen());
      }
      if (seen) continue;
      const auto cap = CapOn(after_, kind, items, facts_);
      if (!cap || used_fen <= cap->amount_fen) continue;
      // Facts, too, may put a cap below its use; only rules that lower it are refused.
      const auto then = CapOn(before_, kind, items, facts_);
      if (then && then->amount_fen <= cap->amount_fen) continue;
      return BelowUse(CapName(kind), used_fen, cap->amount_fen, cap->clause);
    }
    return std::nullopt;
  }

  const CompiledRules& before_;
  const CompiledRules& after_;
  const v1::EnterpriseFacts& facts_;
  const rows::EnterpriseGrantsRow& row_;
};

// Whether two revisions state the same caps.
bool SameCaps(const v1::ProgramRules& a, const v1::ProgramRules& b) {
  const auto caps_of = [](const v1::ProgramRules& rules) {
    v1::ProgramRules caps;
    *caps.mutable_caps() = rules.caps();
    for (const v1::Item& item : rules.items()) {
      v1::Item& own = *caps.add_items();
      own.set_number(item.number());
      own.set_cap_fen(item.cap_fen());
      own.set_cap_scope(item.cap_scope());
      *own.mutable_revenue_tiers() = item.revenue_tiers();
    }
    return caps.SerializeAsString();
  };
  return caps_of(a) == caps_of(b);
}

// The first limit that the new rules state or lower below what stands under it, as a refusal. Where
// caps change it looks at every enterprise with a grant.
std::optional<v1::Refusal> RefuseIfBelowUse(const Context& context, const Context::Program& program,
                                            const CompiledRules& after) {
  const View& view = context.view;
  std::optional<v1::Refusal> refusal;
  if (!SameCaps(program.rules->rules(), after.rules())) {
    view.Scan<tables::EnterpriseGrants>(
        {program.number, 0}, {program.number + 1, 0},
        [&](const tables::EnterpriseGrants::Key& key, const rows::EnterpriseGrantsRow& row) {
          const auto& facts = view.Find<tables::Enterprises>({std::get<1>(key)})->facts();
          refusal = CapCheck(*program.rules, after, facts, row).Run();
          return !refusal;
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

// What identifies an item: its item_id and its number, each of the other, and that it stays once it
// was applied for. An item is closed to new applications by not_applied_for.
std::optional<v1::Refusal> RefuseIfItemsChange(const Context::Program& program,
                                               const CompiledRules& after) {
  for (const v1::Item& item : program.rules->rules().items()) {
    const v1::Item* of_number = after.FindItemByNumber(item.number());
    const v1::Item* of_name = after.FindItem(item.item_id());
    const bool renamed = of_number != nullptr && of_number->item_id() != item.item_id();
    const bool renumbered = of_name != nullptr && of_name->number() != item.number();
    if (renamed || renumbered) {
      return Fixed(absl::StrCat("the number of item ", item.item_id()),
                   absl::StrCat("支持项", item.item_id(), "的编号"), item.clause(),
                   {{"number", item.number()}});
    }
    if (of_number == nullptr && absl::c_linear_search(program.row->used_items(), item.number())) {
      return Fixed(absl::StrCat("item ", item.item_id(), ", which was applied for"),
                   absl::StrCat("已有申报的支持项", item.item_id()), item.clause(),
                   {{"number", item.number()}});
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
std::optional<v1::Refusal> RefuseIfIdentityChanges(const Context::Program& program,
                                                   const CompiledRules& after) {
  const v1::ProgramRules& was = program.rules->rules();
  const v1::ProgramRules& is = after.rules();
  if (was.sandbox() != is.sandbox()) return Fixed("sandbox", "沙箱属性");
  if (was.fiscal_year() != is.fiscal_year()) {
    return Fixed("fiscal_year", "财政年度", {}, {{"fiscal_year", was.fiscal_year()}});
  }
  if (AllocationOf(was) != AllocationOf(is)) return Fixed("allocation", "分配方式");
  if (was.time_zone() != is.time_zone()) return Fixed("time_zone", "时区");
  return RefuseIfItemsChange(program, after);
}

}  // namespace

Decision Decide(Context* context, const v1::PublishProgramRequest& request) {
  const CompiledRules rules{v1::ProgramRules(request.rules())};
  const std::optional<Context::Program> before = context->FindProgram(request.rules().program_id());
  if (before) {
    if (before->row->state() == v1::PROGRAM_STATE_ARCHIVED) {
      return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(before->row->state()));
    }
    if (auto refusal = RefuseIfIdentityChanges(*before, rules)) return *refusal;
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

void Evolve(const v1::Entry& entry, const v1::PublishProgramRequest& request,
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
  // Closed already, booked or not: a later cutoff does not open it again.
  program.set_state(StateAt(program, entry.received_unix_ns()));
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
