#include <initializer_list>
#include <string>

#include "absl/strings/str_format.h"
#include <gtest/gtest.h>

#include "ledger/machine/clusters.h"
#include "ledger/machine/machine.h"
#include "ledger/validation/validate_command.h"

namespace voucher {
namespace {

const UnixNanos kNow = *ParseRfc3339("2025-06-01T00:00:00+08:00");

const v1::CivilDate kFirstDay = ToCivilDate(CivilDay(2025, 5, 1));

rows::ProgramRow Program(const char* program_id, bool sandbox = false) {
  rows::ProgramRow row;
  row.set_program_id(program_id);
  row.set_sandbox(sandbox);
  return row;
}

v1::EnterpriseRecord* AddBlacklisting(std::initializer_list<const char*> programs,
                                      rows::EnterpriseRow* row) {
  v1::EnterpriseRecord* record = row->add_records();
  record->mutable_blacklisting()->set_reason("fraud");
  *record->mutable_blacklisting()->mutable_from() = kFirstDay;
  for (const char* program : programs) record->mutable_blacklisting()->add_program_ids(program);
  return record;
}

rows::EnterpriseRow Blacklisted(std::initializer_list<const char*> programs) {
  rows::EnterpriseRow row;
  AddBlacklisting(programs, &row);
  return row;
}

TEST(RefuseIfBlacklisted, HoldsForTheProgramsItNamesOrForAllOfItsWorld) {
  EXPECT_FALSE(RefuseIfBlacklisted({}, Program("a"), kNow));
  EXPECT_TRUE(RefuseIfBlacklisted(Blacklisted({}), Program("a"), kNow));
  EXPECT_FALSE(RefuseIfBlacklisted(Blacklisted({}), Program("a", true), kNow));
  EXPECT_TRUE(RefuseIfBlacklisted(Blacklisted({"b", "a"}), Program("a"), kNow));
  EXPECT_FALSE(RefuseIfBlacklisted(Blacklisted({"b", "ab"}), Program("a"), kNow));
}

TEST(RefuseIfBlacklisted, HoldsFromItsFirstThroughItsLastDay) {
  rows::EnterpriseRow row = Blacklisted({});
  const UnixNanos first = StartOfDay(CivilDay(2025, 5, 1), Zone::Shanghai());
  EXPECT_FALSE(RefuseIfBlacklisted(row, Program("a"), first - 1));
  EXPECT_TRUE(RefuseIfBlacklisted(row, Program("a"), first));
  *row.mutable_records(0)->mutable_blacklisting()->mutable_until() =
      ToCivilDate(CivilDay(2025, 5, 31));
  EXPECT_TRUE(RefuseIfBlacklisted(row, Program("a"), kNow - 1));
  EXPECT_FALSE(RefuseIfBlacklisted(row, Program("a"), kNow));
}

TEST(RefuseIfBlacklisted, HoldsWhileAnyRecordHoldsAndTellsTheNewest) {
  rows::EnterpriseRow row = Blacklisted({});
  AddBlacklisting({"a"}, &row)->mutable_blacklisting()->set_reason("gift");
  EXPECT_EQ(RefuseIfBlacklisted(row, Program("a"), kNow)->subject(), "gift");
  EXPECT_EQ(RefuseIfBlacklisted(row, Program("b"), kNow)->subject(), "fraud");
  row.mutable_records(1)->set_withdrawn(true);
  EXPECT_EQ(RefuseIfBlacklisted(row, Program("a"), kNow)->subject(), "fraud");
  *row.mutable_records(0)->mutable_ended_on() = ToCivilDate(CivilDay(2025, 5, 31));
  EXPECT_FALSE(RefuseIfBlacklisted(row, Program("a"), kNow));
}

TEST(RefuseIfSucceeded, NamesTheCodeOfNowInBothLanguages) {
  rows::EnterpriseRow row;
  row.mutable_facts()->set_uscc("NEW");
  EXPECT_FALSE(RefuseIfSucceeded(row, "NEW"));
  const auto refusal = RefuseIfSucceeded(row, "OLD");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason(), v1::REASON_ILLEGAL_STATE);
  EXPECT_EQ(refusal->subject(), "former USCC, now NEW");
  EXPECT_EQ(refusal->subject_zh(), "原统一社会信用代码，现为NEW");
}

TEST(Clusters, OnlyAnApprovedOneIsTheClusterOfItsMembers) {
  WriterRows state(nullptr);
  EditableRows rows(&state);
  rows::ClusterRow& cluster = rows.Edit<tables::Clusters>({4});
  cluster.set_program(1);
  cluster.add_members(7);
  cluster.set_pool_fen(500);
  rows.Put<tables::ClustersByProgram>({1, 4}, {});
  for (const auto state_of : {v1::CLUSTER_STATE_PROPOSED, v1::CLUSTER_STATE_SCORED}) {
    MoveCluster(4, state_of, &rows);
    EXPECT_EQ(ApprovedClusterOf(rows, 1, 7), 0);
    EXPECT_EQ(PromisedToClustersFen(rows, 1), 0);
  }
  MoveCluster(4, v1::CLUSTER_STATE_APPROVED, &rows);
  EXPECT_EQ(ApprovedClusterOf(rows, 1, 7), 4);
  EXPECT_EQ(ApprovedClusterOf(rows, 2, 7), 0) << "of another program";
  EXPECT_EQ(ApprovedClusterOf(rows, 1, 8), 0);
  rows::ProgramGrantsRow::Grants* grants = rows.Edit<tables::ProgramGrants>({1}).add_clusters();
  grants->set_id(4);
  grants->set_fen(200);
  EXPECT_EQ(PromisedToClustersFen(rows, 1), 300);
  EXPECT_EQ(PromisedToClustersFen(rows, 2), 0);
}

// The largest plan that is well formed.
TEST(EntrySize, TheLargestClusterTakesAtMost64KiB) {
  v1::Command command;
  v1::PutClusterRequest* request = command.mutable_put_cluster();
  request->set_request_id(std::string(64, 'r'));
  v1::Cluster* cluster = request->mutable_cluster();
  cluster->set_program_id(std::string(48, 'p'));
  cluster->set_cluster_id(std::string(32, 'c'));
  cluster->set_name(std::string(256, 'n'));
  cluster->set_lead_uscc("91420111MA00000A1A");
  cluster->set_lead_name(std::string(256, 'l'));
  cluster->set_requested_fen(1'000'000'000'000'000);
  for (int i = 0; i < 512; ++i) {
    v1::ClusterMember* member = cluster->add_members();
    member->set_uscc(absl::StrFormat("91420111MA%07d0", i));
    member->set_planned_cost_fen(1'000'000'000'000'000);
  }
  for (int i = 0; i < 32; ++i) {
    v1::Document* document = cluster->add_documents();
    document->set_kind(v1::DOCUMENT_KIND_PLAN);
    document->set_number(std::string(128, 'd'));
    document->set_sha256(std::string(32, 'h'));
  }
  for (const FieldProblem& problem : ValidateCommand(command, kNow)) {
    ADD_FAILURE() << problem.field << ' ' << problem.description;
  }
  EXPECT_LE(command.ByteSizeLong(), 64u * 1024);
  cluster->add_members()->set_uscc("91420111MA99999990");
  EXPECT_EQ(ValidateCommand(command, kNow).front().field, "cluster.members");
}

}  // namespace
}  // namespace voucher
