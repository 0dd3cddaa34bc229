#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/calendar.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/notices.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/worlds.h"

namespace voucher {
namespace {

// Last day of a notice that starts on `start`, or the first year that the calendar does not cover
// and the notice needs.
struct NoticeDays {
  std::optional<CivilDay> last_day;
  int64_t missing_year = 0;
};

NoticeDays DaysOf(const View& view, const v1::NoticeRule& notice, CivilDay start) {
  if (notice.unit() == v1::DAY_UNIT_CALENDAR) {
    return {CalendarDayNoticeLastDay(start, notice.days()), 0};
  }
  const std::optional<Calendar> calendar = CalendarInForce(view);
  if (!calendar) return {std::nullopt, start.year()};
  return {calendar->NoticeLastDay(start, notice.days()),
          std::max(start.year(), int64_t{calendar->last_year()} + 1)};
}

// ILLEGAL_STATE if one more notice on the calendar would be more than one new calendar can move.
std::optional<v1::Refusal> RefuseIfTooManyRun(const Context& context, World world,
                                              const v1::NoticeRule& notice) {
  if (notice.unit() == v1::DAY_UNIT_CALENDAR) return std::nullopt;
  int running = 0;
  ForEachRunningNotice(context.view, context.received_at,
                       [&](uint64_t id, const rows::NoticeRow& other) {
                         if (WorldOfNumber(id) == world && CountsWorkingDays(context.view, other)) {
                           ++running;
                         }
                         return running < kMaxRunningNotices;
                       });
  if (running < kMaxRunningNotices) return std::nullopt;
  return NotInThisState("as many notices run as can run at once", "同时进行的公示已达上限",
                        notice.clause(), {{"running", running}});
}

// Why an application cannot go on this notice, which has the rule of the first application's
// revision; nullopt if it can.
std::optional<v1::Refusal> Unlisted(Context* context, uint32_t program, uint64_t application_id,
                                    const v1::NoticeRule* notice) {
  const rows::ApplicationRow& row = *context->view.Find<tables::Applications>({application_id});
  const std::initializer_list<std::pair<absl::string_view, int64_t>> which = {
      {"application_id", static_cast<int64_t>(application_id)}};
  const v1::ApplicationState state = row.state();
  if (row.program() != program) {
    return IllegalState(state, "of another program", "属于其他项目", which);
  }
  const v1::ProgramRules& rules =
      context->view.Find<tables::Revisions>({program, row.revision()})->rules();
  if (!rules.has_notice()) {
    return IllegalState(state, "its program has no public notice", "本项目不设公示", which);
  }
  if (state != v1::APPLICATION_STATE_LISTED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, rules.notice().clause(), StateName(state), which);
  }
  if (rules.notice().days() != notice->days() || rules.notice().unit() != notice->unit()) {
    return IllegalState(state, "its revision has a notice of another length",
                        "其适用版本的公示期不同", which);
  }
  return std::nullopt;
}

// BLACKLISTED, with the application, if the applicant of one of them is.
std::optional<v1::Refusal> BlacklistedApplicant(const Context& context,
                                                const rows::ProgramRow& program,
                                                const v1::PublishNoticeRequest& request) {
  for (const uint64_t id : request.application_ids()) {
    const rows::ApplicationRow& row = *context.view.Find<tables::Applications>({id});
    auto refusal = RefuseIfBlacklisted(*context.view.Find<tables::Enterprises>({row.enterprise()}),
                                       program, context.received_at);
    if (!refusal) continue;
    v1::RefusalNumber* number = refusal->add_numbers();
    number->set_name("application_id");
    number->set_value(static_cast<int64_t>(id));
    return refusal;
  }
  return std::nullopt;
}

}  // namespace

Decision Decide(Context* context, const v1::PublishNoticeRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const View& view = context->view;
  for (const uint64_t id : request.application_ids()) {
    if (view.Find<tables::Applications>({id}) == nullptr) return ApplicationNotFound(id);
  }
  const rows::ApplicationRow& first =
      *view.Find<tables::Applications>({request.application_ids(0)});
  const CompiledRules& rules = *view.Find<tables::Revisions>({first.program(), first.revision()});
  if (first.program() == program->number) context->revision = first.revision();
  const v1::NoticeRule& notice = rules.rules().notice();
  if (auto refusal = RefuseIfArchived(*program->row)) return *refusal;
  for (const uint64_t id : request.application_ids()) {
    if (auto refusal = Unlisted(context, program->number, id, &notice)) return *refusal;
  }
  if (auto refusal = RefuseIfTooManyRun(*context, WorldOf(*program), notice)) return *refusal;
  const CivilDay starts_on = DayOf(context->received_at, rules.zone());
  const NoticeDays days = DaysOf(view, notice, starts_on);
  if (!days.last_day) {
    return MakeRefusal(v1::REASON_CALENDAR_MISSING, notice.clause(),
                       absl::StrCat(days.missing_year));
  }
  if (auto refusal = BlacklistedApplicant(*context, *program->row, request)) return *refusal;

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::NoticePublished* published = event.mutable_notice_published();
  published->set_notice_id(NextNumber(*context, WorldOf(*program), &rows::DenseNumbers::notice));
  *published->mutable_starts_on() = ToCivilDate(starts_on);
  *published->mutable_last_day() = ToCivilDate(*days.last_day);
  published->set_ends_unix_ns(NoticeEnd(*days.last_day, rules.zone()));
  return event;
}

void Evolve(const v1::Entry& entry, const v1::PublishNoticeRequest& request,
            const v1::NoticePublished& event, EditableRows* rows) {
  KeepNumber(event.notice_id(), &rows::DenseNumbers::set_notice, rows);
  rows::NoticeRow notice;
  notice.set_program(entry.program());
  notice.set_revision(entry.program_revision());
  *notice.mutable_starts_on() = event.starts_on();
  *notice.mutable_last_day() = event.last_day();
  notice.set_ends_unix_ns(event.ends_unix_ns());
  *notice.mutable_applications() = request.application_ids();
  rows->Put<tables::Notices>({event.notice_id()}, std::move(notice));
  rows->Put<tables::NoticesByProgram>({entry.program(), event.notice_id()}, {});
  rows->Put<tables::NoticeEnds>({event.ends_unix_ns(), event.notice_id()}, {});
  for (const uint64_t id : request.application_ids()) {
    MoveApplication(id, v1::APPLICATION_STATE_ON_NOTICE, rows);
    rows->Edit<tables::Applications>({id}).set_notice(event.notice_id());
  }
}

}  // namespace voucher
