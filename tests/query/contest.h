// A small program of clusters with scores, ranking and notice, for tests of reads.
#pragma once

#include <cstdint>
#include <string>

#include "google/protobuf/text_format.h"

#include "ledger/base/check.h"
#include "tests/support/ledger_story.h"

namespace voucher::testing {

// A command from its textproto, as in `rank_clusters { … }`.
inline v1::Command ParseCommand(const std::string& text) {
  v1::Command command;
  VOUCHER_CHECK(google::protobuf::TextFormat::ParseFromString(text, &command)) << text;
  return command;
}

// Program "contest" (1): half of the spend, stages DISTRICT, EXPERT (scores) and CITY, a notice of
// 7 calendar days, 10 days for a correction, 12 months for a project, clusters of at least 1 member
// and at most 5,000.00 yuan; 10,000.00 yuan; provider "acme" with product "ecs"; enterprises 0
// to 3.
inline void OpenContest(LedgerStory* story) {
  for (const char* text : {
           R"(publish_program { request_id: "1" rules {
                program_id: "contest" title_zh: "测试" title_en: "Test" document: "测试文件"
                time_zone: "Asia/Shanghai" fiscal_year: 2025
                window { first_day { year: 2025 month: 1 day: 1 }
                         last_day { year: 2025 month: 12 day: 31 } clause: "一" }
                items { item_id: "item" number: 1 title_zh: "项" rate_bps: 5000 clause: "二" }
                on_exhausted: ON_EXHAUSTED_REJECT budget_clause: "三"
                review_stages { stage_id: "DISTRICT" title_zh: "初审" clause: "四" }
                review_stages { stage_id: "EXPERT" title_zh: "评审" clause: "四" scores: true }
                review_stages { stage_id: "CITY" title_zh: "审核" clause: "四" }
                delivery_modes: DELIVERY_MODE_REIMBURSEMENT
                allocation: ALLOCATION_COMPETITIVE allocation_clause: "五"
                notice { days: 7 unit: DAY_UNIT_CALENDAR clause: "六" }
                clusters { minimum_members: 1 pool_fen: 500000
                           on_exhausted: ON_EXHAUSTED_REJECT clause: "七" }
                cure { months: 6 clause: "八" } correction { days: 10 clause: "九" }
                project { months: 12 clause: "十" } } })",
           R"(appropriate { request_id: "2" program_id: "contest" amount_fen: 1000000
                            fiscal_reference: "F-1" })",
           R"(set_program_state { request_id: "3" program_id: "contest"
                                  state: PROGRAM_STATE_OPEN })",
           R"(put_provider { request_id: "4" provider_id: "acme" name: "Acme" })",
           R"(put_product { request_id: "5" product { program_id: "contest" provider_id: "acme"
                product_id: "ecs" name: "ECS" category: "计算" item_ids: "item"
                effective_from { year: 2025 month: 1 day: 1 } } })"}) {
    story->Accept(Platform(), ParseCommand(text));
  }
  for (int n = 0; n < 4; ++n) story->Accept(Platform(), PutEnterprise(n));
}

// An application of enterprise `n` for half of `spend_fen`, under this request_id.
inline v1::Command ApplyToContest(int n, const std::string& request_id, int64_t spend_fen) {
  v1::Command command = ParseCommand(R"(submit_application { program_id: "contest" item_id: "item"
      delivery_mode: DELIVERY_MODE_REIMBURSEMENT project { project_id: "P-1" }
      products { provider_id: "acme" product_id: "ecs" } })");
  command.mutable_submit_application()->set_request_id(request_id);
  command.mutable_submit_application()->set_uscc(StoryUscc(n));
  command.mutable_submit_application()->set_spend_fen(spend_fen);
  return command;
}

// Carries a collected application to SCORED.
inline void ScoreIt(LedgerStory* story, uint64_t application_id, int32_t score) {
  story->Accept(Reviewer(), Review(application_id, "DISTRICT", v1::REVIEW_VERDICT_PASS));
  v1::Command expert = Review(application_id, "EXPERT", v1::REVIEW_VERDICT_PASS);
  expert.mutable_review_application()->set_score(score);
  story->Accept(Reviewer(), expert);
}

}  // namespace voucher::testing
