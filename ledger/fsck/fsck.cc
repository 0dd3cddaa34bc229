#include "ledger/fsck/fsck.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/status_macros.h"
#include "ledger/fsck/entry_checks.h"
#include "ledger/fsck/replay.h"
#include "ledger/fsck/row_compare.h"
#include "ledger/invariants/invariants.h"
#include "ledger/journal/high_water_mark.h"
#include "ledger/journal/journal.h"
#include "ledger/journal/mark_check.h"
#include "ledger/journal/verify.h"
#include "ledger/machine/machine.h"
#include "ledger/machine/redemptions.h"
#include "ledger/recovery/stores.h"
#include "ledger/views/views.h"

namespace voucher {
namespace {

constexpr uint64_t kEntriesPerBatch = 4'096;

// The entry that the entry at `place` names, if it names one before it.
absl::StatusOr<std::optional<v1::Entry>> ReadNamed(const Journal& journal, uint64_t place,
                                                   const v1::Command& command) {
  const uint64_t sequence = EntryNamedBy(command);
  if (sequence == 0 || sequence >= place) return std::nullopt;
  std::string stored;
  v1::Entry entry;
  VOUCHER_RETURN_IF_ERROR(journal.ReadEntry(sequence, &stored));
  if (!entry.ParseFromString(stored) || entry.sequence() != sequence) {
    return absl::DataLossError(absl::StrCat("entry ", sequence, " cannot be parsed"));
  }
  return entry;
}

// One run over one database.
class Run {
 public:
  explicit Run(const FsckOptions& options) : options_(options) {}

  absl::StatusOr<FsckReport> Execute();

 private:
  absl::Status CheckBlocks();
  void CheckMark(const Journal& journal);
  void OpenViews(const Journal& journal);
  absl::Status TakeEntries(const Journal& journal);
  absl::Status TakeBatch(const Journal& journal, uint64_t first, uint64_t last);
  absl::Status TakeEntry(const Journal& journal, uint64_t place, absl::string_view stored);
  absl::Status CompareViews();
  void CheckRows();
  void Progress(absl::string_view phase, uint64_t done, uint64_t total) const {
    if (options_.on_progress) options_.on_progress(phase, done, total);
  }

  const FsckOptions& options_;
  FsckReport report_;
  EntryChecks entries_;
  std::unique_ptr<Views> views_;
  uint64_t compare_at_ = 0;
  std::unique_ptr<Replay> replay_;
  bool replaying_ = true;

