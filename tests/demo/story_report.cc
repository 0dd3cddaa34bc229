#include "tests/demo/story_report.h"

#include <cstdio>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include <nlohmann/json.hpp>

#include "ledger/base/money.h"
#include "tests/demo/progress.h"
#include "tests/support/scenario_script.h"

namespace voucher::demo {

void StoryReport::BeginPart(const std::string& title) {
  if (!part_.empty()) PrintPart();
  part_ = title;
  part_accepted_ = 0;
  part_refused_.clear();
  part_balances_.clear();
}

void StoryReport::Accept() {
  ++accepted_;
  ++part_accepted_;
}

void StoryReport::Refuse(absl::string_view verb, const std::string& reason,
                         const v1::Refusal& refusal) {
  ++part_refused_[reason];
  refusals_.push_back(
      {std::string(verb), reason, refusal.message(), refusal.message_zh(), refusal.clause()});
}

void StoryReport::Balances(const std::string& balances) {
  ++balances_checked_;
  part_balances_ = balances;
}

void StoryReport::PrintPart() const {
  std::vector<std::string> refused;
  for (const auto& [reason, count] : part_refused_) {
    refused.push_back(count == 1 ? reason : absl::StrCat(count, " ", reason));
  }
  absl::PrintF("  %s\n      %d accepted%s%s\n", part_, part_accepted_,
               refused.empty() ? "" : "; refused: ", absl::StrJoin(refused, ", "));
  if (!part_balances_.empty()) {
    const std::vector<std::string> words = absl::StrSplit(part_balances_, ' ');
    std::string text;
    for (size_t i = 1; i < words.size(); ++i) {
      int64_t fen = 0;
      if (absl::SimpleAtoi(words[i], &fen) && fen != 0) {
        absl::StrAppend(&text, text.empty() ? "" : ", ", kBalanceColumns[i - 1], " ",
                        FormatYuan(fen));
      }
    }
    absl::PrintF("      %s: %s\n", words[0], text);
  }
  std::fflush(stdout);
}

void StoryReport::PrintTable() const {
  absl::PrintF("\nRefused, and why\n");
  std::set<std::pair<std::string, std::string>> shown;
  for (const ShownRefusal& refusal : refusals_) {
    if (!shown.insert({refusal.verb, refusal.reason}).second) continue;
    absl::PrintF("  %s: %s\n      %s\n      %s\n      %s\n", refusal.verb, refusal.reason,
                 refusal.message, refusal.message_zh, refusal.clause);
  }
  for (const v1::Budget& b : budgets) {
    absl::PrintF("\nBudget equation of %s, yuan\n  %-22s   %20s\n", b.program_id(), "appropriated",
                 FormatYuan(b.appropriated_fen()));
    const char* sign = "=";
    for (const auto& [name, fen] :
         std::vector<std::pair<const char*, int64_t>>{{"remaining", b.remaining_fen()},
                                                      {"held", b.held_fen()},
                                                      {"voucher", b.voucher_fen()},
                                                      {"transit", b.transit_fen()},
                                                      {"credit", b.credit_fen()},
                                                      {"payable", b.payable_fen()},
                                                      {"due", b.due_fen()},
                                                      {"paid", b.paid_fen()},
                                                      {"returned", b.returned_fen()}}) {
      absl::PrintF("  %-22s %s %20s\n", name, sign, FormatYuan(fen));
      sign = "+";
    }
  }
  absl::PrintF("\nProof\n");
  const auto line = [](const char* what, int64_t n) {
    absl::PrintF("  %-46s %12s\n", what, WithSeparators(n));
  };
  line("commands", commands);
  line("  of them accepted", accepted_);
  line("balances compared with those worked by hand", balances_checked_);
  line("entries in the ledger", static_cast<int64_t>(ledger.entries));
  line("acknowledged before the SIGKILL", acknowledged_before_kill);
  line("lost acknowledgements", static_cast<int64_t>(ledger.lost_acknowledgements));
  absl::PrintF("  %-46s %12s\n", "voucher-fsck --redecide", fsck_verdict);
  for (const std::string& problem : problems) absl::PrintF("\nWRONG: %s\n", problem);
  std::fflush(stdout);
}

std::string StoryReport::Summary(absl::string_view program_id, int64_t milliseconds) const {
  nlohmann::ordered_json refused = nlohmann::ordered_json::object();
  for (const ShownRefusal& refusal : refusals_) {
    nlohmann::ordered_json& count = refused[refusal.reason];
    count = count.is_null() ? 1 : count.get<int>() + 1;
  }
  const nlohmann::ordered_json summary = {
      {"ok", problems.empty()},
      {"program", std::string(program_id)},
      {"milliseconds", milliseconds},
      {"commands", commands},
      {"accepted", accepted_},
      {"refused", std::move(refused)},
      {"balances_checked", balances_checked_},
      {"ledger_entries", ledger.entries},
      {"kills", kills},
      {"acknowledged_before_kill", acknowledged_before_kill},
      {"lost_acknowledgements", ledger.lost_acknowledgements},
      {"fsck", fsck_verdict},
      {"problems", problems},
  };
  return summary.dump(2) + "\n";
}

}  // namespace voucher::demo
