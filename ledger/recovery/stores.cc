#include "ledger/recovery/stores.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "ledger/api/clock_watch.h"
#include "ledger/base/status_macros.h"
#include "ledger/journal/mark_check.h"
#include "ledger/recovery/catch_up.h"
#include "ledger/recovery/disk_space.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxClockAheadOfMark = kNanosPerDay;

absl::Status FromError(const std::error_code& error, absl::string_view doing) {
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(doing, ": ", error.message()));
}

void Log(const LedgerOptions& options, int level, absl::string_view line) {
  if (options.on_log) options.on_log(level, line);
}

// CatchUpViews, and says how long it took.
absl::StatusOr<std::unique_ptr<WriterRows>> CatchUp(const LedgerOptions& options,
                                                    const Journal& journal, Views* views) {
  const uint64_t reached = views->reached() ? views->reached()->sequence : 0;
  const auto start = std::chrono::steady_clock::now();
  VOUCHER_ASSIGN_OR_RETURN(std::unique_ptr<WriterRows> state,
                           CatchUpViews(journal, options, views));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (const uint64_t entries = journal.end_sequence() - reached; entries > 0) {
    Log(options, 0,
        absl::StrFormat("views caught up with %d entries in %.3f s", entries, took.count()));
  }
  return state;
}

// The data directory, made if there is none and it may be.
absl::Status PrepareDirectory(const LedgerOptions& options) {
  std::error_code error;
  if (fs::is_directory(options.path, error)) return absl::OkStatus();
  if (!options.create_if_missing) {
    return absl::NotFoundError(absl::StrCat("no ledger at ", options.path));
  }
  fs::create_directories(options.path, error);
  return FromError(error, absl::StrCat("creating ", options.path));
}

// nullopt: no mark, as in a new ledger. A damaged one makes the ledger read-only.
absl::StatusOr<std::optional<HighWaterMark>> ReadMark(const HighWaterMarkFile& file,
                                                      std::string* read_only_reason) {
  absl::StatusOr<HighWaterMark> mark = file.Read();
  if (mark.ok()) return *std::move(mark);
  if (absl::IsDataLoss(mark.status())) {
    *read_only_reason = std::string(mark.status().message());
  } else if (!absl::IsNotFound(mark.status())) {
    return mark.status();
  }
  return std::nullopt;
}

void NoteMarkProblem(const std::optional<HighWaterMark>& mark, Stores* stores) {
  if (mark) {
    if (auto problem = CompareWithMark(*stores->journal, *mark)) {
      stores->read_only_reason = *std::move(problem);
    }
  } else if (stores->journal->end_sequence() > 0 && stores->read_only_reason.empty()) {
    stores->read_only_reason =
        "the high-water mark is missing, so lost entries could not be noticed; restore it with the "
        "journal it belongs to";
  }
}

// Opens the journal, for writing only if it extends the mark: opening for writing changes files
// that a person may need to see.
absl::Status OpenJournal(const LedgerOptions& options, const std::optional<HighWaterMark>& mark,
                         Stores* stores) {
  const std::string path = options.path + "/journal";
  std::error_code error;
  const bool exists = fs::exists(path + "/CURRENT", error);
  if (!exists && (mark || !stores->read_only_reason.empty())) {
    return absl::DataLossError(
        absl::StrCat("the journal at ", path, " is missing, but the high-water mark is there",
                     mark ? absl::StrCat(" and names ", mark->sequence, " entries") : std::string(),
                     "; restore the journal from a backup"));
  }
  if (!exists && (!options.create_if_missing || options.read_only)) {
    return absl::NotFoundError(absl::StrCat("no ledger at ", options.path));
  }
  bool create = !exists;
  if (exists) {
    auto journal = Journal::Open({.path = path, .read_only = true});
    // A creation that was interrupted: nothing was ever recorded.
    create = absl::IsNotFound(journal.status()) && !mark && options.create_if_missing;
    if (!create) {
      VOUCHER_RETURN_IF_ERROR(journal.status());
      stores->journal = *std::move(journal);
      NoteMarkProblem(mark, stores);
      if (!stores->read_only_reason.empty() || options.read_only) return absl::OkStatus();
      stores->journal.reset();
    }
  }
  VOUCHER_ASSIGN_OR_RETURN(stores->journal,
                           Journal::Open({.path = path, .create_if_missing = create}));
  return absl::OkStatus();
}

