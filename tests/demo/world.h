// Everything the phases of the demonstration share.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "ledger/base/mutex.h"
#include "tests/demo/acknowledgements.h"
#include "tests/demo/expectations.h"
#include "tests/demo/fleet.h"
#include "tests/demo/input.h"
#include "tests/demo/progress.h"
#include "tests/support/dev_clock.h"
#include "tests/support/server_process.h"

namespace voucher::demo {

struct Options {
  std::string data_directory = "build/demo/data";
  std::string bin_directory;
  std::string program_id = "hubei-2025";
  bool keep = false;
};

// 50,000,000 yuan.
inline constexpr int64_t kAppropriatedFen = int64_t{50'000'000} * 100;

// Counts answers by verb and outcome and keeps every receipt. Thread-safe.
class Recorder {
 public:
  // Books the answer to a mutation. An answer that is neither yes nor no is returned as an error.
  template <class Response>
  absl::Status Note(absl::string_view verb, absl::string_view request_id,
                    const testing::Reply<Response>& reply) {
    if (!reply.ok() && !reply.refused.has_value()) {
      return absl::InternalError(
          absl::StrCat(verb, " ", request_id, ": ", testing::Describe(reply.status)));
    }
    if (reply.recorded()) acknowledgements_.Add(request_id, reply.receipt());
    Count(verb, reply.reason());
    return absl::OkStatus();
  }

  // The same for one item of a batch or stream.
  void NoteOutcome(const v1::RedeemOutcome& outcome);

  // Like Note, and an error if the ledger said no.
  template <class Response>
  absl::Status NoteAccepted(absl::string_view verb, absl::string_view request_id,
                            const testing::Reply<Response>& reply) {
    absl::Status status = Note(verb, request_id, reply);
    if (!status.ok() || reply.ok()) return status;
    return absl::InternalError(absl::StrCat(verb, " ", request_id, " was refused: ", reply.reason(),
                                            ": ", reply.status.error_message()));
  }

  const Acknowledgements& acknowledgements() const { return acknowledgements_; }

  // (verb, reason) → answers; the reason of an accepted one is empty.
  using Counts = std::map<std::pair<std::string, std::string>, int64_t>;
  Counts counts() const VOUCHER_EXCLUDES(mutex_);

 private:
  void Count(absl::string_view verb, absl::string_view reason) VOUCHER_EXCLUDES(mutex_);

  Acknowledgements acknowledgements_;
  mutable Mutex mutex_;
  Counts counts_ VOUCHER_GUARDED_BY(mutex_);
};

// An application and what the server answered about it.
struct Case {
  const v1::SubmitApplicationRequest* request = nullptr;
  v1::Receipt receipt;
  std::string reason;  // of the refusal; empty if accepted
  uint64_t application_id = 0;
  int64_t granted_fen = 0;
  int64_t released_fen = 0;  // back to the budget
  int64_t approved_fen = 0;
  bool withdrawn = false;
  bool rejected = false;
  bool listed = false;      // all stages passed, not approved
  uint64_t voucher_id = 0;  // 0 for REIMBURSEMENT
  size_t account = 0;       // index in World::accounts, with a voucher
  int64_t ordered_fen = 0;  // of all transfer orders
  int64_t confirmed_fen = 0;
  int64_t declined_fen = 0;
};

// A cloud account and its credit as the answers tell.
struct Account {
  std::string provider_id;
  std::string uscc;
  uint64_t account_id = 0;
  int64_t credit_fen = 0;
};

// An answered order, for reversals.
struct Order {
  uint64_t redemption_id = 0;
  size_t account = 0;
  int64_t amount_fen = 0;
};

// A refusal that is shown: what was tried and the answer.
struct ShownRefusal {
  std::string attempt;
  std::string expected_reason;
  std::string reason;
  std::string message;
};

// What was found out, for the table and summary.json.
struct Findings {
  int64_t queue_inversions = 0;
  int64_t oversold_fen = 0;
  int64_t acknowledged_before_kill = 0;
  int64_t replayed = 0;
  int64_t lost_acknowledgements = 0;
  int64_t kills = 0;
  // From the SIGKILL until mutations were taken again.
  int64_t restart_milliseconds = 0;
  LedgerReading ledger;
  v1::Budget budget;
  std::string fsck_verdict = "not run";
  // What is wrong; the demonstration fails if anything is.
  std::vector<std::string> problems;
};

// Sums of the answers, in fen.
struct Sums {
  int64_t granted = 0, released = 0;
  int64_t vouchers = 0, reimbursed = 0;  // approved, by delivery mode
  int64_t ordered = 0, confirmed = 0, declined = 0;
  int64_t redeemed = 0, reversed = 0;
};

struct World {
  World(Options options, Input input);

  testing::ApiClient Client(absl::string_view principal) {
    return testing::ApiClient(server.endpoint(), std::string(principal));
  }
  // Notes a problem unless `holds`.
  void Expect(bool holds, absl::string_view problem);
  // Notes a problem unless both are the same.
  void ExpectEqual(int64_t actual, int64_t expected, absl::string_view what);

  const Options options;
  const Input input;
  testing::ServerProcess server;
  testing::DevClock clock;
  Fleet fleet;
  Progress progress;
  Recorder recorder;
  Expectations expectations;
  std::vector<Case> cases;  // in the order of the queue, once the rush is over
  // Requests made beside the input, to which cases point.
  std::vector<std::shared_ptr<const v1::SubmitApplicationRequest>> extra_requests;
  std::vector<Account> accounts;
  std::vector<Order> orders;
  Sums sums;
  std::vector<ShownRefusal> shown_refusals;
  Findings findings;
};

// The phases, in order. Each returns the first error that stops it.
absl::Status StartAndPublish(World* world);
absl::Status ImportRegistry(World* world);
absl::Status RushOpening(World* world);
absl::Status PassCutoff(World* world);
absl::Status ReviewAll(World* world);
absl::Status ApproveAll(World* world);
absl::Status TransferCredit(World* world);
absl::Status RedeemThroughCrash(World* world);
absl::Status RedeemRest(World* world);
absl::Status ReverseSome(World* world);
absl::Status ShowRefusals(World* world);
absl::Status ReplayAcknowledged(World* world);
absl::Status CompareBooks(World* world);
absl::Status ReadWholeLedger(World* world);
absl::Status StopAndVerify(World* world);

}  // namespace voucher::demo
