#include "ledger/machine/projects.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/base/proto_enum.h"

namespace voucher {

bool CountsProjects(const v1::ProgramRules& rules) {
  return rules.has_highest_only() ||
         absl::c_any_of(rules.caps(),
                        [](const v1::Cap& cap) { return cap.scope() == v1::CAP_SCOPE_PROJECT; }) ||
         absl::c_any_of(rules.items(), [](const v1::Item& item) {
           return item.cap_scope() == v1::CAP_SCOPE_PROJECT ||
                  item.once().scope() == v1::ONCE_SCOPE_PROJECT;
         });
}

uint64_t ProjectNumber(const Context& context, uint64_t enterprise, const std::string& project_id) {
  const rows::NumberRow* known =
      context.view.Find<tables::ProjectNumbers>({enterprise, project_id});
  return known != nullptr ? known->number() : context.counters().project() + 1;
}

ProjectGrants GrantsOfProject(const View& view, uint64_t project) {
  ProjectGrants grants;
  view.Scan<tables::ApplicationsByProject>(
      {project, 0}, {project + 1, 0},
      [&](const tables::ApplicationsByProject::Key& key, const rows::PresentRow&) {
        const uint64_t id = std::get<1>(key);
        const rows::ApplicationRow* row = view.Find<tables::Applications>({id});
        const CompiledRules* rules =
            view.Find<tables::Revisions>({row->program(), row->revision()});
        if (!rules->rules().has_highest_only()) return true;
        switch (row->state()) {
          case v1::APPLICATION_STATE_APPROVED:
          case v1::APPLICATION_STATE_ACCEPTED:
          case v1::APPLICATION_STATE_SETTLED:
            grants.standing.push_back(id);
            break;
          case v1::APPLICATION_STATE_SUPERSEDED:
            grants.superseded_fen =
                CheckedAddFen(grants.superseded_fen, UsedOfGrantFen(view, *row));
            break;
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
          case v1::APPLICATION_STATE_TERMINATED:
            VOUCHER_PROTO_SENTINELS(v1::ApplicationState)
            break;
        }
        return true;
      });
  return grants;
}

int64_t UsedOfGrantFen(const View& view, const rows::ApplicationRow& application) {
  if (application.voucher() == 0) return application.approved_fen();
  return view.Find<tables::Vouchers>({application.voucher()})->redeemed_fen();
}

std::optional<v1::Refusal> RefuseIfHigherExists(const View& view, const v1::ProgramRules& rules,
                                                uint64_t project, int64_t most_fen) {
  if (!rules.has_highest_only()) return std::nullopt;
  const ProjectGrants grants = GrantsOfProject(view, project);
  for (const uint64_t id : grants.standing) {
    const rows::ApplicationRow* row = view.Find<tables::Applications>({id});
    const int64_t granted_fen = CheckedAddFen(row->approved_fen(), grants.superseded_fen);
    if (granted_fen < most_fen) continue;
    return MakeRefusal(v1::REASON_SUPERSEDED_BY_HIGHER, rules.highest_only().clause(),
                       row->project_id(),
                       {{"application_id", static_cast<int64_t>(id)},
                        {"approved_fen", granted_fen},
                        {"most_fen", most_fen}});
  }
  return std::nullopt;
}

}  // namespace voucher
