#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "ledger/fsck/export.h"
#include "ledger/machine/verbs.h"
#include "ledger/policy/refusal_text.h"
#include "tests/support/announced_refusal.h"
#include "tests/support/scenario.h"
#include "tests/support/shipped_program.h"

namespace voucher {
namespace {

std::vector<std::string> Files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("tests/scenarios")) {
    if (entry.path().extension() == ".table") files.push_back(entry.path().string());
  }
  return files;
}

// Writes the entries of a table as `voucher-fsck --export` would, into a directory of its name, if
// VOUCHER_SCENARIO_EXPORT names the directory above.
void Export(const std::string& file, const testing::EntryBook& entries) {
  const char* directory = std::getenv("VOUCHER_SCENARIO_EXPORT");
  if (directory == nullptr) return;
  const std::filesystem::path name = std::filesystem::path(file).stem();
  absl::StatusOr<std::unique_ptr<EntryExport>> out =
      EntryExport::Open((std::filesystem::path(directory) / name).string());
  ASSERT_TRUE(out.ok()) << out.status();
  for (uint64_t sequence = 1; entries.Find(sequence) != nullptr; ++sequence) {
    const absl::Status taken = (*out)->Take(*entries.Find(sequence));
    ASSERT_TRUE(taken.ok()) << taken;
  }
  ASSERT_TRUE((*out)->Finish().ok());
}

TEST(Scenarios, EveryTableHoldsAndTogetherTheyCoverEveryVerbAndReason) {
  Scenario scenario;
  ASSERT_GE(Files().size(), 4u);
  for (const std::string& file : Files()) {
    for (const std::string& finding : scenario.Run(file)) ADD_FAILURE() << finding;
    Export(file, scenario.entries());
  }

  std::set<std::string> verbs = {"TimerDue"};
#define VOUCHER_VERB_NAME(Verb, verb, EventType, event_field) verbs.insert(#Verb);
  VOUCHER_VERBS(VOUCHER_VERB_NAME)
#undef VOUCHER_VERB_NAME
  // Accepted only in a process whose clock jumped: tests/ledger covers it.
  verbs.erase("ResumeAfterClockJump");
  for (const std::string& verb : verbs) {
    EXPECT_TRUE(scenario.verbs_accepted().count(verb) == 1 || verb == "TimerDue")
        << "no scenario accepts a " << verb;
  }
  for (int reason = 1; reason < v1::Reason_ARRAYSIZE; ++reason) {
    const std::string name(ReasonName(static_cast<v1::Reason>(reason)));
    EXPECT_EQ(scenario.reasons_given().count(name), 1u) << "no scenario is refused with " << name;
  }
  // What the options of an RPC name can happen.
#define VOUCHER_SHOWN(Verb, verb, EventType, event_field)                                    \
  for (const v1::Reason reason : testing::AnnouncedRefusals(v1::Verb##Request())) {          \
    EXPECT_EQ(scenario.refusals_given().count({#Verb, std::string(ReasonName(reason))}), 1u) \
        << "no scenario refuses a " #Verb " with " << ReasonName(reason);                    \
  }
  VOUCHER_VERBS(VOUCHER_SHOWN)
#undef VOUCHER_SHOWN
}

TEST(Scenarios, ARefusalThatTheOptionsOfItsRpcDoNotNameIsFound) {
  v1::Entry entry;
  entry.mutable_command()->mutable_redeem();
  EXPECT_EQ(testing::UnannouncedRefusal(entry), "");
  entry.mutable_refusal()->set_reason(v1::REASON_BASKET_RULE);
  EXPECT_EQ(testing::UnannouncedRefusal(entry), "");
  entry.mutable_refusal()->set_reason(v1::REASON_NOTICE_RUNNING);
  EXPECT_EQ(testing::UnannouncedRefusal(entry),
            "the options of voucher.v1.CreditService.Redeem do not name its refusal "
            "REASON_NOTICE_RUNNING");
  entry.mutable_command()->mutable_timer_due();
  EXPECT_EQ(testing::UnannouncedRefusal(entry), "no RPC, but the refusal REASON_NOTICE_RUNNING");
}

TEST(Scenarios, EveryShippedProgramHasATableOfItsName) {
  for (const std::string& program_id : ShippedProgramIds()) {
    std::ostringstream table;
    table << std::ifstream(absl::StrCat("tests/scenarios/", program_id, ".table")).rdbuf();
    EXPECT_NE(
        table.str().find(absl::StrCat("\nrules_file deploy/programs/", program_id, ".textproto\n")),
        std::string::npos)
        << program_id;
  }
}

}  // namespace
}  // namespace voucher
