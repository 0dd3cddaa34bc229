#include "tests/bench/cost/world.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/check.h"
#include "ledger/base/civil.h"
#include "ledger/journal/merkle.h"
#include "ledger/validation/validate_command.h"
#include "tests/bench/cost/commands.h"
#include "tests/support/ledger_story.h"

namespace voucher::bench {
namespace {

constexpr int64_t kFundFen = 1'000'000'000'000;  // 10^10 yuan
constexpr int64_t kStepNanos = 1'000'000;

Figure Result(const std::string& name, const Meter& meter) {
  return {.name = name,
          .commands = meter.commands(),
          .nanos_per_command = meter.MedianNanos(),
          .allocations = meter.allocations()};
}

void HashLeaves(Group* group) {
  std::vector<Hash> leaf_hashes;
  leaf_hashes.reserve(group->stored().size());
  for (const absl::string_view entry : group->stored()) leaf_hashes.push_back(LeafHash(entry));
  group->SetLeafHashes(leaf_hashes);
}

// Each as a call of its own submits it.
std::vector<std::shared_ptr<Commands>> Singles(const std::vector<v1::Command>& commands) {
  std::vector<std::shared_ptr<Commands>> singles;
  singles.reserve(commands.size());
  for (const v1::Command& command : commands) {
    singles.push_back(std::make_shared<Commands>());
    *singles.back()->Add() = command;
  }
  return singles;
}

void CountRows(const RowChanges& changes, Figure* figure) {
  figure->rows += changes.size();
  for (const RowChange& change : changes) {
    figure->row_bytes += change.key().size() + change.value().size();
  }
}

}  // namespace

World::World(int enterprises, size_t group_commands)
    : enterprises_(enterprises),
      group_commands_(group_commands),
      journal_(Journal::Open({.path = scratch_.Path("journal"),
                              .create_if_missing = true,
                              .ledger_id = "00112233445566778899aabbccddeeff"})
                   .value()),
      state_(&stored_) {
  using testing::Platform, testing::ProviderOf;
  MoveTo("2025-10-30T10:00:00+08:00");
  Do(Platform(), {testing::PublishProgram()});
  Do(testing::Finance(), {testing::Appropriate("fund", kFundFen)});
  Do(Platform(),
     {testing::OpenProgram(), testing::PutProvider("acme"), testing::PutProduct("acme", "ecs")});
  const auto all = [&](absl::FunctionRef<v1::Command(int n)> make) {
    return MakeCommands(enterprises + 1, make);
  };
  Do(Platform(), all(testing::PutEnterprise));
  Do(ProviderOf("acme"),
     all([](int n) { return testing::Bind("acme", absl::StrCat("hw-", 10'000'000 + n), n); }));
  const auto grant_fen = [&](int n) {
    return n == enterprises ? kHotCreditFen : kCreditFen + kVoucherFen;
  };
  Do(Platform(), all([&](int n) { return Application(n, n, grant_fen(n)); }));
  for (const char* stage : kReviewStages) {
    Do(testing::Reviewer(), all([&](int n) { return PassReview(n + 1, stage); }));
  }
  Do(Platform(), all([](int n) { return testing::Approve(n + 1); }));
  Do(testing::Issuer(), all([&](int n) {
       return testing::OrderTransfer(n + 1, n + 1, n == enterprises ? kHotCreditFen : kCreditFen);
     }));
  Do(ProviderOf("acme"), all([](int n) { return testing::ConfirmTransfer(n + 1); }));
}

const rows::CountersRow& World::counters() const {
  return *state_.Find<tables::Counters>({});
}

void World::MoveTo(absl::string_view rfc3339) {
  now_ = ParseRfc3339(rfc3339).value();
}

Outcome World::Answer(Group* group, const v1::Authority& who,
                      const std::shared_ptr<Commands>& single) {
  now_ += kStepNanos;
  return group->Answer(single, 0, who, {.received_at = now_, .now = now_});
}

UnixNanos World::LastRecordedAt() const {
  const rows::CountersRow* end = state_.Find<tables::Counters>({});
  return end != nullptr ? end->recorded_unix_ns() : 0;
}

void World::Store(const Group& group, const RowChanges& changes) {
  if (!group.empty()) {
    const absl::Status appended =
        journal_->Append(group.first_sequence(), journal_->epoch(), group.stored(), nullptr);
    VOUCHER_CHECK(appended.ok()) << appended;
  }
  stored_.Apply(changes);
}

void World::RunGroup(size_t first, size_t last, Step step, Meter* meter, Figure* figure) {
  if (meter != nullptr) meter->Start();
  auto group = std::make_unique<Group>(&state_, journal_.get(), LastRecordedAt());
  for (size_t i = first; i < last; ++i) step(group.get(), i);
  HashLeaves(group.get());
  auto changes = state_.TakeChanges();
  if (meter != nullptr) meter->Stop();
  figure->entry_bytes += group->bytes();
  CountRows(*changes, figure);
  Store(*group, *changes);
  if (meter != nullptr) meter->Start();
  state_.StoredIn(&stored_);
  group.reset();
  changes.reset();
  if (meter != nullptr) meter->Stop();
}

Figure World::MeasureGroups(const std::string& name, size_t commands, Step step) {
  VOUCHER_CHECK(commands > kWarmUp) << name;
  Figure warm_up, counted;
  RunGroup(0, kWarmUp, step, nullptr, &warm_up);
  Meter meter(name);
  for (size_t first = kWarmUp; first < commands; first += group_commands_) {
    const size_t last = std::min(commands, first + group_commands_);
    RunGroup(first, last, step, &meter, &counted);
    meter.EndSample(last - first);
  }
  Figure figure = Result(name, meter);
  figure.entry_bytes = counted.entry_bytes;
  figure.rows = counted.rows;
  figure.row_bytes = counted.row_bytes;
  return figure;
}

void World::Do(const v1::Authority& who, const std::vector<v1::Command>& commands) {
  auto singles = Singles(commands);
  const auto step = [&](Group* group, size_t i) {
    const Outcome outcome = Answer(group, who, std::exchange(singles[i], nullptr));
    VOUCHER_CHECK(outcome.status.ok()) << outcome.status;
    VOUCHER_CHECK(outcome.recorded->entry.has_event())
        << outcome.recorded->entry.ShortDebugString();
  };
  Figure counted;
  for (size_t first = 0; first < commands.size(); first += group_commands_) {
    RunGroup(first, std::min(commands.size(), first + group_commands_), step, nullptr, &counted);
  }
}

Figure World::Measure(const std::string& name, const v1::Authority& who,
                      const std::vector<v1::Command>& commands, v1::Reason expected) {
  auto singles = Singles(commands);
  const auto step = [&](Group* group, size_t i) {
    const Outcome outcome = Answer(group, who, std::exchange(singles[i], nullptr));
    VOUCHER_CHECK(outcome.status.ok()) << outcome.status;
    VOUCHER_CHECK(outcome.recorded->entry.refusal().reason() == expected)
        << outcome.recorded->entry.ShortDebugString();
  };
  return MeasureGroups(name, commands.size(), step);
}

Figure World::MeasureReplay(const std::string& name, const v1::Authority& who,
                            const std::vector<v1::Command>& commands) {
  const auto singles = Singles(commands);
  auto again = Singles(commands);
  Meter meter(name);
  for (size_t first = 0; first < commands.size(); first += group_commands_) {
    const size_t last = std::min(commands.size(), first + group_commands_);
    Group group(&state_, journal_.get(), LastRecordedAt());
    for (size_t i = first; i < last; ++i) Answer(&group, who, singles[i]);
    meter.Start();
    for (size_t i = first; i < last; ++i) Answer(&group, who, std::exchange(again[i], nullptr));
    meter.Stop();
    meter.EndSample(last - first);
    VOUCHER_CHECK(group.report().replays == last - first) << group.report().replays;
    HashLeaves(&group);
    Store(group, *state_.TakeChanges());
    state_.StoredIn(&stored_);
  }
  return Result(name, meter);
}

Figure World::MeasureTimers(const std::string& name, const std::vector<v1::TimerDue>& timers) {
  const auto step = [&](Group* group, size_t i) { group->Fire(timers[i], now_); };
  return MeasureGroups(name, timers.size(), step);
}

Figure World::MeasureCheck(const std::string& name, const std::vector<v1::Command>& commands) {
  const auto check = [&](size_t first, size_t last) {
    for (size_t i = first; i < last; ++i) VOUCHER_CHECK(ValidateCommand(commands[i], now_).empty());
  };
  VOUCHER_CHECK(commands.size() > kWarmUp) << name;
  check(0, kWarmUp);
  Meter meter(name);
  meter.Start();
  check(kWarmUp, commands.size());
  meter.Stop();
  meter.EndSample(commands.size() - kWarmUp);
  return Result(name, meter);
}

}  // namespace voucher::bench