  FsckCheck blocks_{"blocks", "blocks, tiles and frontier hash to the root"};
  FsckCheck mark_{"high-water mark", "the journal reaches its high-water mark"};
  FsckCheck applied_{"replay", "every entry fits the state before it"};
  FsckCheck rows_{"views", "every row of the views is what the entries give"};
  FsckCheck invariants_{"invariants", "the books balance, in every account and limit"};
};

absl::Status Run::CheckBlocks() {
  const auto progress = [this](uint64_t done, uint64_t total) { Progress("blocks", done, total); };
  absl::StatusOr<JournalVerification> verified =
      VerifyJournal(options_.path + "/journal", progress);
  if (absl::IsDataLoss(verified.status())) {
    blocks_.Report(verified.status().message());
    return absl::OkStatus();
  }
  VOUCHER_RETURN_IF_ERROR(verified.status());
  report_.ledger_id = verified->ledger_id;
  report_.entries = verified->entries;
  report_.root = verified->root;
  blocks_.Count(verified->entries);
  for (const std::string& finding : verified->findings) blocks_.Report(finding);
  for (uint64_t i = verified->findings.size(); i < verified->finding_count; ++i) {
    blocks_.Report("one more");
  }
  return absl::OkStatus();
}

void Run::CheckMark(const Journal& journal) {
  absl::StatusOr<HighWaterMarkFile> file =
      HighWaterMarkFile::Open(options_.path + "/high-water-mark");
  absl::StatusOr<HighWaterMark> mark = file.ok() ? file->Read() : file.status();
  if (absl::IsNotFound(mark.status()) && journal.end_sequence() == 0) {
    return mark_.Note("a new ledger has none yet");
  }
  if (!mark.ok()) {
    mark_.Report("the high-water mark cannot be read: ", mark.status().message());
    return;
  }
  mark_.Count();
  if (const std::optional<std::string> problem = CompareWithMark(journal, *mark)) {
    mark_.Report(*problem);
  }
}

void Run::OpenViews(const Journal& journal) {
  absl::StatusOr<std::unique_ptr<Views>> views = Views::OpenReadOnly(options_.path + "/views");
  if (absl::IsNotFound(views.status())) return rows_.Note("there are no views to compare");
  if (!views.ok()) {
    rows_.Report("the views cannot be opened: ", views.status().message());
    return;
  }
  const std::optional<Reached>& reached = (*views)->reached();
  if (!reached) return rows_.Note("the views are empty");
  if (reached->evolve_version != kEvolveVersion) {
    return rows_.Note(absl::StrCat("the views are of evolve version ", reached->evolve_version,
                                   ", this program of ", kEvolveVersion, ": not compared"));
  }
  if (const std::optional<std::string> problem = CompareWithJournal(*reached, journal)) {
    rows_.Report(*problem);
    return;
  }
  if (reached->sequence < journal.end_sequence()) {
    rows_.Note(absl::StrCat("the views end at entry ", reached->sequence, " of ",
                            journal.end_sequence(), ", compared there"));
  }
  compare_at_ = reached->sequence;
  views_ = *std::move(views);
}

absl::Status Run::TakeEntry(const Journal& journal, uint64_t place, absl::string_view stored) {
  const std::optional<v1::Entry> entry = entries_.Take(place, stored);
  if (!replaying_) return absl::OkStatus();
  if (entry && !IsNumberedByEntry(*entry)) {
    return absl::FailedPreconditionError(absl::StrCat("entry ", place, " ", kNumberedOtherwise));
  }
  if (!entry || entry->sequence() != place || place == options_.inadmissible_entry) {
    applied_.Report("entry ", place, " does not fit the state before it; the replay ends there");
    replaying_ = false;
    return absl::OkStatus();
  }
  VOUCHER_ASSIGN_OR_RETURN(const std::optional<v1::Entry> named,
                           ReadNamed(journal, place, entry->command()));
  if (options_.applying != nullptr) *options_.applying = place;
  replay_->Take(stored, *entry, named ? &*named : nullptr);
  if (options_.applying != nullptr) *options_.applying = 0;
  applied_.Count();
  return absl::OkStatus();
}

absl::Status Run::TakeBatch(const Journal& journal, uint64_t first, uint64_t last) {
  absl::Status taken;
  VOUCHER_RETURN_IF_ERROR(
      journal.ReadEntries(first, last, [&](uint64_t place, absl::string_view stored) {
        taken = TakeEntry(journal, place, stored);
        return taken.ok();
      }));
  VOUCHER_RETURN_IF_ERROR(taken);
  VOUCHER_RETURN_IF_ERROR(replay_->Store());
  if (replaying_ && last == compare_at_) return CompareViews();
  return absl::OkStatus();
}

absl::Status Run::TakeEntries(const Journal& journal) {
  const uint64_t end = journal.end_sequence();
  const absl::string_view phase = options_.redecide ? "replay and decide again" : "replay";
  for (uint64_t first = 1; first <= end;) {
    uint64_t last = std::min(first + kEntriesPerBatch - 1, end);
    if (first <= compare_at_) last = std::min(last, compare_at_);
    const absl::Status taken = TakeBatch(journal, first, last);
    if (absl::IsDataLoss(taken)) {
      applied_.Report("entries ", first, " to ", last, " cannot be read: ", taken.message());
      replaying_ = false;
      return absl::OkStatus();
    }
    VOUCHER_RETURN_IF_ERROR(taken);
    Progress(phase, last, end);
    first = last + 1;
  }
  return absl::OkStatus();
}

absl::Status Run::CompareViews() {
  VOUCHER_RETURN_IF_ERROR(replay_->MoveToFiles());
  CompareRows(
      replay_->rows(), views_->newest(), [this](uint64_t rows) { Progress("views", rows, 0); },
      &rows_);
  views_.reset();
  return absl::OkStatus();
}

void Run::CheckRows() {
  Progress("invariants", 0, 0);
  const View view(&replay_->rows());
  invariants_.Count(replay_->sequence());
  for (const std::string& finding : CheckInvariants(view, replay_->redeemed())) {
    invariants_.Report(finding);
  }
  const rows::CountersRow* counters = view.Find<tables::Counters>({});
  const uint32_t programs = counters == nullptr ? 0 : counters->program();
  for (uint32_t program = 1; program <= programs; ++program) {
    const rows::TotalsRow* totals = view.Find<tables::Totals>({program});
    for (int kind = 1; kind < v1::AccountKind_ARRAYSIZE; ++kind) {
      const auto account = static_cast<v1::AccountKind>(kind);
      const int64_t stored_fen =
          totals != nullptr && kind < totals->class_fen_size() ? totals->class_fen(kind) : 0;
      if (stored_fen == entries_.ClassFen(program, account)) continue;
      invariants_.Report("program ", program, " has ", stored_fen, " fen in class ",
                         v1::AccountKind_Name(account), ", the postings of all entries add up to ",
                         entries_.ClassFen(program, account));
    }
  }
}

absl::StatusOr<FsckReport> Run::Execute() {
  VOUCHER_ASSIGN_OR_RETURN(const DirectoryLock lock, DirectoryLock::Take(options_.path));
  VOUCHER_RETURN_IF_ERROR(CheckBlocks());
  absl::StatusOr<std::unique_ptr<Journal>> journal =
      Journal::Open({.path = options_.path + "/journal", .read_only = true});
  if (journal.ok()) {
    CheckMark(**journal);
    OpenViews(**journal);
    VOUCHER_ASSIGN_OR_RETURN(replay_, Replay::Begin(options_.rows_path, options_.redecide));
    VOUCHER_RETURN_IF_ERROR(TakeEntries(**journal));
    if (replaying_) {
      CheckRows();
    } else {
      invariants_.Note("not checked: the replay did not reach the end");
    }
    if (!replaying_ && views_ != nullptr) rows_.Note("not compared: the replay did not get there");
  } else if (absl::IsDataLoss(journal.status())) {
    blocks_.Report("the journal cannot be opened: ", journal.status().message());
    for (FsckCheck* check : {&mark_, &applied_, &rows_, &invariants_}) {
      check->Note("not checked: the journal cannot be opened");
    }
  } else {
    return journal.status();
  }
  report_.checks = {blocks_, mark_};
  for (FsckCheck& check : entries_.Results()) report_.checks.push_back(std::move(check));
  if (replay_ != nullptr) {
    report_.checks.push_back(replay_->deadlines());
    report_.checks.push_back(replay_->request_ids());
  }
  report_.checks.push_back(applied_);
  if (options_.redecide && replay_ != nullptr) report_.checks.push_back(replay_->decisions());
  report_.checks.push_back(rows_);
  report_.checks.push_back(invariants_);
  return std::move(report_);
}

}  // namespace

absl::StatusOr<FsckReport> RunFsck(const FsckOptions& options) {
  return Run(options).Execute();
}

}  // namespace voucher
