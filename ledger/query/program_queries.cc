#include "ledger/query/program_queries.h"

#include "ledger/query/lookup.h"
#include "ledger/query/paging.h"
#include "ledger/query/resources.h"

namespace voucher::query {

absl::Status GetProgram(const View& view, const v1::GetProgramRequest& request,
                        OpenAnswer<v1::GetProgramResponse> answer) {
  v1::GetProgramResponse* const response = answer.ForEveryone();
  VOUCHER_ASSIGN_OR_RETURN(const uint32_t number, FindProgram(view, request.program_id()));
  *response->mutable_program() = ProgramResource(view, number);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status ListPrograms(const View& view, const v1::ListProgramsRequest& request,
                          OpenAnswer<v1::ListProgramsResponse> answer) {
  v1::ListProgramsResponse* const response = answer.ForEveryone();
  VOUCHER_ASSIGN_OR_RETURN(const NumberPage page, ReadNumberPage(request));
  const rows::CountersRow* counters = view.Find<tables::Counters>({});
  const uint64_t last = counters == nullptr ? 0 : counters->program();
  const auto end = WalkNumbers(page.after, last, page.wanted, [&](uint64_t number) {
    *response->add_programs() = ProgramResource(view, static_cast<uint32_t>(number));
    return true;
  });
  page.Finish(end, response);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status GetCalendar(const View& view, const v1::GetCalendarRequest&,
                         OpenAnswer<v1::GetCalendarResponse> answer) {
  v1::GetCalendarResponse* const response = answer.ForEveryone();
  const rows::CalendarRow* row = view.Find<tables::Calendars>({});
  if (row == nullptr) {
    return absl::NotFoundError("No working-day calendar was published; use PublishCalendar.");
  }
  response->set_revision(row->revision());
  response->set_first_year(row->first_year());
  response->set_last_year(row->last_year());
  *response->mutable_days() = row->days();
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

}  // namespace voucher::query
