#include <utility>

#include "ledger/machine/clusters.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/worlds.h"

namespace voucher {

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
  const uint64_t known = FindCluster(context->view, program->number, plan.cluster_id());
  if (auto refusal = RefuseIfMemberTaken(context->view, program->number, known, plan, members)) {
    return *refusal;
  }
  if (auto refusal = RefuseIfNotOpen(*program, context->received_at)) return *refusal;
  if (!program->rules->rules().has_clusters()) {
    return NotInThisState("program without clusters", "计划不设产业集群");
  }
  const v1::ClusterRule& rule = program->rules->rules().clusters();
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
  const int64_t most_fen = MostOfPlanFen(program->rules->rules(), plan);
  if (plan.requested_fen() > most_fen) {
    return NotInThisState("plan asks for more than its members' planned costs bear",
                          "申请金额超过各成员计划投入可获支持之和", rule.clause(),
                          {{"requested_fen", plan.requested_fen()}, {"most_fen", most_fen}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ClusterPut* put = event.mutable_cluster_put();
  put->set_cluster_number(
      known != 0 ? known : NextNumber(*context, WorldOf(*program), &rows::DenseNumbers::cluster));
  put->set_created(known == 0);
  *put->mutable_enterprise_numbers() = std::move(members);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::PutClusterRequest& request,
            const v1::ClusterPut& event, EditableRows* rows) {
  const uint64_t number = event.cluster_number();
  rows::ClusterRow& row = rows->Edit<tables::Clusters>({number});
  if (event.created()) {
    KeepNumber(number, &rows::DenseNumbers::set_cluster, rows);
    rows->PutNumber<tables::ClusterNumbers>({entry.program(), request.cluster().cluster_id()},
                                            number);
    rows->Put<tables::ClustersByProgram>({entry.program(), number}, {});
    row.set_program(entry.program());
    row.set_state(v1::CLUSTER_STATE_PROPOSED);
  }
  row.set_revision(entry.program_revision());
  *row.mutable_cluster() = request.cluster();
  *row.mutable_members() = event.enterprise_numbers();
}

}  // namespace voucher
