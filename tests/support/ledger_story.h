// A small ledger told command by command, in memory, and then written to a directory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "ledger/base/clock.h"
#include "ledger/state/writer_rows.h"
#include "tests/support/entry_book.h"
#include "tests/support/redemption_numbers.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::testing {

// Drives Decide and Evolve without a server. Time stands still unless moved: each command is
// received at `now` and recorded 1 ms later.
class LedgerStory {
 public:
  // Starts at 2025-10-30T10:00:00+08:00 with nothing recorded.
  LedgerStory();

  // Decides and evolves a well-formed command (checked); moves time on by 1 s.
  v1::Entry Do(const v1::Authority& who, v1::Command command);
  // The same, and it is accepted (checked).
  v1::Entry Accept(const v1::Authority& who, v1::Command command);
  // Fires all timers that are due now.
  void FireTimers();

  void MoveTo(absl::string_view rfc3339);
  void Advance(int64_t nanos) { now_ += nanos; }
  UnixNanos now() const { return now_; }

  const View& view() const { return state_; }
  // Id of the nth redemption, from 1.
  uint64_t redemption(uint64_t n) const { return redemptions_.IdOf(n); }
  const RedemptionSums& redeemed() const { return entries_.redeemed(); }
  // Entries as stored, from sequence 1.
  const std::vector<std::string>& stored() const { return stored_; }

 private:
  v1::Entry Keep(v1::Entry entry);

  WriterRows state_;
  EntryBook entries_;
  RedemptionNumbers redemptions_;
  UnixNanos now_;
  std::vector<std::string> stored_;
};

// Makes a data directory with these entries: journal/ (in groups of at most 7), the high-water
// mark, and views/ up to entry `views_at` (0: no views). Aborts on an error.
void WriteLedger(const std::string& path, const std::vector<std::string>& stored,
                 uint64_t views_at);

// Principals, one per role; the provider's is called as the provider.
v1::Authority Platform();
v1::Authority Reviewer();
v1::Authority Issuer();
v1::Authority Finance();
v1::Authority ProviderOf(const std::string& provider_id);

// A valid USCC in Wuhan (420106), another for every n in 0–9,999,999.
std::string StoryUscc(int n);

// Commands; each takes its request_id from its arguments. The program is hubei-2025.
v1::Command PublishProgram();
v1::Command Appropriate(const std::string& request_id, int64_t amount_fen);
v1::Command OpenProgram();
v1::Command PutProvider(const std::string& provider_id);
v1::Command PutEnterprise(int n);
// Enterprise `owner` is StoryUscc(owner).
v1::Command Bind(const std::string& provider_id, const std::string& account_number, int owner);
v1::Command PutProduct(const std::string& provider_id, const std::string& product_id);
// By voucher, of stage "resource" (20 %), with complete evidence.
v1::Command Apply(int n, const std::string& request_id, int64_t spend_fen);
v1::Command Review(uint64_t application_id, const std::string& stage_id, v1::ReviewVerdict verdict);
v1::Command Approve(uint64_t application_id);
v1::Command Withdraw(uint64_t application_id);
v1::Command OrderTransfer(uint64_t voucher_id, uint64_t account_id, int64_t amount_fen);
v1::Command ConfirmTransfer(uint64_t transfer_id);
v1::Command DeclineTransfer(uint64_t transfer_id);
v1::Command Redeem(uint64_t account_id, const std::string& order_number, int64_t amount_fen);
v1::Command Reverse(uint64_t redemption_id, int64_t amount_fen);
// Of October 2025.
v1::Command CloseForProvider(const std::string& provider_id);
v1::Command CloseForDistrict(const std::string& division);
v1::Command Disburse(uint64_t statement_id, int64_t amount_fen);
v1::Command Reclaim(uint64_t application_id);

// Passes all review stages of hubei-2025.
void PassReviews(LedgerStory* story, uint64_t application_id);

// hubei-2025 published, funded with 100,000 yuan and open; provider "acme" with product "ecs" and
// "zeta" with "vm"; enterprises 0 to 3; account 1 of enterprise 0 at acme, 2 of enterprise 1 at
// acme, 3 of enterprise 0 at zeta. Then, in yuan:
//
//   application 1 (enterprise 0): 20,000 granted and approved as voucher 1
//   application 2 (enterprise 1): 2,000 granted and approved by reimbursement
//   application 3 (enterprise 2): 1,000 rejected
//   application 4 (enterprise 3): 400 withdrawn
//   application 5 (enterprise 3): 600 held, past DISTRICT
//   queue number 6 (enterprise 2): 200,000 refused, the budget then has 76,000
//   queue number 7: refused, no such enterprise
//   transfer 1: 8,000 to account 1, confirmed
//   transfer 2: 3,000 to account 3, unanswered
//   transfer 3: 1,000 to account 1, declined
//   redemption 1: 500 from account 1
//   redemption 2: 700 from account 1, of which 200 are reversed
//
// At the end: budget 77,400 + held 600 + voucher 9,000 + transit 3,000 + credit 7,000 + owed to
// acme 1,000 + owed to enterprise 1 2,000 = 100,000.
void TellMainJob(LedgerStory* story);

// After the main job, on November 2 (the cutoff is booked), in yuan:
//
//   statement 1 (acme): redeemed 1,200, reversed 200, due 1,000, of which 400 are disbursed
//   statement 2 (district 420106): application 2 with 2,000, disbursed and settled
//   application 2 is reclaimed: enterprise 1 owes 2,000
//   redemption 3: 100 from account 1
//
// At the end: budget 77,400 + held 600 + voucher 9,000 + transit 3,000 + credit 6,900 + owed to
// acme 100 + due 600 + paid 2,400 = 100,000.
void TellSettlement(LedgerStory* story);

}  // namespace voucher::testing
