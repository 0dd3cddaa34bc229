// What a story came to: one line per part while it is played, a table and a summary at its end.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

#include "tests/demo/acknowledgements.h"
#include "voucher/v1/program.pb.h"
#include "voucher/v1/reasons.pb.h"

namespace voucher::demo {

class StoryReport {
 public:
  // Prints what came of the part before, if there was one.
  void BeginPart(const std::string& title);
  void EndPart() { BeginPart(""); }

  void Accept();
  // `reason` as in "BUDGET_EXHAUSTED".
  void Refuse(absl::string_view verb, const std::string& reason, const v1::Refusal& refusal);
  void Malformed() { ++part_refused_["MALFORMED"]; }
  // Balances that were compared, as the table has them: program and columns, one space between.
  void Balances(const std::string& balances);
  void Wrong(std::string problem) { problems.push_back(std::move(problem)); }

  void PrintTable() const;
  // As JSON; `program_id` names the story.
  std::string Summary(absl::string_view program_id, int64_t milliseconds) const;

  int64_t commands = 0;
  std::vector<v1::Budget> budgets;
  int64_t kills = 0, acknowledged_before_kill = 0;
  LedgerReading ledger;
  std::string fsck_verdict = "not run";
  // Empty if everything was as the table says.
  std::vector<std::string> problems;

 private:
  struct ShownRefusal {
    std::string verb;
    std::string reason;
    std::string message;
    std::string message_zh;
    std::string clause;
  };

  void PrintPart() const;

  int64_t accepted_ = 0, balances_checked_ = 0;
  std::vector<ShownRefusal> refusals_;
  std::string part_;
  int part_accepted_ = 0;
  std::map<std::string, int> part_refused_;
  std::string part_balances_;
};

}  // namespace voucher::demo
