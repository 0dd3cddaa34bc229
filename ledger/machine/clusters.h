#pragma once

#include <cstdint>
#include <optional>

#include "google/protobuf/repeated_field.h"

#include "ledger/machine/context.h"
#include "ledger/policy/limits.h"
#include "ledger/state/writer_rows.h"

namespace voucher {

// Clusters (产业集群) of a program: what their verbs share, and what applications ask of them.
//
// A plan that is not approved blocks nobody: an enterprise may stand in several until one of them
// is approved. Only then does it belong to that cluster (tables::ClusterMembers), and to no other
// of the program.

// The rules that judge a cluster: of the revision under which its plan was put. Notes program and
// revision for the entry.
const CompiledRules& JudgingRules(Context* context, const rows::ClusterRow& cluster);

// The approved cluster of the program whose plan names the enterprise; 0 if there is none.
uint64_t ApprovedClusterOf(const View& view, uint32_t program, uint64_t enterprise);

// ALREADY_REGISTERED if one of the members belongs to an approved cluster of the program other than
// `cluster` (0: none), or is named twice, as under a former USCC. `members` are the enterprises of
// `plan`, in its order.
std::optional<v1::Refusal> RefuseIfMemberTaken(
    const View& view, uint32_t program, uint64_t cluster, const v1::Cluster& plan,
    const google::protobuf::RepeatedField<uint64_t>& members);

// The most that a plan can ask for: over its members, what their planned costs bear by the item
// that gives most of those that are applied for. Fen.
int64_t MostOfPlanFen(const v1::ProgramRules& rules, const v1::Cluster& plan);

// The pool of an approved cluster, which every grant to its members must fit.
PoolRoom ClusterPool(const View& view, const Context::Program& program, uint64_t cluster);

// The limit that counts it.
LimitId ClusterLimit(uint64_t cluster);

// The cap of a member of an approved cluster: the rate of the item on its planned cost, over all
// its applications in the cluster. nullopt for an item of a fixed amount.
std::optional<CapRoom> MemberCap(const Context& context, const Context::Program& program,
                                 uint64_t cluster, uint64_t enterprise, const v1::Item& item);

// What the approved clusters of the program may still take of its budget: their pools less what is
// held and granted from them, in fen.
int64_t PromisedToClustersFen(const View& view, uint32_t program);

// Number of the cluster of this name; 0 if there is none.
uint64_t FindCluster(const View& view, uint32_t program, const std::string& cluster_id);

// Puts a cluster into `to`; an approved one takes its members.
void MoveCluster(uint64_t cluster, v1::ClusterState to, EditableRows* rows);

}  // namespace voucher
