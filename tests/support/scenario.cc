#include "tests/support/scenario.h"

#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"

#include "ledger/machine/decode.h"
#include "ledger/machine/invariants.h"
#include "ledger/policy/refusal_text.h"

namespace voucher {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::pair<std::string, std::string> SplitAt(absl::string_view text, absl::string_view mark) {
  const std::vector<std::string> parts =
      absl::StrSplit(text, absl::MaxSplits(std::string(mark), 1));
  return {std::string(absl::StripAsciiWhitespace(parts[0])),
          parts.size() > 1 ? std::string(absl::StripAsciiWhitespace(parts[1])) : ""};
}

// The Verb's field of a command ("Redeem" → redeem), by the name of its message.
const FieldDescriptor* VerbField(absl::string_view verb) {
  const auto* descriptor = v1::Command::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->message_type()->name() == absl::StrCat(verb, "Request")) {
      return descriptor->field(i);
    }
  }
  return nullptr;
}

// Empty if `actual` holds at least the fields that the textproto names.
std::string Missing(const Message& actual, const std::string& text) {
  std::unique_ptr<Message> expected(actual.New());
  if (!TextFormat::ParseFromString(text, expected.get())) return "cannot read: " + text;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.set_scope(google::protobuf::util::MessageDifferencer::PARTIAL);
  std::string report;
  differencer.ReportDifferencesToString(&report);
  return differencer.Compare(*expected, actual) ? "" : report + actual.ShortDebugString();
}

}  // namespace

Scenario::Scenario() : state_(std::make_unique<HotView>(nullptr)) {}

std::vector<std::string> Scenario::Run(const std::string& path) {
  path_ = path;
  state_ = std::make_unique<HotView>(nullptr);
  entries_.clear();
  names_.clear();
  authorities_.clear();
  defaults_.clear();
  now_ = 0;
  recorded_ = 0;
  line_number_ = 0;
  std::istringstream in(ReadFile(path));
  for (std::string line; std::getline(in, line);) {
    ++line_number_;
    RunLine(line);
  }
  if (line_number_ == 0) Fail("is empty or missing");
  return std::move(findings_);
}

void Scenario::Fail(const std::string& what) {
  findings_.push_back(absl::StrCat(path_, ":", line_number_, ": [", part_, "] ", what));
}

void Scenario::RunLine(std::string line) {
  for (auto it = names_.rbegin(); it != names_.rend(); ++it) {
    absl::StrReplaceAll({{"$" + it->first, it->second}}, &line);
  }
  const std::string number = absl::StrFormat("%020d", line_number_);
  if (!absl::StartsWith(line, "default ")) absl::StrReplaceAll({{"$#", number}}, &line);
  absl::string_view text = absl::StripAsciiWhitespace(line);
  if (text.empty() || text[0] == '#') return;
  if (absl::ConsumePrefix(&text, "== ")) {
    part_ = std::string(text);
  } else if (absl::ConsumePrefix(&text, "let ")) {
    const auto [name, value] = SplitAt(text, "=");
    names_[name] = value;
  } else if (absl::ConsumePrefix(&text, "as ")) {
    const auto [who, authority] = SplitAt(text, " ");
    if (!TextFormat::ParseFromString(authority, &authorities_[who])) Fail("not an Authority");
    authorities_[who].set_principal(who);
  } else if (absl::ConsumePrefix(&text, "default ")) {
    const auto [verb, request] = SplitAt(text, " ");
    defaults_[verb] = request;
  } else if (absl::ConsumePrefix(&text, "rules_file ")) {
    rules_file_ = std::string(text);
  } else if (absl::ConsumePrefix(&text, "@ ")) {
    const auto at = ParseRfc3339(text);
    if (!at || *at < now_) {
      Fail("the clock must go on");
    } else {
      now_ = *at;
    }
  } else if (absl::ConsumePrefix(&text, "row ")) {
    ExpectRow(text);
  } else if (absl::ConsumePrefix(&text, "timers => ")) {
    FireTimers(text);
  } else {
    const auto [command, expected] = SplitAt(text, "=> ");
    const auto [who, rest] = SplitAt(command, " ");
    const auto [verb, request] = SplitAt(rest, " ");
    RunCommand(who, verb, request, expected);
  }
}

