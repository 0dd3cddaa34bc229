#include "ledger/group.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/check.h"
#include "ledger/journal/merkle.h"
#include "ledger/machine/machine.h"

namespace voucher {
namespace {

uint64_t NextSequence(const View& view) {
  const rows::CountersRow* counters = view.Find<tables::Counters>({});
  return counters != nullptr ? counters->sequence() + 1 : 1;
}

// Entries of the principal so far with this request_id.
uint64_t FindFirst(const View& view, const v1::Authority& authority, const v1::Command& command) {
  const rows::NumberRow* principal = view.Find<tables::Principals>({authority.principal()});
  if (principal == nullptr) return 0;
  return FindRequest(view, static_cast<uint32_t>(principal->number()), RequestIdOf(command));
}

}  // namespace

Group::Group(Overlay* state, const Journal* journal, UnixNanos last_recorded_at,
             const Group* previous)
    : state_(state),
      journal_(journal),
      previous_(previous),
      first_sequence_(NextSequence(*state)),
      last_recorded_at_(last_recorded_at) {}

UnixNanos Group::NextRecordedAt(UnixNanos now) const {
  return std::max(last_recorded_at_ + 1, now);
}

Outcome Group::Answer(v1::Command command, const v1::Authority& authority, const Stamp& stamp) {
  if (const uint64_t first = FindFirst(*state_, authority, command); first != 0) {
    return Replay(first, command);
  }
  const UnixNanos recorded_at = NextRecordedAt(stamp.now);
  v1::Entry entry =
      command.has_resume_after_clock_jump()
          ? DecideResume(*state_, std::move(command), authority, stamp.received_at, recorded_at,
                         stamp.jump_ns)
          : Decide(*state_, std::move(command), authority, stamp.received_at, recorded_at);
  auto kept = Keep(std::move(entry));
  if (!kept.ok()) return {kept.status(), nullptr};
  return {absl::OkStatus(), *std::move(kept)};
}

bool Group::IsSet(const v1::TimerDue& timer) const {
  return state_->Find<tables::Timers>(
             {timer.due_unix_ns(), static_cast<uint8_t>(timer.kind()), timer.id()}) != nullptr;
}

void Group::Fire(const v1::TimerDue& timer, UnixNanos now) {
  v1::Command command;
  *command.mutable_timer_due() = timer;
  const UnixNanos recorded_at = NextRecordedAt(now);
  const auto kept = Keep(Decide(*state_, std::move(command), {}, recorded_at, recorded_at));
  VOUCHER_CHECK(kept.ok()) << kept.status();
}

absl::StatusOr<std::shared_ptr<const Recorded>> Group::Keep(v1::Entry entry) {
  VOUCHER_CHECK(entry.sequence() == first_sequence_ + stored_.size()) << entry.sequence();
  std::string bytes = entry.SerializeAsString();
  if (bytes.size() > kMaxEntryBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the entry would have ", bytes.size(), " bytes, more than ", kMaxEntryBytes));
  }
  Evolve(entry, state_);
  last_recorded_at_ = entry.recorded_unix_ns();
  report_.bytes += bytes.size();
  report_.items.push_back(
      {VerbName(entry.command()), entry.refusal().reason(), 0, entry.program()});
  stored_.push_back(std::move(bytes));
  recorded_.push_back(std::make_shared<voucher::Recorded>());
  recorded_.back()->entry = std::move(entry);
  return recorded_.back();
}

absl::StatusOr<std::shared_ptr<const Recorded>> Group::Find(uint64_t sequence) const {
  if (sequence >= first_sequence_) return recorded_[sequence - first_sequence_];
  if (previous_ != nullptr && sequence >= previous_->first_sequence_) {
    return previous_->Find(sequence);
  }
  std::string bytes;
  if (absl::Status read = journal_->ReadEntry(sequence, &bytes); !read.ok()) return read;
  auto found = std::make_shared<voucher::Recorded>();
  if (!found->entry.ParseFromString(bytes)) {
    return absl::DataLossError(absl::StrCat("entry ", sequence, " cannot be parsed"));
  }
  found->receipt = MakeReceipt(found->entry, LeafHash(bytes));
  return found;
}

Outcome Group::Replay(uint64_t sequence, const v1::Command& command) {
  auto first = Find(sequence);
  if (!first.ok()) return {first.status(), nullptr};
  if (!SameRequest((*first)->entry.command(), command)) {
    ++report_.reused;
    return {absl::AlreadyExistsError(absl::StrCat(
                "REQUEST_ID_REUSED: this request_id was used for another request, at sequence ",
                sequence)),
            nullptr};
  }
  ++report_.replays;
  return {absl::OkStatus(), *std::move(first)};
}

bool Group::Recorded(const Outcome& outcome) const {
  return outcome.recorded != nullptr && outcome.recorded->entry.sequence() >= first_sequence_;
}

void Group::SetLeafHashes(absl::Span<const Hash> leaf_hashes) {
  VOUCHER_CHECK(leaf_hashes.size() == recorded_.size()) << leaf_hashes.size();
  for (size_t i = 0; i < leaf_hashes.size(); ++i) {
    recorded_[i]->receipt = MakeReceipt(recorded_[i]->entry, leaf_hashes[i]);
  }
}

}  // namespace voucher
