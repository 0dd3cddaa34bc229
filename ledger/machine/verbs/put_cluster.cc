#include <algorithm>

#include "absl/strings/str_cat.h"

#include "ledger/machine/clusters.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

// A member that stands in another cluster of the program, or twice in this one under a former USCC.
std::optional<v1::Refusal> TakenMember(const Context& context, uint32_t program, uint64_t cluster,
                                       const v1::Cluster& plan,
                                       const google::protobuf::RepeatedField<uint64_t>& members) {
  for (int i = 0; i < members.size(); ++i) {
    const rows::NumberRow* taken = context.view.Find<tables::ClusterMembers>({program, members[i]});
    const bool twice =
        std::find(members.begin(), members.begin() + i, members[i]) != members.begin() + i;
    if (!twice && (taken == nullptr || taken->number() == cluster)) continue;
    const std::string& cluster_id =
        twice ? plan.cluster_id()
              : context.view.Find<tables::Clusters>({taken->number()})->cluster().cluster_id();
    return MakeRefusal(v1::REASON_ALREADY_REGISTERED, {},
                       absl::StrCat(cluster_id, "/", plan.members(i).uscc()));
  }
  return std::nullopt;
}

}  // namespace

Decision Decide(Context* context, const v1::PutClusterRequest& request) {
  const v1::Cluster& plan = request.cluster();
  const auto program = context->FindProgram(plan.program_id());
  if (!context->MayIssueOrRun(plan.program_id())) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, plan.program_id());
  }
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, plan.program_id());
  google::protobuf::RepeatedField<uint64_t> members;
  for (const v1::ClusterMember& member : plan.members()) {
    const auto enterprise = context->FindEnterprise(member.uscc());
    if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, member.uscc());
    members.Add(enterprise->number);
  }
  if (auto refusal = RefuseIfNotOpen(*program, context->received_at)) return *refusal;
  if (!program->rules->rules().has_clusters()) {
    return NotInThisState("program without clusters", "计划不设产业集群");
  }
  const v1::ClusterRule& rule = program->rules->rules().clusters();
  const uint64_t known = FindCluster(context->view, program->number, plan.cluster_id());
  if (known != 0) {
    const v1::ClusterState state = context->view.Find<tables::Clusters>({known})->state();
    if (state != v1::CLUSTER_STATE_PROPOSED) {
      return MakeRefusal(v1::REASON_ILLEGAL_STATE, rule.clause(), StateName(state));
    }
  }
  if (plan.requested_fen() > rule.pool_fen()) {
    return NotInThisState("plan asks for more than a cluster can get", "申请金额超过单个集群上限",
                          rule.clause(),
                          {{"requested_fen", plan.requested_fen()}, {"pool_fen", rule.pool_fen()}});
  }
  if (auto refusal = TakenMember(*context, program->number, known, plan, members)) {
    return *refusal;
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ClusterPut* put = event.mutable_cluster_put();
  put->set_cluster_number(known != 0 ? known : context->counters().cluster() + 1);
  put->set_created(known == 0);
  *put->mutable_enterprise_numbers() = std::move(members);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::PutClusterRequest& request,
            const v1::ClusterPut& event, EditableRows* rows) {
  const uint64_t number = event.cluster_number();
  rows::ClusterRow& row = rows->Edit<tables::Clusters>({number});
  if (event.created()) {
    rows->Edit<tables::Counters>({}).set_cluster(number);
    rows->PutNumber<tables::ClusterNumbers>({entry.program(), request.cluster().cluster_id()},
                                            number);
    rows->Put<tables::ClustersByProgram>({entry.program(), number}, {});
    row.set_program(entry.program());
    row.set_state(v1::CLUSTER_STATE_PROPOSED);
  }
  for (const uint64_t member : row.members()) {
    rows->Erase<tables::ClusterMembers>({entry.program(), member});
  }
  *row.mutable_cluster() = request.cluster();
  *row.mutable_members() = event.enterprise_numbers();
  for (const uint64_t member : row.members()) {
    rows->PutNumber<tables::ClusterMembers>({entry.program(), member}, number);
  }
}

}  // namespace voucher
