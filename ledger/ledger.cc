#include "ledger/ledger.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/api/clock_watch.h"
#include "ledger/api/unavailable.h"
#include "ledger/base/status_macros.h"
#include "ledger/commit/admission.h"
#include "ledger/commit/publication.h"
#include "ledger/commit/sequencer.h"
#include "ledger/journal/merkle.h"
#include "ledger/machine/machine.h"
#include "ledger/recovery/disk_space.h"
#include "ledger/recovery/stores.h"

namespace voucher {
namespace {

absl::Status ValidateOptions(const LedgerOptions& options) {
  if (options.clock == nullptr) return absl::InvalidArgumentError("clock is required");
  for (const int64_t rate :
       {options.platform_refusals_per_second, options.other_refusals_per_second}) {
    if (rate < 1 || rate > kNanosPerSecond) {
      return absl::InvalidArgumentError("refusals per second must be 1 to 1,000,000,000");
    }
  }
  if (options.platform_refusal_burst < 1 || options.other_refusal_burst < 1) {
    return absl::InvalidArgumentError("a refusal burst must be at least 1");
  }
  if (options.max_group_commands < 1 || options.max_group_bytes < 1) {
    return absl::InvalidArgumentError("a group must have room for a command");
  }
  return absl::OkStatus();
}

rows::CountersRow CountersOf(const RowSource& rows) {
  const View view(&rows);
  const rows::CountersRow* counters = view.Find<tables::Counters>({});
  return counters != nullptr ? *counters : rows::CountersRow();
}

std::shared_ptr<const ReadSnapshot> FirstSnapshot(const Views& views) {
  std::shared_ptr<const RowSource> rows = views.NewSnapshot();
  const UnixNanos recorded_at = CountersOf(*rows).recorded_unix_ns();
  const Reached& reached = *views.reached();
  return std::make_shared<const ReadSnapshot>(std::move(rows), reached.sequence, recorded_at,
                                              reached.root);
}

}  // namespace

// Everything that is open, in the order in which it is built; destroyed in reverse.
struct Ledger::Parts {
  Parts(LedgerOptions given, Stores opened)
      : options(std::move(given)),
        stores(std::move(opened)),
        watch(options.clock->Read()),
        disk(options.path, options.min_free_bytes),
        queue(options, &watch, &disk, CountersOf(stores.views->newest()).received_unix_ns()),
        publication(FirstSnapshot(*stores.views)) {
    if (stores.read_only_reason.empty()) {
      sequencer.emplace(options, &stores, &queue, &watch, &disk, &publication);
    } else {
      queue.Close(unavailable::kReadOnly, stores.read_only_reason);
    }
  }

