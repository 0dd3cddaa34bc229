// A ledger on a scratch directory under a manual clock, and commands for it.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "ledger/base/clock.h"
#include "ledger/base/mutex.h"
#include "ledger/ledger.h"
#include "server/host/clocks.h"
#include "tests/support/scratch_directory.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::testing {

// 2025-10-31T12:00:00+08:00: noon of the last day of TestRules' window.
inline constexpr UnixNanos kNoon = 1'761'883'200 * kNanosPerSecond;
// 2025-11-01T00:00:00+08:00: its cutoff.
inline constexpr UnixNanos kCutoff = kNoon + 12 * kNanosPerHour;

// Holds the sequencer up between groups.
class Turnstile {
 public:
  // The sequencer stops before its next group.
  void Hold() VOUCHER_EXCLUDES(mutex_);
  // Waits until it stands there.
  void AwaitHeld() VOUCHER_EXCLUDES(mutex_);
  void Release() VOUCHER_EXCLUDES(mutex_);
  // Lets it do one group; it stops before the next one.
  void ReleaseOne() VOUCHER_EXCLUDES(mutex_);
  // For LedgerOptions::before_group.
  void Pass() VOUCHER_EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  CondVar changed_;
  bool held_ VOUCHER_GUARDED_BY(mutex_) = false;
  bool waiting_ VOUCHER_GUARDED_BY(mutex_) = false;
  bool may_pass_one_ VOUCHER_GUARDED_BY(mutex_) = false;
};

class TestLedger {
 public:
  TestLedger();

  // Opens with `options`; aborts on an error.
  void Open();
  // As a restart: what queued is finished first.
  void Reopen();
  void Close() {
    turnstile.Release();
    ledger.reset();
  }

  // Submits as one unit; the future is ready when the outcomes are.
  std::future<std::vector<Outcome>> Submit(std::vector<v1::Command> commands,
                                           const v1::Authority& authority);
  // Submits one command of the platform and waits.
  Outcome Do(v1::Command command);
  Outcome Do(v1::Command command, const v1::Authority& authority);
  // The same, and the test fails unless it is accepted.
  Outcome Accept(v1::Command command);

  // Publishes, opens and funds TestRules(program_id), gives it a product, and registers enterprises
  // 0 to `enterprises`
  // - 1.
  void OpenProgram(const std::string& program_id, int enterprises);
  // The same with other rules and money; 0 fen appropriates nothing.
  void OpenProgram(const v1::ProgramRules& rules, int64_t appropriated_fen, int enterprises);

  // All recorded entries.
  std::vector<v1::Entry> Entries() const;
  // Waits, at most 10 s, until the ledger has this many entries; the test fails if it does not get
  // there.
  void AwaitSequence(uint64_t sequence) const;

  std::string Path(absl::string_view file) const { return directory.Path(file); }

  ScratchDirectory directory;
  ManualClock clock;
  Turnstile turnstile;
  LedgerOptions options;
  std::unique_ptr<Ledger> ledger;
};

// Principals.
v1::Authority Platform(const std::string& principal = "platform");
v1::Authority Admin();

// Commands. A request_id names its command.
v1::Command PutProvider(const std::string& request_id, const std::string& provider_id = "acme");
v1::Command PutEnterprise(const std::string& request_id, int enterprise);
v1::Command Appropriate(const std::string& request_id, const std::string& program_id,
                        int64_t amount_fen);
// Refused with APPLICATION_NOT_FOUND.
v1::Command WithdrawUnknown(const std::string& request_id);
v1::Command Resume(const std::string& request_id);
// Spend of 1,000 yuan at 20 %.
v1::Command Apply(const std::string& request_id, const std::string& program_id, int enterprise);

// A USCC with its check digit for each number from 0 to 9,999,999.
std::string TestUscc(int enterprise);

// One item "cloud" at 20 %, no eligibility rules, no evidence, no caps; window 2025-01-01 to
// `last_day` of October 2025.
v1::ProgramRules TestRules(const std::string& program_id, int last_day = 31);

// True if refused for this reason.
bool RefusedFor(const Outcome& outcome, v1::Reason reason);
bool Accepted(const Outcome& outcome);

}  // namespace voucher::testing
