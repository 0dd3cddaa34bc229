#include "ledger/commit/group.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/check.h"
#include "ledger/journal/merkle.h"
#include "ledger/machine/machine.h"
#include "ledger/validation/bad_field.h"
#include "ledger/validation/validate_dates.h"
#include "ledger/validation/verbs.h"

namespace voucher {
namespace {

uint64_t NextSequence(const View& view) {
  const rows::CountersRow* counters = view.Find<tables::Counters>({});
  return counters != nullptr ? counters->sequence() + 1 : 1;
}

}  // namespace

google::protobuf::ArenaOptions Group::Memory::Options() {
  google::protobuf::ArenaOptions options;
  options.start_block_size = 8u << 10;
  options.max_block_size = 64u << 10;
  return options;
}

v1::Entry* Group::Memory::NewEntry() {
  return google::protobuf::Arena::CreateMessage<v1::Entry>(&arena);
}

Group::SharedRecorded Group::Share(const std::shared_ptr<Memory>& memory, size_t n) {
  return {memory, &memory->recorded[n]};
}

Group::Group(EditableRows* state, const Journal* journal, UnixNanos last_recorded_at,
             const Group* previous)
    : state_(state),
      journal_(journal),
      previous_(previous),
      first_sequence_(NextSequence(*state)),
      last_recorded_at_(last_recorded_at),
      memory_(std::make_shared<Memory>()) {}

UnixNanos Group::NextRecordedAt(UnixNanos now) const {
  return std::max(last_recorded_at_ + 1, now);
}

Outcome Group::Answer(const std::shared_ptr<Commands>& commands, size_t index,
                      const v1::Authority& authority, const Stamp& stamp) {
  auto& around = memory_->commands;
  const bool same = !around.empty() && around.back() == commands;
  if (!same) around.push_back(commands);
  if (!same || number_.is_new) number_ = NumberAuthority(*state_, authority);
  v1::Command* const command = commands->at(index);
  if (const uint64_t first = FindRequest(*state_, number_.principal, RequestIdOf(*command))) {
    return Replay(first, *command);
  }
  const std::vector<FieldProblem> problems = ValidateDates(*command, stamp.received_at);
  if (!problems.empty()) return {BadFieldsError(problems), nullptr};
  SharedRecorded named;
  if (const uint64_t sequence = EntryNamedBy(*command); sequence != 0 && IsRecorded(sequence)) {
    auto found = Find(sequence);
    if (!found.ok()) return {found.status(), nullptr};
    named = *std::move(found);
  }
  v1::Entry* const entry = memory_->NewEntry();
  entry->unsafe_arena_set_allocated_command(command);
  DecideEntry(*state_,
              {.authority = authority,
               .number = number_,
               .received_at = stamp.received_at,
               .recorded_at = NextRecordedAt(stamp.now),
               .jump_ns = stamp.jump_ns,
               .named = named != nullptr ? &named->entry : nullptr},
              entry);
  auto kept = Keep(*entry);
  if (!kept.ok()) return {kept.status(), nullptr};
  return {absl::OkStatus(), *std::move(kept)};
}

void Group::Fire(const v1::TimerDue& timer, UnixNanos now) {
  v1::Entry* const entry = memory_->NewEntry();
  *entry->mutable_command()->mutable_timer_due() = timer;
  const UnixNanos recorded_at = NextRecordedAt(now);
  DecideEntry(*state_, {.received_at = recorded_at, .recorded_at = recorded_at}, entry);
  const auto kept = Keep(*entry);
  VOUCHER_CHECK(kept.ok()) << kept.status();
}

absl::StatusOr<Group::SharedRecorded> Group::Keep(const v1::Entry& entry) {
  VOUCHER_CHECK(entry.sequence() == first_sequence_ + stored_.size()) << entry.sequence();
  const size_t size = entry.ByteSizeLong();
  if (size > kMaxEntryBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the entry would have ", size, " bytes, more than ", kMaxEntryBytes));
  }
  char* const bytes = google::protobuf::Arena::CreateArray<char>(&memory_->arena, size);
  entry.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(bytes));
  Evolve(entry, state_);
  last_recorded_at_ = entry.recorded_unix_ns();
  report_.bytes += size;
  report_.items.push_back(
      {VerbName(entry.command()), entry.refusal().reason(), 0, entry.program()});
  stored_.emplace_back(bytes, size);
  memory_->recorded.push_back({entry});
  return Share(memory_, memory_->recorded.size() - 1);
}

absl::StatusOr<Group::SharedRecorded> Group::Find(uint64_t sequence) const {
  if (sequence >= first_sequence_) return Share(memory_, sequence - first_sequence_);
  if (previous_ != nullptr && sequence >= previous_->first_sequence_) {
    return previous_->Find(sequence);
  }
  std::string bytes;
  if (absl::Status read = journal_->ReadEntry(sequence, &bytes); !read.ok()) return read;
  const auto found = std::make_shared<Memory>();
  v1::Entry* const entry = found->NewEntry();
  if (!entry->ParseFromString(bytes) || entry->sequence() != sequence) {
    return absl::DataLossError(absl::StrCat("entry ", sequence, " cannot be parsed"));
  }
  found->recorded.push_back({*entry, LeafHash(bytes)});
  return Share(found, 0);
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
  VOUCHER_CHECK(leaf_hashes.size() == stored_.size()) << leaf_hashes.size();
  for (size_t i = 0; i < leaf_hashes.size(); ++i) memory_->recorded[i].leaf_hash = leaf_hashes[i];
}

}  // namespace voucher
