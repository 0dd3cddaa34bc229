#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

#include "ledger/base/clock.h"
#include "ledger/base/field_problem.h"
#include "ledger/machine/machine.h"
#include "ledger/state/writer_rows.h"
#include "tests/support/entry_book.h"
#include "tests/support/redemption_numbers.h"
#include "tests/support/scenario_script.h"

namespace voucher {

// Runs a text table of commands against the pure core in memory and checks outcome, balances and
// invariants after every line.
//
//   # comment
//   == title                             of a part, printed with failures
//   let NAME = text                      later $NAME stands for text; $# is the line number as 20
//   digits as WHO textproto                     an Authority default Verb textproto what later
//   requests of that verb begin with rules_file PATH                      the rules that later
//   PublishProgram lines begin with; may
//                                        change, for another program
//   @ 2025-05-26T09:00:00+08:00          the clock
//   WHO Verb textproto => outcome | balances
//                                        a command; !Verb ignores the default
//   timers => N | balances               N timers were booked since the last command
//   row Table key… = textproto           the row holds at least these fields; "none": there is no
//   row;
//                                        an account kind in a key is named, as in "row Balance 1
//                                        PAYABLE_PROVIDER 2 0"
//
//   outcome  := ok [textproto of the event, at least these fields]
//             | REASON [subject] [name=value…] | NOT_ELIGIBLE rule,rule…
//             | MALFORMED field | REPLAY | REQUEST_ID_REUSED
//   balances := PROGRAM_ID budget held voucher transit credit payable returned [due paid
//   receivable],
//               in fen
//
// PublishProgram: rules { … } is merged over the newest `rules_file`.
//
// Immediate timers (a tranche that opens, a waitlist that goes on) are fired as the ledger does:
// when "@" reaches them, and after every line. Balances of a command are those after its own entry;
// `timers` counts what was fired since the command before it, the immediate ones included, and
// shows the balances after all.
//
// Redemptions are numbered as the table makes them, from 1, in commands, outcomes and "row
// Redemption".
//
// A refusal must have a clause and sentences in both languages, and the options of the verb's RPC
// must name its reason.
class Scenario {
 public:
  Scenario();

  // Runs a file; findings are "file:line: what". Empty means that all held.
  std::vector<std::string> Run(const std::string& path);

  // Of the file run last.
  const testing::EntryBook& entries() const { return entries_; }

  // Verbs accepted, reasons given, and malformed fields seen, over all files run.
  const std::set<std::string>& verbs_accepted() const { return verbs_accepted_; }
  const std::set<std::string>& reasons_given() const { return reasons_given_; }
  // The same reasons, each with the verb that was refused.
  const std::set<std::pair<std::string, std::string>>& refusals_given() const {
    return refusals_given_;
  }

 private:
  void RunStep(const ScenarioStep& step);
  void RunCommand(const ScenarioStep& step);
  // True, and the expected outcome compared with the first of them, if there are problems.
  bool IsMalformed(const std::vector<FieldProblem>& problems, const std::string& expected);
  void Record(v1::Entry entry);
  void ExpectOutcome(const v1::Entry& entry, absl::string_view expected);
  void ExpectBalances(const std::string& expected);
  void ExpectRow(const ScenarioStep& step);
  void ExpectTimers(const ScenarioStep& step);
  // Books every deadline that passed.
  void FireTimers();
  void Fail(const std::string& what);

  ScenarioScript script_;
  const ScenarioStep* step_ = nullptr;
  std::unique_ptr<WriterRows> state_;
  testing::EntryBook entries_;
  testing::RedemptionNumbers redemptions_;
  UnixNanos now_ = 0;
  UnixNanos recorded_ = 0;
  // Timers since the last command or `timers` line.
  int fired_ = 0;

  std::vector<std::string> findings_;
  std::set<std::string> verbs_accepted_, reasons_given_;
  std::set<std::pair<std::string, std::string>> refusals_given_;
};

}  // namespace voucher
