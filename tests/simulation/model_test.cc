// A model test: random commands, decided by the machine and by a small independent model of limits
// and balances, compared exactly after each.
//
//   VOUCHER_SEED=N             another sequence of commands; printed, and repeated on failure
//   VOUCHER_MODEL_COMMANDS=N   how many; default 1,000,000

#include "tests/simulation/model.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include <gtest/gtest.h>

#include "ledger/base/clock.h"
#include "ledger/machine/decode.h"
#include "ledger/machine/invariants.h"
#include "ledger/machine/machine.h"
#include "ledger/policy/refusal_text.h"
#include "tests/simulation/command_source.h"
#include "tests/simulation/comparison.h"
#include "tests/simulation/malformed.h"
#include "tests/simulation/outcome.h"
#include "tests/simulation/random.h"
#include "tests/simulation/simulated_clock.h"
#include "tests/simulation/world.h"
#include "tests/support/shipped_program.h"

namespace voucher::simulation {
namespace {

// A ledger's life from empty: as many commands as run through the year of the programs.
constexpr int64_t kLifeCommands = 25'000;
constexpr int64_t kCompareAllEvery = 2'500;
constexpr size_t kMaxLayers = 3;

// How often each verb came to each end, as in "Redeem VOUCHER_EXPIRED".
using Counts = std::map<std::string, int64_t>;

// One ledger in memory beside its model.
class Life {
 public:
  // `shipped` are moved to overlap, hubei's first.
  Life(const std::vector<v1::ProgramRules>& shipped, uint64_t seed, int64_t commands,
       Counts* counts)
      : random_(seed),
        commands_(commands),
        counts_(*counts),
        programs_(WithQuota(shipped, &random_)),
        source_(&programs_, &model_, &random_),
        clock_(commands, &model_, &random_) {}

  // What went wrong first; empty if nothing did.
  std::string Run();

 private:
  bool RunGroup();
  bool FireTimers();
  bool Malformed(Sent sent);
  bool Send(Sent sent);
  bool Record(const v1::Command& command, const v1::Authority& who);
  void CountDetails(const std::string& name, const v1::Entry& entry, const Outcome& outcome);
  bool CompareEverything(bool with_invariants);
  bool Fail(const std::string& what);

  static std::vector<v1::ProgramRules> WithQuota(std::vector<v1::ProgramRules> shipped,
                                                 Random* random) {
    shipped.push_back(QuotaRules(shipped.front(), random));
    return shipped;
  }
  const View& top() const {
    return layers_.empty() ? static_cast<const View&>(state_) : *layers_.back();
  }
  // Like the sequencer: a group is decided on a new layer, while the groups before it may still be
  // on their way into the state.
  void BeginGroup() { layers_.push_back(std::make_unique<Overlay>(&top())); }
  void EndGroup() {
    const size_t keep = random_.Below(kMaxLayers);
    while (layers_.size() > keep) {
      state_.Absorb(std::move(*layers_.front()));
      absorbed_.push_back(std::move(layers_.front()));
      layers_.pop_front();
    }
    // Layers above an absorbed one still look through it.
    if (layers_.empty()) absorbed_.clear();
  }