  const LedgerOptions options;
  Stores stores;
  ClockWatch watch;
  DiskSpace disk;
  AdmissionQueue queue;
  Publication publication;
  std::optional<Sequencer> sequencer;  // Absent if opened read-only.
  std::once_flag drained;
};

Ledger::Ledger(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Ledger::~Ledger() {
  Drain();
}

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(LedgerOptions options) {
  VOUCHER_RETURN_IF_ERROR(ValidateOptions(options));
  VOUCHER_ASSIGN_OR_RETURN(Stores stores, OpenStores(options));
  const auto log = [&](int level, absl::string_view line) {
    if (options.on_log) options.on_log(level, line);
  };
  if (!stores.read_only_reason.empty()) {
    log(options.read_only ? 0 : 2,
        absl::StrCat("the ledger is read-only: ", stores.read_only_reason));
  } else if (absl::Status kept =
                 KeepBallast(options.path, options.ballast_bytes, options.min_free_bytes);
             !kept.ok()) {
    log(1, absl::StrCat("no ballast file: ", kept.message()));
  }
  return std::unique_ptr<Ledger>(
      new Ledger(std::make_unique<Parts>(std::move(options), std::move(stores))));
}

void Ledger::Submit(std::shared_ptr<Commands> commands, const v1::Authority& authority, Done done) {
  if (commands->empty()) {
    done({});
    return;
  }
  auto work = std::make_unique<Work>();
  work->commands = std::move(commands);
  work->authority = authority;
  work->done = std::move(done);
  const absl::Status admitted = parts_->queue.Admit(&work);
  if (admitted.ok()) return;
  work->done(std::vector<Outcome>(work->commands->size(), Outcome{admitted, nullptr}));
}

std::shared_ptr<const ReadSnapshot> Ledger::Snapshot() const {
  return parts_->publication.newest();
}

absl::StatusOr<std::shared_ptr<const ReadSnapshot>> Ledger::SnapshotAt(uint64_t min_sequence,
                                                                       int64_t timeout_ns) const {
  return parts_->publication.AtLeast(min_sequence, timeout_ns);
}

absl::StatusOr<v1::Receipt> Ledger::ReadEntry(uint64_t sequence, std::string* stored) const {
  if (sequence == 0 || sequence > Snapshot()->sequence()) {
    return absl::NotFoundError(absl::StrCat("no entry ", sequence));
  }
  VOUCHER_RETURN_IF_ERROR(parts_->stores.journal->ReadEntry(sequence, stored));
  v1::Entry entry;
  if (!entry.ParseFromString(*stored)) {
    return absl::DataLossError(absl::StrCat("entry ", sequence, " cannot be parsed"));
  }
  return ReceiptOf(entry, *stored);
}

absl::Status Ledger::ReadEntries(
    uint64_t first, uint64_t last,
    absl::FunctionRef<bool(uint64_t sequence, absl::string_view stored)> visit) const {
  const Journal& journal = *parts_->stores.journal;
  return journal.ReadEntries(std::max<uint64_t>(first, 1),
                             std::min({last, Snapshot()->sequence(), journal.end_sequence()}),
                             visit);
}

v1::Receipt Ledger::ReceiptOf(const v1::Entry& entry, absl::string_view stored) {
  return Recorded{entry, LeafHash(stored)}.receipt();
}

uint32_t Ledger::decider_version() {
  return kDeciderVersion;
}

std::shared_ptr<void> Ledger::OnProgress(std::function<void(uint64_t sequence)> callback) {
  return parts_->publication.Subscribe(std::move(callback));
}

Mode Ledger::mode() const {
  if (parts_->queue.closed()) return Mode::kReadOnly;
  return parts_->watch.suspect() ? Mode::kClockSuspect : Mode::kReadWrite;
}

std::string Ledger::mode_reason() const {
  if (const auto closed = parts_->queue.closed()) return *closed;
  if (const int64_t jump_ns = parts_->watch.jump_ns(); jump_ns != 0) {
    return absl::StrCat("the wall clock jumped by ", jump_ns / 1'000'000,
                        " ms; mutations wait for ResumeAfterClockJump");
  }
  return {};
}

std::string Ledger::ledger_id() const {
  return parts_->stores.journal->ledger_id();
}

size_t Ledger::queued_commands() const {
  return parts_->queue.queued_commands();
}

size_t Ledger::queued_bytes() const {
  return parts_->queue.queued_bytes();
}

std::vector<std::pair<std::string, uint64_t>> Ledger::StorageGauges() const {
  std::vector<std::pair<std::string, uint64_t>> gauges = parts_->stores.journal->Gauges();
  for (auto& gauge : parts_->stores.views->Gauges()) gauges.push_back(std::move(gauge));
  parts_->disk.Refresh();
  gauges.emplace_back("disk.free_bytes", parts_->disk.free_bytes());
  return gauges;
}

absl::StatusOr<Hash> Ledger::ViewsDigest() const {
  return parts_->stores.views->Digest();
}

void Ledger::Drain() {
  std::call_once(parts_->drained, [this] {
    if (!parts_->sequencer) return;
    if (!parts_->queue.closed()) {
      parts_->queue.Close(unavailable::kDraining, "the server is going down");
    }
    parts_->sequencer->Join();
  });
}

}  // namespace voucher
