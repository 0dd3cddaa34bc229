#include "server/metrics/ledger_metrics.h"

#include <memory>
#include <utility>

#include "ledger/query/program_figures.h"
#include "server/host/version.h"
#include "server/metrics/families.h"
#include "server/metrics/program_metrics.h"
#include "server/metrics/storage_metrics.h"

namespace voucher {

namespace {

void AddServer(const Ledger& ledger, MetricFamilies* out) {
  out->Gauge("voucher_queue_commands", "Commands waiting for their decision.",
             static_cast<double>(ledger.queued_commands()));
  out->Gauge("voucher_queue_bytes", "Bytes of commands waiting for their decision.",
             static_cast<double>(ledger.queued_bytes()));
  constexpr std::pair<Mode, const char*> kModes[] = {{Mode::kReadWrite, "READ_WRITE"},
                                                     {Mode::kReadOnly, "READ_ONLY"},
                                                     {Mode::kClockSuspect, "CLOCK_SUSPECT"}};
  const Mode now = ledger.mode();
  for (const auto& [mode, name] : kModes) {
    out->Gauge("voucher_mode", "1 for the mode that the server is in.", mode == now ? 1 : 0,
               {{"mode", name}});
  }
  AddStorageMetrics(ledger.StorageGauges(), out);
  out->Gauge("voucher_build_info", "1; the labels say what runs.", 1,
             {{"version", kServerVersion}});
}

}  // namespace

std::vector<prometheus::MetricFamily> LedgerGauges::Collect() const {
  MetricFamilies families;
  AddServer(*ledger_, &families);
  const std::shared_ptr<const ReadSnapshot> snapshot = ledger_->Snapshot();
  families.Gauge("voucher_ledger_sequence", "Last durable entry.",
                 static_cast<double>(snapshot->sequence()));
  const std::unique_ptr<View> view = snapshot->NewView();
  for (const query::ProgramFigures& figures : query::FiguresOfPrograms(*view, clock_->WallNow())) {
    AddProgramMetrics(figures, *attempts_, &families);
  }
  AddAttemptsWithoutProgram(*attempts_, &families);
  return std::move(families).Take();
}

}  // namespace voucher
