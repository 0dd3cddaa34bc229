#include "server/metrics/metrics.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

#include "ledger/base/mutex.h"
#include "ledger/policy/refusal_text.h"
#include "server/metrics/exposer.h"
#include "server/metrics/ledger_metrics.h"

namespace voucher {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;

constexpr int kCodes = 17;  // gRPC status codes 0–16
constexpr double kNanosPerSecondDouble = 1e9;

// Upper bounds in seconds, 10 µs to 10 s.
std::vector<double> LatencyBuckets() {
  return {1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01,
          0.02, 0.05, 0.1,  0.2,  0.5,  1,    2,    5,    10};
}

// Entries per group.
std::vector<double> GroupBuckets() {
  return {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024, 2'048, 4'096, 8'192, 16'384};
}

double Seconds(int64_t nanos) {
  return static_cast<double>(nanos) / kNanosPerSecondDouble;
}

const char* CodeName(int code) {
  constexpr const char* kNames[kCodes] = {"OK",
                                          "CANCELLED",
                                          "UNKNOWN",
                                          "INVALID_ARGUMENT",
                                          "DEADLINE_EXCEEDED",
                                          "NOT_FOUND",
                                          "ALREADY_EXISTS",
                                          "PERMISSION_DENIED",
                                          "RESOURCE_EXHAUSTED",
                                          "FAILED_PRECONDITION",
                                          "ABORTED",
                                          "OUT_OF_RANGE",
                                          "UNIMPLEMENTED",
                                          "INTERNAL",
                                          "UNAVAILABLE",
                                          "DATA_LOSS",
                                          "UNAUTHENTICATED"};
  return kNames[std::clamp(code, 0, kCodes - 1)];
}

Family<Counter>& AddCounter(prometheus::Registry* registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(*registry);
}

Family<Histogram>& AddHistogram(prometheus::Registry* registry, const char* name,
                                const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(*registry);
}

}  // namespace

struct Metrics::Parts {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::vector<double> latency_buckets = LatencyBuckets();

  Family<Counter>& commands =
      AddCounter(registry.get(), "voucher_commands_total",
                 "Recorded commands by verb and outcome: ACCEPTED or the reason of the refusal.");
  Family<Counter>& unrecorded =
      AddCounter(registry.get(), "voucher_commands_unrecorded_total",
                 "Commands that were turned away without a record, by cause.");
  Family<Counter>& rpcs =
      AddCounter(registry.get(), "voucher_rpcs_total", "Finished calls by RPC and status code.");
  Family<Histogram>& rpc_seconds =
      AddHistogram(registry.get(), "voucher_rpc_duration_seconds",
                   "Time from the complete request to the reply, by RPC; of streams, their life.");
  Family<Histogram>& stage_seconds = AddHistogram(
      registry.get(), "voucher_stage_duration_seconds",
      "Time by stage of a command's life: queue (a command), decide, fsync, views, reply (a "
      "group).");
  Counter& replays = AddCounter(registry.get(), "voucher_replays_total",
                                "Commands answered with the first outcome of their request_id.")
                         .Add({});
  Counter& reused = AddCounter(registry.get(), "voucher_request_ids_reused_total",
                               "Commands whose request_id belonged to another request.")
                        .Add({});
  Counter& bytes =
      AddCounter(registry.get(), "voucher_entry_bytes_total", "Bytes of entries made durable.")
          .Add({});
  Histogram& group_size =
      AddHistogram(registry.get(), "voucher_group_entries", "Entries per durable group.")
          .Add({}, GroupBuckets());
  Histogram& queue = stage_seconds.Add({{"stage", "queue"}}, latency_buckets);
  Histogram& decide = stage_seconds.Add({{"stage", "decide"}}, latency_buckets);
  Histogram& fsync = stage_seconds.Add({{"stage", "fsync"}}, latency_buckets);
  Histogram& views = stage_seconds.Add({{"stage", "views"}}, latency_buckets);
  Histogram& reply = stage_seconds.Add({{"stage", "reply"}}, latency_buckets);

  // Looked up once, since Family::Add builds and hashes labels. Only the sequencer thread touches
  // the first.
  std::map<std::pair<absl::string_view, int>, Counter*> by_verb;
  Mutex mutex;
  std::map<std::pair<size_t, int>, Counter*> by_rpc VOUCHER_GUARDED_BY(mutex);
  std::map<size_t, Histogram*> rpc_histograms VOUCHER_GUARDED_BY(mutex);
  TransferAttempts attempts;
  std::shared_ptr<LedgerGauges> gauges;
  std::string listen_address;
  std::unique_ptr<prometheus::Exposer> exposer;
};

