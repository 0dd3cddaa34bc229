#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "ledger/base/clock.h"
#include "ledger/machine/machine.h"
#include "ledger/machine/view.h"

namespace voucher {

// Runs a text table of commands against the pure core in memory and checks outcome, balances and
// invariants after every line.
//
//   # comment                                    == title of a part, printed with failures
//   let NAME = text                              later $NAME stands for text; $# is the line number
//   as 20 digits as WHO textproto                             an Authority default Verb textproto
//   what later requests of that verb begin with
//   @ 2025-05-26T09:00:00+08:00                  the clock
//   WHO Verb textproto => outcome | balances     a command; !Verb ignores the default
//   timers => N | balances                       fires what is due (30 s late), N timers
//   row Table key… = textproto                   the row holds at least these fields; "none": there
//   is no row
//
//   outcome  := ok [textproto of the event, at least these fields] | REASON [subject] [name=value…]
//   |
//               NOT_ELIGIBLE rule,rule… | MALFORMED field | REPLAY | REQUEST_ID_REUSED
//   balances := PROGRAM_ID budget held voucher transit credit payable returned, in fen
//
// PublishProgram: rules { … } is merged over the file named by `rules_file` in its default, as in
// `default PublishProgram rules_file: "deploy/programs/hubei-2025.textproto"`.
class Scenario {
 public:
  Scenario();

  // Runs a file; findings are "file:line: what". Empty means that all held.
  std::vector<std::string> Run(const std::string& path);

  // Verbs accepted, reasons given, and malformed fields seen, over all files run.
  const std::set<std::string>& verbs_accepted() const { return verbs_accepted_; }
  const std::set<std::string>& reasons_given() const { return reasons_given_; }

 private:
  void RunLine(std::string line);
  void RunCommand(absl::string_view who, absl::string_view verb, const std::string& request,
                  const std::string& expected);
  void Record(v1::Entry entry);
  void ExpectOutcome(const v1::Entry& entry, absl::string_view expected);
  void ExpectBalances(absl::string_view expected);
  void ExpectRow(absl::string_view line);
  void FireTimers(absl::string_view expected);
  void Fail(const std::string& what);

  std::unique_ptr<HotView> state_;
  std::map<uint64_t, v1::Entry> entries_;
  std::map<std::string, std::string> names_;
  std::map<std::string, v1::Authority> authorities_;
  std::map<std::string, std::string> defaults_;
  std::string rules_file_;
  UnixNanos now_ = 0;
  UnixNanos recorded_ = 0;

  std::string path_, part_;
  int line_number_ = 0;
  std::vector<std::string> findings_;
  std::set<std::string> verbs_accepted_, reasons_given_;
};

}  // namespace voucher
