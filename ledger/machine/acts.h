// The register of acts: what makes an act the same act, and the entry that booked it. A repeat
// under another request_id is refused with that entry, unless the request names it. docs/acts.md
// has the key of every verb; records of enterprises are their own register (records.h).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

#include "ledger/machine/context.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Kinds of acts; the numbers are part of keys on disk.
enum class Act : uint8_t {
  kAppropriation = 1,
  kDisbursement = 2,
  kRecovery = 3,
  kReminder = 7,
  kTransferOrder = 8,
  kReversal = 9,
  kAward = 10,
};

// What makes an act the same act: its target, document and amount. Numbers first, then texts.
std::string ActKey(std::initializer_list<int64_t> numbers,
                   std::initializer_list<absl::string_view> texts = {});

// ALREADY_BOOKED by entry `booked`, which stands in first_sequence, unless that is 0 or the one
// that `repeats` names.
std::optional<v1::Refusal> RefuseIfRepeats(uint64_t booked, uint64_t repeats);

// The same of the entry that booked the act last, if one did.
std::optional<v1::Refusal> RefuseIfBooked(const Context& context, Act act, const std::string& key,
                                          uint64_t repeats);

// What makes two applications the same one, beside the spend or, of an award, the document.
struct SameApplication {
  uint32_t program = 0;
  uint64_t enterprise = 0;
  uint32_t item = 0;
  // In lower case.
  std::string project_id;
};

// ALREADY_BOOKED if such an application of that spend was submitted before and still claims what it
// would (one that was withdrawn, rejected or has lapsed does not), and `repeats` does not name the
// entry of the newest of them.
std::optional<v1::Refusal> RefuseIfSubmitted(const Context& context, const SameApplication& same,
                                             int64_t spend_fen, uint64_t repeats);

// The same for what was awarded by a document, and the note of that.
std::optional<v1::Refusal> RefuseIfAwarded(const Context& context, const SameApplication& same,
                                           const std::string& reference, uint64_t repeats);
void BookAward(const v1::Entry& entry, const std::string& reference, EditableRows* rows);

// ILLEGAL_STATE, with first_sequence, if an application that comes back by an appeal was made anew
// meanwhile.
std::optional<v1::Refusal> RefuseIfClaimedAnew(const Context& context,
                                               const rows::ApplicationRow& application);

// Notes that the entry booked the act.
void BookAct(const v1::Entry& entry, Act act, const std::string& key, EditableRows* rows);

}  // namespace voucher
