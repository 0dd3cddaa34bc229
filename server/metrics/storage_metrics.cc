#include "server/metrics/storage_metrics.h"

#include "absl/strings/string_view.h"

namespace voucher {
namespace {

struct StorageMetric {
  absl::string_view gauge;
  const char* name;
  const char* help;
};

constexpr StorageMetric kStorageMetrics[] = {
    {"disk.free_bytes", "voucher_disk_free_bytes",
     "Free bytes of the disk with the data directory."},
    {"journal.background_errors", "voucher_journal_background_errors",
     "Errors of the journal's database in the background, since it was opened."},
    {"journal.block_cache_bytes", "voucher_journal_block_cache_bytes",
     "Blocks of the journal that are cached in memory, in bytes."},
    {"journal.delayed_write_bytes_per_second", "voucher_journal_delayed_write_bytes_per_second",
     "Speed to which the journal's database slows writes down; 0 if it does not."},
    {"journal.immutable_memtables", "voucher_journal_immutable_memtables",
     "Full tables in memory that the journal has not written to files yet."},
    {"journal.memtable_bytes", "voucher_journal_memtable_bytes",
     "Tables in memory of the journal, in bytes."},
    {"journal.pending_compaction_bytes", "voucher_journal_pending_compaction_bytes",
     "Estimated bytes that compactions of the journal have yet to write."},
    {"journal.running_compactions", "voucher_journal_running_compactions",
     "Compactions of the journal that run."},
    {"journal.running_flushes", "voucher_journal_running_flushes",
     "Flushes of the journal that run."},
    {"journal.table_readers_bytes", "voucher_journal_table_readers_bytes",
     "Memory for reading the journal's files, caches aside, in bytes."},
    {"journal.total_sst_bytes", "voucher_journal_total_sst_bytes",
     "Files of the journal, without its log, in bytes."},
    {"journal.write_stopped", "voucher_journal_write_stopped",
     "1 while the journal's database lets nothing be written."},
    {"views.apply_wait_seconds", "voucher_views_apply_wait_seconds",
     "Time for which groups waited for the views to catch up, since the start, in whole seconds."},
    {"views.apply_waits", "voucher_views_apply_waits",
     "Groups that waited for the views to catch up, since the start."},
    {"views.background_errors", "voucher_views_background_errors",
     "Errors of the views' database in the background, since it was opened."},
    {"views.block_cache_bytes", "voucher_views_block_cache_bytes",
     "Blocks of the views that are cached in memory, in bytes."},
    {"views.estimated_keys", "voucher_views_estimated_keys",
     "Estimated rows in files of the views."},
    {"views.filter_bytes", "voucher_views_filter_bytes",
     "Filters of the keys in files of the views, in bytes."},
    {"views.filter_ready", "voucher_views_filter_ready",
     "1 once the filters of the views know all keys in files."},
    {"views.level0_files_changing", "voucher_views_level0_files_changing",
     "Files of rows that change which are not compacted yet."},
    {"views.level0_files_scattered", "voucher_views_level0_files_scattered",
     "Files of rows that never change which are not merged yet."},
    {"views.memory_bytes", "voucher_views_memory_bytes",
     "Tables in memory of the views, in bytes."},
    {"views.memory_rows", "voucher_views_memory_rows",
     "Rows in the tables in memory of the views."},
    {"views.pending_compaction_bytes", "voucher_views_pending_compaction_bytes",
     "Estimated bytes that compactions of the views have yet to write."},
    {"views.running_compactions", "voucher_views_running_compactions",
     "Compactions of the views that run."},
    {"views.total_sst_bytes", "voucher_views_total_sst_bytes", "Files of the views, in bytes."},
};

}  // namespace

void AddStorageMetrics(const std::vector<std::pair<std::string, uint64_t>>& gauges,
                       MetricFamilies* out) {
  for (const auto& [gauge, value] : gauges) {
    for (const StorageMetric& metric : kStorageMetrics) {
      if (metric.gauge == gauge) out->Gauge(metric.name, metric.help, static_cast<double>(value));
    }
  }
}

}  // namespace voucher