void Scenario::RunCommand(absl::string_view who, absl::string_view verb, const std::string& request,
                          const std::string& expected) {
  const bool bare = absl::ConsumePrefix(&verb, "!");
  const FieldDescriptor* field = VerbField(verb);
  if (field == nullptr || authorities_.count(std::string(who)) == 0) {
    return Fail(absl::StrCat("unknown verb or principal: ", who, " ", verb));
  }
  v1::Command command;
  Message* message = command.GetReflection()->MutableMessage(&command, field);
  auto merge = [&](const std::string& text) {
    if (!TextFormat::MergeFromString(text, message)) Fail("cannot read: " + text);
  };
  if (verb == "PublishProgram" && !bare) {
    if (!TextFormat::MergeFromString(ReadFile(rules_file_),
                                     command.mutable_publish_program()->mutable_rules())) {
      Fail("cannot read rules_file " + rules_file_);
    }
  }
  if (!bare) {
    merge(absl::StrReplaceAll(defaults_[std::string(verb)],
                              {{"$#", absl::StrFormat("%020d", line_number_)}}));
  }
  merge(request);
  const FieldDescriptor* id = message->GetDescriptor()->FindFieldByName("request_id");
  if (message->GetReflection()->GetString(*message, id).empty() && !bare) {
    message->GetReflection()->SetString(message, id, absl::StrCat("line-", line_number_));
  }

  const auto [outcome, balances] = SplitAt(expected, "|");
  const std::vector<FieldProblem> problems = CheckCommand(command, now_);
  if (!problems.empty()) {
    const std::string got = "MALFORMED " + problems.front().field;
    if (outcome != got) Fail(absl::StrCat("got ", got, ": ", problems.front().description));
    return;
  }
  const v1::Authority& authority = authorities_[std::string(who)];
  const uint64_t known =
      FindRequest(*state_, NumberAuthority(*state_, authority).principal, RequestIdOf(command));
  if (known != 0) {
    const bool same = SameRequest(entries_[known].command(), command);
    if (!same) reasons_given_.insert("REQUEST_ID_REUSED");
    if (outcome != (same ? "REPLAY" : "REQUEST_ID_REUSED")) {
      Fail(same ? "got REPLAY" : "got REQUEST_ID_REUSED");
    }
    return;
  }
  recorded_ = std::max(recorded_ + 1, now_);
  const v1::Entry entry = Decide(*state_, std::move(command), authority, now_, recorded_);
  Record(entry);
  ExpectOutcome(entry, outcome);
  if (!balances.empty()) ExpectBalances(balances);
}

void Scenario::Record(v1::Entry entry) {
  // Through bytes, as the journal would keep it.
  v1::Entry stored;
  stored.ParseFromString(entry.SerializeAsString());
  if (Redecide(*state_, stored).SerializeAsString() != entry.SerializeAsString()) {
    Fail("deciding again gives another entry");
  }
  Overlay overlay(state_.get());
  Evolve(stored, &overlay);
  state_->Absorb(std::move(overlay));
  for (const std::string& finding : CheckInvariants(*state_)) Fail("invariant: " + finding);
  entries_[stored.sequence()] = std::move(stored);
}

