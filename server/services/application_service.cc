#include "ledger/query/application_queries.h"
#include "server/rpc/batch.h"
#include "server/rpc/mutation.h"
#include "server/rpc/read.h"
#include "server/services/services.h"
#include "voucher/v1/application_service.pb.h"

namespace voucher {

namespace {

using v1::Command;
using v1::Event;

class ApplicationService final : public RpcService {
 public:
  explicit ApplicationService(const CallContext& call_context)
      : RpcService(call_context, "voucher.v1.ApplicationService") {
    Unary("SubmitApplication",
          Mutation<v1::SubmitApplicationResponse>(&Command::mutable_submit_application,
                                                  &Event::application_submitted));
    Unary("BatchSubmitApplications",
          Batch(&v1::BatchSubmitApplicationsRequest::mutable_applications, "applications",
                &Command::unsafe_arena_set_allocated_submit_application,
                &Event::application_submitted,
                &v1::BatchSubmitApplicationsResponse::mutable_outcomes));
    Unary("WithdrawApplication",
          Mutation<v1::WithdrawApplicationResponse>(&Command::mutable_withdraw_application,
                                                    &Event::application_withdrawn));
    Unary("ReviewApplication",
          Mutation<v1::ReviewApplicationResponse>(&Command::mutable_review_application,
                                                  &Event::application_reviewed));
    Unary(
        "BatchReviewApplications",
        Batch(&v1::BatchReviewApplicationsRequest::mutable_reviews, "reviews",
              &Command::unsafe_arena_set_allocated_review_application, &Event::application_reviewed,
              &v1::BatchReviewApplicationsResponse::mutable_outcomes));
    Unary("ReturnApplication",
          Mutation<v1::ReturnApplicationResponse>(&Command::mutable_return_application,
                                                  &Event::application_returned));
    Unary("CorrectApplication",
          Mutation<v1::CorrectApplicationResponse>(&Command::mutable_correct_application,
                                                   &Event::application_corrected));
    Unary("PublishNotice", Mutation<v1::PublishNoticeResponse>(&Command::mutable_publish_notice,
                                                               &Event::notice_published));
    Unary("FileObjection", Mutation<v1::FileObjectionResponse>(&Command::mutable_file_objection,
                                                               &Event::objection_filed));
    Unary("ResolveObjection", Mutation<v1::ResolveObjectionResponse>(
                                  &Command::mutable_resolve_objection, &Event::objection_resolved));
    Unary("RankApplications",
          Mutation<v1::RankApplicationsResponse>(&Command::mutable_rank_applications,
                                                 &Event::applications_ranked));
    Unary("AwardGrant",
          Mutation<v1::AwardGrantResponse>(&Command::mutable_award_grant, &Event::grant_awarded));
    Unary("AcceptProject", Mutation<v1::AcceptProjectResponse>(&Command::mutable_accept_project,
                                                               &Event::project_accepted));
    Unary("ExtendProject", Mutation<v1::ExtendProjectResponse>(&Command::mutable_extend_project,
                                                               &Event::project_extended));
    Unary("TerminateProject", Mutation<v1::TerminateProjectResponse>(
                                  &Command::mutable_terminate_project, &Event::project_terminated));
    Unary("ApproveApplication",
          Mutation<v1::ApproveApplicationResponse>(&Command::mutable_approve_application,
                                                   &Event::application_approved));
    Unary("GetApplication", Read(&query::GetApplication));
    Unary("ListApplications", Read(&query::ListApplications));
    Unary("GetNotice", Read(&query::GetNotice));
    Unary("ListNotices", Read(&query::ListNotices));
    CheckComplete();
  }
};

}  // namespace

std::unique_ptr<RpcService> NewApplicationService(const CallContext& call_context) {
  return std::make_unique<ApplicationService>(call_context);
}

}  // namespace voucher
