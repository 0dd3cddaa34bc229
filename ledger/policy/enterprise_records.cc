#include "ledger/policy/enterprise_records.h"

#include <algorithm>

#include "ledger/base/check.h"

namespace voucher {
namespace {

// A day that validation let through.
CivilDay Day(const v1::CivilDate& date) {
  const std::optional<CivilDay> day = FromCivilDate(date);
  VOUCHER_CHECK(day.has_value()) << date.ShortDebugString();
  return *day;
}

// Its last day by its own words.
std::optional<CivilDay> UntilOf(const v1::EnterpriseRecord& record) {
  if (record.has_listing() && record.listing().has_until()) return Day(record.listing().until());
  if (record.has_blacklisting() && record.blacklisting().has_until()) {
    return Day(record.blacklisting().until());
  }
  return std::nullopt;
}

bool NamesProgram(const v1::Blacklisting& blacklisting, absl::string_view program_id) {
  const auto& programs = blacklisting.program_ids();
  return programs.empty() ||
         std::find(programs.begin(), programs.end(), program_id) != programs.end();
}

}  // namespace

bool IsOf(const v1::EnterpriseRecord& record, bool sandbox) {
  return record.sandbox() == sandbox && !record.withdrawn();
}

CivilDay FirstDayOf(const v1::EnterpriseRecord& record) {
  if (record.has_incident()) return Day(record.incident().date());
  return Day(record.has_listing() ? record.listing().from() : record.blacklisting().from());
}

std::optional<CivilDay> LastDayOf(const v1::EnterpriseRecord& record) {
  const std::optional<CivilDay> until = UntilOf(record);
  if (!record.has_ended_on()) return until;
  const CivilDay ended_on = Day(record.ended_on());
  return until ? std::min(*until, ended_on) : ended_on;
}

bool EndedBefore(const v1::EnterpriseRecord& record, CivilDay day) {
  const std::optional<CivilDay> last_day = LastDayOf(record);
  return last_day && *last_day < day;
}

bool HoldsOn(const v1::EnterpriseRecord& record, CivilDay day) {
  return FirstDayOf(record) <= day && !EndedBefore(record, day);
}

const v1::Blacklisting* BlacklistingFor(const EnterpriseRecords& records, bool sandbox,
                                        absl::string_view program_id, CivilDay day) {
  for (int i = records.size() - 1; i >= 0; --i) {
    const v1::EnterpriseRecord& record = records[i];
    if (record.has_blacklisting() && IsOf(record, sandbox) &&
        NamesProgram(record.blacklisting(), program_id) && HoldsOn(record, day)) {
      return &record.blacklisting();
    }
  }
  return nullptr;
}

}  // namespace voucher
