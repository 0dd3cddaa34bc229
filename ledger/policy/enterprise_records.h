// What is on record about an enterprise: incidents, listings, blacklistings. What holds on a day is
// the union of the records of a world that hold. Days are those of Asia/Shanghai; the first and the
// last day of a record are both inclusive.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"

#include "ledger/base/civil.h"
#include "voucher/v1/registry.pb.h"

namespace voucher {

// In the order recorded, of both worlds, ended and withdrawn ones too.
using EnterpriseRecords = google::protobuf::RepeatedPtrField<v1::EnterpriseRecord>;

// Whether the record is one of sandboxes, or one of real programs, and was not withdrawn.
bool IsOf(const v1::EnterpriseRecord& record, bool sandbox);

// The day of an incident, or the first day of a listing or blacklisting.
CivilDay FirstDayOf(const v1::EnterpriseRecord& record);

// The last day on which the record holds: what it says itself, or what ended it, whichever is
// earlier; before its first day if it was ended before it began. nullopt: open end.
std::optional<CivilDay> LastDayOf(const v1::EnterpriseRecord& record);

// Whether it ended before `day`.
bool EndedBefore(const v1::EnterpriseRecord& record, CivilDay day);

// Whether `day` lies from its first to its last day.
bool HoldsOn(const v1::EnterpriseRecord& record, CivilDay day);

// The newest blacklisting of that world that holds for the program on `day`; nullptr if none does.
const v1::Blacklisting* BlacklistingFor(const EnterpriseRecords& records, bool sandbox,
                                        absl::string_view program_id, CivilDay day);

}  // namespace voucher
