#include "ledger/query/application_queries.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "ledger/query/lookup.h"
#include "ledger/query/paging.h"
#include "ledger/query/resources.h"
#include "ledger/validation/limits.h"

namespace voucher::query {

absl::Status GetApplication(const View& view, const v1::GetApplicationRequest& request,
                            OpenAnswer<v1::GetApplicationResponse> answer) {
  v1::GetApplicationResponse* const response = answer.ForEveryone();
  const uint64_t number = request.application_id();
  const rows::ApplicationRow* row = view.Find<tables::Applications>({number});
  if (row == nullptr) {
    return absl::NotFoundError(absl::StrCat("There is no application ", number, "."));
  }
  *response->mutable_application() = ApplicationResource(view, number, *row);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status ListApplications(const View& view, const v1::ListApplicationsRequest& request,
                              OpenAnswer<v1::ListApplicationsResponse> answer) {
  v1::ListApplicationsResponse* const response = answer.ForEveryone();
  VOUCHER_ASSIGN_OR_RETURN(const NumberPage page, ReadNumberPage(request));
  const auto show = [&](uint64_t number) {
    const rows::ApplicationRow& row = MustFind<tables::Applications>(view, {number});
    if (request.state() != v1::APPLICATION_STATE_UNSPECIFIED && row.state() != request.state()) {
      return false;
    }
    *response->add_applications() = ApplicationResource(view, number, row);
    return true;
  };
  if (!request.program_id().empty()) {
    VOUCHER_ASSIGN_OR_RETURN(const uint32_t program, FindProgram(view, request.program_id()));
    page.Finish(WalkIndex<tables::ApplicationsByProgram>(
                    view, program, page.after, page.wanted,
                    [&](uint64_t, const rows::NumberRow& row) { return show(row.number()); }),
                response);
  } else {
    VOUCHER_ASSIGN_OR_RETURN(const uint64_t enterprise, FindEnterprise(view, request.uscc()));
    page.Finish(WalkIndex<tables::ApplicationsByEnterprise>(
                    view, enterprise, page.after, page.wanted,
                    [&](uint64_t number, const rows::PresentRow&) { return show(number); }),
                response);
  }
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status GetNotice(const View& view, const v1::GetNoticeRequest& request,
                       OpenAnswer<v1::GetNoticeResponse> answer) {
  v1::GetNoticeResponse* const response = answer.ForEveryone();
  const uint64_t number = request.notice_id();
  const rows::NoticeRow* row = view.Find<tables::Notices>({number});
  if (row == nullptr) return absl::NotFoundError(absl::StrCat("There is no notice ", number, "."));
  *response->mutable_notice() = NoticeResource(view, number, *row);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status ListNotices(const View& view, const v1::ListNoticesRequest& request,
                         OpenAnswer<v1::ListNoticesResponse> answer) {
  v1::ListNoticesResponse* const response = answer.ForEveryone();
  VOUCHER_ASSIGN_OR_RETURN(const NumberPage page, ReadNumberPage(request));
  VOUCHER_ASSIGN_OR_RETURN(const uint32_t program, FindProgram(view, request.program_id()));
  page.Finish(WalkIndex<tables::NoticesByProgram>(
                  view, program, page.after, std::min(page.wanted, kMaxNoticesPerPage),
                  [&](uint64_t number, const rows::PresentRow&) {
                    *response->add_notices() =
                        NoticeResource(view, number, MustFind<tables::Notices>(view, {number}));
                    return true;
                  }),
              response);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

}  // namespace voucher::query
