// Public notices (公示) and the calendar that those of working days are counted on.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"

#include "ledger/base/calendar.h"
#include "ledger/machine/context.h"
#include "ledger/state/view.h"
#include "voucher/v1/program_service.pb.h"

namespace voucher {

// Notices of working days of one world that may run at once, so that a new calendar can move all of
// them in one entry.
inline constexpr int kMaxRunningNotices = 4096;

// The first instant at which the application can be approved, as the newest notice that it was on
// says: exclusive end of the notice. 0 if it was on none.
UnixNanos NoticeEndOf(const View& view, const rows::ApplicationRow& application);

// The calendar in force; nullopt if none was published.
std::optional<Calendar> CalendarInForce(const View& view);
// The calendar that the request publishes.
Calendar CalendarOf(const v1::PublishCalendarRequest& request);

// Visits the notices of both worlds that end after `at`, in the order of their ends, until the
// visitor returns false. Costs as much as there are such notices, however many there were.
void ForEachRunningNotice(
    const View& view, UnixNanos at,
    absl::FunctionRef<bool(uint64_t id, const rows::NoticeRow& notice)> visit);

// Whether the notice is counted on the calendar.
bool CountsWorkingDays(const View& view, const rows::NoticeRow& notice);

}  // namespace voucher