void Scenario::ExpectOutcome(const v1::Entry& entry, absl::string_view expected) {
  const auto [word, rest] = SplitAt(expected, " ");
  if (entry.has_event()) {
    verbs_accepted_.insert(std::string(VerbName(entry.command())));
    if (word != "ok") return Fail("got ok " + entry.event().ShortDebugString());
    if (rest.empty()) return;
    const FieldDescriptor* kind = v1::Event::GetReflection()->GetOneofFieldDescriptor(
        entry.event(), v1::Event::descriptor()->FindOneofByName("kind"));
    const std::string missing =
        Missing(v1::Event::GetReflection()->GetMessage(entry.event(), kind), rest);
    if (!missing.empty()) Fail(missing);
    return;
  }
  const v1::Refusal& refusal = entry.refusal();
  reasons_given_.insert(std::string(ReasonName(refusal.reason())));
  v1::Refusal spoken = refusal;
  FillMessages(&spoken);
  if (spoken.message().empty() || spoken.message_zh().empty()) Fail("a refusal without sentences");
  const std::string got = spoken.ShortDebugString();
  if (word != ReasonName(refusal.reason())) return Fail("got " + got);
  for (absl::string_view token : absl::StrSplit(rest, ' ', absl::SkipEmpty())) {
    const auto [name, value] = SplitAt(token, "=");
    bool found = value.empty() && refusal.subject() == name;
    for (const v1::RefusalNumber& number : refusal.numbers()) {
      if (number.name() == name && absl::StrCat(number.value()) == value) found = true;
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

void Scenario::ExpectBalances(absl::string_view expected) {
  const std::vector<std::string> words = absl::StrSplit(expected, ' ', absl::SkipEmpty());
  const auto* number = state_->Find<tables::ProgramNumbers>({words[0]});
  if (number == nullptr) return Fail("no program " + words[0]);
  const auto* row = state_->Find<tables::Totals>({static_cast<uint32_t>(number->number())});
  auto total = [&](v1::AccountKind kind) {
    return row != nullptr && kind < row->class_fen_size() ? row->class_fen(kind) : 0;
  };
  const std::string got = absl::StrJoin(
      std::vector<int64_t>{
          total(v1::ACCOUNT_KIND_BUDGET), total(v1::ACCOUNT_KIND_HELD),
          total(v1::ACCOUNT_KIND_VOUCHER), total(v1::ACCOUNT_KIND_TRANSIT),
          total(v1::ACCOUNT_KIND_CREDIT),
          total(v1::ACCOUNT_KIND_PAYABLE_PROVIDER) + total(v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE),
          total(v1::ACCOUNT_KIND_RETURNED)},
      " ");
  const std::string wanted =
      absl::StrJoin(std::vector<std::string>(words.begin() + 1, words.end()), " ");
  if (got != wanted) Fail(absl::StrCat("balances ", got, ", expected ", wanted));
}

void Scenario::FireTimers(absl::string_view expected) {
  const auto [count, balances] = SplitAt(expected, "|");
  const auto due = TimersDue(*state_, now_ - 30 * kNanosPerSecond, 1000);
  for (const v1::TimerDue& timer : due) {
    v1::Command command;
    *command.mutable_timer_due() = timer;
    recorded_ = std::max(recorded_ + 1, now_);
    Record(Decide(*state_, command, {}, now_, recorded_));
  }
  if (absl::StrCat(due.size()) != count) Fail(absl::StrCat(due.size(), " timers were due"));
  if (!balances.empty()) ExpectBalances(balances);
}

void Scenario::ExpectRow(absl::string_view line) {
  const auto [left, expected] = SplitAt(line, " = ");
  const auto [table, key] = SplitAt(left, " ");
  uint64_t id = 0;
  if (!absl::SimpleAtoi(key, &id)) return Fail("the key must be a number");
  const Message* row = nullptr;
  if (table == "Application") row = state_->Find<tables::Applications>({id});
  if (table == "Voucher") row = state_->Find<tables::Vouchers>({id});
  if (table == "Transfer") row = state_->Find<tables::Transfers>({id});
  if (table == "Redemption") row = state_->Find<tables::Redemptions>({id});
  if (table == "Account") row = state_->Find<tables::Accounts>({id});
  if (table == "Enterprise") row = state_->Find<tables::Enterprises>({id});
  if (table == "Program") row = state_->Find<tables::Programs>({static_cast<uint32_t>(id)});
  if (row == nullptr) {
    if (expected != "none") Fail("no such row");
    return;
  }
  if (const std::string missing = Missing(*row, expected); !missing.empty()) Fail(missing);
}

}  // namespace voucher
