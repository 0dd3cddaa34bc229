// What Prometheus sees. Names follow its conventions; labels are bounded: programs, limits, states,
// verbs, reasons, RPCs, never an enterprise, an application or a principal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "ledger/base/clock.h"
#include "ledger/ledger.h"
#include "server/access/rpc_table.h"

namespace voucher {

// Counts what happens and answers scrapes at /metrics. Thread-safe.
class Metrics {
 public:
  // Listens on "HOST:PORT" (port 0 takes a free one); with an empty address it only counts.
  // UNAVAILABLE if the address cannot be had.
  static absl::StatusOr<std::unique_ptr<Metrics>> Start(const std::string& listen_address);
  ~Metrics();

  // Port that it listens on; 0 if nowhere.
  int port() const;

  // One durable group; for LedgerOptions::on_group.
  void OnGroup(const GroupReport& report);

  // One finished call, with its gRPC status code.
  void OnRpc(const Rpc& rpc, int code, int64_t duration_ns);

  // Commands that were not recorded; `cause` is one of ledger/api/unavailable.h.
  void OnUnrecorded(absl::string_view cause, uint64_t commands);

  // Adds the gauges of a ledger to every scrape, computed from its newest snapshot, until Unwatch
  // returns. Both must live until then.
  void Watch(const Ledger* ledger, const Clock* clock);
  void Unwatch();

 private:
  struct Parts;
  explicit Metrics(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace voucher
