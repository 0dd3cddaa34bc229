// The text tables of tests/scenarios, read into steps: what Scenario runs against the pure core and
// the demonstration plays through a real server. scenario.h documents the language.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

#include "ledger/base/clock.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

struct ScenarioStep {
  enum Kind {
    // `who` sends `command`; `expected` is the outcome.
    kCommand,
    // The clock moves to `at`.
    kClock,
    // `expected` timers are booked.
    kTimers,
    // The row `table` at `key` is as `expected`.
    kRow,
  };

  Kind kind = kCommand;
  int line = 0;
  // Title of the part it stands in.
  std::string part;
  UnixNanos at = 0;
  std::string who;
  std::string verb;
  v1::Command command;
  std::string table;
  std::string key;
  std::string expected;
  // Balances after it; empty if the line names none.
  std::string balances;
};

struct ScenarioScript {
  std::string path;
  std::map<std::string, v1::Authority> authorities;
  std::vector<ScenarioStep> steps;
  // "file:line: [part] what" of lines that cannot be read.
  std::vector<std::string> problems;

  // "file:line: [part] " of a step.
  std::string Place(const ScenarioStep& step) const;
};

// Reads a table; paths in it are relative to the working directory.
ScenarioScript ReadScenario(const std::string& path);

// Names of the columns of balances, in order, and how many of them the short form has.
inline constexpr absl::string_view kBalanceColumns[] = {
    "budget",  "held",     "voucher", "transit", "credit",
    "payable", "returned", "due",     "paid",    "receivable"};
inline constexpr size_t kShortBalanceColumns = 7;

// "PROGRAM_ID 1 2 …" of class totals by v1::AccountKind, with as many columns as `expected` has.
std::string BalancesLike(absl::string_view expected, const std::map<int, int64_t>& class_fen);

// Empty if `actual` holds at least the fields that the textproto names; otherwise the difference.
std::string MissingFields(const google::protobuf::Message& actual, const std::string& textproto);

}  // namespace voucher
