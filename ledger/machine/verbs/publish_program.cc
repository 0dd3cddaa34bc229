#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"
#include "ledger/policy/limits.h"

namespace voucher {

namespace {

// What a cap limits for the holder of a limits row, in one revision; nullopt if it states none.
// The caps of enterprises depend on facts (revenue tiers), those of projects on the items of the
// project's applications: there the highest of them counts.
std::optional<CapRule> CapOn(const View& view, const CompiledRules& rules,
                             const tables::Limits::Key& key) {
  const auto kind = static_cast<v1::LimitKind>(std::get<1>(key));
  const rows::EnterpriseRow* enterprise =
      kind == v1::LIMIT_KIND_PROJECT ? nullptr : view.Find<tables::Enterprises>({std::get<2>(key)});
  std::optional<CapRule> highest;
  for (const v1::Item& item : rules.rules().items()) {
    if (kind == v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR && item.number() != std::get<3>(key)) continue;
    for (const CapRule& cap :
         CapsFor(rules, item,
                 enterprise != nullptr ? enterprise->facts()
                                       : v1::EnterpriseFacts::default_instance())) {
      if (cap.kind != kind || (highest && highest->amount_fen >= cap.amount_fen)) continue;
      highest = cap;
    }
  }
  return highest;
}

// The first limit that the new rules lower below what is used already, as a refusal. Scans the use
// of every cap.
std::optional<v1::Refusal> BelowUse(const Context& context, const Context::Program& program,
                                    const v1::ProgramRules& rules) {
  auto too_low = [](absl::string_view limit, int64_t used_fen, int64_t amount_fen,
                    absl::string_view clause) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, clause, limit,
                       {{"used_fen", used_fen}, {"amount_fen", amount_fen}});
  };
  const CompiledRules compiled{v1::ProgramRules(rules)};
  std::optional<v1::Refusal> refusal;
  for (v1::LimitKind kind : {v1::LIMIT_KIND_ENTERPRISE_YEAR, v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR,
                             v1::LIMIT_KIND_PROJECT}) {
    const auto first = static_cast<uint8_t>(kind);
    context.view.Scan<tables::Limits>(
        {program.number, first, 0, 0}, {program.number, static_cast<uint8_t>(first + 1), 0, 0},
        [&](const tables::Limits::Key& key, const rows::LimitRow& row) {
          const auto cap = CapOn(context.view, compiled, key);
          if (!cap || row.used_fen() <= cap->amount_fen) return true;
          // Facts, too, may put a cap below its use; only rules that lower it are refused.
          const auto before = CapOn(context.view, *program.rules, key);
          if (before && before->amount_fen <= cap->amount_fen) return true;
          refusal = too_low(CapName(kind), row.used_fen(), cap->amount_fen, cap->clause);
          return false;
        });
    if (refusal) return refusal;
  }
  for (const v1::Pool& pool : rules.pools()) {
    const std::optional<v1::LimitRef> limit = PoolRef(context, compiled, pool);
    if (!limit) continue;
    const int64_t used_fen = UsedOf(context.view, program.number, *limit);
    if (used_fen > pool.amount_fen()) {
      return too_low(PoolName(pool), used_fen, pool.amount_fen(), pool.clause());
    }
  }
  return std::nullopt;
}

// An item number that named another item in the revision before.
std::optional<v1::Refusal> ReusedNumber(const CompiledRules& before,
                                        const v1::ProgramRules& rules) {
  for (const v1::Item& item : rules.items()) {
    const v1::Item* known = before.FindItemByNumber(item.number());
    if (known != nullptr && known->item_id() != item.item_id()) {
      return NotInThisState(known->item_id() + " has the number of " + item.item_id(),
                            item.item_id() + "的编号属于" + known->item_id(), item.clause(),
                            {{"number", item.number()}});
    }
  }
  return std::nullopt;
}

}  // namespace

Decision Decide(Context* context, const v1::PublishProgramRequest& request) {
  const std::optional<Context::Program> before = context->FindProgram(request.rules().program_id());
  if (before) {
    if (before->row->state() == v1::PROGRAM_STATE_ARCHIVED) {
      return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(before->row->state()));
    }
    if (auto refusal = ReusedNumber(*before->rules, request.rules())) return *refusal;
    if (auto refusal = BelowUse(*context, *before, request.rules())) return *refusal;
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ProgramPublished* published = event.mutable_program_published();
  published->set_program_number(before ? before->number : context->counters().program() + 1);
  published->set_revision(before ? before->row->revision() + 1 : 1);
  published->set_cutoff_unix_ns(CompiledRules(request.rules()).cutoff_at());
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
  }
  program.set_revision(event.revision());
  program.set_cutoff_unix_ns(event.cutoff_unix_ns());
  if (event.replaced_cutoff_unix_ns() != 0) {
    rows->Erase<tables::Timers>({event.replaced_cutoff_unix_ns(), kind, number});
  }
  if (program.state() != v1::PROGRAM_STATE_CLOSED) {
    rows->Put<tables::Timers>({event.cutoff_unix_ns(), kind, number}, {});
  }
}

}  // namespace voucher
