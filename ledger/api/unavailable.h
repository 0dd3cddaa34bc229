#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace voucher {

// Why a command was not recorded, or is not known to be: the payload of an UNAVAILABLE status
// beside its sentence.
namespace unavailable {

// The queue, or the principal's half of it, is full. Retry after a pause.
inline constexpr absl::string_view kOverloaded = "OVERLOADED";
// Waited more than 10 s for its turn. Retry.
inline constexpr absl::string_view kQueuedTooLong = "QUEUED_TOO_LONG";
// The wall clock jumped; an operator must ResumeAfterClockJump.
inline constexpr absl::string_view kClockSuspect = "CLOCK_SUSPECT";
// The ledger takes no mutations; Ledger::mode_reason says why.
inline constexpr absl::string_view kReadOnly = "READ_ONLY";
// The server is going down.
inline constexpr absl::string_view kDraining = "DRAINING";
// Too many recent commands of the principal were refused. Retry after a pause.
inline constexpr absl::string_view kRefusalBucketEmpty = "REFUSAL_BUCKET_EMPTY";
// Too little free disk space; an operator must make room.
inline constexpr absl::string_view kDiskFull = "DISK_FULL";
// A write failed: the command may or may not be recorded. Retry with the same request_id.
inline constexpr absl::string_view kOutcomeUnknown = "OUTCOME_UNKNOWN";

}  // namespace unavailable

// UNAVAILABLE with a sentence for people and one of the reasons above.
absl::Status UnavailableError(absl::string_view reason, absl::string_view sentence);

// The reason of a status that UnavailableError made; empty for any other.
std::string UnavailableReason(const absl::Status& status);

}  // namespace voucher
