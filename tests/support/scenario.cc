#include "tests/support/scenario.h"

#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "ledger/invariants/invariants.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/redemptions.h"
#include "ledger/policy/refusal_text.h"
#include "ledger/validation/validate_command.h"
#include "ledger/validation/validate_dates.h"
#include "ledger/validation/verbs.h"
#include "tests/support/announced_refusal.h"

namespace voucher {
namespace {

using google::protobuf::Message;

// The message of a command's verb or of an event's kind.
Message* OneOf(const char* name, Message* message) {
  const auto* reflection = message->GetReflection();
  return reflection->MutableMessage(message,
                                    reflection->GetOneofFieldDescriptor(
                                        *message, message->GetDescriptor()->FindOneofByName(name)));
}

std::pair<std::string, std::string> SplitAt(absl::string_view text, absl::string_view mark) {
  const std::vector<std::string> parts =
      absl::StrSplit(text, absl::MaxSplits(std::string(mark), 1));
  return {std::string(absl::StripAsciiWhitespace(parts[0])),
          parts.size() > 1 ? std::string(absl::StripAsciiWhitespace(parts[1])) : ""};
}

}  // namespace

Scenario::Scenario() : state_(std::make_unique<WriterRows>(nullptr)) {}

std::vector<std::string> Scenario::Run(const std::string& path) {
  state_ = std::make_unique<WriterRows>(nullptr);
  entries_ = {};
  redemptions_ = {};
  now_ = 0;
  recorded_ = 0;
  fired_ = 0;
  script_ = ReadScenario(path);
  findings_ = script_.problems;
  for (const ScenarioStep& step : script_.steps) {
    step_ = &step;
    RunStep(step);
  }
  return std::move(findings_);
}

void Scenario::Fail(const std::string& what) {
  findings_.push_back(script_.Place(*step_) + what);
}

void Scenario::RunStep(const ScenarioStep& step) {
  switch (step.kind) {
    case ScenarioStep::kCommand:
      return RunCommand(step);
    case ScenarioStep::kClock:
      now_ = step.at;
      return FireTimers();
    case ScenarioStep::kTimers:
      return ExpectTimers(step);
    case ScenarioStep::kRow:
      return ExpectRow(step);
  }
}

void Scenario::RunCommand(const ScenarioStep& step) {
  fired_ = 0;
  v1::Command command = step.command;
  redemptions_.ToIds(OneOf("verb", &command));
  const std::string& outcome = step.expected;
  if (IsMalformed(ValidateCommand(command), outcome)) return;
  const v1::Authority& authority = script_.authorities[step.who];
  const uint64_t known =
      FindRequest(*state_, NumberAuthority(*state_, authority).principal, RequestIdOf(command));
  if (known != 0) {
    const bool same = SameRequest(entries_.Find(known)->command(), command);
    if (!same) reasons_given_.insert("REQUEST_ID_REUSED");
    if (outcome != (same ? "REPLAY" : "REQUEST_ID_REUSED")) {
      Fail(same ? "got REPLAY" : "got REQUEST_ID_REUSED");
    }
    return;
  }
  if (IsMalformed(ValidateDates(command, now_), outcome)) return;
  recorded_ = std::max(recorded_ + 1, now_);
  const v1::Entry* const named = entries_.NamedBy(command);
  const v1::Entry entry = Decide(*state_, std::move(command), authority, now_, recorded_, named);
  Record(entry);
  ExpectOutcome(entry, outcome);
  ExpectBalances(step.balances);
  FireTimers();
}

bool Scenario::IsMalformed(const std::vector<FieldProblem>& problems, const std::string& expected) {
  if (problems.empty()) return false;
  const std::string got = "MALFORMED " + problems.front().field;
  if (expected != got) Fail(absl::StrCat("got ", got, ": ", problems.front().description));
  return true;
}

void Scenario::Record(v1::Entry entry) {
  // Through bytes, as the journal would keep it.
  v1::Entry stored;
  stored.ParseFromString(entry.SerializeAsString());
  const v1::Entry* const named = entries_.NamedBy(stored.command());
  if (Redecide(*state_, stored, named).SerializeAsString() != entry.SerializeAsString()) {
    Fail("deciding again gives another entry");
  }
  Evolve(stored, state_.get());
  if (stored.has_event()) redemptions_.Note(*OneOf("kind", stored.mutable_event()));
  entries_.Add(std::move(stored));
  for (const std::string& finding : CheckInvariants(*state_, entries_.redeemed())) {
    Fail("invariant: " + finding);
  }
}

void Scenario::ExpectOutcome(const v1::Entry& entry, absl::string_view expected) {
  const auto [word, rest] = SplitAt(expected, " ");
  if (entry.has_event()) {
    verbs_accepted_.insert(std::string(VerbName(entry.command())));
    if (word != "ok") return Fail("got ok " + entry.event().ShortDebugString());
    if (rest.empty()) return;
    v1::Event event = entry.event();
    Message* const kind = OneOf("kind", &event);
    redemptions_.ToNumbers(kind);
    const std::string missing = MissingFields(*kind, rest);
    if (!missing.empty()) Fail(missing);
    return;
  }
  const v1::Refusal& refusal = entry.refusal();
  refusals_given_.emplace(VerbName(entry.command()), ReasonName(refusal.reason()));
  if (const std::string what = testing::UnannouncedRefusal(entry); !what.empty()) Fail(what);
  reasons_given_.insert(std::string(ReasonName(refusal.reason())));
  v1::Refusal spoken = refusal;
  FillMessages(&spoken);
  if (spoken.message().empty() || spoken.message_zh().empty()) Fail("a refusal without sentences");
  if (spoken.clause().empty()) Fail("a refusal without a clause");
  const std::string got = spoken.ShortDebugString();
  if (word != ReasonName(refusal.reason())) return Fail("got " + got);
  for (absl::string_view token : absl::StrSplit(rest, ' ', absl::SkipEmpty())) {
    const auto [name, value] = SplitAt(token, "=");
    bool found = value.empty() && refusal.subject() == name;
    for (const v1::RefusalNumber& number : refusal.numbers()) {
      const bool is_id = number.name() == "redemption_id";
      const auto shown = is_id ? redemptions_.NumberOf(static_cast<uint64_t>(number.value()))
                               : static_cast<uint64_t>(number.value());
      if (number.name() == name && absl::StrCat(static_cast<int64_t>(shown)) == value) found = true;
    }
    std::vector<std::string> rules;
    for (const int rule : refusal.rules()) {
      rules.emplace_back(RuleName(static_cast<v1::EligibilityRule>(rule)));
    }
    if (!found && name != absl::StrJoin(rules, ",")) {
      Fail(absl::StrCat("no ", token, " in ", got));
    }
  }
}

void Scenario::ExpectBalances(const std::string& expected) {
  if (expected.empty()) return;
  const std::vector<std::string> words = absl::StrSplit(expected, ' ', absl::SkipEmpty());
  const auto* number = state_->Find<tables::ProgramNumbers>({words[0]});
  if (number == nullptr) return Fail("no program " + words[0]);
  std::map<int, int64_t> class_fen;
  if (const auto* row = state_->Find<tables::Totals>({static_cast<uint32_t>(number->number())})) {
    for (int kind = 0; kind < row->class_fen_size(); ++kind) class_fen[kind] = row->class_fen(kind);
  }
  const std::string got = BalancesLike(expected, class_fen);
  const std::string wanted = absl::StrJoin(words, " ");
  if (got != wanted) Fail(absl::StrCat("balances ", got, ", expected ", wanted));
}

void Scenario::ExpectTimers(const ScenarioStep& step) {
  FireTimers();
  if (absl::StrCat(fired_) != step.expected) Fail(absl::StrCat(fired_, " timers were due"));
  fired_ = 0;
  ExpectBalances(step.balances);
}

void Scenario::FireTimers() {
  for (auto due = TimersDue(*state_, now_, 1); !due.empty(); due = TimersDue(*state_, now_, 1)) {
    v1::Command command;
    *command.mutable_timer_due() = due.front();
    recorded_ = std::max(recorded_ + 1, now_);
    ++fired_;
    Record(Decide(*state_, command, {}, now_, recorded_, nullptr));
  }
}

void Scenario::ExpectRow(const ScenarioStep& step) {
  const std::string& table = step.table;
  std::vector<uint64_t> ids;
  for (absl::string_view word : absl::StrSplit(step.key, ' ', absl::SkipEmpty())) {
    v1::AccountKind kind{};
    if (v1::AccountKind_Parse(absl::StrCat("ACCOUNT_KIND_", word), &kind)) {
      ids.push_back(static_cast<uint64_t>(kind));
    } else if (!absl::SimpleAtoi(word, &ids.emplace_back())) {
      return Fail("the key must be numbers");
    }
  }
  const uint64_t id = ids.empty() ? 0 : ids[0];
  const auto program = static_cast<uint32_t>(id);
  ids.resize(4);
  const Message* row = nullptr;
  if (table == "Application") row = state_->Find<tables::Applications>({id});
  if (table == "Voucher") row = state_->Find<tables::Vouchers>({id});
  if (table == "Transfer") row = state_->Find<tables::Transfers>({id});
  v1::Redemption redemption;  // which has no row: its entry says it
  if (table == "Redemption") {
    const uint64_t sequence = redemptions_.IdOf(id);
    const rows::ReversalRow* reversal = state_->Find<tables::Reversals>({sequence});
    *redemption.mutable_draws() = DrawsOf(*entries_.Find(sequence), reversal);
    redemption.set_state(StateOf(reversal));
    row = &redemption;
  }
  if (table == "Account") row = state_->Find<tables::CloudAccounts>({id});
  if (table == "Enterprise") row = state_->Find<tables::Enterprises>({id});
  if (table == "Tranche") row = state_->Find<tables::Tranches>({id});
  if (table == "Cluster") row = state_->Find<tables::Clusters>({id});
  if (table == "Statement") row = state_->Find<tables::Statements>({id});
  if (table == "Notice") row = state_->Find<tables::Notices>({id});
  if (table == "Program") row = state_->Find<tables::Programs>({program});
  rows::BalanceRow credit;  // which has no row: lots of accounts say it
  if (table == "Balance" && ids[1] == v1::ACCOUNT_KIND_CREDIT) {
    credit.set_fen(BalanceOf(*state_, program, Credit(ids[2], ids[3])));
    if (credit.fen() != 0) row = &credit;
  } else if (table == "Balance") {
    row = state_->Find<tables::Balances>({program, static_cast<uint8_t>(ids[1]), ids[2], ids[3]});
  }
  if (table == "Grants") row = state_->Find<tables::EnterpriseGrants>({program, ids[1]});
  if (table == "Pools") row = state_->Find<tables::ProgramGrants>({program});
  if (table == "Basket") row = state_->Find<tables::Baskets>({program, ids[1]});
  if (table == "EndedVoucher") row = state_->Find<tables::EndedVouchers>({program, ids[1], ids[2]});
  if (row == nullptr) {
    if (step.expected != "none") Fail("no such row");
    return;
  }
  if (const std::string missing = MissingFields(*row, step.expected); !missing.empty()) {
    Fail(missing);
  }
}

}  // namespace voucher
