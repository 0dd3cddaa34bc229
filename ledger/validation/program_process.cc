#include "ledger/validation/program_process.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"

#include "ledger/validation/program_rules.h"

namespace voucher {
namespace {

constexpr int64_t kMaxNoticeDays = 60;
constexpr int64_t kMaxCorrectionDays = 90;
constexpr int64_t kMaxProjectMonths = 120;
constexpr int64_t kMaxCureMonths = 60;
constexpr int64_t kMaxClusterMembers = 512;

// The scoring stage ends the collecting of a competitive program, so it needs exactly one.
void ValidateScoring(const FieldProblems& problems, const v1::ProgramRules& rules) {
  const bool competitive = rules.allocation() == v1::ALLOCATION_COMPETITIVE;
  int scoring = 0;
  for (int i = 0; i < rules.review_stages_size(); ++i) {
    if (!rules.review_stages(i).scores()) continue;
    const FieldProblems below = problems.Under("review_stages", i);
    if (!competitive) below.Add("scores", "goes with allocation COMPETITIVE only");
    if (competitive && ++scoring == 2) {
      below.Add("scores", "is the second: a competitive program has exactly one scoring stage");
    }
  }
  if (competitive && scoring == 0) {
    problems.Add("review_stages", "need one stage that scores: the allocation is COMPETITIVE");
  }
}

// Who does not fit in a ranking is passed over; nobody waits.
void ValidateNoWaitlist(const FieldProblems& problems, const v1::ProgramRules& rules) {
  constexpr absl::string_view kWhy = "must not be WAITLIST: a ranking passes over who does not fit";
  if (rules.on_exhausted() == v1::ON_EXHAUSTED_WAITLIST) problems.Add("on_exhausted", kWhy);
  for (int i = 0; i < rules.pools_size(); ++i) {
    if (rules.pools(i).on_exhausted() != v1::ON_EXHAUSTED_WAITLIST) continue;
    problems.Under("pools", i).Add("on_exhausted", kWhy);
  }
}

void ValidateAllocation(const FieldProblems& problems, const v1::ProgramRules& rules) {
  if (!v1::Allocation_IsValid(rules.allocation())) {
    problems.EnumValue("allocation", rules.allocation(), v1::Allocation_IsValid);
  }
  if (rules.allocation() == v1::ALLOCATION_COMPETITIVE) {
    ValidateNoWaitlist(problems, rules);
    problems.Text("allocation_clause", rules.allocation_clause(), kMaxTextBytes);
  } else if (!rules.allocation_clause().empty()) {
    problems.Text("allocation_clause", rules.allocation_clause(), kMaxTextBytes);
  }
  ValidateScoring(problems, rules);
}

void ValidateNotice(const FieldProblems& problems, const v1::NoticeRule& notice) {
  problems.InRange("days", notice.days(), 1, kMaxNoticeDays);
  problems.EnumValue("unit", notice.unit(), v1::DayUnit_IsValid);
  problems.Clause(notice.clause());
}

void ValidateProject(const FieldProblems& problems, const v1::ProjectTerms& project) {
  problems.InRange("months", project.months(), 1, kMaxProjectMonths);
  problems.InRange("extension_months", project.extension_months(), 0, kMaxProjectMonths);
  problems.Clause(project.clause());
}

void ValidateBasket(const FieldProblems& problems, const v1::ProgramRules& rules) {
  problems.Categories("core_categories", rules.basket().core_categories(), 1);
  if (!IssuesVouchers(rules)) {
    problems.Add("core_categories", "restrict vouchers: needs delivery mode CLOUD_CREDIT");
  }
  problems.Clause(rules.basket().clause());
}

// Whether somebody can wait: on the budget, on a pool, or on a cluster's pool.
bool CanWait(const v1::ProgramRules& rules) {
  return rules.on_exhausted() == v1::ON_EXHAUSTED_WAITLIST ||
         rules.clusters().on_exhausted() == v1::ON_EXHAUSTED_WAITLIST ||
         std::any_of(rules.pools().begin(), rules.pools().end(), [](const v1::Pool& pool) {
           return pool.on_exhausted() == v1::ON_EXHAUSTED_WAITLIST;
         });
}

void ValidateClusters(const FieldProblems& problems, const v1::ProgramRules& rules) {
  const v1::ClusterRule& clusters = rules.clusters();
  problems.InRange("minimum_members", clusters.minimum_members(), 1, kMaxClusterMembers);
  problems.AmountFen("pool_fen", clusters.pool_fen(), 1);
  problems.EnumValue("on_exhausted", clusters.on_exhausted(), v1::OnExhausted_IsValid);
  if (rules.allocation() == v1::ALLOCATION_COMPETITIVE &&
      clusters.on_exhausted() == v1::ON_EXHAUSTED_WAITLIST) {
    problems.Add("on_exhausted", "must not be WAITLIST: a ranking passes over who does not fit");
  }
  problems.Clause(clusters.clause());
}

void ValidateReasonClauses(const FieldProblems& problems, const v1::ProgramRules& rules) {
  absl::flat_hash_set<int> seen;
  for (int i = 0; i < rules.clauses_size(); ++i) {
    const v1::ReasonClause& own = rules.clauses(i);
    const FieldProblems below = problems.Under("clauses", i);
    below.EnumValue("reason", own.reason(), v1::Reason_IsValid);
    if (!seen.insert(own.reason()).second) below.Add("reason", "occurs twice");
    below.Clause(own.clause());
  }
}

}  // namespace

void ValidateProcess(const FieldProblems& problems, const v1::ProgramRules& rules) {
  ValidateAllocation(problems, rules);
  if (rules.has_highest_only()) {
    problems.Under("highest_only").Clause(rules.highest_only().clause());
  }
  if (rules.has_notice()) ValidateNotice(problems.Under("notice"), rules.notice());
  if (rules.has_correction()) {
    const FieldProblems below = problems.Under("correction");
    below.InRange("days", rules.correction().days(), 1, kMaxCorrectionDays);
    below.Clause(rules.correction().clause());
  }
  if (rules.has_project()) ValidateProject(problems.Under("project"), rules.project());
  if (rules.has_acceptance()) {
    const FieldProblems below = problems.Under("acceptance");
    below.EnumValues("evidence", rules.acceptance().evidence(), v1::DocumentKind_IsValid, 0);
    below.Clause(rules.acceptance().clause());
  }
  if (rules.has_basket()) ValidateBasket(problems.Under("basket"), rules);
  if (rules.has_cure()) {
    const FieldProblems below = problems.Under("cure");
    below.InRange("months", rules.cure().months(), 1, kMaxCureMonths);
    below.Clause(rules.cure().clause());
  }
  if (rules.waitlist_after_cutoff() && !CanWait(rules)) {
    problems.Add("waitlist_after_cutoff", "needs a pool with WAITLIST");
  }
  if (rules.has_clusters()) ValidateClusters(problems.Under("clusters"), rules);
  ValidateReasonClauses(problems, rules);
}

}  // namespace voucher
