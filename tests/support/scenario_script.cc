#include "tests/support/scenario_script.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"

#include "ledger/base/civil.h"

namespace voucher {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

std::string ReadWhole(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::pair<std::string, std::string> SplitOnce(absl::string_view text, absl::string_view mark) {
  const std::vector<std::string> parts =
      absl::StrSplit(text, absl::MaxSplits(std::string(mark), 1));
  return {std::string(absl::StripAsciiWhitespace(parts[0])),
          parts.size() > 1 ? std::string(absl::StripAsciiWhitespace(parts[1])) : ""};
}

// The verb's field of a command ("Redeem" → redeem), by the name of its message.
const FieldDescriptor* VerbField(absl::string_view verb) {
  const auto* descriptor = v1::Command::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->message_type()->name() == absl::StrCat(verb, "Request")) {
      return descriptor->field(i);
    }
  }
  return nullptr;
}

class Reader {
 public:
  explicit Reader(const std::string& path) { script_.path = path; }

  ScenarioScript Read() && {
    std::istringstream in(ReadWhole(script_.path));
    for (std::string line; std::getline(in, line);) {
      ++line_number_;
      ReadLine(std::move(line));
    }
    if (line_number_ == 0) Fail("is empty or missing");
    return std::move(script_);
  }

 private:
  void Fail(const std::string& what) {
    script_.problems.push_back(
        absl::StrCat(script_.path, ":", line_number_, ": [", part_, "] ", what));
  }

  std::string LineNumberText() const { return absl::StrFormat("%020d", line_number_); }

  ScenarioStep* Add(ScenarioStep::Kind kind) {
    ScenarioStep& step = script_.steps.emplace_back();
    step.kind = kind;
    step.line = line_number_;
    step.part = part_;
    step.at = now_;
    return &step;
  }

  void ReadLine(std::string line) {
    for (auto it = names_.rbegin(); it != names_.rend(); ++it) {
      absl::StrReplaceAll({{"$" + it->first, it->second}}, &line);
    }
    if (!absl::StartsWith(line, "default ")) {
      absl::StrReplaceAll({{"$#", LineNumberText()}}, &line);
    }
    absl::string_view text = absl::StripAsciiWhitespace(line);
    if (text.empty() || text[0] == '#') return;
    if (absl::ConsumePrefix(&text, "== ")) {
      part_ = std::string(text);
    } else if (absl::ConsumePrefix(&text, "let ")) {
      const auto [name, value] = SplitOnce(text, "=");
      names_[name] = value;
    } else if (absl::ConsumePrefix(&text, "as ")) {
      ReadAuthority(text);
    } else if (absl::ConsumePrefix(&text, "default ")) {
      const auto [verb, request] = SplitOnce(text, " ");
      defaults_[verb] = request;
    } else if (absl::ConsumePrefix(&text, "rules_file ")) {
      rules_file_ = std::string(text);
    } else if (absl::ConsumePrefix(&text, "@ ")) {
      ReadClock(text);
    } else if (absl::ConsumePrefix(&text, "row ")) {
      const auto [left, expected] = SplitOnce(text, " = ");
      ScenarioStep* step = Add(ScenarioStep::kRow);
      std::tie(step->table, step->key) = SplitOnce(left, " ");
      step->expected = expected;
    } else if (absl::ConsumePrefix(&text, "timers => ")) {
      ScenarioStep* step = Add(ScenarioStep::kTimers);
      std::tie(step->expected, step->balances) = SplitOnce(text, "|");
    } else {
      ReadCommand(text);
    }
  }

  void ReadAuthority(absl::string_view text) {
    const auto [who, authority] = SplitOnce(text, " ");
    if (!TextFormat::ParseFromString(authority, &script_.authorities[who])) {
      Fail("not an Authority");
    }
    script_.authorities[who].set_principal(who);
  }

  void ReadClock(absl::string_view text) {
    const auto at = ParseRfc3339(text);
    if (!at || *at < now_) return Fail("the clock must go on");
    now_ = *at;
    Add(ScenarioStep::kClock);
  }