absl::Status CheckClock(const LedgerOptions& options, const Journal& journal,
                        const std::optional<HighWaterMark>& mark) {
  const UnixNanos now = options.clock->WallNow();
  // The ledger was there last: the mark is up to a second older than the last record.
  UnixNanos last = mark ? mark->wall_time : now;
  if (const uint64_t end = journal.end_sequence(); end > 0) {
    std::string stored;
    VOUCHER_RETURN_IF_ERROR(journal.ReadEntry(end, &stored));
    v1::Entry entry;
    if (!entry.ParseFromString(stored)) {
      return absl::DataLossError(absl::StrCat("entry ", end, " cannot be parsed"));
    }
    // As while running: entries may be recorded ahead of a clock that stood still or was set back a
    // little.
    if (now < entry.recorded_unix_ns() - ClockWatch::kToleranceNanos) {
      return absl::FailedPreconditionError(
          absl::StrCat("the clock is ", (entry.recorded_unix_ns() - now) / kNanosPerSecond,
                       " s before the last record; set the clock right"));
    }
    last = std::max(last, entry.recorded_unix_ns());
  }
  if (!options.confirm_clock && now - last > kMaxClockAheadOfMark) {
    return absl::FailedPreconditionError(
        absl::StrCat("the clock is ", (now - last) / kNanosPerHour,
                     " h after the high-water mark and the last record; confirm that it is right"));
  }
  return absl::OkStatus();
}

// Puts a directory of views in the place of another. Views are derived, so a crash in between costs
// time at most: views.new alone is taken over at the next start.
absl::Status SwapViews(const std::string& fresh, const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  VOUCHER_RETURN_IF_ERROR(FromError(error, absl::StrCat("removing ", path)));
  fs::rename(fresh, path, error);
  return FromError(error, absl::StrCat("renaming ", fresh));
}

// Builds the views of this evolve version beside those of another; goes on with an unfinished
// build.
absl::Status RebuildViews(const LedgerOptions& options, const Journal& journal) {
  const std::string path = options.path + "/views";
  const std::string fresh = options.path + "/views.new";
  absl::StatusOr<std::unique_ptr<Views>> views = Views::Open(fresh);
  const bool usable = views.ok() && (!(*views)->reached() ||
                                     ((*views)->reached()->evolve_version == kEvolveVersion &&
                                      !CompareWithJournal(*(*views)->reached(), journal)));
  if (!usable) {
    if (views.ok()) views->reset();
    std::error_code error;
    fs::remove_all(fresh, error);
    VOUCHER_RETURN_IF_ERROR(FromError(error, absl::StrCat("removing ", fresh)));
    views = Views::Open(fresh);
    VOUCHER_RETURN_IF_ERROR(views.status());
  }
  VOUCHER_RETURN_IF_ERROR(CatchUp(options, journal, views->get()).status());
  VOUCHER_RETURN_IF_ERROR((*views)->Flush());
  views->reset();
  return SwapViews(fresh, path);
}

absl::Status OpenViews(const LedgerOptions& options, Stores* stores) {
  const std::string path = options.path + "/views";
  std::error_code error;
  if (!fs::exists(path, error) && fs::exists(path + ".new", error)) {
    fs::rename(path + ".new", path, error);
    VOUCHER_RETURN_IF_ERROR(FromError(error, "renaming views.new"));
  }
  VOUCHER_ASSIGN_OR_RETURN(stores->views, Views::Open(path));
  const std::optional<Reached> reached = stores->views->reached();
  const std::optional<std::string> problem =
      reached ? CompareWithJournal(*reached, *stores->journal) : std::nullopt;
  const bool other_version = reached && reached->evolve_version != kEvolveVersion;
  if (problem && other_version) {
    return absl::FailedPreconditionError(absl::StrCat(*problem, "; and they are of evolve version ",
                                                      reached->evolve_version,
                                                      ", which this server cannot read"));
  }
  if (problem) {
    if (stores->read_only_reason.empty()) stores->read_only_reason = *problem;
    return absl::OkStatus();
  }
  if (other_version) {
    Log(options, 0,
        absl::StrCat("views are of evolve version ", reached->evolve_version, ", building version ",
                     kEvolveVersion));
    stores->views.reset();
    VOUCHER_RETURN_IF_ERROR(RebuildViews(options, *stores->journal));
    VOUCHER_ASSIGN_OR_RETURN(stores->views, Views::Open(path));
  }
  VOUCHER_ASSIGN_OR_RETURN(stores->state, CatchUp(options, *stores->journal, stores->views.get()));
  return stores->views->BeginServing();
}

}  // namespace

