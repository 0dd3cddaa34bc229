// Commands of corrections, notices, rankings, clusters and projects.
#include <algorithm>

#include "absl/strings/str_cat.h"

#include "tests/simulation/command_source.h"
#include "tests/simulation/world.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {

void CommandSource::Uphold(Sent* sent) {
  sent->who = Principal("reviewer", v1::ROLE_REVIEWER);
  auto* request = sent->command.mutable_review_application();
  request->set_request_id(NextId("r"));
  request->set_application_id(PickApplication(v1::APPLICATION_STATE_REJECTED));
  request->set_verdict(v1::REVIEW_VERDICT_UPHOLD_APPEAL);
  request->set_opinion("申诉成立");
  request->set_stage_id("CITY");
  if (const Application* application = Find(request->application_id())) {
    const auto& stages = RulesOf(*application).review_stages();
    const int next = application->awarded ? stages.size() : application->stages_passed;
    if (!stages.empty() && random_.Percent(95)) {
      request->set_stage_id(stages[std::min(next, stages.size() - 1)].stage_id());
    }
  }
}

void CommandSource::Award(Sent* sent) {
  auto* request = sent->command.mutable_award_grant();
  request->set_request_id(NextId("r"));
  const v1::ProgramRules* rules = &SomeProgram();
  std::string item_id = rules->items(0).item_id();
  for (const v1::ProgramRules& program : programs_) {
    for (const v1::Item& item : program.items()) {
      if (!item.not_applied_for().awarded() || random_.Percent(5)) continue;
      rules = &program;
      item_id = item.item_id();
    }
  }
  request->set_program_id(random_.Below(70) == 0 ? "nowhere-2025" : rules->program_id());
  request->set_item_id(item_id);
  request->set_uscc(SomeUsccFor(*rules));
  request->set_delivery_mode(random_.Percent(97) ? v1::DELIVERY_MODE_REIMBURSEMENT
                                                 : v1::DELIVERY_MODE_CLOUD_CREDIT);
  request->mutable_project()->set_project_id(absl::StrCat("P", random_.Below(5)));
  request->set_reference(absl::StrCat("工信部〔2025〕", random_.Percent(30) ? 8 : ++ids_, "号"));
}

void CommandSource::Return(Sent* sent) {
  sent->who = Principal("reviewer", v1::ROLE_REVIEWER);
  if (random_.Percent(5)) sent->who.add_stages("CITY");
  auto* request = sent->command.mutable_return_application();
  request->set_request_id(NextId("r"));
  request->set_application_id(PickApplication(v1::APPLICATION_STATE_HELD));
  request->set_reason("缺合同盖章页");
}

