#include "ledger/fsck/entry_checks.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/container/btree_set.h"

#include "ledger/base/civil.h"
#include "ledger/base/money.h"
#include "ledger/machine/machine.h"
#include "ledger/machine/waitlist.h"
#include "ledger/validation/field_checker.h"
#include "ledger/validation/verbs.h"

namespace voucher {
namespace {

constexpr size_t kMaxEntryBytes = size_t{1} << 20;
constexpr size_t kMaxSubmissionBytes = size_t{16} << 10;
// A statement and what is left of a budget are sums of amounts.
constexpr int64_t kMaxPostingFen = 100 * kMaxAmountFen;

std::string At(uint64_t place, const v1::Entry& entry) {
  return absl::StrCat("entry ", place, " (", std::string(VerbName(entry.command())), ")");
}

std::string Instant(UnixNanos instant) {
  return FormatRfc3339(instant, Zone::Shanghai());
}

bool MayBeNegative(int kind) {
  return kind == v1::ACCOUNT_KIND_TREASURY || kind == v1::ACCOUNT_KIND_PAYABLE_PROVIDER ||
         kind == v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE || kind == v1::ACCOUNT_KIND_PAID ||
         kind == v1::ACCOUNT_KIND_RECOVERY;
}

// Commands that take a place in the queue of their program, refused or not.
bool TakesQueueNumber(const v1::Command& command) {
  return command.has_submit_application() || command.has_award_grant();
}

uint32_t ProgramOf(const v1::Entry& entry, uint32_t named) {
  return named != 0 ? named : entry.program();
}

}  // namespace

EntryChecks::EntryChecks()
    : last_recorded_at_(std::numeric_limits<UnixNanos>::min()),
      last_received_at_(std::numeric_limits<UnixNanos>::min()) {}

std::optional<v1::Entry> EntryChecks::Take(uint64_t place, absl::string_view stored) {
  v1::Entry entry;
  decoding_.Count();
  if (!entry.ParseFromArray(stored.data(), static_cast<int>(stored.size()))) {
    decoding_.Report("entry ", place, " cannot be parsed");
    return std::nullopt;
  }
  CheckForm(place, stored, entry);
  CheckTimes(place, entry);
  CheckQueue(place, entry);
  CheckCutoff(place, entry);
  CheckWaitlist(place, entry);
  CheckPublication(place, entry);
  CheckPostings(place, entry);
  return entry;
}

void EntryChecks::CheckForm(uint64_t place, absl::string_view stored, const v1::Entry& entry) {
  sequence_.Count();
  if (entry.sequence() != place) {
    sequence_.Report("entry ", place, " says that it is entry ", entry.sequence());
  }
  FieldChecker checker;
  checker.NoUnknownFields(entry);
  const std::vector<FieldProblem> problems = std::move(checker).TakeProblems();
  if (!problems.empty()) {
    decoding_.Report(At(place, entry),
                     " has a field that this version does not know: ", problems.front().field);
  }
  if (entry.command().verb_case() == v1::Command::VERB_NOT_SET ||
      entry.outcome_case() == v1::Entry::OUTCOME_NOT_SET) {
    decoding_.Report("entry ", place, " has no command or no outcome");
  }
  const size_t limit =
      entry.command().has_submit_application() ? kMaxSubmissionBytes : kMaxEntryBytes;
  if (stored.size() > limit) {
    decoding_.Report(At(place, entry), " has ", stored.size(), " bytes, more than ", limit);
  }
}

void EntryChecks::CheckTimes(uint64_t place, const v1::Entry& entry) {
  times_.Count();
  if (entry.recorded_unix_ns() <= last_recorded_at_) {
    times_.Report(At(place, entry), " was recorded at ", Instant(entry.recorded_unix_ns()),
                  ", not after the entry before");
  }
  last_recorded_at_ = entry.recorded_unix_ns();
  if (entry.command().has_timer_due()) return CheckTimer(place, entry);
  if (entry.received_unix_ns() < last_received_at_) {
    times_.Report(At(place, entry), " was received at ", Instant(entry.received_unix_ns()),
                  ", before an earlier request");
  }
  last_received_at_ = entry.received_unix_ns();
}

void EntryChecks::CheckTimer(uint64_t place, const v1::Entry& entry) {
  timers_.Count();
  const v1::TimerDue& timer = entry.command().timer_due();
  if (entry.recorded_unix_ns() < timer.due_unix_ns()) {
    timers_.Report(At(place, entry), " was due at ", Instant(timer.due_unix_ns()),
                   " and recorded already at ", Instant(entry.recorded_unix_ns()));
  }
}

// A waitlist that is not finished goes on before any other entry of its program, and promotes
// nobody once it is over.
void EntryChecks::CheckWaitlist(uint64_t place, const v1::Entry& entry) {
  Program& program = programs_[entry.program()];
  if (program.waitlist_continues && !entry.event().has_waitlist_continued()) {
    timers_.Report(At(place, entry), " came before the waitlist of program ", entry.program(),
                   " was finished");
  }
  const v1::WaitlistStep& step = entry.event().waitlist();
  program.waitlist_continues = step.continues();
  const UnixNanos at = WaitlistInstant(entry);
  if (step.promotions_size() == 0 || program.waits_after_cutoff || at < program.cutoff_at) return;
  cutoff_.Report(At(place, entry), " promotes from the waitlist at ", Instant(at),
                 ", the cutoff was at ", Instant(program.cutoff_at));
}

void EntryChecks::CheckQueue(uint64_t place, const v1::Entry& entry) {
  if (!TakesQueueNumber(entry.command()) || entry.program() == 0) {
    if (entry.queue_number() != 0) {
      queue_.Report(At(place, entry), " has queue number ", entry.queue_number(),
                    " but is no submission to a program");
    }
    return;
  }
  queue_.Count();
  Program& program = programs_[entry.program()];
  if (entry.queue_number() != program.queue_number + 1) {
    queue_.Report(At(place, entry), " has queue number ", entry.queue_number(), " of program ",
                  entry.program(), " after ", program.queue_number);
  }
  if (program.submission_sequence != 0 &&
      entry.received_unix_ns() < program.submission_received_at) {
    queue_.Report("queue inversion: ", At(place, entry), " was received at ",
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
    cutoff_.Report(At(place, entry), " was judged by revision ", entry.program_revision(),
                   " of program ", entry.program(), ", in force was revision ", program.revision);
    return;
  }
  if (entry.received_unix_ns() < program.opens_at ||
      entry.received_unix_ns() >= program.cutoff_at) {
    cutoff_.Report(At(place, entry), " was received at ", Instant(entry.received_unix_ns()),
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
    cutoff_.Report(At(place, entry), " has a window without real days");
    return;
  }
  Program& program = programs_[published.program_number()];
  program.revision = published.revision();
  program.opens_at = StartOfDay(*first, Zone::Shanghai());
  program.cutoff_at = StartOfDay(*last + 1, Zone::Shanghai());
  program.waits_after_cutoff = entry.command().publish_program().rules().waitlist_after_cutoff();
  if (published.cutoff_unix_ns() != program.cutoff_at) {
    cutoff_.Report(At(place, entry), " states the cutoff ", Instant(published.cutoff_unix_ns()),
                   ", the day after its last day begins at ", Instant(program.cutoff_at));
  }
}

void EntryChecks::CheckPostings(uint64_t place, const v1::Entry& entry) {
  postings_.Count(static_cast<uint64_t>(entry.event().postings_size()));
  absl::btree_set<uint32_t> touched;
  for (const v1::Posting& posting : entry.event().postings()) {
    const int from = posting.from().kind();
    const int to = posting.to().kind();
    const int64_t fen = posting.amount_fen();
    if (fen <= 0 || fen > kMaxPostingFen || from <= 0 || from >= v1::AccountKind_ARRAYSIZE ||
        to <= 0 || to >= v1::AccountKind_ARRAYSIZE) {
      postings_.Report(At(place, entry), " has a posting of ", fen, " fen from kind ", from,
                       " to kind ", to);
      continue;
    }
    const uint32_t program = ProgramOf(entry, posting.program());
    touched.insert(program);
    std::vector<int64_t>& class_fen = programs_[program].class_fen;
    class_fen.resize(v1::AccountKind_ARRAYSIZE, 0);
    class_fen[from] = AddFen(class_fen[from], -fen).value_or(std::numeric_limits<int64_t>::min());
    class_fen[to] = AddFen(class_fen[to], fen).value_or(std::numeric_limits<int64_t>::max());
  }
  for (const uint32_t program : touched) {
    std::vector<int64_t>& class_fen = programs_[program].class_fen;
    for (int kind = 1; kind < v1::AccountKind_ARRAYSIZE; ++kind) {
      if (class_fen[kind] >= 0 || MayBeNegative(kind)) continue;
      postings_.Report(At(place, entry), " leaves ", class_fen[kind], " fen in class ",
                       v1::AccountKind_Name(static_cast<v1::AccountKind>(kind)), " of program ",
                       program);
      class_fen[kind] = 0;
    }
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
