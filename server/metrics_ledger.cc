#include "server/metrics_ledger.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

#include "ledger/query/program_queries.h"
#include "server/version.h"

namespace voucher {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// Families by name, in name order.
class Families {
 public:
  void Add(const std::string& name, absl::string_view help, MetricType type, double value,
           std::vector<ClientMetric::Label> labels = {}) {
    MetricFamily& family = families_[name];
    family.name = name;
    family.help = std::string(help);
    family.type = type;
    ClientMetric metric;
    metric.label = std::move(labels);
    if (type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    family.metric.push_back(std::move(metric));
  }

  std::vector<MetricFamily> Take() && {
    std::vector<MetricFamily> all;
    for (auto& [name, family] : families_) all.push_back(std::move(family));
    return all;
  }

 private:
  std::map<std::string, MetricFamily> families_;
};

std::string Without(absl::string_view prefix, const std::string& name) {
  return std::string(absl::StripPrefix(name, prefix));
}

void AddMoney(const v1::Budget& budget, Families* out) {
  const int64_t granted = budget.voucher_fen() + budget.transit_fen() + budget.credit_fen() +
                          budget.payable_fen() + budget.returned_fen();
  const auto add = [&](absl::string_view what, absl::string_view help, int64_t fen) {
    out->Add(absl::StrCat("voucher_program_", what, "_fen"), help, MetricType::Gauge,
             static_cast<double>(fen), {{"program", budget.program_id()}});
  };
  add("budget", "Appropriated less cut, in fen (0.01 yuan).", budget.appropriated_fen());
  add("remaining", "What new applications can still get, in fen.", budget.remaining_fen());
  add("held", "Reserved for applications not yet approved, in fen.", budget.held_fen());
  add("granted", "Approved and not returned to the budget, in fen.", granted);
  add("voucher", "In vouchers, not ordered for transfer, in fen.", budget.voucher_fen());
  add("transit", "Ordered for transfer, not answered by the provider, in fen.",
      budget.transit_fen());
  add("credit", "In cloud accounts, not redeemed, in fen.", budget.credit_fen());
  add("payable", "Owed to providers and enterprises, in fen.", budget.payable_fen());
}

void AddPools(const v1::Budget& budget, Families* out) {
  for (const v1::PoolBudget& pool : budget.pools()) {
    const std::vector<ClientMetric::Label> labels = {
        {"program", budget.program_id()},
        {"scope", Without("POOL_SCOPE_", v1::PoolScope_Name(pool.scope()))},
        {"key", pool.key()}};
    out->Add("voucher_pool_budget_fen", "Size of a quota beside the program's budget, in fen.",
             MetricType::Gauge, static_cast<double>(pool.amount_fen()), labels);
    out->Add("voucher_pool_used_fen", "Held and granted from the quota, in fen.", MetricType::Gauge,
             static_cast<double>(pool.used_fen()), labels);
    out->Add("voucher_pool_remaining_fen", "What is left of the quota, in fen.", MetricType::Gauge,
             static_cast<double>(pool.amount_fen() - pool.used_fen()), labels);
  }
}

void AddProgram(const v1::Budget& budget, UnixNanos now, Families* out) {
  AddMoney(budget, out);
  AddPools(budget, out);
  const std::string& program = budget.program_id();
  for (const v1::ApplicationCount& count : budget.applications()) {
    const std::string state =
        Without("APPLICATION_STATE_", v1::ApplicationState_Name(count.state()));
    out->Add("voucher_program_applications", "Applications by state.", MetricType::Gauge,
             static_cast<double>(count.count()), {{"program", program}, {"state", state}});
  }
  out->Add("voucher_program_submissions_refused_total", "Recorded submissions that were refused.",
           MetricType::Counter, static_cast<double>(budget.refused_submissions()),
           {{"program", program}});
  out->Add("voucher_program_submissions_total", "Recorded submissions, refused ones included.",
           MetricType::Counter, static_cast<double>(budget.last_queue_number()),
           {{"program", program}});
  const int64_t left = FromTimestamp(budget.cutoff_at()).value_or(now) - now;
  out->Add("voucher_program_until_cutoff_seconds",
           "Seconds until applications are refused; negative after the cutoff.", MetricType::Gauge,
           static_cast<double>(left) / static_cast<double>(kNanosPerSecond),
           {{"program", program}});
  for (int state = v1::ProgramState_MIN + 1; state <= v1::ProgramState_MAX; ++state) {
    out->Add("voucher_program_state", "1 for the state that the program is in.", MetricType::Gauge,
             budget.state() == state ? 1 : 0,
             {{"program", program},
              {"state", Without("PROGRAM_STATE_",
                                v1::ProgramState_Name(static_cast<v1::ProgramState>(state)))}});
  }
}

void AddServer(const Ledger& ledger, Families* out) {
  out->Add("voucher_queue_commands", "Commands waiting for their decision.", MetricType::Gauge,
           static_cast<double>(ledger.queued_commands()));
  out->Add("voucher_queue_bytes", "Bytes of commands waiting for their decision.",
           MetricType::Gauge, static_cast<double>(ledger.queued_bytes()));
  constexpr std::pair<Mode, const char*> kModes[] = {{Mode::kReadWrite, "READ_WRITE"},
                                                     {Mode::kReadOnly, "READ_ONLY"},
                                                     {Mode::kClockSuspect, "CLOCK_SUSPECT"}};
  const Mode now = ledger.mode();
  for (const auto& [mode, name] : kModes) {
    out->Add("voucher_mode", "1 for the mode that the server is in.", MetricType::Gauge,
             mode == now ? 1 : 0, {{"mode", name}});
  }
  for (const auto& [name, value] : ledger.StorageGauges()) {
    out->Add(absl::StrCat("voucher_", absl::StrReplaceAll(name, {{".", "_"}, {"-", "_"}})),
             "State of the databases and their disk.", MetricType::Gauge,
             static_cast<double>(value));
  }
  out->Add("voucher_build_info", "1; the labels say what runs.", MetricType::Gauge, 1,
           {{"version", kServerVersion}});
}

}  // namespace

std::vector<MetricFamily> LedgerGauges::Collect() const {
  Families families;
  AddServer(*ledger_, &families);
  const std::shared_ptr<const ReadSnapshot> snapshot = ledger_->Snapshot();
  families.Add("voucher_ledger_sequence", "Last durable entry.", MetricType::Gauge,
               static_cast<double>(snapshot->sequence()));
  const std::unique_ptr<View> view = snapshot->NewView();
  const auto* counters = view->Find<tables::Counters>({});
  const uint32_t programs = counters == nullptr ? 0 : counters->program();
  const UnixNanos now = clock_->WallNow();
  for (uint32_t number = 1; number <= programs; ++number) {
    const auto* program = view->Find<tables::Programs>({number});
    v1::Budget budget;
    if (program != nullptr && query::FillBudget(*view, program->program_id(), &budget).ok()) {
      AddProgram(budget, now, &families);
    }
  }
  return std::move(families).Take();
}

}  // namespace voucher
