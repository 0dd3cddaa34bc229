#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::PublishCalendarRequest&) {
  const rows::CalendarRow* before = context->view.Find<tables::Calendars>({});
  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_calendar_published()->set_revision(before != nullptr ? before->revision() + 1 : 1);
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
}

}  // namespace voucher
