#include "ledger/machine/notices.h"

#include <limits>
#include <utility>
#include <vector>

#include "ledger/base/check.h"
#include "ledger/base/civil.h"

namespace voucher {
namespace {

// Of days as validation lets them through.
Calendar MakeCalendar(int first_year, int last_year,
                      const google::protobuf::RepeatedPtrField<v1::CalendarDay>& days) {
  std::vector<CivilDay> holidays;
  std::vector<CivilDay> make_up_workdays;
  for (const v1::CalendarDay& day : days) {
    (day.working() ? make_up_workdays : holidays).push_back(*FromCivilDate(day.date()));
  }
  absl::StatusOr<Calendar> calendar =
      Calendar::Create(first_year, last_year, std::move(holidays), std::move(make_up_workdays));
  VOUCHER_CHECK(calendar.ok()) << calendar.status();
  return *std::move(calendar);
}

}  // namespace

UnixNanos NoticeEndOf(const View& view, const rows::ApplicationRow& application) {
  if (application.notice() == 0) return 0;
  return view.Find<tables::Notices>({application.notice()})->ends_unix_ns();
}

std::optional<Calendar> CalendarInForce(const View& view) {
  const rows::CalendarRow* row = view.Find<tables::Calendars>({});
  if (row == nullptr) return std::nullopt;
  return MakeCalendar(row->first_year(), row->last_year(), row->days());
}

Calendar CalendarOf(const v1::PublishCalendarRequest& request) {
  return MakeCalendar(request.first_year(), request.last_year(), request.days());
}

void ForEachRunningNotice(
    const View& view, UnixNanos at,
    absl::FunctionRef<bool(uint64_t id, const rows::NoticeRow& notice)> visit) {
  view.Scan<tables::NoticeEnds>({at + 1, 0}, {std::numeric_limits<int64_t>::max(), 0},
                                [&](const tables::NoticeEnds::Key& key, const rows::PresentRow&) {
                                  const uint64_t id = std::get<1>(key);
                                  return visit(id, *view.Find<tables::Notices>({id}));
                                });
}

bool CountsWorkingDays(const View& view, const rows::NoticeRow& notice) {
  return view.Find<tables::Revisions>({notice.program(), notice.revision()})
             ->rules()
             .notice()
             .unit() == v1::DAY_UNIT_WORKING;
}

}  // namespace voucher
