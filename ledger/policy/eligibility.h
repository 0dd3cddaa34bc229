// Who may apply.
#pragma once

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

#include "ledger/base/civil.h"
#include "ledger/policy/enterprise_records.h"
#include "ledger/validation/compiled_rules.h"
#include "voucher/v1/application.pb.h"
#include "voucher/v1/program.pb.h"
#include "voucher/v1/reasons.pb.h"
#include "voucher/v1/registry.pb.h"

namespace voucher {

// What the rules read of an enterprise: references to well-formed facts wherever they lie.
struct Applicant {
  const v1::EnterpriseFacts& facts;
  const EnterpriseRecords& records;
  // Whether the program is a sandbox: the records of its world count, and no others.
  bool sandbox = false;
  // Whether it is in the plan of an approved cluster of the program; asked only by programs with
  // rule cluster_member.
  bool in_approved_cluster = false;
};

// A violated rule and the article that states it; the article lies in the rules.
struct Violation {
  v1::EligibilityRule rule = v1::ELIGIBILITY_RULE_UNSPECIFIED;
  absl::string_view clause;
};

// Every rule of the program and of the item, taken together, that the applicant violates with this
// project on the civil date of the application: in the order of v1::EligibilityRule, each rule
// once per article.
//
// Dates: "N full years" since registration and "N years" since an incident end on the same civil
// day N years later (February 29 → March 1). An incident blocks from its own date on; one dated
// later does not; one without severity counts as MAJOR; one that was ended blocks through its last
// day. A listing with N years of look-back blocks from its first day until its last day is N years
// old, as an incident of that last day would; without look-back from its first through its last
// day. What was withdrawn, or ended before it began, never blocks. An update on the platform holds
// up to the same day N months later, inclusive (May 31 → June 30).
std::vector<Violation> ViolatedRules(const CompiledRules& rules, const v1::Item& item,
                                     const Applicant& applicant, const v1::Project& project,
                                     CivilDay applied_on);

// NOT_ELIGIBLE with every violated rule, each once, and their articles joined by "; "; nullopt if
// there is none. The application date is the civil date of `received_at` in the program's zone.
std::optional<v1::Refusal> RefuseIfIneligible(const CompiledRules& rules, const v1::Item& item,
                                              const Applicant& applicant,
                                              const v1::Project& project, UnixNanos received_at);

}  // namespace voucher