  void ReadCommand(absl::string_view text) {
    const auto [left, expected] = SplitOnce(text, "=> ");
    const auto [who, rest] = SplitOnce(left, " ");
    const auto [verb_text, request] = SplitOnce(rest, " ");
    absl::string_view verb = verb_text;
    const bool bare = absl::ConsumePrefix(&verb, "!");
    const FieldDescriptor* field = VerbField(verb);
    if (field == nullptr || script_.authorities.count(who) == 0) {
      return Fail(absl::StrCat("unknown verb or principal: ", who, " ", verb));
    }
    ScenarioStep* step = Add(ScenarioStep::kCommand);
    step->who = who;
    step->verb = std::string(verb);
    std::tie(step->expected, step->balances) = SplitOnce(expected, "|");
    Message* message = step->command.GetReflection()->MutableMessage(&step->command, field);
    if (!bare) MergeDefaults(*step, message);
    Merge(request, message);
    const FieldDescriptor* id = message->GetDescriptor()->FindFieldByName("request_id");
    if (message->GetReflection()->GetString(*message, id).empty() && !bare) {
      message->GetReflection()->SetString(message, id, absl::StrCat("line-", line_number_));
    }
  }

  void MergeDefaults(const ScenarioStep& step, Message* message) {
    if (step.verb == "PublishProgram") {
      v1::PublishProgramRequest rules;
      if (!TextFormat::MergeFromString(ReadWhole(rules_file_), rules.mutable_rules())) {
        Fail("cannot read rules_file " + rules_file_);
      }
      message->MergeFrom(rules);
    }
    Merge(absl::StrReplaceAll(defaults_[step.verb], {{"$#", LineNumberText()}}), message);
  }

  void Merge(const std::string& text, Message* message) {
    if (!TextFormat::MergeFromString(text, message)) Fail("cannot read: " + text);
  }

  ScenarioScript script_;
  std::map<std::string, std::string> names_;
  std::map<std::string, std::string> defaults_;
  std::string rules_file_;
  std::string part_;
  UnixNanos now_ = 0;
  int line_number_ = 0;
};

}  // namespace

std::string ScenarioScript::Place(const ScenarioStep& step) const {
  return absl::StrCat(path, ":", step.line, ": [", step.part, "] ");
}

ScenarioScript ReadScenario(const std::string& path) {
  return Reader(path).Read();
}

std::string BalancesLike(absl::string_view expected, const std::map<int, int64_t>& class_fen) {
  const std::vector<std::string> words = absl::StrSplit(expected, ' ', absl::SkipEmpty());
  const auto total = [&](v1::AccountKind kind) {
    const auto found = class_fen.find(kind);
    return found == class_fen.end() ? 0 : found->second;
  };
  std::vector<int64_t> totals = {
      total(v1::ACCOUNT_KIND_BUDGET),
      total(v1::ACCOUNT_KIND_HELD),
      total(v1::ACCOUNT_KIND_VOUCHER),
      total(v1::ACCOUNT_KIND_TRANSIT),
      total(v1::ACCOUNT_KIND_CREDIT),
      total(v1::ACCOUNT_KIND_PAYABLE_PROVIDER) + total(v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE),
      total(v1::ACCOUNT_KIND_RETURNED),
      total(v1::ACCOUNT_KIND_DUE),
      total(v1::ACCOUNT_KIND_PAID),
      total(v1::ACCOUNT_KIND_RECEIVABLE)};
  if (words.size() == kShortBalanceColumns + 1) totals.resize(kShortBalanceColumns);
  std::string text = words.empty() ? "" : words[0];
  for (const int64_t fen : totals) absl::StrAppend(&text, " ", fen);
  return text;
}

std::string MissingFields(const Message& actual, const std::string& textproto) {
  std::unique_ptr<Message> expected(actual.New());
  if (!TextFormat::ParseFromString(textproto, expected.get())) return "cannot read: " + textproto;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.set_scope(google::protobuf::util::MessageDifferencer::PARTIAL);
  std::string report;
  differencer.ReportDifferencesToString(&report);
  return differencer.Compare(*expected, actual) ? "" : report + actual.ShortDebugString();
}

}  // namespace voucher
