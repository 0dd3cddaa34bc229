// What stands of grants, and so the use of every limit: a limit's use is the sum of the standing
// grants that it matches, whenever the limit appeared. So the registers here count every grant by
// all that a limit can count (enterprise, item, project, cluster; division, provider), whether a
// rule states such a limit now or not; a revision that adds one finds its use here.
#pragma once

#include <cstdint>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"

#include "ledger/policy/limits.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// What stands of the grants of one enterprise in a program, in fen: of all of them, of an item, of
// a project (in lower case), of those that count in a cluster.
int64_t StandingOf(const View& view, uint32_t program, uint64_t enterprise);
int64_t StandingOfItem(const View& view, uint32_t program, uint64_t enterprise, uint32_t item);
int64_t StandingOfProject(const View& view, uint32_t program, uint64_t enterprise,
                          absl::string_view project_id);
int64_t StandingInCluster(const View& view, uint32_t program, uint64_t enterprise,
                          uint64_t cluster);

// What stands of all grants of a program that the pool of this id counts, in fen: kind DIVISION
// (with all that the code covers), PROVIDER, ITEM or CLUSTER.
int64_t StandingInPool(const View& view, uint32_t program, const LimitId& pool);

// What stands under a cap of this kind for an enterprise, item and project.
int64_t StandingUnderCap(const View& view, uint32_t program, v1::LimitKind kind,
                         uint64_t enterprise, uint32_t item, absl::string_view project_id);

// The same of a program's row.
int64_t StandingInPool(const rows::ProgramGrantsRow& grants, const LimitId& pool);

// By how much an entry changes what stands of applications, by application: what its postings move
// between the budget and their money. The applications are in the view.
absl::btree_map<uint64_t, int64_t> GrantChanges(const View& view, const v1::Entry& entry);
// Counts a change of one application for the pools of its program.
void CountInPools(const rows::ApplicationRow& application, int64_t delta_fen,
                  rows::ProgramGrantsRow* grants);

// Follows the postings of an accepted entry, whose verb is evolved: what moved between the budget
// and an application's money changes what stands of the application.
void CountGrants(const v1::Entry& entry, EditableRows* rows);

// What an entry that gives to several, one after the other, has given so far: books on its scratch
// state that the application holds `fen` of its program's budget.
void HoldOnScratch(uint32_t program, uint64_t application, int64_t fen, EditableRows* scratch);

}  // namespace voucher
