// A model test: random commands, decided by the machine and by a small independent model of limits
// and balances, compared exactly after each; some lives once more with sandbox twins beside them.
//
//   VOUCHER_SEED=N             another sequence of commands; printed, and repeated on failure
//   VOUCHER_MODEL_COMMANDS=N   how many; default 1,000,000
//   VOUCHER_MODEL_EXPORT=DIR   writes the entries of each life as `voucher-fsck --export` would,
//   into
//                              DIR/life-SEED

#include "tests/simulation/model.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include <gtest/gtest.h>

#include "ledger/base/clock.h"
#include "ledger/base/sha256.h"
#include "ledger/fsck/export.h"
#include "ledger/invariants/invariants.h"
#include "ledger/machine/machine.h"
#include "ledger/validation/validate_command.h"
#include "tests/simulation/command_source.h"
#include "tests/simulation/comparison.h"
#include "tests/simulation/counts.h"
#include "tests/simulation/malformed.h"
#include "tests/simulation/outcome.h"
#include "tests/simulation/random.h"
#include "tests/simulation/simulated_clock.h"
#include "tests/simulation/twins.h"
#include "tests/simulation/world.h"
#include "tests/support/announced_refusal.h"
#include "tests/support/map_rows.h"
#include "tests/support/shipped_program.h"

namespace voucher::simulation {
namespace {

// A ledger's life from empty: as many commands as run through the year of the programs.
constexpr int64_t kLifeCommands = 25'000;
constexpr int64_t kCompareAllEvery = 2'500;
constexpr uint64_t kTwinsEvery = 8;  // lives
constexpr size_t kCachedRows = 500;  // so few that they are dropped and read again

// One ledger beside its model.
class Life {
 public:
  // `shipped` are moved to overlap, hubei's first. `out` may be null.
  Life(const std::vector<v1::ProgramRules>& shipped, uint64_t seed, int64_t commands,
       Counts* counts, Sha256* journal, EntryExport* out)
      : random_(seed),
        commands_(commands),
        counts_(*counts),
        journal_(*journal),
        out_(out),
        programs_(WithSynthetic(shipped, &random_)),
        source_(&programs_, &model_, &random_),
        clock_(commands, &model_, &random_) {}

  // What went wrong first; empty if nothing did.
  std::string Run();
  const testing::EntryBook& entries() const { return entries_; }

 private:
  bool RunGroup();
  bool FireTimers();
  bool Malformed(Sent sent);
  bool Send(Sent sent);
  bool Record(const v1::Command& command, const v1::Authority& who);
  bool CompareEverything(bool with_invariants);
  bool Fail(const std::string& what);

  static std::vector<v1::ProgramRules> WithSynthetic(std::vector<v1::ProgramRules> shipped,
                                                     Random* random) {
    shipped.push_back(QuotaRules(shipped.front(), random));
    shipped.push_back(WaitingRules(shipped.front(), random));
    return shipped;
  }
  // Like the sequencer: a group is decided while the changes of the one before may still be on
  // their way into the stored rows.
  void EndGroup() {
    Settle();
    in_flight_ = state_.TakeChanges();
    if (random_.Percent(50)) Settle();
  }
  void Settle() {
    if (!in_flight_) return;
    stored_.Store(*std::exchange(in_flight_, nullptr));
    state_.StoredIn(&stored_);
  }

