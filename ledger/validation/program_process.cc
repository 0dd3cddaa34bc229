#include "ledger/validation/program_process.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"

#include "ledger/validation/program_items.h"

namespace voucher {
namespace {

// The scoring stage ends the collecting of a competitive program, so it needs exactly one.
void ValidateScoring(const v1::ProgramRules& rules, FieldChecker* check) {
  const bool competitive = rules.allocation() == v1::ALLOCATION_COMPETITIVE;
  int scoring = 0;
  for (int i = 0; i < rules.review_stages_size(); ++i) {
    if (!rules.review_stages(i).scores()) continue;
    FieldChecker below = check->Under("review_stages", i);
    if (!competitive) below.Fail("scores", "goes with allocation COMPETITIVE only");
    if (competitive && ++scoring == 2) {
      below.Fail("scores", "is the second: a competitive program has exactly one scoring stage");
    }
  }
  if (competitive && scoring == 0) {
    check->Fail("review_stages", "need one stage that scores: the allocation is COMPETITIVE");
  }
}

// Who does not fit in a ranking is passed over; nobody waits.
void ValidateNoWaitlist(const v1::ProgramRules& rules, FieldChecker* check) {
  constexpr absl::string_view kWhy = "must not be WAITLIST: a ranking passes over who does not fit";
  if (rules.on_exhausted() == v1::ON_EXHAUSTED_WAITLIST) check->Fail("on_exhausted", kWhy);
  for (int i = 0; i < rules.pools_size(); ++i) {
    if (rules.pools(i).on_exhausted() != v1::ON_EXHAUSTED_WAITLIST) continue;
    check->Under("pools", i).Fail("on_exhausted", kWhy);
  }
}

void ValidateAllocation(const v1::ProgramRules& rules, FieldChecker* check) {
  if (!v1::Allocation_IsValid(rules.allocation())) {
    check->Enum("allocation", v1::Allocation_IsValid(rules.allocation()), rules.allocation());
  }
  if (rules.allocation() == v1::ALLOCATION_COMPETITIVE) {
    ValidateNoWaitlist(rules, check);
    check->Text("allocation_clause", rules.allocation_clause(), 1, kMaxTextBytes);
  } else if (!rules.allocation_clause().empty()) {
    check->Text("allocation_clause", rules.allocation_clause(), 1, kMaxTextBytes);
  }
  ValidateScoring(rules, check);
}

void ValidateNotice(const v1::NoticeRule& notice, FieldChecker* check) {
  FieldChecker below = check->Under("notice");
  below.Range("days", notice.days(), 1, kMaxNoticeDays);
  below.Enum("unit", v1::DayUnit_IsValid(notice.unit()), notice.unit());
  below.Clause(notice.clause());
}

void ValidateProject(const v1::ProjectTerms& project, FieldChecker* check) {
  FieldChecker below = check->Under("project");
  below.Range("months", project.months(), 1, kMaxProjectMonths);
  below.Range("extension_months", project.extension_months(), 0, kMaxProjectMonths);
  below.Clause(project.clause());
}

void ValidateBasket(const v1::ProgramRules& rules, FieldChecker* check) {
  FieldChecker below = check->Under("basket");
  below.Categories("core_categories", rules.basket().core_categories(), 1);
  if (!IssuesVouchers(rules)) {
    below.Fail("core_categories", "restrict vouchers: needs delivery mode CLOUD_CREDIT");
  }
  below.Clause(rules.basket().clause());
}

// Whether somebody can wait: on the budget, on a pool, or on a cluster's pool.
bool CanWait(const v1::ProgramRules& rules) {
  return rules.on_exhausted() == v1::ON_EXHAUSTED_WAITLIST ||
         rules.clusters().on_exhausted() == v1::ON_EXHAUSTED_WAITLIST ||
         std::any_of(rules.pools().begin(), rules.pools().end(), [](const v1::Pool& pool) {
           return pool.on_exhausted() == v1::ON_EXHAUSTED_WAITLIST;
         });
}

void ValidateClusters(const v1::ProgramRules& rules, FieldChecker* check) {
  FieldChecker below = check->Under("clusters");
  const v1::ClusterRule& clusters = rules.clusters();
  below.Range("minimum_members", clusters.minimum_members(), 1, kMaxClusterMembers);
  below.Amount("pool_fen", clusters.pool_fen());
  below.Enum("on_exhausted", v1::OnExhausted_IsValid(clusters.on_exhausted()),
             clusters.on_exhausted());
  if (rules.allocation() == v1::ALLOCATION_COMPETITIVE &&
      clusters.on_exhausted() == v1::ON_EXHAUSTED_WAITLIST) {
    below.Fail("on_exhausted", "must not be WAITLIST: a ranking passes over who does not fit");
  }
  below.Clause(clusters.clause());
}

void ValidateReasonClauses(const v1::ProgramRules& rules, FieldChecker* check) {
  absl::flat_hash_set<int> seen;
  for (int i = 0; i < rules.clauses_size(); ++i) {
    const v1::ReasonClause& own = rules.clauses(i);
    FieldChecker below = check->Under("clauses", i);
    below.Enum("reason", v1::Reason_IsValid(own.reason()), own.reason());
    if (!seen.insert(own.reason()).second) below.Fail("reason", "occurs twice");
    below.Clause(own.clause());
  }
}

}  // namespace

void ValidateProcess(const v1::ProgramRules& rules, FieldChecker* check) {
  ValidateAllocation(rules, check);
  if (rules.has_highest_only()) {
    check->Under("highest_only").Clause(rules.highest_only().clause());
  }
  if (rules.has_notice()) ValidateNotice(rules.notice(), check);
  if (rules.has_correction()) {
    FieldChecker below = check->Under("correction");
    below.Range("days", rules.correction().days(), 1, kMaxCorrectionDays);
    below.Clause(rules.correction().clause());
  }
  if (rules.has_project()) ValidateProject(rules.project(), check);
  if (rules.has_acceptance()) {
    FieldChecker below = check->Under("acceptance");
    below.Enums("evidence", rules.acceptance().evidence(), v1::DocumentKind_IsValid, 0);
    below.Clause(rules.acceptance().clause());
  }
  if (rules.has_basket()) ValidateBasket(rules, check);
  if (rules.has_set_off()) check->Under("set_off").Clause(rules.set_off().clause());
  if (rules.has_cure()) {
    FieldChecker below = check->Under("cure");
    below.Range("months", rules.cure().months(), 1, kMaxCureMonths);
    below.Clause(rules.cure().clause());
  }
  if (rules.waitlist_after_cutoff() && !CanWait(rules)) {
    check->Fail("waitlist_after_cutoff", "needs a pool with WAITLIST");
  }
  if (rules.has_clusters()) ValidateClusters(rules, check);
  ValidateReasonClauses(rules, check);
}

}  // namespace voucher
