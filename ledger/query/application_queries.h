// Reads of ApplicationService. For shape and errors see program_queries.h.
#pragma once

#include "absl/status/status.h"

#include "ledger/state/view.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::query {

absl::Status GetApplication(const View& view, const v1::Authority& who,
                            const v1::GetApplicationRequest& request,
                            v1::GetApplicationResponse* response);

// Needs exactly one of program_id and uscc.
absl::Status ListApplications(const View& view, const v1::Authority& who,
                              const v1::ListApplicationsRequest& request,
                              v1::ListApplicationsResponse* response);

absl::Status GetNotice(const View& view, const v1::Authority& who,
                       const v1::GetNoticeRequest& request, v1::GetNoticeResponse* response);

// At most kMaxNoticesPerPage of a page, whatever it asks for: a notice names up to 8,192
// applications.
absl::Status ListNotices(const View& view, const v1::Authority& who,
                         const v1::ListNoticesRequest& request, v1::ListNoticesResponse* response);

inline constexpr size_t kMaxNoticesPerPage = 50;

}  // namespace voucher::query
