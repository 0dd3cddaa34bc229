#include "server/metrics/program_metrics.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/strip.h"

#include "ledger/base/clock.h"
#include "ledger/policy/refusal_text.h"

namespace voucher {

namespace {

std::string Without(absl::string_view prefix, const std::string& name) {
  return std::string(absl::StripPrefix(name, prefix));
}

// What the series of one program are made of.
class ProgramMetrics {
 public:
  ProgramMetrics(const query::ProgramFigures& figures, MetricFamilies* out)
      : figures_(figures), budget_(figures.budget), out_(out) {}

  void AddMoney() const {
    const v1::Budget& b = budget_;
    Fen("voucher_program_budget_fen", "Appropriated less cut, in fen (0.01 yuan).",
        b.appropriated_fen());
    Fen("voucher_program_remaining_fen", "What new applications can still get, in fen.",
        b.remaining_fen());
    Fen("voucher_program_held_fen", "Reserved for applications not yet approved, in fen.",
        b.held_fen());
    Fen("voucher_program_granted_fen", "Approved and not returned to the budget, in fen.",
        figures_.granted_fen);
    Fen("voucher_program_voucher_fen", "In vouchers, not ordered for transfer, in fen.",
        b.voucher_fen());
    Fen("voucher_program_transit_fen",
        "Ordered for transfer, not answered by the provider, in fen.", b.transit_fen());
    Fen("voucher_program_credit_fen", "In cloud accounts, not redeemed, in fen.", b.credit_fen());
    Fen("voucher_program_payable_fen", "Owed to providers and enterprises, in fen.",
        b.payable_fen());
    Fen("voucher_program_due_fen", "Owed on closed statements, in fen.", b.due_fen());
    Fen("voucher_program_paid_fen", "Disbursed, in fen.", b.paid_fen());
    Fen("voucher_program_receivable_fen", "Owed by enterprises after reclaims, in fen.",
        b.receivable_fen());
    Fen("voucher_program_unopened_fen",
        "Appropriated in tranches that have not opened, in fen; in no other amount.",
        b.unopened_fen());
  }

  void AddPools() const {
    for (const v1::PoolBudget& pool : budget_.pools()) {
      AddPool(Without("POOL_SCOPE_", v1::PoolScope_Name(pool.scope())), pool.key(),
              pool.amount_fen(), pool.used_fen());
    }
  }

  // Approved clusters are pools of their own; the others are only counted.
  void AddClusters() const {
    for (const query::ClusterFigures& cluster : figures_.approved_clusters) {
      AddPool("CLUSTER", cluster.cluster_id, cluster.pool_fen, cluster.used_fen);
    }
    if (!figures_.has_clusters) return;
    for (int state = 1; state < v1::ClusterState_ARRAYSIZE; ++state) {
      const auto name = v1::ClusterState_Name(static_cast<v1::ClusterState>(state));
      out_->Gauge("voucher_program_clusters", "Clusters by state.",
                  static_cast<double>(figures_.clusters[state]),
                  Labels({{"state", Without("CLUSTER_STATE_", name)}}));
    }
  }

  void AddApplications() const {
    for (const v1::ApplicationCount& count : budget_.applications()) {
      out_->Gauge("voucher_program_applications", "Applications by state.",
                  static_cast<double>(count.count()),
                  Labels({{"state", Without("APPLICATION_STATE_",
                                            v1::ApplicationState_Name(count.state()))}}));
    }
    out_->Counter("voucher_program_submissions_refused_total",
                  "Recorded submissions that were refused.",
                  static_cast<double>(budget_.refused_submissions()), Labels());
    out_->Counter("voucher_program_submissions_total",
                  "Recorded submissions, refused ones included.",
                  static_cast<double>(budget_.last_queue_number()), Labels());
  }

  void AddTransfers() const {
    for (int state = 1; state < v1::TransferState_ARRAYSIZE; ++state) {
      const auto name = v1::TransferState_Name(static_cast<v1::TransferState>(state));
      out_->Gauge("voucher_program_transfers", "Transfers by state.",
                  static_cast<double>(figures_.transfers[state]),
                  Labels({{"state", Without("TRANSFER_STATE_", name)}}));
    }
  }

