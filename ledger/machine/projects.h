// Projects, and the rule that of the grants for one project only the highest stands (从高不重复).
//
// A project is what the applications of an enterprise call by one project_id, in any case; its
// register spans the programs of a world (worlds.h). It has no rows of its own: it is the scan of
// the enterprise's applications.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

#include "ledger/base/clock.h"
#include "ledger/machine/context.h"
#include "ledger/state/view.h"

namespace voucher {

// Visits the applications of a project in the order of their numbers. `project_id` is in lower
// case, here and below.
void ApplicationsOfProject(
    const View& view, World world, uint64_t enterprise, absl::string_view project_id,
    absl::FunctionRef<void(uint64_t id, const rows::ApplicationRow& application)> visit);

// What a grant has used and need not give back: what its voucher has redeemed net of reversals, or
// what of a reimbursement is owed or was stated; less what was taken back of it, and all of what
// was reclaimed. What waits for acceptance counts, until the project ends without it. Fen, >= 0.
int64_t UsedOfGrantFen(const View& view, uint64_t id, const rows::ApplicationRow& application);

// The same and what it may still use as of `at`: what is in transit and, while it stands, what is
// unspent in its voucher and in accounts. What expired or went back stands no more. Fen, >= 0.
int64_t StandingOfGrantFen(const View& view, uint64_t id, const rows::ApplicationRow& application,
                           UnixNanos at);

// What was granted for a project as of `at`, as the highest-only rule of a program counts it: the
// grants of that program, whichever revision judged them, and those that a highest-only rule judged
// in others. So no revision changes what counts in another program.
struct ProjectGrants {
  // Applications whose grant stands (APPROVED, ACCEPTED, SETTLED), by number.
  std::vector<uint64_t> standing;
  // Those that were superseded or terminated, by number: what they have used counts towards what
  // replaces them.
  std::vector<uint64_t> ended;
  // What stands or was used of all of them, in fen.
  int64_t total_fen = 0;
};
ProjectGrants GrantsOfProject(const View& view, uint32_t program, uint64_t enterprise,
                              absl::string_view project_id, UnixNanos at);

// SUPERSEDED_BY_HIGHER if what stands or was used of the project is at least `would_fen`, which is
// what would be granted now: after the caps, with their use, and after pools that grant what is
// left. A tie keeps the earlier. nullopt if the rules have no highest-only rule: the newest ones of
// `program`, or those that judge `application`.
std::optional<v1::Refusal> RefuseIfHigherExists(const Context& context,
                                                const Context::Program& program,
                                                uint64_t enterprise, absl::string_view project_id,
                                                int64_t would_fen);
std::optional<v1::Refusal> RefuseIfHigherExists(const Context& context,
                                                const rows::ApplicationRow& application,
                                                int64_t would_fen);

// What the approval of an application does to its project.
struct Replacement {
  // The standing grants that it replaces, by number.
  std::vector<uint64_t> replaced;
  // The grants that ended before it, by number.
  std::vector<uint64_t> ended;
  // What these and grants that ended before have used, in fen: a part of the new grant, so that
  // less of it is approved.
  int64_t used_fen = 0;
};
// Nothing, if the rules that judge it have no highest-only rule.
Replacement ReplacementBy(const Context& context, const rows::ApplicationRow& application);

// The applications of its project that hold no more than stands or was used once `approved_fen` of
// application `id` is approved: a highest-only rule judges them, so that they could never be
// approved, and what they hold goes back. In the order of their numbers, at most kMaxOvertaken.
std::vector<uint64_t> OvertakenBy(const Context& context, uint64_t id,
                                  const rows::ApplicationRow& application,
                                  const Replacement& replacement, int64_t approved_fen);

// The grants of its project that a higher one has replaced (SUPERSEDED), the highest number first;
// none, if the rules that judge `application` have no highest-only rule. All of them wait for the
// one grant that such a rule judged and that stands, since its approval replaced every other one,
// and that one perhaps others before: also those that a rule of its own program does not count.
std::vector<uint64_t> ReplacedGrants(const View& view, const rows::ApplicationRow& application);

// Whether a replaced grant counts for the highest-only rule of the program of `application`.
bool CountsForRuleOf(const View& view, const rows::ApplicationRow& application,
                     const rows::ApplicationRow& replaced);

// Bound of one entry, so that it stays below 1 MiB.
inline constexpr size_t kMaxOvertaken = 4'096;

// What other grants of the application's project leave no room for when its actual cost is stated:
// what stands of those of the same item whose project was accepted or settled before, and what
// those that ended have used. Fen.
int64_t GrantedBesidesFen(const Context& context, uint64_t id,
                          const rows::ApplicationRow& application);

}  // namespace voucher