Metrics::Metrics(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Metrics::~Metrics() {
  Unwatch();
  if (parts_->exposer != nullptr) StopExposer(std::move(parts_->exposer), parts_->listen_address);
}

absl::StatusOr<std::unique_ptr<Metrics>> Metrics::Start(const std::string& listen_address) {
  auto parts = std::make_unique<Parts>();
  if (!listen_address.empty()) {
    auto exposer = StartExposer(listen_address);
    if (!exposer.ok()) return exposer.status();
    parts->exposer = *std::move(exposer);
    parts->listen_address = listen_address;
    parts->exposer->RegisterCollectable(parts->registry);
  }
  return std::unique_ptr<Metrics>(new Metrics(std::move(parts)));
}

int Metrics::port() const {
  return parts_->exposer == nullptr ? 0 : parts_->exposer->GetListeningPorts().front();
}

void Metrics::OnGroup(const GroupReport& report) {
  Parts& parts = *parts_;
  std::vector<double> queued(parts.latency_buckets.size() + 1);
  double queued_seconds = 0;
  for (const GroupReport::Item& item : report.items) {
    const double seconds = Seconds(item.queue_ns);
    const auto bucket =
        std::lower_bound(parts.latency_buckets.begin(), parts.latency_buckets.end(), seconds);
    queued[bucket - parts.latency_buckets.begin()] += 1;
    queued_seconds += seconds;
    parts.attempts.Count(item.program, item.reason);
    Counter*& counter = parts.by_verb[{item.verb, item.reason}];
    if (counter == nullptr) {
      const bool accepted = item.reason == v1::REASON_UNSPECIFIED;
      counter = &parts.commands.Add(
          {{"verb", std::string(item.verb)},
           {"outcome", accepted ? "ACCEPTED" : std::string(ReasonName(item.reason))}});
    }
    counter->Increment();
  }
  parts.queue.ObserveMultiple(queued, queued_seconds);
  parts.replays.Increment(static_cast<double>(report.replays));
  parts.reused.Increment(static_cast<double>(report.reused));
  parts.bytes.Increment(static_cast<double>(report.bytes));
  parts.group_size.Observe(static_cast<double>(report.items.size()));
  parts.decide.Observe(Seconds(report.decide_ns));
  parts.fsync.Observe(Seconds(report.fsync_ns));
  parts.views.Observe(Seconds(report.views_ns));
  parts.reply.Observe(Seconds(report.reply_ns));
}

void Metrics::OnRpc(const Rpc& rpc, int code, int64_t duration_ns) {
  Counter* counter = nullptr;
  Histogram* histogram = nullptr;
  {
    MutexLock lock(parts_->mutex);
    Counter*& counted = parts_->by_rpc[{RpcIndex(rpc), code}];
    Histogram*& timed = parts_->rpc_histograms[RpcIndex(rpc)];
    if (counted == nullptr) {
      counted = &parts_->rpcs.Add({{"rpc", std::string(rpc.method())}, {"code", CodeName(code)}});
    }
    if (timed == nullptr) {
      timed =
          &parts_->rpc_seconds.Add({{"rpc", std::string(rpc.method())}}, parts_->latency_buckets);
    }
    counter = counted;
    histogram = timed;
  }
  counter->Increment();
  histogram->Observe(Seconds(duration_ns));
}

void Metrics::OnUnrecorded(absl::string_view cause, uint64_t commands) {
  parts_->unrecorded.Add({{"cause", cause.empty() ? "OTHER" : std::string(cause)}})
      .Increment(static_cast<double>(commands));
}

void Metrics::Watch(const Ledger* ledger, const Clock* clock) {
  parts_->gauges = std::make_shared<LedgerGauges>(ledger, clock, &parts_->attempts);
  if (parts_->exposer != nullptr) parts_->exposer->RegisterCollectable(parts_->gauges);
}

void Metrics::Unwatch() {
  if (parts_->gauges == nullptr) return;
  // Waits for a scrape that runs.
  if (parts_->exposer != nullptr) parts_->exposer->RemoveCollectable(parts_->gauges);
  parts_->gauges = nullptr;
}

}  // namespace voucher
