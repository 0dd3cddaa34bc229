// Records of enterprises: how they are added, ended and told apart. What holds of them is for
// ledger/policy/enterprise_records.h to say.
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/machine/context.h"
#include "ledger/policy/eligibility.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// The enterprise as the rules of a program of `world` read it; valid as long as the row.
Applicant ApplicantOf(const rows::EnterpriseRow& enterprise, World world, bool in_approved_cluster);

// A record that is not numbered yet, of a world.
v1::EnterpriseRecord NewRecord(const v1::Incident& incident, bool sandbox);
v1::EnterpriseRecord NewRecord(const v1::Listing& listing, bool sandbox);
v1::EnterpriseRecord NewRecord(const v1::Blacklisting& blacklisting, bool sandbox);

// ALREADY_BOOKED, with first_sequence, if the newest record of the same act is not the one that
// `repeats` names. The same act are, in one world and not withdrawn:
// - incidents of the same kind, day and document;
// - times on one list by the same document, unless that one was ended before the day of
//   `received_at`; where the new one names no document, any that has begun by its first day and was
//   not over before that, nor before the day of `received_at`;
// - blacklistings for the same programs by the same document, unless that one was ended before the
//   day; where the new one names no document, one of the same reason, first day and end that was
//   not over; where it names no first day either, one of these that has begun.
std::optional<v1::Refusal> RefuseIfRecorded(const rows::EnterpriseRow& enterprise,
                                            const v1::EnterpriseRecord& record,
                                            UnixNanos received_at, uint64_t repeats);

// Adds what the entry recorded. A listing or blacklisting that names no first day begins on the day
// of the entry's receipt.
void AddRecord(const v1::Entry& entry, v1::EnterpriseRecord record,
               rows::EnterpriseRow* enterprise);

// Ends a record with the day before the entry's receipt, unless it was over then or withdrawn. One
// that began on the day of the receipt is ended before it began, and never holds.
void EndWithTheDayBefore(const v1::Entry& entry, v1::EnterpriseRecord* record);

}  // namespace voucher
