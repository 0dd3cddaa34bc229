#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "ledger/base/civil.h"
#include "ledger/base/clock.h"
#include "ledger/policy/refusal.h"
#include "ledger/state/view.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Of real programs, or of sandboxes (worlds.h). The numbers are part of keys on disk.
enum class World : uint8_t { kReal = 0, kSandbox = 1 };

// What a verb's Decide answers: a refusal, or the event (the Context's) that must then succeed.
using Decision = std::variant<v1::Refusal, std::reference_wrapper<const v1::Event>>;

// What a verb's Decide may know: the state, who asks, and when the complete request was there. It
// also notes which program and revision judged the command, for the entry.
class Context {
 public:
  // `event` is the empty one of the entry, for a verb that accepts; null where nothing is decided.
  // `named_entry` is DecisionInput's.
  Context(const View& state, const v1::Authority& who, UnixNanos received,
          v1::Event* event = nullptr, const v1::Entry* named_entry = nullptr)
      : view(state), authority(who), received_at(received), named(named_entry), event_(event) {}

  // The event to fill and to answer with.
  v1::Event& NewEvent() { return *event_; }

  // The counters; zeros in an empty ledger.
  const rows::CountersRow& counters() const;

  // Each returns nullptr if there is none. FindProgram notes the program for the entry.
  struct Program {
    uint32_t number = 0;
    const rows::ProgramRow* row = nullptr;
    const CompiledRules* rules = nullptr;  // of the newest revision
  };
  std::optional<Program> FindProgram(const std::string& program_id);
  std::optional<Program> FindProgram(uint32_t number);

  struct Enterprise {
    uint64_t number = 0;
    const rows::EnterpriseRow* row = nullptr;
  };
  std::optional<Enterprise> FindEnterprise(const std::string& uscc) const;

  struct Provider {
    uint64_t number = 0;
    const rows::ProviderRow* row = nullptr;
  };
  std::optional<Provider> FindProvider(const std::string& provider_id) const;

  // True if the authority speaks for this provider, or is not a provider's.
  bool SpeaksForProvider(uint64_t provider) const;
  // True unless the authority is an ISSUER's that is limited to other programs.
  bool MayIssue(absl::string_view program_id) const;
  // The same, but PLATFORM and ADMIN may for every program.
  bool MayIssueOrRun(absl::string_view program_id) const;
  // Whether the authority may decide this stage of what enterprises ask for: a REVIEWER only within
  // its stages, and if its divisions cover all of them (an empty list means all), others always.
  bool MayReview(absl::string_view stage, absl::Span<const uint64_t> enterprises) const;
  bool HasRole(v1::Role role) const;

  const View& view;
  const v1::Authority& authority;
  // When the complete request was there; of a timer, when it was due.
  const UnixNanos received_at;
  // The entry that the command names; null if there is none.
  const v1::Entry* const named;

  // For the entry.
  uint32_t program = 0;
  uint32_t revision = 0;
  uint64_t queue_number = 0;

 private:
  v1::Event* const event_;
};

// BLACKLISTED if a blacklisting of the program's world holds for the program on the civil day of
// `at` in Asia/Shanghai; of several the newest is told.
std::optional<v1::Refusal> RefuseIfBlacklisted(const rows::EnterpriseRow& enterprise,
                                               const rows::ProgramRow& program, UnixNanos at);

// ILLEGAL_STATE if `uscc`, by which the enterprise was found, is a former one of it; names the one
// it has now.
std::optional<v1::Refusal> RefuseIfSucceeded(const rows::EnterpriseRow& enterprise,
                                             absl::string_view uscc);

// ILLEGAL_STATE where words describe the state, in both languages.
v1::Refusal NotInThisState(
    absl::string_view state, absl::string_view state_zh, absl::string_view clause = {},
    std::initializer_list<std::pair<absl::string_view, int64_t>> numbers = {});

// Short names of states for refusals, as in "HELD".
std::string StateName(v1::ApplicationState state);
std::string StateName(v1::ProgramState state);
std::string StateName(v1::TransferState state);
std::string StateName(v1::RedemptionState state);
std::string StateName(v1::ClusterState state);

}  // namespace voucher
