#include "ledger/fsck/entry_checks.h"

#include <limits>
#include <string>
#include <utility>

#include "ledger/base/civil.h"
#include "ledger/base/money.h"
#include "ledger/machine/field_checker.h"
#include "ledger/machine/machine.h"

namespace voucher {
namespace {

constexpr size_t kMaxEntryBytes = size_t{1} << 20;
constexpr size_t kMaxSubmissionBytes = size_t{16} << 10;
constexpr int64_t kTimerDelayNanos = 30 * kNanosPerSecond;

std::string At(uint64_t place, const v1::Entry& entry) {
  return absl::StrCat("entry ", place, " (", std::string(VerbName(entry.command())), ")");
}

std::string Instant(UnixNanos instant) {
  return FormatRfc3339(instant, Zone::Shanghai());
}

bool MayBeNegative(int kind) {
  return kind == v1::ACCOUNT_KIND_TREASURY || kind == v1::ACCOUNT_KIND_PAYABLE_PROVIDER ||
         kind == v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE;
}

}  // namespace

EntryChecks::EntryChecks()
    : last_recorded_at_(std::numeric_limits<UnixNanos>::min()),
      last_received_at_(std::numeric_limits<UnixNanos>::min()) {}

std::optional<v1::Entry> EntryChecks::Take(uint64_t place, absl::string_view stored) {
  v1::Entry entry;
  decoding_.Count();
  if (!entry.ParseFromArray(stored.data(), static_cast<int>(stored.size()))) {
    decoding_.Find("entry ", place, " cannot be parsed");
    return std::nullopt;
  }
  CheckForm(place, stored, entry);
  CheckTimes(place, entry);
  CheckQueue(place, entry);
  CheckCutoff(place, entry);
  CheckPublication(place, entry);
  CheckPostings(place, entry);
  CheckLimitDeltas(place, entry);
  return entry;
}

void EntryChecks::CheckForm(uint64_t place, absl::string_view stored, const v1::Entry& entry) {
  sequence_.Count();
  if (entry.sequence() != place) {
    sequence_.Find("entry ", place, " says that it is entry ", entry.sequence());
  }
  FieldChecker checker(0);
  checker.NoUnknownFields(entry);
  const std::vector<FieldProblem> problems = std::move(checker).TakeProblems();
  if (!problems.empty()) {
    decoding_.Find(At(place, entry),
                   " has a field that this version does not know: ", problems.front().field);
  }
  if (entry.command().verb_case() == v1::Command::VERB_NOT_SET ||
      entry.outcome_case() == v1::Entry::OUTCOME_NOT_SET) {
    decoding_.Find("entry ", place, " has no command or no outcome");
  }
  const size_t limit =
      entry.command().has_submit_application() ? kMaxSubmissionBytes : kMaxEntryBytes;
  if (stored.size() > limit) {
    decoding_.Find(At(place, entry), " has ", stored.size(), " bytes, more than ", limit);
  }
}

void EntryChecks::CheckTimes(uint64_t place, const v1::Entry& entry) {
  times_.Count();
  if (entry.recorded_unix_ns() <= last_recorded_at_) {
    times_.Find(At(place, entry), " was recorded at ", Instant(entry.recorded_unix_ns()),
                ", not after the entry before");
  }
  last_recorded_at_ = entry.recorded_unix_ns();
  if (entry.command().has_timer_due()) {
    timers_.Count();
    const UnixNanos due = entry.command().timer_due().due_unix_ns();
    if (entry.recorded_unix_ns() < kTimerDelayNanos ||
        entry.recorded_unix_ns() - kTimerDelayNanos < due) {
      timers_.Find(At(place, entry), " was due at ", Instant(due), " and recorded already at ",
                   Instant(entry.recorded_unix_ns()));
    }
    return;
  }
  if (entry.received_unix_ns() < last_received_at_) {
    times_.Find(At(place, entry), " was received at ", Instant(entry.received_unix_ns()),
                ", before an earlier request");
  }
  last_received_at_ = entry.received_unix_ns();
}

void EntryChecks::CheckQueue(uint64_t place, const v1::Entry& entry) {
  if (!entry.command().has_submit_application() || entry.program() == 0) {
    if (entry.queue_number() != 0) {
      queue_.Find(At(place, entry), " has queue number ", entry.queue_number(),
                  " but is no submission to a program");
    }
    return;
  }
  queue_.Count();
  Program& program = programs_[entry.program()];
  if (entry.queue_number() != program.queue_number + 1) {
    queue_.Find(At(place, entry), " has queue number ", entry.queue_number(), " of program ",
                entry.program(), " after ", program.queue_number);
  }
  if (program.submission_sequence != 0 &&
      entry.received_unix_ns() < program.submission_received_at) {
    queue_.Find("queue inversion: ", At(place, entry), " was received at ",
                Instant(entry.received_unix_ns()), ", before entry ", program.submission_sequence,
                " of the same program");
  }
  program.queue_number = entry.queue_number();
  program.submission_received_at = entry.received_unix_ns();
  program.submission_sequence = place;
}

void EntryChecks::CheckCutoff(uint64_t place, const v1::Entry& entry) {
  if (!entry.event().has_application_submitted()) return;
  cutoff_.Count();
  const Program& program = programs_[entry.program()];
  if (program.revision == 0 || entry.program_revision() != program.revision) {
    cutoff_.Find(At(place, entry), " was judged by revision ", entry.program_revision(),
                 " of program ", entry.program(), ", in force was revision ", program.revision);
    return;
  }
  if (entry.received_unix_ns() < program.opens_at ||
      entry.received_unix_ns() >= program.cutoff_at) {
    cutoff_.Find(At(place, entry), " was received at ", Instant(entry.received_unix_ns()),
                 " and accepted, the window is from ", Instant(program.opens_at), " to before ",
                 Instant(program.cutoff_at));
  }
}

void EntryChecks::CheckPublication(uint64_t place, const v1::Entry& entry) {
  if (!entry.event().has_program_published()) return;
  const v1::Window& window = entry.command().publish_program().rules().window();
  const std::optional<CivilDay> first = FromCivilDate(window.first_day());
  const std::optional<CivilDay> last = FromCivilDate(window.last_day());
  const v1::ProgramPublished& published = entry.event().program_published();
  if (!first || !last) {
    cutoff_.Find(At(place, entry), " has a window without real days");
    return;
  }
  Program& program = programs_[published.program_number()];
  program.revision = published.revision();
  program.opens_at = StartOfDay(*first, Zone::Shanghai());
  program.cutoff_at = StartOfDay(*last + 1, Zone::Shanghai());
  if (published.cutoff_unix_ns() != program.cutoff_at) {
    cutoff_.Find(At(place, entry), " states the cutoff ", Instant(published.cutoff_unix_ns()),
                 ", the day after its last day begins at ", Instant(program.cutoff_at));
  }
}

void EntryChecks::CheckPostings(uint64_t place, const v1::Entry& entry) {
  if (entry.event().postings_size() == 0) return;
  postings_.Count(static_cast<uint64_t>(entry.event().postings_size()));
  std::vector<int64_t>& class_fen = programs_[entry.program()].class_fen;
  class_fen.resize(v1::AccountKind_ARRAYSIZE, 0);
  for (const v1::Posting& posting : entry.event().postings()) {
    const int from = posting.from().kind();
    const int to = posting.to().kind();
    const int64_t fen = posting.amount_fen();
    if (fen <= 0 || fen > kMaxAmountFen || from <= 0 || from >= v1::AccountKind_ARRAYSIZE ||
        to <= 0 || to >= v1::AccountKind_ARRAYSIZE) {
      postings_.Find(At(place, entry), " has a posting of ", fen, " fen from kind ", from,
                     " to kind ", to);
      continue;
    }
    class_fen[from] = AddFen(class_fen[from], -fen).value_or(std::numeric_limits<int64_t>::min());
    class_fen[to] = AddFen(class_fen[to], fen).value_or(std::numeric_limits<int64_t>::max());
  }
  for (int kind = 1; kind < v1::AccountKind_ARRAYSIZE; ++kind) {
    if (class_fen[kind] >= 0 || MayBeNegative(kind)) continue;
    postings_.Find(At(place, entry), " leaves ", class_fen[kind], " fen in class ",
                   v1::AccountKind_Name(static_cast<v1::AccountKind>(kind)), " of program ",
                   entry.program());
    class_fen[kind] = 0;
  }
}

// Every limit of an application rises by what it is granted and falls by what it gives back to the
// budget. Only a reversal may touch several applications, each with limits of its own.
void EntryChecks::CheckLimitDeltas(uint64_t place, const v1::Entry& entry) {
  int64_t granted_fen = 0;
  for (const v1::Posting& posting : entry.event().postings()) {
    const bool grant = posting.from().kind() == v1::ACCOUNT_KIND_BUDGET;
    const bool release = posting.to().kind() == v1::ACCOUNT_KIND_BUDGET;
    if (posting.from().kind() == v1::ACCOUNT_KIND_TREASURY ||
        posting.to().kind() == v1::ACCOUNT_KIND_TREASURY || grant == release) {
      continue;
    }
    const int64_t fen = grant ? posting.amount_fen() : -posting.amount_fen();
    granted_fen = AddFen(granted_fen, fen).value_or(0);
  }
  const bool several = entry.event().has_redemption_reversed();
  for (const v1::LimitDelta& delta : entry.event().limit_deltas()) {
    const int64_t fen = delta.delta_fen();
    if (several ? fen < 0 && fen >= granted_fen : fen == granted_fen) continue;
    postings_.Find(At(place, entry), " changes a limit by ", fen, " fen, but grants ", granted_fen);
  }
}

int64_t EntryChecks::ClassFen(uint32_t program, v1::AccountKind kind) const {
  const auto found = programs_.find(program);
  if (found == programs_.end() || found->second.class_fen.empty()) return 0;
  return found->second.class_fen[kind];
}

std::vector<FsckCheck> EntryChecks::Results() const {
  return {decoding_, sequence_, times_, queue_, cutoff_, timers_, postings_};
}

}  // namespace voucher
