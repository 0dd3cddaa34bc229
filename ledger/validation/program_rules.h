// Whether program rules can hold, asked once when they are published.
#pragma once

#include <cstddef>
#include <vector>

#include "ledger/base/field_problem.h"
#include "voucher/v1/program.pb.h"

namespace voucher {

// Bounds on program rules, beside those that program.proto states.
inline constexpr size_t kMaxTextBytes = 512;          // One title, document or clause.
inline constexpr size_t kMaxRulesBytes = 256 * 1024;  // All of it, serialised.
inline constexpr size_t kMaxIdSize = 32;              // One item_id, provider_id or stage_id.
inline constexpr int kMaxItems = 256;
inline constexpr int kMaxRevenueTiers = 32;
inline constexpr int kMaxPools = 1'024;
inline constexpr int kMaxDivisions = 1'024;
inline constexpr int kMaxIncidentRules = 16;
inline constexpr int kMaxReviewStages = 16;
inline constexpr int kMaxCategories = 64;        // Of one basket rule or one item.
inline constexpr size_t kMaxCategoryBytes = 64;  // As that of a catalog product.

// Every problem of the rules, in the order of the fields; empty if CompiledRules can be made of
// them. Paths begin with "rules.". Every number must cite its article: a clause is required
// wherever there is one. Rules that are too large altogether get that one problem and are not
// looked into.
std::vector<FieldProblem> ValidateRules(const v1::ProgramRules& rules);

}  // namespace voucher