  Random random_;
  const int64_t commands_;
  Counts& counts_;
  Sha256& journal_;
  EntryExport* const out_;
  Model model_;
  const std::vector<v1::ProgramRules> programs_;
  CommandSource source_;
  SimulatedClock clock_;
  voucher::testing::MapRows stored_;
  WriterRows state_{&stored_, kCachedRows};
  std::shared_ptr<const RowChanges> in_flight_;
  voucher::testing::EntryBook entries_;
  int64_t recorded_ = 0;
  int64_t step_ = 0;
  std::string failure_;
};

bool Life::Fail(const std::string& what) {
  failure_ = absl::StrCat("step ", step_, " at ", FormatRfc3339(clock_.now(), Zone::Shanghai()),
                          ": ", what);
  return false;
}

bool Life::Record(const v1::Command& command, const v1::Authority& who) {
  recorded_ = std::max(recorded_ + 1, clock_.now() + random_.Between(0, 5'000'000));
  const Outcome expected = model_.Apply(command, who, clock_.now());
  v1::Entry entry =
      Decide(state_, command, who, clock_.now(), recorded_, entries_.NamedBy(command));
  const Outcome got = OutcomeOf(entry);
  CountOutcome(entry, got, &counts_);
  journal_.Update(entry.SerializeAsString());
  if (out_ != nullptr && !out_->Take(entry).ok()) return Fail("cannot be exported");
  EXPECT_EQ(testing::UnannouncedRefusal(entry), "");
  Evolve(entry, &state_);
  std::vector<std::string> differences = CompareTotals(state_, model_);
  if (!(expected == got)) {
    differences.push_back(
        absl::StrCat("expected ", Describe(expected), "\n     got ", Describe(got)));
  }
  entries_.Add(std::move(entry));  // checks that the sequence is dense
  if (differences.empty()) return true;
  return Fail(absl::StrCat(who.ShortDebugString(), " | ", command.ShortDebugString(), "\n",
                           absl::StrJoin(differences, "\n")));
}

bool Life::Send(Sent sent) {
  const std::vector<FieldProblem> problems = ValidateCommand(sent.command, clock_.now());
  if (problems.empty()) return Record(sent.command, sent.who);
  return Fail(absl::StrCat("well-formed, yet ", problems.front().field, " ",
                           problems.front().description, ": ", sent.command.ShortDebugString()));
}

bool Life::Malformed(Sent sent) {
  const std::string field = MakeMalformed(&sent.command, clock_.now(), &random_);
  const std::vector<FieldProblem> problems = ValidateCommand(sent.command, clock_.now());
  ++counts_[absl::StrCat("malformed ", field)];
  if (problems.size() == 1 && problems.front().field == field) return true;
  return Fail(absl::StrCat("must name ", field, ", names ",
                           problems.empty() ? "nothing" : problems.front().field, ": ",
                           sent.command.ShortDebugString()));
}

// As the sequencer does before each command: every deadline that passed, in order.
bool Life::FireTimers() {
  while (!model_.timers.empty() && std::get<0>(*model_.timers.begin()) <= clock_.now()) {
    const auto [instant, kind, id] = *model_.timers.begin();
    v1::Command command;
    command.mutable_timer_due()->set_due_unix_ns(instant);
    command.mutable_timer_due()->set_kind(static_cast<v1::TimerKind>(kind));
    command.mutable_timer_due()->set_id(id);
    const std::vector<v1::TimerDue> due = TimersDue(state_, clock_.now(), 1);
    if (due.empty() || due[0].SerializeAsString() != command.timer_due().SerializeAsString()) {
      return Fail(absl::StrCat("due is ", due.empty() ? "none" : due[0].ShortDebugString(),
                               ", expected ", command.timer_due().ShortDebugString()));
    }
    if (!Record(command, {})) return false;
  }
  const std::vector<v1::TimerDue> due = TimersDue(state_, clock_.now(), 1);
  return due.empty() || Fail("due is " + due[0].ShortDebugString() + ", expected none");
}

bool Life::CompareEverything(bool with_invariants) {
  std::vector<std::string> differences = CompareAll(state_, entries_, model_);
  if (with_invariants) {
    for (std::string& finding : CheckInvariants(state_, entries_.redeemed())) {
      differences.push_back(std::move(finding));
    }
  }
  return differences.empty() || Fail(absl::StrJoin(differences, "\n"));
}

bool Life::RunGroup() {
  for (uint64_t left = uint64_t{1} << random_.Below(7); left > 0 && step_ < commands_; --left) {
    ++step_;
    clock_.Advance();
    if (!FireTimers()) return false;
    Sent sent = source_.Next(clock_.now());
    if (random_.Below(40) == 0 && !Malformed(sent)) return false;
    if (!Send(std::move(sent))) return false;
    if (step_ % kCompareAllEvery == 0 && !CompareEverything(step_ == commands_ / 2)) return false;
  }
  EndGroup();
  return true;
}

std::string Life::Run() {
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

// Null if nothing is to be written.
std::unique_ptr<EntryExport> OpenExport(uint64_t seed) {
  const char* directory = std::getenv("VOUCHER_MODEL_EXPORT");
  if (directory == nullptr) return nullptr;
  absl::StatusOr<std::unique_ptr<EntryExport>> out =
      EntryExport::Open(absl::StrCat(directory, "/life-", seed));
  EXPECT_TRUE(out.ok()) << out.status();
  return out.ok() ? *std::move(out) : nullptr;
}

TEST(Model, AgreesWithTheMachineAfterEveryCommand) {
  const uint64_t seed = FromEnvironment("VOUCHER_SEED", 20250530);
  const auto commands = static_cast<int64_t>(FromEnvironment("VOUCHER_MODEL_COMMANDS", 1'000'000));
  std::vector<v1::ProgramRules> shipped;
  for (const std::string& program_id : SimulatedIds()) {
    const absl::StatusOr<v1::ProgramRules> rules = ReadShippedProgram(program_id);
    ASSERT_TRUE(rules.ok()) << rules.status();
    shipped.push_back(Moved(*rules));
  }
  std::printf("VOUCHER_SEED=%llu VOUCHER_MODEL_COMMANDS=%lld\n",
              static_cast<unsigned long long>(seed), static_cast<long long>(commands));
  const auto start = std::chrono::steady_clock::now();
  Counts counts;
  Sha256 journal;
  // Each life has the next seed: a failing one runs alone under its own.
  uint64_t life = seed;
  for (int64_t left = commands; left > 0; left -= kLifeCommands, ++life) {
    const int64_t length = std::min(left, kLifeCommands);
    const std::unique_ptr<EntryExport> out = OpenExport(life);
    Life one(shipped, life, length, &counts, &journal, out.get());
    std::string failure = one.Run();
    if (failure.empty() && (life - seed) % kTwinsEvery == 0) failure = CompareTwins(one.entries());
    ASSERT_TRUE(out == nullptr || out->Finish().ok());
    ASSERT_TRUE(failure.empty()) << "repeat with VOUCHER_SEED=" << life
                                 << " VOUCHER_MODEL_COMMANDS=" << length << "\n"
                                 << failure;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  for (const auto& [name, count] : counts) {
    std::printf("%10lld %s\n", static_cast<long long>(count), name.c_str());
  }
  // Equal for two versions that record the same bytes for the same seed.
  std::printf("SHA-256 of all entries: %s\n", ToHex(AsBytes(journal.Finish())).c_str());
  std::printf("%lld commands in %.1f s\n", static_cast<long long>(commands), took.count());
  for (const std::string& name : TooSeldom(commands, shipped.size() + kSyntheticPrograms, counts))
    ADD_FAILURE() << name;
}

}  // namespace
}  // namespace voucher::simulation
