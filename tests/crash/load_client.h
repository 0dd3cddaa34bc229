// One of the clients whose server is killed again and again.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "ledger/base/mutex.h"
#include "tests/crash/command_sender.h"

namespace voucher::testing {

// A command with its first answer.
struct Acknowledged {
  Asked asked;
  Answered answered;
};

// All acknowledged commands, in the order in which they were acknowledged. Thread-safe; the rows
// stay where they are.
class AcknowledgedLog {
 public:
  void Add(Acknowledged acknowledged) VOUCHER_EXCLUDES(mutex_);
  size_t size() const VOUCHER_EXCLUDES(mutex_);
  // The first size() rows at this moment.
  std::vector<const Acknowledged*> Rows() const VOUCHER_EXCLUDES(mutex_);
  // Waits until there are at least `count` rows; false if that takes longer than `timeout`.
  bool WaitForSize(size_t count, std::chrono::milliseconds timeout) const VOUCHER_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  mutable CondVar grown_;
  std::deque<Acknowledged> rows_ VOUCHER_GUARDED_BY(mutex_);
};

// Works for enterprise `index` of the sample program in random steps: submissions, reviews,
// approvals, withdrawals, transfers and their answers, redemptions alone and in batches, reversals,
// and repeats of earlier request ids, which must bring the first answer.
class LoadClient {
 public:
  LoadClient(const Endpoint* endpoint, int index, uint64_t seed, AcknowledgedLog* log);

  // Gives the client an account with credit to start from.
  void StartFrom(uint64_t account_id) { account_id_ = account_id; }

  // Steps until `stop`; returns the first error, which a correct server never causes.
  absl::Status Run(const std::atomic<bool>& stop);

  int64_t repeats() const { return repeats_; }

 private:
  struct Application {
    uint64_t id = 0;
    size_t stages_passed = 0;
  };
  struct Voucher {
    uint64_t id = 0;
    int64_t available_fen = 0;
    // By amount, the entry of its newest order.
    std::map<int64_t, uint64_t> newest_orders = {};
  };

  absl::Status Step();
  absl::Status Submit();
  absl::Status ReviewOrApprove();
  absl::Status Withdraw();
  absl::Status OrderTransfer();
  absl::Status AnswerTransfer();
  absl::Status Redeem();
  absl::Status RedeemBatch();
  absl::Status Reverse();
  absl::Status Repeat();

  // Sends, logs, and gives the answer back.
  absl::StatusOr<Answered> Do(const char* principal, v1::Command command);
  v1::RedeemRequest NextOrder();
  std::string NextId(const char* verb);
  int64_t Below(int64_t n);

  ApiClient client_;
  const int index_;
  AcknowledgedLog* log_;
  std::mt19937_64 random_;
  int64_t next_number_ = 0;
  int64_t repeats_ = 0;
  uint64_t account_id_ = 0;
  std::string last_order_number_;
  std::vector<Application> applications_;
  std::vector<Voucher> vouchers_;
  std::vector<uint64_t> transfers_;
  std::vector<uint64_t> redemptions_;
  // What this client may repeat.
  std::vector<Acknowledged> own_;
};

}  // namespace voucher::testing
