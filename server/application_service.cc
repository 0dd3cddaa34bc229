#include "ledger/query/application_queries.h"
#include "server/batch.h"
#include "server/mutation.h"
#include "server/read.h"
#include "server/services.h"
#include "voucher/v1/application_service.pb.h"

namespace voucher {

namespace {

using v1::Command;
using v1::Event;

class ApplicationService final : public RpcService {
 public:
  explicit ApplicationService(const Door& door)
      : RpcService(door, "voucher.v1.ApplicationService") {
    Unary("SubmitApplication",
          Mutation<v1::SubmitApplicationResponse>(&Command::mutable_submit_application,
                                                  &Event::application_submitted));
    Unary("BatchSubmitApplications",
          Batch(&v1::BatchSubmitApplicationsRequest::mutable_applications, "applications",
                &Command::mutable_submit_application, &Event::application_submitted,
                &v1::BatchSubmitApplicationsResponse::mutable_outcomes));
    Unary("WithdrawApplication",
          Mutation<v1::WithdrawApplicationResponse>(&Command::mutable_withdraw_application,
                                                    &Event::application_withdrawn));
    Unary("ReviewApplication",
          Mutation<v1::ReviewApplicationResponse>(&Command::mutable_review_application,
                                                  &Event::application_reviewed));
    Unary("ApproveApplication",
          Mutation<v1::ApproveApplicationResponse>(&Command::mutable_approve_application,
                                                   &Event::application_approved));
    Unary("GetApplication", Read(&query::GetApplication));
    Unary("ListApplications", Read(&query::ListApplications));
    CheckComplete();
  }
};

}  // namespace

std::unique_ptr<RpcService> NewApplicationService(const Door& door) {
  return std::make_unique<ApplicationService>(door);
}

}  // namespace voucher
