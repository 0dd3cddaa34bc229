#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/division.h"
#include "ledger/machine/clusters.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

constexpr absl::string_view kStage = "CLUSTER";

// Members that count towards the minimum: local ones, as the program's region rule says, and not
// the lead unit itself, by whichever code the plan names it.
int CountedMembers(const Context& context, const v1::ProgramRules& rules,
                   const rows::ClusterRow& cluster) {
  const auto lead = context.FindEnterprise(cluster.cluster().lead_uscc());
  const auto& region = rules.eligibility().region().divisions();
  return static_cast<int>(absl::c_count_if(cluster.members(), [&](uint64_t member) {
    if (lead && lead->number == member) return false;
    const std::string& division =
        context.view.Find<tables::Enterprises>({member})->facts().division();
    return region.empty() || absl::c_any_of(region, [&](const std::string& area) {
             return DivisionCovers(area, division);
           });
  }));
}

}  // namespace

Decision Decide(Context* context, const v1::ReviewClusterRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const uint64_t number = FindCluster(context->view, program->number, request.cluster_id());
  if (number == 0) return MakeRefusal(v1::REASON_CLUSTER_NOT_FOUND, {}, request.cluster_id());
  const rows::ClusterRow& row = *context->view.Find<tables::Clusters>({number});
  if (!context->MayReview(kStage, row.members())) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, kStage);
  }
  const v1::ProgramRules& rules = JudgingRules(context, row).rules();
  const v1::ClusterRule& rule = rules.clusters();
  const bool pass = request.verdict() == v1::REVIEW_VERDICT_PASS;
  if (pass) {
    if (auto refusal = RefuseIfMemberTaken(context->view, program->number, number, row.cluster(),
                                           row.members())) {
      return *refusal;
    }
  }
  if (row.state() != v1::CLUSTER_STATE_PROPOSED && row.state() != v1::CLUSTER_STATE_SCORED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, rule.clause(), StateName(row.state()));
  }
  const int members = CountedMembers(*context, rules, row);
  if (pass && members < rule.minimum_members()) {
    return NotInThisState("plan with too few local enterprises", "方案中的本地企业数量不足",
                          rule.clause(),
                          {{"members", members}, {"minimum_members", rule.minimum_members()}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ClusterReviewed* reviewed = event.mutable_cluster_reviewed();
  reviewed->set_cluster_number(number);
  reviewed->set_state(pass ? v1::CLUSTER_STATE_SCORED : v1::CLUSTER_STATE_REJECTED);
  return event;
}

void Evolve(const v1::Entry&, const v1::ReviewClusterRequest& request,
            const v1::ClusterReviewed& event, EditableRows* rows) {
  rows->Edit<tables::Clusters>({event.cluster_number()}).set_score(request.score());
  MoveCluster(event.cluster_number(), event.state(), rows);
}

}  // namespace voucher
