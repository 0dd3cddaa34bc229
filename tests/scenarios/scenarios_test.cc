#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ledger/machine/verbs.h"
#include "ledger/policy/refusal_text.h"
#include "tests/support/scenario.h"

namespace voucher {
namespace {

std::vector<std::string> Files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("tests/scenarios")) {
    if (entry.path().extension() == ".table") files.push_back(entry.path().string());
  }
  return files;
}

TEST(Scenarios, EveryTableHoldsAndTogetherTheyCoverEveryVerbAndReason) {
  Scenario scenario;
  ASSERT_GE(Files().size(), 4u);
  for (const std::string& file : Files()) {
    for (const std::string& finding : scenario.Run(file)) ADD_FAILURE() << finding;
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
}

}  // namespace
}  // namespace voucher
