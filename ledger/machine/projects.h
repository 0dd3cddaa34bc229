#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/machine/context.h"
#include "ledger/state/view.h"

namespace voucher {

// The register of projects, which spans programs: a project is an enterprise's project_id.

// True if a rule of the program counts projects (a cap or an item's cap per project, an item once
// per project, highest only): its applications then name the project by number.
bool CountsProjects(const v1::ProgramRules& rules);

// Number of the enterprise's project: the registered one, or the next free one.
uint64_t ProjectNumber(const Context& context, uint64_t enterprise, const std::string& project_id);

// What the programs with a highest-only rule granted for one project.
struct ProjectGrants {
  // Applications whose grant stands (APPROVED, ACCEPTED, SETTLED), by number.
  std::vector<uint64_t> standing;
  // What grants that were superseded before have used, in fen: it counts towards what replaces
  // them.
  int64_t superseded_fen = 0;
};
ProjectGrants GrantsOfProject(const View& view, uint64_t project);

// What a grant has used: what its voucher has redeemed net of reversals, or, for reimbursement, all
// that was approved. Fen.
int64_t UsedOfGrantFen(const View& view, const rows::ApplicationRow& application);

// SUPERSEDED_BY_HIGHER if a standing grant of the project, together with what it replaced, is at
// least `most_fen`; a tie keeps the earlier. nullopt if `rules` have no highest-only rule.
std::optional<v1::Refusal> RefuseIfHigherExists(const View& view, const v1::ProgramRules& rules,
                                                uint64_t project, int64_t most_fen);

}  // namespace voucher
