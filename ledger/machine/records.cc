#include "ledger/machine/records.h"

#include <algorithm>
#include <utility>

#include "ledger/base/civil.h"
#include "ledger/policy/refusal.h"

namespace voucher {
namespace {

CivilDay DayOfReceipt(const v1::Entry& entry) {
  return DayOf(entry.received_unix_ns(), Zone::Shanghai());
}

// Whether an entry ended it before `day`. An end of its own keeps the act booked.
bool WasEndedBefore(const v1::EnterpriseRecord& record, CivilDay day) {
  return record.has_ended_on() && *FromCivilDate(record.ended_on()) < day;
}

bool SameDate(const v1::CivilDate& a, const v1::CivilDate& b) {
  return FromCivilDate(a) == FromCivilDate(b);
}

bool SameIncident(const v1::Incident& a, const v1::Incident& b) {
  return a.kind() == b.kind() && a.reference() == b.reference() && SameDate(a.date(), b.date());
}

bool SamePrograms(const v1::Blacklisting& a, const v1::Blacklisting& b) {
  return std::is_permutation(a.program_ids().begin(), a.program_ids().end(),
                             b.program_ids().begin(), b.program_ids().end());
}

bool NamesFirstDay(const v1::EnterpriseRecord& record) {
  return record.has_listing() ? record.listing().has_from() : record.blacklisting().has_from();
}

// Whether the enterprise is on the list, or barred, by `record` already on the first day of
// `wanted`, which is to be booked on `day`. What begins later is another act.
bool StandsAlready(const v1::EnterpriseRecord& record, const v1::EnterpriseRecord& wanted,
                   CivilDay day) {
  const CivilDay first = NamesFirstDay(wanted) ? FirstDayOf(wanted) : day;
  return FirstDayOf(record) <= first && !EndedBefore(record, std::max(first, day));
}

// Blacklistings without a document: the same reason, first day and end. One that names no first day
// is the same as one that holds.
bool SameWords(const v1::EnterpriseRecord& record, const v1::EnterpriseRecord& wanted,
               CivilDay day) {
  const v1::Blacklisting& a = record.blacklisting();
  const v1::Blacklisting& b = wanted.blacklisting();
  if (a.reason() != b.reason() || a.has_until() != b.has_until() ||
      !SameDate(a.until(), b.until())) {
    return false;
  }
  if (b.has_from()) return SameDate(a.from(), b.from()) && !EndedBefore(record, day);
  return StandsAlready(record, wanted, day);
}

// Whether `record` booked the act that `wanted` would book on `day`.
bool IsSameAct(const v1::EnterpriseRecord& record, const v1::EnterpriseRecord& wanted,
               CivilDay day) {
  if (!IsOf(record, wanted.sandbox()) || record.record_case() != wanted.record_case()) return false;
  if (wanted.has_incident()) return SameIncident(record.incident(), wanted.incident());
  if (wanted.has_listing()) {
    const v1::Listing& listing = wanted.listing();
    if (record.listing().kind() != listing.kind()) return false;
    if (listing.reference().empty()) return StandsAlready(record, wanted, day);
    return record.listing().reference() == listing.reference() && !WasEndedBefore(record, day);
  }
  const v1::Blacklisting& blacklisting = wanted.blacklisting();
  if (!SamePrograms(record.blacklisting(), blacklisting)) return false;
  if (blacklisting.reference().empty()) return SameWords(record, wanted, day);
  return record.blacklisting().reference() == blacklisting.reference() &&
         !WasEndedBefore(record, day);
}

}  // namespace

Applicant ApplicantOf(const rows::EnterpriseRow& enterprise, World world,
                      bool in_approved_cluster) {
  return {enterprise.facts(), enterprise.records(), world == World::kSandbox, in_approved_cluster};
}

v1::EnterpriseRecord NewRecord(const v1::Incident& incident, bool sandbox) {
  v1::EnterpriseRecord record;
  *record.mutable_incident() = incident;
  record.set_sandbox(sandbox);
  return record;
}

v1::EnterpriseRecord NewRecord(const v1::Listing& listing, bool sandbox) {
  v1::EnterpriseRecord record;
  *record.mutable_listing() = listing;
  record.set_sandbox(sandbox);
  return record;
}

v1::EnterpriseRecord NewRecord(const v1::Blacklisting& blacklisting, bool sandbox) {
  v1::EnterpriseRecord record;
  *record.mutable_blacklisting() = blacklisting;
  record.set_sandbox(sandbox);
  return record;
}

std::optional<v1::Refusal> RefuseIfRecorded(const rows::EnterpriseRow& enterprise,
                                            const v1::EnterpriseRecord& record,
                                            UnixNanos received_at, uint64_t repeats) {
  const CivilDay day = DayOf(received_at, Zone::Shanghai());
  const EnterpriseRecords& records = enterprise.records();
  for (int i = records.size() - 1; i >= 0; --i) {
    if (!IsSameAct(records[i], record, day)) continue;
    if (records[i].sequence() == repeats) return std::nullopt;
    return MakeRefusal(v1::REASON_ALREADY_BOOKED, {}, {},
                       {{"first_sequence", static_cast<int64_t>(records[i].sequence())}});
  }
  return std::nullopt;
}

void AddRecord(const v1::Entry& entry, v1::EnterpriseRecord record,
               rows::EnterpriseRow* enterprise) {
  record.set_sequence(entry.sequence());
  const v1::CivilDate day = ToCivilDate(DayOfReceipt(entry));
  if (record.has_listing() && !record.listing().has_from()) {
    *record.mutable_listing()->mutable_from() = day;
  }
  if (record.has_blacklisting() && !record.blacklisting().has_from()) {
    *record.mutable_blacklisting()->mutable_from() = day;
  }
  *enterprise->add_records() = std::move(record);
}

void EndWithTheDayBefore(const v1::Entry& entry, v1::EnterpriseRecord* record) {
  const CivilDay day = DayOfReceipt(entry);
  if (record->withdrawn() || EndedBefore(*record, day)) return;
  *record->mutable_ended_on() = ToCivilDate(day - 1);
}

}  // namespace voucher
