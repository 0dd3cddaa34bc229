// Reads of ApplicationService. For shape and errors see program_queries.h.
#pragma once

#include "absl/status/status.h"

#include "ledger/query/scope.h"
#include "ledger/state/view.h"
#include "voucher/v1/application_service.pb.h"

namespace voucher::query {

absl::Status GetApplication(const View& view, const v1::GetApplicationRequest& request,
                            OpenAnswer<v1::GetApplicationResponse> answer);

// Needs exactly one of program_id and uscc.
absl::Status ListApplications(const View& view, const v1::ListApplicationsRequest& request,
                              OpenAnswer<v1::ListApplicationsResponse> answer);

absl::Status GetNotice(const View& view, const v1::GetNoticeRequest& request,
                       OpenAnswer<v1::GetNoticeResponse> answer);

// At most kMaxNoticesPerPage of a page, whatever it asks for: a notice names up to 8,192
// applications.
absl::Status ListNotices(const View& view, const v1::ListNoticesRequest& request,
                         OpenAnswer<v1::ListNoticesResponse> answer);

}  // namespace voucher::query
