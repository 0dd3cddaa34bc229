#pragma once

#include <string>

#include "absl/strings/string_view.h"

#include "voucher/v1/entry.pb.h"

namespace voucher {

// Every verb, once.
//
//   X(Verb, verb, Event, event): the request Command.verb is a VerbRequest, the event Event.event
//   an Event message.
#define VOUCHER_VERBS(X)                                                                    \
  X(PublishProgram, publish_program, ProgramPublished, program_published)                   \
  X(SetProgramState, set_program_state, ProgramStateSet, program_state_set)                 \
  X(Appropriate, appropriate, Appropriated, appropriated)                                   \
  X(PublishCalendar, publish_calendar, CalendarPublished, calendar_published)               \
  X(PutEnterprise, put_enterprise, EnterprisePut, enterprise_put)                           \
  X(RecordIncident, record_incident, IncidentRecorded, incident_recorded)                   \
  X(SetListing, set_listing, ListingSet, listing_set)                                       \
  X(SetBlacklist, set_blacklist, BlacklistSet, blacklist_set)                               \
  X(PutProvider, put_provider, ProviderPut, provider_put)                                   \
  X(SetProviderState, set_provider_state, ProviderStateSet, provider_state_set)             \
  X(PutProduct, put_product, ProductPut, product_put)                                       \
  X(WithdrawProduct, withdraw_product, ProductWithdrawn, product_withdrawn)                 \
  X(BindCloudAccount, bind_cloud_account, CloudAccountBound, cloud_account_bound)           \
  X(SubmitApplication, submit_application, ApplicationSubmitted, application_submitted)     \
  X(WithdrawApplication, withdraw_application, ApplicationWithdrawn, application_withdrawn) \
  X(ReviewApplication, review_application, ApplicationReviewed, application_reviewed)       \
  X(ApproveApplication, approve_application, ApplicationApproved, application_approved)     \
  X(OrderTransfer, order_transfer, TransferOrdered, transfer_ordered)                       \
  X(ConfirmTransfer, confirm_transfer, TransferConfirmed, transfer_confirmed)               \
  X(DeclineTransfer, decline_transfer, TransferDeclined, transfer_declined)                 \
  X(Redeem, redeem, Redeemed, redeemed)                                                     \
  X(ReverseRedemption, reverse_redemption, RedemptionReversed, redemption_reversed)         \
  X(ResumeAfterClockJump, resume_after_clock_jump, ClockResumed, clock_resumed)             \
  X(PutCluster, put_cluster, ClusterPut, cluster_put)                                       \
  X(ReviewCluster, review_cluster, ClusterReviewed, cluster_reviewed)                       \
  X(RankClusters, rank_clusters, ClustersRanked, clusters_ranked)                           \
  X(SucceedEnterprise, succeed_enterprise, EnterpriseSucceeded, enterprise_succeeded)       \
  X(RemindEnterprise, remind_enterprise, EnterpriseReminded, enterprise_reminded)           \
  X(ArchiveProgram, archive_program, ProgramArchived, program_archived)                     \
  X(ReturnApplication, return_application, ApplicationReturned, application_returned)       \
  X(CorrectApplication, correct_application, ApplicationCorrected, application_corrected)   \
  X(PublishNotice, publish_notice, NoticePublished, notice_published)                       \
  X(FileObjection, file_objection, ObjectionFiled, objection_filed)                         \
  X(ResolveObjection, resolve_objection, ObjectionResolved, objection_resolved)             \
  X(RankApplications, rank_applications, ApplicationsRanked, applications_ranked)           \
  X(AwardGrant, award_grant, GrantAwarded, grant_awarded)                                   \
  X(AcceptProject, accept_project, ProjectAccepted, project_accepted)                       \
  X(ExtendProject, extend_project, ProjectExtended, project_extended)                       \
  X(TerminateProject, terminate_project, ProjectTerminated, project_terminated)             \
  X(ReconcileTransfers, reconcile_transfers, TransfersReconciled, transfers_reconciled)     \
  X(Reclaim, reclaim, Reclaimed, reclaimed)                                                 \
  X(CloseStatement, close_statement, StatementClosed, statement_closed)                     \
  X(RecordDisbursement, record_disbursement, DisbursementRecorded, disbursement_recorded)   \
  X(RecordRecovery, record_recovery, RecoveryRecorded, recovery_recorded)                   \
  X(EndRecord, end_record, RecordEnded, record_ended)

// The request_id of a command; empty for timers.
const std::string& RequestIdOf(const v1::Command& command);

// Short name of the verb, as in "Redeem" or "TimerDue"; a metrics label. Static storage.
absl::string_view VerbName(const v1::Command& command);

}  // namespace voucher