absl::StatusOr<DirectoryLock> DirectoryLock::Take(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return absl::UnavailableError(absl::StrCat(path, ": ", strerror(errno)));
  DirectoryLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) {
    return absl::FailedPreconditionError(
        absl::StrCat("another process has the ledger at ", path, " open"));
  }
  return absl::UnavailableError(absl::StrCat("locking ", path, ": ", strerror(errno)));
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) close(fd_);
}

std::optional<std::string> CompareWithJournal(const Reached& reached, const Journal& journal) {
  if (reached.ledger_id != journal.ledger_id()) {
    return absl::StrCat("the views belong to ledger ", reached.ledger_id, ", the journal to ",
                        journal.ledger_id());
  }
  if (reached.sequence > journal.end_sequence()) {
    return absl::StrCat("the views have reached entry ", reached.sequence,
                        ", but the journal ends at ", journal.end_sequence(),
                        ": the journal lost entries");
  }
  const absl::StatusOr<Hash> root = journal.RootAt(reached.sequence);
  if (!root.ok()) {
    return absl::StrCat("the journal's root at entry ", reached.sequence,
                        " cannot be read: ", root.status().message());
  }
  if (*root != reached.root) {
    return absl::StrCat("the views derive from other entries than the journal's: their root at ",
                        reached.sequence, " is ", ToHex(AsBytes(reached.root)),
                        ", the journal's is ", ToHex(AsBytes(*root)));
  }
  return std::nullopt;
}

absl::StatusOr<Stores> OpenStores(const LedgerOptions& options) {
  VOUCHER_RETURN_IF_ERROR(PrepareDirectory(options));
  VOUCHER_ASSIGN_OR_RETURN(DirectoryLock lock, DirectoryLock::Take(options.path));
  if (ReleaseBallastIfFull(options.path, options.ballast_bytes)) {
    Log(options, 1, "the disk is nearly full: deleted the ballast file to be able to start");
  }
  VOUCHER_ASSIGN_OR_RETURN(HighWaterMarkFile file,
                           HighWaterMarkFile::Open(options.path + "/high-water-mark"));
  Stores stores{.lock = std::move(lock), .mark = std::move(file)};
  VOUCHER_ASSIGN_OR_RETURN(const std::optional<HighWaterMark> mark,
                           ReadMark(stores.mark, &stores.read_only_reason));
  VOUCHER_RETURN_IF_ERROR(OpenJournal(options, mark, &stores));
  if (stores.read_only_reason.empty() && !options.read_only) {
    VOUCHER_RETURN_IF_ERROR(CheckClock(options, *stores.journal, mark));
  }
  VOUCHER_RETURN_IF_ERROR(OpenViews(options, &stores));
  if (options.read_only && stores.read_only_reason.empty()) {
    stores.read_only_reason = "opened read-only";
  }
  if (!stores.read_only_reason.empty()) {
    stores.state.reset();  // Nobody writes.
    return stores;
  }
  const Journal::End end = stores.journal->end();
  VOUCHER_RETURN_IF_ERROR(stores.mark.Write({.ledger_id = stores.journal->ledger_id(),
                                             .epoch = end.epoch,
                                             .sequence = end.sequence,
                                             .root = end.root,
                                             .wall_time = options.clock->WallNow()}));
  return stores;
}

}  // namespace voucher
