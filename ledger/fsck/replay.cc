#include "ledger/fsck/replay.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "google/protobuf/util/message_differencer.h"

#include "ledger/base/check.h"
#include "ledger/base/civil.h"
#include "ledger/base/status_macros.h"
#include "ledger/machine/machine.h"
#include "ledger/policy/refusal_text.h"
#include "ledger/validation/verbs.h"

namespace voucher {
namespace {

// The decider version since which a deadline is booked before what was received at its instant.
constexpr uint32_t kDeadlinesSplitSince = 8;

std::string OutcomeName(const v1::Entry& entry) {
  return entry.has_refusal() ? std::string(ReasonName(entry.refusal().reason()))
                             : std::string("accepted");
}

// What differs between two entries that should be equal, in one line.
std::string Difference(const v1::Entry& recorded, const v1::Entry& again) {
  if (OutcomeName(recorded) != OutcomeName(again)) {
    return absl::StrCat("recorded ", OutcomeName(recorded), ", the rules give ",
                        OutcomeName(again));
  }
  std::string fields;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&fields);
  if (differencer.Compare(recorded, again)) return "the same fields in other bytes";
  return absl::StrCat("recorded and decided again differ: ", fields.substr(0, fields.find('\n')));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Replay>> Replay::Begin(std::string path, bool redecide) {
  VOUCHER_ASSIGN_OR_RETURN(std::unique_ptr<Views> views, Views::Open(path));
  if (views->reached()) {
    return absl::UnavailableError(absl::StrCat(path, " is not empty"));
  }
  return std::unique_ptr<Replay>(new Replay(std::move(path), redecide, std::move(views)));
}

Replay::Replay(std::string path, bool redecide, std::unique_ptr<Views> views)
    : path_(std::move(path)),
      redecide_(redecide),
      views_(std::move(views)),
      state_(&views_->newest()),
      timers_(state_) {}

Replay::~Replay() {
  views_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void Replay::Take(absl::string_view stored, const v1::Entry& entry, const v1::Entry* named) {
  if (const std::string& id = RequestIdOf(entry.command()); !id.empty()) {
    request_ids_.Count();
    if (const uint64_t first = FindRequest(state_, entry.principal(), id); first != 0) {
      request_ids_.Report("entry ", entry.sequence(), " has the request_id ", id, " of entry ",
                          first, " of the same principal");
    }
  }
  CheckDeadlines(entry);
  if (redecide_) DecideAgain(stored, entry, named);
  Evolve(entry, &state_);
  redeemed_.Add(entry, named);
  ++unstored_;
  sequence_ = entry.sequence();
}

// Of entries since the decider version that books deadlines so. A ResumeAfterClockJump is decided
// while nothing is booked.
void Replay::CheckDeadlines(const v1::Entry& entry) {
  if (entry.decider_version() < kDeadlinesSplitSince || entry.event().has_clock_resumed()) return;
  deadlines_.Count();
  const bool is_timer = entry.command().has_timer_due();
  const v1::TimerDue& booked = entry.command().timer_due();
  const auto first =
      timers_.First(state_, is_timer ? booked.due_unix_ns() : entry.received_unix_ns());
  if (is_timer ? first && first->SerializeAsString() == booked.SerializeAsString() : !first) return;
  const std::string which =
      first ? absl::StrCat("timer ", v1::TimerKind_Name(first->kind()), " of ", first->id(),
                           ", due at ", FormatRfc3339(first->due_unix_ns(), Zone::Shanghai()),
                           ", should have been booked")
            : std::string("no such timer was set");
  deadlines_.Report("entry ", entry.sequence(), " (", std::string(VerbName(entry.command())),
                    ") was received at ", FormatRfc3339(entry.received_unix_ns(), Zone::Shanghai()),
                    ", when ", which);
}

void Replay::DecideAgain(absl::string_view stored, const v1::Entry& entry, const v1::Entry* named) {
  const v1::Entry again = Redecide(state_, entry, named);
  if (entry.decider_version() == kDeciderVersion) {
    decisions_.Count();
    if (again.SerializeAsString() == stored) return;
    decisions_.Report("entry ", entry.sequence(), " (", std::string(VerbName(entry.command())),
                      "): ", Difference(entry, again));
    return;
  }
  ++other_versions_;
  if (OutcomeName(entry) != OutcomeName(again)) ++other_outcomes_;
  decisions_.Note(absl::StrCat(other_versions_, " entries of other decider versions, ",
                               other_outcomes_, " of them with another outcome today"));
}

absl::Status Replay::Store() {
  if (unstored_ == 0) return absl::OkStatus();
  timers_.Follow(state_);
  VOUCHER_RETURN_IF_ERROR(
      views_->Apply(*state_.TakeChanges(), {.ledger_id = "", .sequence = sequence_}));
  state_.StoredIn(&views_->newest());
  unstored_ = 0;
  return absl::OkStatus();
}

}  // namespace voucher