void CommandSource::Correct(Sent* sent) {
  auto* request = sent->command.mutable_correct_application();
  request->set_request_id(NextId("r"));
  request->set_application_id(PickApplication(v1::APPLICATION_STATE_RETURNED));
  request->set_spend_fen(random_.Magnitude(27));
  const v1::Item* item = &quota_.items(0);
  if (const Application* application = Find(request->application_id())) {
    const v1::Item* own = FindItem(RulesOf(*application), application->item_id);
    item = own;
    if (random_.Percent(40) && own->rate_bps() > 0) {
      request->set_spend_fen(application->granted_fen + random_.Between(1, 1'000));
    }
  }
  AddEvidence(item, request->spend_fen(), request->mutable_evidence());
}

void CommandSource::Announce(Sent* sent) {
  auto* request = sent->command.mutable_publish_notice();
  request->set_request_id(NextId("r"));
  const uint64_t first = PickNumber(model_.applications, [this](uint64_t,
                                                                const Application& application) {
    return application.state == v1::APPLICATION_STATE_LISTED && RulesOf(application).has_notice();
  });
  request->add_application_ids(first);
  request->set_program_id(SomeProgramId());
  const Application* listed = Find(first);
  if (listed == nullptr) return;
  if (random_.Percent(97)) request->set_program_id(RulesOf(*listed).program_id());
  // Others of the program, seldom one that is not listed.
  for (uint64_t id = std::max<uint64_t>(first, 60) - 59; id < first + 60; ++id) {
    const Application* other = Find(id);
    if (other == nullptr || id == first || other->program != listed->program) continue;
    if (other->state == v1::APPLICATION_STATE_LISTED ? random_.Percent(80)
                                                     : random_.Below(400) == 0) {
      request->add_application_ids(id);
    }
  }
}

void CommandSource::Object(Sent* sent) {
  auto* request = sent->command.mutable_file_objection();
  request->set_request_id(NextId("r"));
  request->set_application_id(PickApplication(v1::APPLICATION_STATE_ON_NOTICE));
  request->set_reference("异议〔2025〕3号");
  request->set_reason("项目地不在本地");
}

void CommandSource::Resolve(Sent* sent) {
  auto* request = sent->command.mutable_resolve_objection();
  request->set_request_id(NextId("r"));
  request->set_application_id(PickApplication(v1::APPLICATION_STATE_OBJECTED));
  request->set_upheld(random_.Percent(40));
  request->set_opinion("已核实");
}

void CommandSource::Rank(Sent* sent) {
  auto* request = sent->command.mutable_rank_applications();
  request->set_request_id(NextId("r"));
  request->set_program_id(SomeProgramId());
  for (const v1::ProgramRules& rules : programs_) {
    if (rules.allocation() != v1::ALLOCATION_COMPETITIVE || random_.Percent(12)) continue;
    request->set_program_id(rules.program_id());
    if (random_.Percent(50)) request->set_item_id(rules.items(0).item_id());
  }
  if (random_.Below(40) == 0) request->set_item_id("unknown-item");
}

void CommandSource::PutCluster(Sent* sent) {
  const v1::ProgramRules* rules = &SomeProgram();
  for (const v1::ProgramRules& program : programs_) {
    if (program.has_clusters() && random_.Percent(92)) rules = &program;
  }
  auto* request = sent->command.mutable_put_cluster();
  request->set_request_id(NextId("r"));
  v1::Cluster* plan = request->mutable_cluster();
  plan->set_program_id(random_.Below(40) == 0 ? "nowhere-2025" : rules->program_id());
  plan->set_cluster_id(absl::StrCat("c", random_.Percent(70) ? ids_ : random_.Between(1, 500)));
  if (!model_.clusters.empty() && random_.Percent(30)) {
    plan->set_cluster_id(random_.Pick(model_.clusters).plan.cluster_id());
  }
  plan->set_name("产业集群");
  plan->set_lead_name("牵头单位");
  plan->set_lead_uscc(SomeUscc());
  plan->set_requested_fen(random_.Between(1'000'000, 300'000'000));
  if (random_.Percent(3)) plan->set_requested_fen(600'000'000);
  // About as many as it needs, most of them in no approved cluster; rivals plan with the same ones.
  const int64_t wanted = random_.Between(9, 12);
  const int64_t rival = random_.Between(0, 99);
  std::set<std::string> usccs;
  for (int tries = 0; tries < 400 && static_cast<int64_t>(usccs.size()) < wanted; ++tries) {
    const std::string uscc = SomeUsccFor(*rules);
    const uint64_t enterprise = model_.EnterpriseNumber(uscc);
    bool taken = enterprise == 0 && !random_.Percent(10);
    for (const Cluster& cluster : model_.clusters) {
      const bool keeps = cluster.state == v1::CLUSTER_STATE_APPROVED ||
                         (cluster.state < v1::CLUSTER_STATE_APPROVED && rival < 90);
      taken = taken || (keeps && cluster.plan.cluster_id() != plan->cluster_id() &&
                        Has(cluster.members, enterprise));
    }
    if (taken && random_.Percent(99)) continue;
    if (!usccs.insert(uscc).second) continue;
    v1::ClusterMember* member = plan->add_members();
    member->set_uscc(uscc);
    member->set_planned_cost_fen(random_.Between(1'000'000, 80'000'000));
  }
}

void CommandSource::ReviewCluster(Sent* sent) {
  auto* request = sent->command.mutable_review_cluster();
  request->set_request_id(NextId("r"));
  request->set_program_id(SomeProgramId());
  request->set_cluster_id("unknown");
  if (!model_.clusters.empty() && random_.Percent(95)) {
    const uint64_t number = PickNumber(model_.clusters, [](uint64_t, const Cluster& cluster) {
      return cluster.state == v1::CLUSTER_STATE_PROPOSED;
    });
    if (number <= model_.clusters.size()) {
      request->set_program_id(model_.clusters[number - 1].plan.program_id());
      request->set_cluster_id(model_.clusters[number - 1].plan.cluster_id());
    }
  }
  const bool pass = random_.Percent(85);
  request->set_verdict(pass ? v1::REVIEW_VERDICT_PASS : v1::REVIEW_VERDICT_REJECT);
  if (pass) request->set_score(static_cast<int32_t>(random_.Between(1, 20)));
  request->set_opinion("已评审");
}

void CommandSource::RankClusters(Sent* sent) {
  auto* request = sent->command.mutable_rank_clusters();
  request->set_request_id(NextId("r"));
  request->set_program_id(SomeProgramId());
  // Mostly once two of them compete.
  int64_t scored = 0;
  for (const Cluster& cluster : model_.clusters) {
    if (cluster.state == v1::CLUSTER_STATE_SCORED) ++scored;
  }
  const uint64_t likely = scored > 1 ? 97 : 20;
  for (const v1::ProgramRules& rules : programs_) {
    if (rules.has_clusters() && random_.Percent(likely)) {
      request->set_program_id(rules.program_id());
    }
  }
}

void CommandSource::Accept(Sent* sent) {
  auto* request = sent->command.mutable_accept_project();
  request->set_request_id(NextId("r"));
  request->set_application_id(
      PickNumber(model_.applications, [this](uint64_t, const Application& application) {
        return application.state == v1::APPLICATION_STATE_APPROVED &&
               (RulesOf(application).has_acceptance() || random_.Percent(3));
      }));
  for (const v1::DocumentKind kind :
       {v1::DOCUMENT_KIND_ACCEPTANCE_REPORT, v1::DOCUMENT_KIND_DELIVERY_PROOF}) {
    if (random_.Percent(5)) continue;
    v1::Document* document = request->add_documents();
    document->set_kind(kind);
    document->set_number("YS-1");
    document->set_sha256(std::string(32, 's'));
  }
  if (request->application_id() == 0 || request->application_id() > model_.applications.size()) {
    return;
  }
  // As planned, or more, or less.
  const Application& application = model_.applications[request->application_id() - 1];
  if (!random_.Percent(application.cluster != 0 ? 95 : 60)) return;
  request->set_actual_cost_fen(
      random_.Between(1, std::max<int64_t>(4 * application.approved_fen, 100)));
}

void CommandSource::Extend(Sent* sent) {
  auto* request = sent->command.mutable_extend_project();
  request->set_request_id(NextId("r"));
  request->set_application_id(
      PickNumber(model_.applications, [](uint64_t, const Application& application) {
        return application.state == v1::APPLICATION_STATE_APPROVED && application.project_due > 0;
      }));
  request->set_months(static_cast<int32_t>(random_.Between(1, random_.Percent(90) ? 2 : 13)));
  request->set_reason("设备到货推迟");
}

void CommandSource::Terminate(Sent* sent) {
  auto* request = sent->command.mutable_terminate_project();
  request->set_request_id(NextId("r"));
  request->set_application_id(PickApplication(v1::APPLICATION_STATE_APPROVED));
  request->set_reason("项目中止");
}

}  // namespace voucher::simulation
