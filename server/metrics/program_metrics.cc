#include "server/metrics/program_metrics.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "ledger/machine/clusters.h"
#include "ledger/machine/context.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/waitlist.h"
#include "ledger/policy/refusal_text.h"
#include "ledger/query/program_queries.h"
#include "ledger/machine/waitlist_index.h"

namespace voucher {

namespace {

// Waiters counted on one list, so that a scrape stays quick.
constexpr uint64_t kMaxCounted = 10'000;

std::string Without(absl::string_view prefix, const std::string& name) {
  return std::string(absl::StripPrefix(name, prefix));
}

// What the series of one program are made of.
class ProgramMetrics {
 public:
  ProgramMetrics(const View& view, const Context::Program& program, v1::Budget budget,
                 UnixNanos now, MetricFamilies* out)
      : view_(view), program_(program), budget_(std::move(budget)), now_(now), out_(out) {}

  void AddMoney() const {
    const v1::Budget& b = budget_;
    const int64_t granted = b.voucher_fen() + b.transit_fen() + b.credit_fen() + b.payable_fen() +
                            b.due_fen() + b.paid_fen() + b.returned_fen();
    Fen("budget", "Appropriated less cut, in fen (0.01 yuan).", b.appropriated_fen());
    Fen("remaining", "What new applications can still get, in fen.", b.remaining_fen());
    Fen("held", "Reserved for applications not yet approved, in fen.", b.held_fen());
    Fen("granted", "Approved and not returned to the budget, in fen.", granted);
    Fen("voucher", "In vouchers, not ordered for transfer, in fen.", b.voucher_fen());
    Fen("transit", "Ordered for transfer, not answered by the provider, in fen.", b.transit_fen());
    Fen("credit", "In cloud accounts, not redeemed, in fen.", b.credit_fen());
    Fen("payable", "Owed to providers and enterprises, in fen.", b.payable_fen());
    Fen("due", "Owed on closed statements, in fen.", b.due_fen());
    Fen("paid", "Disbursed, in fen.", b.paid_fen());
    Fen("receivable", "Owed by enterprises after reclaims, in fen.", b.receivable_fen());
    Fen("unopened", "Appropriated in tranches that have not opened, in fen; in no other amount.",
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
    uint64_t counts[v1::ClusterState_ARRAYSIZE] = {};
    view_.Scan<tables::ClustersByProgram>(
        {program_.number, 0}, {program_.number + 1, 0},
        [&](const tables::ClustersByProgram::Key& key, const rows::PresentRow&) {
          const uint64_t number = std::get<1>(key);
          const rows::ClusterRow* row = view_.Find<tables::Clusters>({number});
          ++counts[row->state()];
          if (row->state() == v1::CLUSTER_STATE_APPROVED) {
            AddPool("CLUSTER", row->cluster().cluster_id(), row->pool_fen(),
                    UsedOf(view_, program_.number, ClusterLimit(number)));
          }
          return true;
        });
    if (!program_.rules->rules().has_clusters()) return;
    for (int state = 1; state < v1::ClusterState_ARRAYSIZE; ++state) {
      const auto name = v1::ClusterState_Name(static_cast<v1::ClusterState>(state));
      out_->Gauge("voucher_program_clusters", "Clusters by state.",
                  static_cast<double>(counts[state]),
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
    const auto* totals = view_.Find<tables::Totals>({program_.number});
    for (int state = 1; state < v1::TransferState_ARRAYSIZE; ++state) {
      const bool known = totals != nullptr && state < totals->transfers_size();
      const auto name = v1::TransferState_Name(static_cast<v1::TransferState>(state));
      out_->Gauge("voucher_program_transfers", "Transfers by state.",
                  known ? static_cast<double>(totals->transfers(state)) : 0,
                  Labels({{"state", Without("TRANSFER_STATE_", name)}}));
    }
  }

  void AddState() const {
    const int64_t left = FromTimestamp(budget_.cutoff_at()).value_or(now_) - now_;
    out_->Gauge("voucher_program_until_cutoff_seconds",
                "Seconds until applications are refused; negative after the cutoff.",
                static_cast<double>(left) / static_cast<double>(kNanosPerSecond), Labels());
    for (int state = v1::ProgramState_MIN + 1; state <= v1::ProgramState_MAX; ++state) {
      const auto name = v1::ProgramState_Name(static_cast<v1::ProgramState>(state));
      out_->Gauge("voucher_program_state", "1 for the state that the program is in.",
                  budget_.state() == state ? 1 : 0,
                  Labels({{"state", Without("PROGRAM_STATE_", name)}}));
    }
  }

  void AddWaitlist() const {
    out_->Gauge("voucher_program_waitlisted", "Applications that wait for money to come back.",
                static_cast<double>(program_.row->waitlisted()), Labels());
    if (program_.row->waitlisted() == 0) return;
    const Context context(view_, v1::Authority::default_instance(), now_);
    for (const v1::Pool& pool : program_.rules->rules().pools()) {
      const std::optional<v1::LimitRef> ref = PoolRef(context, *program_.rules, pool);
      if (!ref) continue;
      out_->Gauge("voucher_pool_waitlisted",
                  "Applications on the list of a quota; at most 10,000 are counted.",
                  static_cast<double>(CountWaiting(*ref)),
                  Labels({{"scope", Without("POOL_SCOPE_", v1::PoolScope_Name(pool.scope()))},
                          {"key", pool.key()}}));
    }
    Fen("waitlist_missing",
        "What the first on the waitlist lacks, in fen; 0 or less if there is room for it.",
        MissingForTheFirst(context));
  }

  void AddAttempts(const TransferAttempts& attempts) const {
    for (const v1::Reason reason : kTransferAttemptReasons) {
      out_->Counter(kAttempts, kAttemptsHelp,
                    static_cast<double>(attempts.Of(program_.number, reason)),
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
    if (program_.rules->rules().sandbox()) labels.push_back({"sandbox", "true"});
    for (auto& label : more) labels.push_back(std::move(label));
    return labels;
  }

  void Fen(absl::string_view what, absl::string_view help, int64_t fen) const {
    out_->Gauge(absl::StrCat("voucher_program_", what, "_fen"), help, static_cast<double>(fen),
                Labels());
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

  uint64_t CountWaiting(const v1::LimitRef& pool) const {
    const auto kind = static_cast<uint8_t>(pool.kind());
    uint64_t waiting = 0;
    view_.Scan<tables::Waitlist>(
        {program_.number, kind, pool.id(), pool.sub(), 0},
        {program_.number, kind, pool.id(), pool.sub(), std::numeric_limits<uint64_t>::max()},
        [&](const tables::Waitlist::Key&, const rows::NumberRow&) {
          return ++waiting < kMaxCounted;
        });
    return waiting;
  }

  // The whole program's first: whoever has the smallest queue number is first on all its lists.
  int64_t MissingForTheFirst(const Context& context) const {
    const uint64_t queue_number = FirstOnWaitlist(view_, program_.number, LimitId{});
    const auto* first = view_.Find<tables::Waitlist>({program_.number, 0, 0, 0, queue_number});
    const auto* application = view_.Find<tables::Applications>({first->number()});
    const Limits limits = LimitsOfApplication(context, program_, *application);
    const int64_t clipped_fen = ClipToCaps(application->wanted_fen(), limits);
    // With nothing left under a cap it leaves the list when money comes back, not before.
    const int64_t needed_fen = clipped_fen > 0 ? clipped_fen : application->wanted_fen();
    int64_t room_fen = std::numeric_limits<int64_t>::max();
    for (const PoolRoom& pool : limits.pools) room_fen = std::min(room_fen, pool.available_fen);
    return needed_fen - room_fen;
  }

  const View& view_;
  const Context::Program program_;
  const v1::Budget budget_;
  const UnixNanos now_;
  MetricFamilies* const out_;
};

}  // namespace

void AddProgramMetrics(const View& view, uint32_t program, UnixNanos now,
                       const TransferAttempts& attempts, MetricFamilies* out) {
  const auto* row = view.Find<tables::Programs>({program});
  v1::Budget budget;
  if (row == nullptr || !query::FillBudget(view, row->program_id(), &budget).ok()) return;
  const auto* rules = view.Find<tables::Revisions>({program, row->revision()});
  const ProgramMetrics metrics(view, {program, row, rules}, std::move(budget), now, out);
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