  void AddState() const {
    out_->Gauge(
        "voucher_program_until_cutoff_seconds",
        "Seconds until applications are refused; negative after the cutoff.",
        static_cast<double>(figures_.until_cutoff_ns) / static_cast<double>(kNanosPerSecond),
        Labels());
    for (int state = v1::ProgramState_MIN + 1; state <= v1::ProgramState_MAX; ++state) {
      const auto name = v1::ProgramState_Name(static_cast<v1::ProgramState>(state));
      out_->Gauge("voucher_program_state", "1 for the state that the program is in.",
                  budget_.state() == state ? 1 : 0,
                  Labels({{"state", Without("PROGRAM_STATE_", name)}}));
    }
  }

  void AddWaitlist() const {
    out_->Gauge("voucher_program_waitlisted", "Applications that wait for money to come back.",
                static_cast<double>(figures_.waitlisted), Labels());
    for (const query::QuotaWaiters& quota : figures_.waiters) {
      out_->Gauge("voucher_pool_waitlisted",
                  "Applications on the list of a quota; at most 10,000 are counted.",
                  static_cast<double>(quota.waiting),
                  Labels({{"scope", Without("POOL_SCOPE_", v1::PoolScope_Name(quota.scope))},
                          {"key", quota.key}}));
    }
    if (!figures_.waitlist_missing_fen) return;
    Fen("voucher_program_waitlist_missing_fen",
        "What the first on the waitlist lacks, in fen; 0 or less if there is room for it.",
        *figures_.waitlist_missing_fen);
  }

  void AddAttempts(const TransferAttempts& attempts) const {
    for (const v1::Reason reason : kTransferAttemptReasons) {
      out_->Counter(kAttempts, kAttemptsHelp,
                    static_cast<double>(attempts.Of(figures_.number, reason)),
                    Labels({{"reason", std::string(ReasonName(reason))}}));
    }
  }

  static constexpr char kAttempts[] = "voucher_misuse_refused_total";
  static constexpr char kAttemptsHelp[] =
      "Refused attempts to pass credit to another enterprise, since the start; those without a "
      "program are accounts of another enterprise that were to be bound.";

 private:
  MetricLabels Labels(MetricLabels more = {}) const {
    MetricLabels labels = {{"program", budget_.program_id()}};
    if (figures_.sandbox) labels.push_back({"sandbox", "true"});
    for (auto& label : more) labels.push_back(std::move(label));
    return labels;
  }

  void Fen(const char* name, absl::string_view help, int64_t fen) const {
    out_->Gauge(name, help, static_cast<double>(fen), Labels());
  }

  void AddPool(const std::string& scope, const std::string& key, int64_t amount_fen,
               int64_t used_fen) const {
    const MetricLabels labels = Labels({{"scope", scope}, {"key", key}});
    out_->Gauge("voucher_pool_budget_fen", "Size of a quota beside the program's budget, in fen.",
                static_cast<double>(amount_fen), labels);
    out_->Gauge("voucher_pool_used_fen", "Held and granted from the quota, in fen.",
                static_cast<double>(used_fen), labels);
    out_->Gauge("voucher_pool_remaining_fen", "What is left of the quota, in fen.",
                static_cast<double>(amount_fen - used_fen), labels);
  }

  const query::ProgramFigures& figures_;
  const v1::Budget& budget_;
  MetricFamilies* const out_;
};

}  // namespace

void AddProgramMetrics(const query::ProgramFigures& figures, const TransferAttempts& attempts,
                       MetricFamilies* out) {
  const ProgramMetrics metrics(figures, out);
  metrics.AddMoney();
  metrics.AddPools();
  metrics.AddClusters();
  metrics.AddApplications();
  metrics.AddTransfers();
  metrics.AddState();
  metrics.AddWaitlist();
  metrics.AddAttempts(attempts);
}

void AddAttemptsWithoutProgram(const TransferAttempts& attempts, MetricFamilies* out) {
  for (const v1::Reason reason : kTransferAttemptReasons) {
    out->Counter(ProgramMetrics::kAttempts, ProgramMetrics::kAttemptsHelp,
                 static_cast<double>(attempts.Of(0, reason)),
                 {{"reason", std::string(ReasonName(reason))}});
  }
}

}  // namespace voucher
