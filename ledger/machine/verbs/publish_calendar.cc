#include <utility>

#include "absl/container/btree_map.h"

#include "ledger/machine/notices.h"
#include "ledger/machine/verbs.h"

namespace voucher {
namespace {

// Adds the running notices that end later when their working days are counted on `calendar`. One
// that needs a year which it does not cover stays as it was counted.
void ExtendNotices(const Context& context, const Calendar& calendar,
                   v1::CalendarPublished* published) {
  absl::btree_map<uint64_t, CivilDay> later;
  ForEachRunningNotice(
      context.view, context.received_at, [&](uint64_t id, const rows::NoticeRow& notice) {
        if (!CountsWorkingDays(context.view, notice)) return true;
        const CompiledRules& rules =
            *context.view.Find<tables::Revisions>({notice.program(), notice.revision()});
        const auto last_day = calendar.NoticeLastDay(*FromCivilDate(notice.starts_on()),
                                                     rules.rules().notice().days());
        if (last_day && *last_day > *FromCivilDate(notice.last_day())) later.emplace(id, *last_day);
        return true;
      });
  for (const auto& [id, last_day] : later) {
    const rows::NoticeRow& notice = *context.view.Find<tables::Notices>({id});
    const Zone zone =
        context.view.Find<tables::Revisions>({notice.program(), notice.revision()})->zone();
    v1::NoticeExtension* extension = published->add_extended_notices();
    extension->set_notice_id(id);
    *extension->mutable_last_day() = ToCivilDate(last_day);
    extension->set_ends_unix_ns(NoticeEnd(last_day, zone));
  }
}

}  // namespace

Decision Decide(Context* context, const v1::PublishCalendarRequest& request) {
  const rows::CalendarRow* before = context->view.Find<tables::Calendars>({});
  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::CalendarPublished* published = event.mutable_calendar_published();
  published->set_revision(before != nullptr ? before->revision() + 1 : 1);
  ExtendNotices(*context, CalendarOf(request), published);
  return event;
}

void Evolve(const v1::Entry&, const v1::PublishCalendarRequest& request,
            const v1::CalendarPublished& event, EditableRows* rows) {
  rows::CalendarRow row;
  row.set_revision(event.revision());
  row.set_first_year(request.first_year());
  row.set_last_year(request.last_year());
  *row.mutable_days() = request.days();
  rows->Put<tables::Calendars>({}, std::move(row));
  for (const v1::NoticeExtension& extension : event.extended_notices()) {
    rows::NoticeRow& notice = rows->Edit<tables::Notices>({extension.notice_id()});
    rows->Erase<tables::NoticeEnds>({notice.ends_unix_ns(), extension.notice_id()});
    rows->Put<tables::NoticeEnds>({extension.ends_unix_ns(), extension.notice_id()}, {});
    *notice.mutable_last_day() = extension.last_day();
    notice.set_ends_unix_ns(extension.ends_unix_ns());
  }
}

}  // namespace voucher
