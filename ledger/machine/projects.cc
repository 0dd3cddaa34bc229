#include "ledger/machine/projects.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"

#include "ledger/base/money.h"
#include "ledger/base/proto_enum.h"
#include "ledger/machine/accounts.h"
#include "ledger/machine/application_states.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/settlement.h"
#include "ledger/machine/worlds.h"

namespace voucher {
namespace {

const v1::ProgramRules& JudgingRulesOf(const View& view, const rows::ApplicationRow& application) {
  return view.Find<tables::Revisions>({application.program(), application.revision()})->rules();
}

// Whether a grant counts for the highest-only rule of this program.
bool CountsFor(const View& view, uint32_t program, const rows::ApplicationRow& grant) {
  return grant.program() == program || JudgingRulesOf(view, grant).has_highest_only();
}

enum class Grant : uint8_t { kNone, kStands, kEnded };

Grant GrantIn(v1::ApplicationState state) {
  switch (state) {
    case v1::APPLICATION_STATE_APPROVED:
    case v1::APPLICATION_STATE_ACCEPTED:
    case v1::APPLICATION_STATE_SETTLED:
      return Grant::kStands;
    case v1::APPLICATION_STATE_SUPERSEDED:
    case v1::APPLICATION_STATE_TERMINATED:
      return Grant::kEnded;
    case v1::APPLICATION_STATE_UNSPECIFIED:
    case v1::APPLICATION_STATE_HELD:
    case v1::APPLICATION_STATE_LISTED:
    case v1::APPLICATION_STATE_REJECTED:
    case v1::APPLICATION_STATE_WITHDRAWN:
    case v1::APPLICATION_STATE_WAITLISTED:
    case v1::APPLICATION_STATE_RETURNED:
    case v1::APPLICATION_STATE_COLLECTED:
    case v1::APPLICATION_STATE_SCORED:
    case v1::APPLICATION_STATE_PASSED_OVER:
    case v1::APPLICATION_STATE_ON_NOTICE:
    case v1::APPLICATION_STATE_OBJECTED:
    case v1::APPLICATION_STATE_LAPSED:
      VOUCHER_PROTO_SENTINELS(v1::ApplicationState)
      break;
  }
  return Grant::kNone;
}

// What of a reimbursement is owed and on no statement.
int64_t UnstatedFen(const View& view, uint64_t id, const rows::ApplicationRow& application) {
  const int64_t gated_fen =
      BalanceOf(view, application.program(), PayableToEnterprise(application.enterprise(), id));
  const rows::UnpaidRow* unpaid =
      view.Find<tables::UnpaidApplications>({application.program(), application.enterprise(), id});
  return CheckedAddFen(gated_fen, unpaid != nullptr ? unpaid->fen() : 0);
}

// What a project that ended without acceptance leaves unsettled of a voucher.
int64_t GatedFen(const View& view, uint64_t id, const rows::ApplicationRow& application) {
  int64_t gated_fen = 0;
  for (const rows::ProviderClaimRow& claim :
       view.Find<tables::Vouchers>({application.voucher()})->claims()) {
    gated_fen = CheckedAddFen(
        gated_fen, BalanceOf(view, application.program(), PayableToProvider(claim.provider(), id)));
  }
  return gated_fen;
}

std::optional<v1::Refusal> Refuse(const Context& context, const v1::ProgramRules& rules,
                                  uint32_t program, uint64_t enterprise,
                                  absl::string_view project_id, int64_t would_fen) {
  if (!rules.has_highest_only()) return std::nullopt;
  const ProjectGrants grants =
      GrantsOfProject(context.view, program, enterprise, project_id, context.received_at);
  const int64_t total_fen = grants.total_fen;
  if (total_fen == 0 || would_fen > total_fen) return std::nullopt;
  const std::string& clause = rules.highest_only().clause();
  if (grants.standing.empty()) {
    return MakeRefusal(v1::REASON_SUPERSEDED_BY_HIGHER, clause, project_id,
                       {{"approved_fen", total_fen}, {"grant_fen", would_fen}});
  }
  return MakeRefusal(v1::REASON_SUPERSEDED_BY_HIGHER, clause, project_id,
                     {{"application_id", static_cast<int64_t>(grants.standing.front())},
                      {"approved_fen", total_fen},
                      {"grant_fen", would_fen}});
}

// Whether a revision of the program has the rule.
bool EverHighestOnly(const View& view, uint32_t program) {
  for (uint32_t revision = view.Find<tables::Programs>({program})->revision(); revision > 0;
       --revision) {
    const CompiledRules& rules = *view.Find<tables::Revisions>({program, revision});
    if (rules.rules().has_highest_only()) return true;
  }
  return false;
}

}  // namespace

void ApplicationsOfProject(
    const View& view, World world, uint64_t enterprise, absl::string_view project_id,
    absl::FunctionRef<void(uint64_t id, const rows::ApplicationRow& application)> visit) {
  const bool real = world == World::kReal;
  view.Scan<tables::ApplicationsByEnterprise>(
      {enterprise, real ? 0 : kSandboxNumbers + 1},
      {real ? enterprise : enterprise + 1, real ? kSandboxNumbers + 1 : 0},
      [&](const tables::ApplicationsByEnterprise::Key& key, const rows::PresentRow&) {
        const uint64_t id = std::get<1>(key);
        const rows::ApplicationRow& application = *view.Find<tables::Applications>({id});
        if (absl::EqualsIgnoreCase(application.project_id(), project_id)) visit(id, application);
        return true;
      });
}

int64_t UsedOfGrantFen(const View& view, uint64_t id, const rows::ApplicationRow& application) {
  if (application.reclaimed()) return 0;
  const bool ended = application.state() == v1::APPLICATION_STATE_TERMINATED;
  int64_t used_fen = SpentOfGrantFen(view, application);
  if (application.voucher() == 0) {
    if (!ended) used_fen = CheckedAddFen(used_fen, UnstatedFen(view, id, application));
  } else if (ended) {
    used_fen = CheckedSubtractFen(used_fen, GatedFen(view, id, application));
  }
  return std::max<int64_t>(used_fen, 0);
}

int64_t StandingOfGrantFen(const View& view, uint64_t id, const rows::ApplicationRow& application,
                           UnixNanos at) {
  int64_t standing_fen = UsedOfGrantFen(view, id, application);
  if (application.voucher() == 0) return standing_fen;
  const rows::VoucherRow& voucher = *view.Find<tables::Vouchers>({application.voucher()});
  standing_fen = CheckedAddFen(standing_fen, voucher.in_transit_fen());
  if (IsDead(voucher, at) || GrantIn(application.state()) != Grant::kStands) {
    return standing_fen;
  }
  return CheckedAddFen(standing_fen, CheckedAddFen(voucher.available_fen(), voucher.credit_fen()));
}

ProjectGrants GrantsOfProject(const View& view, uint32_t program, uint64_t enterprise,
                              absl::string_view project_id, UnixNanos at) {
  ProjectGrants grants;
  ApplicationsOfProject(view, WorldOf(view, program), enterprise, project_id,
                        [&](uint64_t id, const rows::ApplicationRow& application) {
                          const Grant grant = GrantIn(application.state());
                          if (grant == Grant::kNone || !CountsFor(view, program, application))
                            return;
                          (grant == Grant::kStands ? grants.standing : grants.ended).push_back(id);
                          grants.total_fen = CheckedAddFen(
                              grants.total_fen, StandingOfGrantFen(view, id, application, at));
                        });
  return grants;
}

std::optional<v1::Refusal> RefuseIfHigherExists(const Context& context,
                                                const Context::Program& program,
                                                uint64_t enterprise, absl::string_view project_id,
                                                int64_t would_fen) {
  return Refuse(context, program.rules->rules(), program.number, enterprise, project_id, would_fen);
}

std::optional<v1::Refusal> RefuseIfHigherExists(const Context& context,
                                                const rows::ApplicationRow& application,
                                                int64_t would_fen) {
  return Refuse(context, JudgingRulesOf(context.view, application), application.program(),
                application.enterprise(), application.project_id(), would_fen);
}

Replacement ReplacementBy(const Context& context, const rows::ApplicationRow& application) {
  Replacement replacement;
  if (!JudgingRulesOf(context.view, application).has_highest_only()) return replacement;
  ProjectGrants grants =
      GrantsOfProject(context.view, application.program(), application.enterprise(),
                      application.project_id(), context.received_at);
  for (const std::vector<uint64_t>* ids : {&grants.standing, &grants.ended}) {
    for (const uint64_t id : *ids) {
      const rows::ApplicationRow& lower = *context.view.Find<tables::Applications>({id});
      replacement.used_fen =
          CheckedAddFen(replacement.used_fen, UsedOfGrantFen(context.view, id, lower));
    }
  }
  replacement.replaced = std::move(grants.standing);
  replacement.ended = std::move(grants.ended);
  return replacement;
}

std::vector<uint64_t> OvertakenBy(const Context& context, uint64_t id,
                                  const rows::ApplicationRow& application,
                                  const Replacement& replacement, int64_t approved_fen) {
  const View& view = context.view;
  const UnixNanos at = context.received_at;
  // Grants of a program that never had the rule count for nobody's.
  if (!EverHighestOnly(view, application.program())) return {};
  // What stands or was used of the project, as the rule of `program` counts it, once it is
  // approved.
  const auto total_after = [&](uint32_t program) {
    const ProjectGrants before =
        GrantsOfProject(view, program, application.enterprise(), application.project_id(), at);
    int64_t total_fen = CheckedAddFen(before.total_fen, approved_fen);
    for (const uint64_t replaced : replacement.replaced) {
      if (!absl::c_linear_search(before.standing, replaced)) continue;
      const rows::ApplicationRow& row = *view.Find<tables::Applications>({replaced});
      const int64_t given_back_fen = CheckedSubtractFen(StandingOfGrantFen(view, replaced, row, at),
                                                        UsedOfGrantFen(view, replaced, row));
      total_fen = CheckedSubtractFen(total_fen, given_back_fen);
    }
    return total_fen;
  };
  std::vector<uint64_t> overtaken;
  ApplicationsOfProject(
      view, WorldOf(view, application.program()), application.enterprise(),
      application.project_id(), [&](uint64_t other_id, const rows::ApplicationRow& other) {
        if (other_id == id || overtaken.size() >= kMaxOvertaken) return;
        if (!HoldsMoney(other.state()) || !JudgingRulesOf(view, other).has_highest_only() ||
            !CountsFor(view, other.program(), application)) {
          return;
        }
        if (other.granted_fen() <= total_after(other.program())) overtaken.push_back(other_id);
      });
  return overtaken;
}

std::vector<uint64_t> ReplacedGrants(const View& view, const rows::ApplicationRow& application) {
  std::vector<uint64_t> replaced;
  if (!JudgingRulesOf(view, application).has_highest_only()) return replaced;
  ApplicationsOfProject(view, WorldOf(view, application.program()), application.enterprise(),
                        application.project_id(),
                        [&](uint64_t id, const rows::ApplicationRow& other) {
                          if (other.state() == v1::APPLICATION_STATE_SUPERSEDED) {
                            replaced.push_back(id);
                          }
                        });
  absl::c_reverse(replaced);
  return replaced;
}

bool CountsForRuleOf(const View& view, const rows::ApplicationRow& application,
                     const rows::ApplicationRow& replaced) {
  return CountsFor(view, application.program(), replaced);
}

int64_t GrantedBesidesFen(const Context& context, uint64_t id,
                          const rows::ApplicationRow& application) {
  const View& view = context.view;
  const bool highest_only = JudgingRulesOf(view, application).has_highest_only();
  int64_t granted_fen = 0;
  ApplicationsOfProject(
      view, WorldOf(view, application.program()), application.enterprise(),
      application.project_id(), [&](uint64_t other_id, const rows::ApplicationRow& other) {
        if (other_id == id) return;
        const v1::ApplicationState state = other.state();
        const bool same_item =
            other.program() == application.program() && other.item() == application.item();
        const bool counts =
            same_item || (highest_only && CountsFor(view, application.program(), other));
        int64_t fen = 0;
        if (GrantIn(state) == Grant::kEnded && counts) {
          fen = UsedOfGrantFen(view, other_id, other);
        } else if (GrantIn(state) == Grant::kStands && same_item &&
                   state != v1::APPLICATION_STATE_APPROVED) {
          fen = StandingOfGrantFen(view, other_id, other, context.received_at);
        }
        granted_fen = CheckedAddFen(granted_fen, fen);
      });
  return granted_fen;
}

}  // namespace voucher
