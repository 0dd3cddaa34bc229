// A sandbox program in which figures of every kind come up, for tests of metrics.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"

#include "ledger/base/check.h"
#include "tests/support/ledger_story.h"
#include "tests/support/shipped_program.h"

namespace voucher::testing {

inline v1::Command ParseCommand(const std::string& text) {
  v1::Command command;
  VOUCHER_CHECK(google::protobuf::TextFormat::ParseFromString(text, &command)) << text;
  return command;
}

// After TellMainJob: the program "trial" with 100,000 yuan, a quota of 10,000 yuan for Wuchang on
// which applications wait, and clusters.
inline void OpenTrial(LedgerStory* story) {
  v1::Command publish = ParseCommand(R"(publish_program {
      request_id: "publish trial"
      rules {
        program_id: "trial" sandbox: true
        pools { scope: POOL_SCOPE_DIVISION key: "420106" amount_fen: 1000000
                on_exhausted: ON_EXHAUSTED_WAITLIST clause: "one" }
        clusters { minimum_members: 1 pool_fen: 5000000 on_exhausted: ON_EXHAUSTED_REJECT
                   clause: "two" } } })");
  v1::ProgramRules rules = ReadShippedProgram("hubei-2025").value();
  rules.MergeFrom(publish.publish_program().rules());
  *publish.mutable_publish_program()->mutable_rules() = rules;
  story->Accept(Platform(), publish);
  story->Accept(Finance(), ParseCommand(R"(appropriate { request_id: "fund trial"
      program_id: "trial" amount_fen: 10000000 fiscal_reference: "F3" })"));
  story->Accept(Platform(), ParseCommand(R"(set_program_state { request_id: "open trial"
      program_id: "trial" state: PROGRAM_STATE_OPEN })"));
  v1::Command product = PutProduct("acme", "ecs");
  product.mutable_put_product()->set_request_id("product of trial");
  product.mutable_put_product()->mutable_product()->set_program_id("trial");
  story->Accept(Platform(), product);
}

// An application of enterprise `n` for 20 % of `spend_yuan`.
inline v1::Entry ApplyForTrial(LedgerStory* story, int n, int64_t spend_yuan) {
  v1::Command apply = Apply(n, absl::StrCat("trial-", n), spend_yuan * 100);
  apply.mutable_submit_application()->set_program_id("trial");
  return story->Accept(Platform(), apply);
}

// Proposes the cluster "metal" of enterprise 1, which asks for 20,000 yuan.
inline void PutClusterOfTrial(LedgerStory* story) {
  v1::Command put = ParseCommand(R"(put_cluster { request_id: "put"
      cluster { program_id: "trial" cluster_id: "metal" name: "Metal" lead_name: "Lead"
                members { planned_cost_fen: 10000000 } requested_fen: 2000000 } })");
  v1::Cluster* cluster = put.mutable_put_cluster()->mutable_cluster();
  cluster->set_lead_uscc(StoryUscc(0));
  cluster->mutable_members(0)->set_uscc(StoryUscc(1));
  story->Accept(Platform(), put);
}

inline void ApproveClusterOfTrial(LedgerStory* story) {
  story->Accept(Reviewer(), ParseCommand(R"(review_cluster { request_id: "score"
      program_id: "trial" cluster_id: "metal" verdict: REVIEW_VERDICT_PASS score: 8000 })"));
  story->Accept(Platform(),
                ParseCommand(R"(rank_clusters { request_id: "rank" program_id: "trial" })"));
}

}  // namespace voucher::testing