  Random random_;
  const int64_t commands_;
  Counts& counts_;
  Model model_;
  const std::vector<v1::ProgramRules> programs_;
  CommandSource source_;
  SimulatedClock clock_;
  HotView state_{nullptr};
  std::deque<std::unique_ptr<Overlay>> absorbed_, layers_;
  uint64_t sequence_ = 0;
  int64_t recorded_ = 0;
  int64_t step_ = 0;
  std::string failure_;
};

bool Life::Fail(const std::string& what) {
  failure_ = absl::StrCat("step ", step_, " at ", FormatRfc3339(clock_.now(), Zone::Shanghai()),
                          ": ", what);
  return false;
}

void Life::CountDetails(const std::string& name, const v1::Entry& entry, const Outcome& outcome) {
  const v1::Event& event = entry.event();
  if (outcome.released_fen > 0) {
    const bool returned = std::any_of(event.postings().begin(), event.postings().end(),
                                      [](const v1::Posting& posting) {
                                        return posting.to().kind() == v1::ACCOUNT_KIND_RETURNED;
                                      });
    ++counts_[name + (returned ? " to_returned" : " to_budget")];
  }
  // Less than the lowest rate, a fifth: some cap has clipped it.
  if (event.has_application_submitted() &&
      outcome.amount_fen < entry.command().submit_application().spend_fen() / 5) {
    ++counts_[name + " clipped"];
  }
  if (event.has_redeemed() && event.postings_size() > 1) {
    ++counts_[name + " from_several_vouchers"];
  }
  if (event.has_application_approved() && !outcome.parts.empty()) {
    ++counts_[name + " superseding"];
  }
  if (event.has_project_accepted() && outcome.amount_fen > 0) ++counts_[name + " opening"];
  if ((event.has_project_terminated() || event.has_project_lapsed()) && outcome.amount_fen > 0) {
    ++counts_[name + " unsettled"];
  }
  if (event.has_appropriated() && outcome.instant != 0) ++counts_[name + " tranche"];
  if (event.has_application_reviewed() &&
      entry.command().review_application().verdict() == v1::REVIEW_VERDICT_UPHOLD_APPEAL) {
    ++counts_[name + " appeal"];
  }
  if (event.has_application_approved()) {
    ++counts_[absl::StrCat(name, " program_", entry.program())];
  }
  for (const int rule : outcome.rules) {
    ++counts_[absl::StrCat("rule ",
                           absl::StripPrefix(v1::EligibilityRule_Name(rule), "ELIGIBILITY_RULE_"))];
  }
  for (const auto& part : outcome.parts) {
    if (event.has_applications_ranked()) {
      ++counts_[absl::StrCat(name, part[1] > 0 ? " grant" : " passed_over")];
    } else if (event.has_clusters_ranked()) {
      ++counts_[absl::StrCat(name, part[1] > 0 ? " approved" : " passed_over")];
    }
  }
  if (!outcome.exhausted_vouchers.empty()) ++counts_[name + " exhausting_a_voucher"];
}

bool Life::Record(const v1::Command& command, const v1::Authority& who) {
  recorded_ = std::max(recorded_ + 1, clock_.now() + random_.Between(0, 5'000'000));
  const Outcome expected = model_.Apply(command, who, clock_.now());
  const v1::Entry entry = Decide(top(), command, who, clock_.now(), recorded_);
  const Outcome got = OutcomeOf(entry);
  const std::string name = command.has_timer_due() ? v1::TimerKind_Name(command.timer_due().kind())
                                                   : std::string(VerbName(command));
  ++counts_[absl::StrCat(name, " ", got.reason == 0 ? "ok" : ReasonName(entry.refusal().reason()))];
  CountDetails(name, entry, got);
  Evolve(entry, layers_.back().get());
  std::vector<std::string> differences = CompareTotals(top(), model_, expected.limit_deltas);
  if (!(expected == got)) {
    differences.push_back(
        absl::StrCat("expected ", Describe(expected), "\n     got ", Describe(got)));
  }
  if (entry.sequence() != ++sequence_) differences.emplace_back("the sequence is not dense");
  if (differences.empty()) return true;
  return Fail(absl::StrCat(who.ShortDebugString(), " | ", command.ShortDebugString(), "\n",
                           absl::StrJoin(differences, "\n")));
}

bool Life::Send(Sent sent) {
  const std::vector<FieldProblem> problems = CheckCommand(sent.command, clock_.now());
  if (problems.empty()) return Record(sent.command, sent.who);
  return Fail(absl::StrCat("well-formed, yet ", problems.front().field, " ",
                           problems.front().description, ": ", sent.command.ShortDebugString()));
}

bool Life::Malformed(Sent sent) {
  const std::string field = MakeMalformed(&sent.command, clock_.now(), &random_);
  const std::vector<FieldProblem> problems = CheckCommand(sent.command, clock_.now());
  ++counts_[absl::StrCat("malformed ", field)];
  if (problems.size() == 1 && problems.front().field == field) return true;
  return Fail(absl::StrCat("must name ", field, ", names ",
                           problems.empty() ? "nothing" : problems.front().field, ": ",
                           sent.command.ShortDebugString()));
}

// As the sequencer does at the start of a group; sometimes late, sometimes only the first few.
bool Life::FireTimers() {
  if (random_.Percent(15)) return true;
  const int64_t latest = clock_.now() - 30 * kNanosPerSecond;
  const size_t limit = random_.Percent(20) ? 1 + random_.Below(5) : 1'024;
  std::vector<v1::TimerDue> expected;
  for (const auto& [due, kind, id] : model_.timers) {
    if (due > latest || expected.size() == limit) break;
    expected.emplace_back();
    expected.back().set_due_unix_ns(due);
    expected.back().set_kind(static_cast<v1::TimerKind>(kind));
    expected.back().set_id(id);
  }
  const std::vector<v1::TimerDue> due = TimersDue(top(), latest, limit);
  if (due.size() != expected.size()) {
    return Fail(absl::StrCat(due.size(), " timers are due, expected ", expected.size()));
  }
  for (size_t i = 0; i < due.size(); ++i) {
    v1::Command command;
    *command.mutable_timer_due() = due[i];
    if (due[i].SerializeAsString() != expected[i].SerializeAsString()) {
      return Fail(absl::StrCat("due is ", due[i].ShortDebugString(), ", expected ",
                               expected[i].ShortDebugString()));
    }
    if (!Record(command, {})) return false;
  }
  return true;
}

bool Life::CompareEverything(bool with_invariants) {
  std::vector<std::string> differences = CompareAll(top(), model_);
  if (with_invariants) {
    for (std::string& finding : CheckInvariants(top())) differences.push_back(std::move(finding));
  }
  return differences.empty() || Fail(absl::StrJoin(differences, "\n"));
}

bool Life::RunGroup() {
  BeginGroup();
  if (!FireTimers()) return false;
  for (uint64_t left = uint64_t{1} << random_.Below(7); left > 0 && step_ < commands_; --left) {
    ++step_;
    // A stop ends the group, so that the next one fires timers there.
    if (clock_.Advance()) left = 1;
    Sent sent = source_.Next(clock_.now());
    if (random_.Below(40) == 0 && !Malformed(sent)) return false;
    if (!Send(std::move(sent))) return false;
    if (step_ % kCompareAllEvery == 0 && !CompareEverything(step_ == commands_ / 2)) return false;
  }
  EndGroup();
  return true;
}

std::string Life::Run() {
  BeginGroup();
  for (Sent& sent : Opening(programs_, &random_)) {
    if (!Send(std::move(sent))) return failure_;
  }
  EndGroup();
  while (step_ < commands_) {
    if (!RunGroup()) return failure_;
  }
  return CompareEverything(true) ? "" : failure_;
}

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  uint64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

// What must happen at least 10 times in 1,000,000 commands.
struct MustHappen {
  const char* verb;
  const char* outcomes;
};
constexpr MustHappen kMustHappen[] = {
    {"PublishProgram", "ok ILLEGAL_STATE"},
    {"SetProgramState", "ok PROGRAM_NOT_FOUND WINDOW_CLOSED ILLEGAL_STATE"},
    {"Appropriate", "ok tranche PROGRAM_NOT_FOUND POOL_EXHAUSTED"},
    {"PublishCalendar", "ok"},
    {"PutEnterprise", "ok ILLEGAL_STATE"},
    {"SucceedEnterprise", "ok ENTERPRISE_NOT_FOUND ALREADY_REGISTERED ILLEGAL_STATE"},
    {"RecordIncident", "ok ENTERPRISE_NOT_FOUND"},
    {"SetListing", "ok ENTERPRISE_NOT_FOUND"},
    {"SetBlacklist", "ok ENTERPRISE_NOT_FOUND"},
    {"PutProvider", "ok"},
    {"SetProviderState", "ok PROVIDER_NOT_FOUND"},
    {"PutProduct", "ok PROGRAM_NOT_FOUND ITEM_NOT_FOUND PROVIDER_NOT_FOUND"},
    {"WithdrawProduct", "ok PROGRAM_NOT_FOUND PROVIDER_NOT_FOUND PRODUCT_NOT_FOUND ILLEGAL_STATE"},
    {"BindCloudAccount",
     "ok PERMISSION_DENIED ENTERPRISE_NOT_FOUND PROVIDER_NOT_FOUND ALREADY_REGISTERED "
     "NON_TRANSFERABLE"},
    {"PutCluster",
     "ok PROGRAM_NOT_FOUND ENTERPRISE_NOT_FOUND PROGRAM_NOT_OPEN WINDOW_CLOSED ILLEGAL_STATE "
     "ALREADY_REGISTERED"},
    {"ReviewCluster", "ok CLUSTER_NOT_FOUND ILLEGAL_STATE"},
    {"RankClusters", "ok approved passed_over ILLEGAL_STATE"},
    {"SubmitApplication",
     "ok clipped PROGRAM_NOT_FOUND ITEM_NOT_FOUND ENTERPRISE_NOT_FOUND PROVIDER_NOT_FOUND "
     "PRODUCT_NOT_FOUND PROGRAM_NOT_OPEN WINDOW_NOT_OPEN WINDOW_CLOSED ILLEGAL_STATE BLACKLISTED "
     "NOT_ELIGIBLE EVIDENCE_MISSING INVOICE_ALREADY_CLAIMED ITEM_ALREADY_CLAIMED "
     "SUPERSEDED_BY_HIGHER AMOUNT_TOO_SMALL ENTERPRISE_CAP_REACHED PROJECT_CAP_REACHED "
     "QUOTA_EXHAUSTED POOL_EXHAUSTED PROVIDER_SUSPENDED PRODUCT_NOT_APPROVED"},
    {"rule",
     "REGION CLOUD_PROVIDER INDUSTRY SIZE AGE OTHER_FUNDING INCIDENT LISTING PRIOR_YEAR_PROJECT "
     "REGISTERED_ON_PLATFORM CLUSTER_MEMBER REVENUE"},
    {"AwardGrant",
     "ok PROGRAM_NOT_FOUND ITEM_NOT_FOUND ENTERPRISE_NOT_FOUND PROGRAM_NOT_OPEN ILLEGAL_STATE "
     "BLACKLISTED NOT_ELIGIBLE ITEM_ALREADY_CLAIMED POOL_EXHAUSTED"},
    {"WithdrawApplication", "ok to_budget APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"ReviewApplication",
     "ok to_budget appeal PERMISSION_DENIED APPLICATION_NOT_FOUND ILLEGAL_STATE BLACKLISTED "
     "INVOICE_ALREADY_CLAIMED ITEM_ALREADY_CLAIMED ENTERPRISE_CAP_REACHED QUOTA_EXHAUSTED "
     "POOL_EXHAUSTED"},
    {"ReturnApplication", "ok PERMISSION_DENIED APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"CorrectApplication",
     "ok to_budget APPLICATION_NOT_FOUND ILLEGAL_STATE BLACKLISTED EVIDENCE_MISSING "
     "INVOICE_ALREADY_CLAIMED AMOUNT_TOO_SMALL"},
    {"RankApplications", "ok grant passed_over ITEM_NOT_FOUND ILLEGAL_STATE"},
    {"PublishNotice",
     "ok PROGRAM_NOT_FOUND APPLICATION_NOT_FOUND ILLEGAL_STATE CALENDAR_MISSING BLACKLISTED"},
    {"FileObjection", "ok APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"ResolveObjection", "ok to_budget APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"ApproveApplication",
     "ok to_budget superseding program_1 program_2 program_3 program_4 program_5 program_6 "
     "PERMISSION_DENIED APPLICATION_NOT_FOUND ILLEGAL_STATE NOTICE_RUNNING BLACKLISTED "
     "SUPERSEDED_BY_HIGHER VOUCHER_EXPIRED"},
    {"AcceptProject", "ok opening APPLICATION_NOT_FOUND ILLEGAL_STATE EVIDENCE_MISSING"},
    {"ExtendProject", "ok APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"TerminateProject", "ok to_budget to_returned unsettled APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"OrderTransfer",
     "ok PERMISSION_DENIED ACCOUNT_NOT_FOUND VOUCHER_NOT_FOUND BLACKLISTED PROVIDER_SUSPENDED "
     "ACCOUNT_NOT_OWNED VOUCHER_EXPIRED INSUFFICIENT_CREDIT"},
    {"ConfirmTransfer",
     "ok to_budget to_returned PERMISSION_DENIED TRANSFER_NOT_FOUND ILLEGAL_STATE"},
    {"DeclineTransfer",
     "ok to_budget to_returned PERMISSION_DENIED TRANSFER_NOT_FOUND ILLEGAL_STATE"},
    {"Redeem",
     "ok from_several_vouchers exhausting_a_voucher PERMISSION_DENIED PROGRAM_NOT_FOUND "
     "PRODUCT_NOT_FOUND ACCOUNT_NOT_FOUND BLACKLISTED PROVIDER_SUSPENDED PRODUCT_NOT_APPROVED "
     "NON_TRANSFERABLE BASKET_RULE VOUCHER_EXPIRED INSUFFICIENT_CREDIT ORDER_ALREADY_REDEEMED"},
    {"ReverseRedemption",
     "ok to_budget to_returned PERMISSION_DENIED REDEMPTION_NOT_FOUND NOT_REVERSIBLE"},
    {"TIMER_KIND_PROGRAM_CUTOFF", "ok"},
    {"TIMER_KIND_TRANSFER_ANSWER", "ok"},
    {"TIMER_KIND_VOUCHER_LAPSE", "ok to_budget to_returned"},
    {"TIMER_KIND_CORRECTION", "ok to_budget"},
    {"TIMER_KIND_PROJECT", "ok unsettled"},
    {"TIMER_KIND_TRANCHE", "ok"},
    {"malformed",
     "request_id uscc program_id provider_id application_id voucher_id account_id transfer_id "
     "redemption_id amount_fen spend_fen approved_fen usage_ended_at product_id order_number "
     "stage_id state"},
};

TEST(Model, AgreesWithTheMachineAfterEveryCommand) {
  const uint64_t seed = FromEnvironment("VOUCHER_SEED", 20250530);
  const auto commands = static_cast<int64_t>(FromEnvironment("VOUCHER_MODEL_COMMANDS", 1'000'000));
  std::vector<v1::ProgramRules> shipped;
  for (const char* program_id : kShippedIds) {
    const absl::StatusOr<v1::ProgramRules> rules = ReadShippedProgram(program_id);
    ASSERT_TRUE(rules.ok()) << rules.status();
    shipped.push_back(Moved(*rules));
  }
  std::printf("VOUCHER_SEED=%llu VOUCHER_MODEL_COMMANDS=%lld\n",
              static_cast<unsigned long long>(seed), static_cast<long long>(commands));
  const auto start = std::chrono::steady_clock::now();
  Counts counts;
  // Each life has the next seed: a failing one runs alone under its own.
  uint64_t life = seed;
  for (int64_t left = commands; left > 0; left -= kLifeCommands, ++life) {
    const int64_t length = std::min(left, kLifeCommands);
    const std::string failure = Life(shipped, life, length, &counts).Run();
    ASSERT_TRUE(failure.empty()) << "repeat with VOUCHER_SEED=" << life
                                 << " VOUCHER_MODEL_COMMANDS=" << length << "\n"
                                 << failure;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  for (const auto& [name, count] : counts) {
    std::printf("%10lld %s\n", static_cast<long long>(count), name.c_str());
  }
  std::printf("%lld commands in %.1f s\n", static_cast<long long>(commands), took.count());
  for (const auto& [verb, outcomes] : kMustHappen) {
    for (absl::string_view outcome : absl::StrSplit(outcomes, ' ')) {
      const std::string name = absl::StrCat(verb, " ", outcome);
      EXPECT_GE(counts[name], commands / 100'000) << name;
    }
  }
}

}  // namespace
}  // namespace voucher::simulation
