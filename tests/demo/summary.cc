#include "tests/demo/summary.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include <nlohmann/json.hpp>

#include "ledger/base/money.h"
#include "ledger/base/sha256.h"

namespace voucher::demo {
namespace {

using Json = nlohmann::ordered_json;

struct Term {
  const char* name;
  int64_t fen;
};

std::vector<Term> BudgetTerms(const v1::Budget& b) {
  return {{"remaining", b.remaining_fen()}, {"held", b.held_fen()},
          {"voucher", b.voucher_fen()},     {"transit", b.transit_fen()},
          {"credit", b.credit_fen()},       {"payable", b.payable_fen()},
          {"returned", b.returned_fen()}};
}

std::string OutcomeName(const std::string& reason) {
  return reason.empty() ? "accepted" : reason;
}

void PrintOutcomes(const World& world) {
  absl::PrintF("\nAnswers by outcome\n");
  std::string verb_before;
  for (const auto& [key, count] : world.recorder.counts()) {
    const auto& [verb, reason] = key;
    absl::PrintF("  %-22s %-24s %12s\n", verb == verb_before ? "" : verb, OutcomeName(reason),
                 WithSeparators(count));
    verb_before = verb;
  }
}

void PrintBudget(const v1::Budget& budget) {
  absl::PrintF("\nBudget equation of %s, yuan\n", budget.program_id());
  absl::PrintF("  %-22s   %20s\n", "appropriated", FormatYuan(budget.appropriated_fen()));
  const char* sign = "=";
  for (const Term& term : BudgetTerms(budget)) {
    absl::PrintF("  %-22s %s %20s\n", term.name, sign, FormatYuan(term.fen));
    sign = "+";
  }
}

void PrintRefusals(const World& world) {
  absl::PrintF("\nRefused, and why\n");
  for (const ShownRefusal& shown : world.shown_refusals) {
    absl::PrintF("  %s\n      %s: %s\n", shown.attempt, shown.reason, shown.message);
  }
}

void PrintProof(const World& world) {
  const Findings& f = world.findings;
  absl::PrintF("\nProof\n");
  const auto line = [](const char* what, int64_t n) {
    absl::PrintF("  %-46s %12s\n", what, WithSeparators(n));
  };
  line("entries in the ledger", static_cast<int64_t>(f.ledger.entries));
  line("  of them timers", static_cast<int64_t>(f.ledger.timers));
  line("acknowledged decisions", static_cast<int64_t>(world.recorder.acknowledgements().size()));
  line("  of them before the SIGKILL", f.acknowledged_before_kill);
  line("asked for once more by request_id", f.replayed);
  line("lost acknowledgements", f.lost_acknowledgements);
  line("oversold fen", f.oversold_fen);
  line("queue inversions", f.queue_inversions);
  absl::PrintF("  %-46s %12s\n", "voucher-fsck --redecide", f.fsck_verdict);
}

}  // namespace

void PrintTable(const World& world) {
  PrintOutcomes(world);
  PrintRefusals(world);
  PrintBudget(world.findings.budget);
  PrintProof(world);
  for (const std::string& problem : world.findings.problems) {
    absl::PrintF("\nWRONG: %s\n", problem);
  }
  std::fflush(stdout);
}

std::string SummaryJson(const World& world, bool ok, int64_t milliseconds) {
  const Findings& f = world.findings;
  Json outcomes = Json::object();
  for (const auto& [key, count] : world.recorder.counts()) {
    outcomes[key.first][OutcomeName(key.second)] = count;
  }
  Json equation = {{"appropriated_fen", f.budget.appropriated_fen()}};
  for (const Term& term : BudgetTerms(f.budget))
    equation[absl::StrCat(term.name, "_fen")] = term.fen;
  Json phases = Json::array();
  for (const PhaseResult& phase : world.progress.results()) {
    Json row = {{"phase", phase.name}, {"milliseconds", phase.milliseconds}};
    if (!phase.unit.empty()) {
      row["unit"] = phase.unit;
      row["count"] = phase.count;
      row["per_second"] = phase.rate();
    }
    phases.push_back(std::move(row));
  }
  Json refusals = Json::array();
  for (const ShownRefusal& shown : world.shown_refusals) {
    refusals.push_back(
        {{"attempt", shown.attempt}, {"reason", shown.reason}, {"message", shown.message}});
  }
  const Json summary = {
      {"ok", ok},
      {"program", world.options.program_id},
      {"milliseconds", milliseconds},
      {"clients", world.fleet.size()},
      {"outcomes", std::move(outcomes)},
      {"budget_equation", std::move(equation)},
      {"throughput", std::move(phases)},
      {"shown_refusals", std::move(refusals)},
      {"ledger_entries", f.ledger.entries},
      {"kills", f.kills},
      {"restart_milliseconds", f.restart_milliseconds},
      {"acknowledged", world.recorder.acknowledgements().size()},
      {"acknowledged_before_kill", f.acknowledged_before_kill},
      {"replayed", f.replayed},
      {"lost_acknowledgements", f.lost_acknowledgements},
      {"oversold_fen", f.oversold_fen},
      {"queue_inversions", f.queue_inversions},
      {"fsck", f.fsck_verdict},
      {"problems", f.problems},
  };
  return summary.dump(2) + "\n";
}

}  // namespace voucher::demo
