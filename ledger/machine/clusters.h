#pragma once

#include <cstdint>

#include "ledger/machine/context.h"
#include "ledger/policy/limits.h"
#include "ledger/state/writer_rows.h"

namespace voucher {

// Clusters (产业集群) of a program: what their verbs share, and what applications ask of them.

// The approved cluster of the program whose plan names the enterprise; 0 if there is none.
uint64_t ApprovedClusterOf(const View& view, uint32_t program, uint64_t enterprise);

// The pool of an approved cluster, which every grant to its members must fit.
PoolRoom ClusterPool(const View& view, const Context::Program& program, uint64_t cluster);

// The limit that counts it.
v1::LimitRef ClusterLimit(uint64_t cluster);

// What the approved clusters of the program may still take of its budget: their pools less what is
// held and granted from them, in fen.
int64_t PromisedToClustersFen(const View& view, uint32_t program);

// Number of the cluster of this name; 0 if there is none.
uint64_t FindCluster(const View& view, uint32_t program, const std::string& cluster_id);

// Puts a cluster into `to` and keeps its members' places: in a terminal state without money its
// enterprises are free for another cluster.
void MoveCluster(uint64_t cluster, v1::ClusterState to, EditableRows* rows);

}  // namespace voucher
