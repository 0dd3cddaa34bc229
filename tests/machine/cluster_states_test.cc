// A cluster in every state × every command about it.
#include <string>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/machine/state_matrix.h"

namespace voucher {
namespace {

std::string Plan() {
  return absl::StrCat("cluster { program_id: 'life-2025' cluster_id: 'c-1' name: 'C' lead_uscc: '",
                      kE2, "' lead_name: 'L' members { uscc: '", kE1,
                      "' planned_cost_fen: 1000000 } requested_fen: 50000 }");
}
uint64_t Proposed(TestWorld* world) {
  world->Open(kLife, "life-2025",
              "clusters { minimum_members: 1 pool_fen: 50000 on_exhausted: ON_EXHAUSTED_REJECT "
              "clause: '测试' }");
  return world->Accept("put_cluster", Plan()).cluster_put().cluster_number();
}
constexpr char kPassCluster[] =
    "program_id: 'life-2025' cluster_id: 'c-1' verdict: REVIEW_VERDICT_PASS score: 9000";
uint64_t ScoredCluster(TestWorld* world) {
  const uint64_t id = Proposed(world);
  world->Accept("review_cluster", kPassCluster);
  return id;
}

TEST(StateMatrix, Cluster) {
  StateMachine machine;
  machine.states = v1::ClusterState_descriptor();
  machine.id_field = "cluster_id";
  machine.state_of = [](const TestWorld& world, uint64_t id) {
    return world.view().Find<tables::Clusters>({id})->state();
  };
  machine.rows = {
      {"PROPOSED", Proposed},
      {"SCORED", ScoredCluster},
      {"APPROVED",
       [](TestWorld* world) {
         const uint64_t id = ScoredCluster(world);
         world->Accept("rank_clusters", "program_id: 'life-2025'");
         return id;
       }},
      {"PASSED_OVER",
       [](TestWorld* world) {
         const uint64_t id = ScoredCluster(world);
         world->Appropriate("life-2025", -950'001);  // 49,999 left
         world->Accept("rank_clusters", "program_id: 'life-2025'");
         return id;
       }},
      {"REJECTED",
       [](TestWorld* world) {
         const uint64_t id = Proposed(world);
         world->Accept("review_cluster",
                       "program_id: 'life-2025' cluster_id: 'c-1' verdict: REVIEW_VERDICT_REJECT "
                       "opinion: 'no'");
         return id;
       }},
  };
  machine.commands = {
      {"Put", [](TestWorld* world, uint64_t) { return world->Do("put_cluster", Plan()); }},
      {"Pass",
       [](TestWorld* world, uint64_t) { return world->Do("review_cluster", kPassCluster); }},
      {"Reject",
       [](TestWorld* world, uint64_t) {
         return world->Do("review_cluster",
                          "program_id: 'life-2025' cluster_id: 'c-1' verdict: "
                          "REVIEW_VERDICT_REJECT opinion: 'no'");
       }},
      {"Rank", [](TestWorld* world,
                  uint64_t) { return world->Do("rank_clusters", "program_id: 'life-2025'"); }},
  };
  machine.grid = R"(
            Put      Pass   Reject   Rank
PROPOSED    PROPOSED SCORED REJECTED ILLEGAL_STATE
SCORED      !        SCORED REJECTED APPROVED
APPROVED    !        !      !        ILLEGAL_STATE
PASSED_OVER !        !      !        ILLEGAL_STATE
REJECTED    !        !      !        ILLEGAL_STATE
)";
  CheckMatrix(machine);
}

}  // namespace
}  // namespace voucher
