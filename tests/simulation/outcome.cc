#include "tests/simulation/outcome.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "ledger/policy/refusal_text.h"

namespace voucher::simulation {
namespace {

// Two parts each.
template <class Replaced>
void ReadReplaced(const Replaced& replaced, Outcome* outcome) {
  for (const v1::ReplacedGrant& grant : replaced) {
    const auto id = static_cast<int64_t>(grant.application_id());
    outcome->parts.push_back({id, grant.settleable_fen(), grant.released_fen()});
    outcome->parts.push_back({id, grant.receivable_fen(), 0});
  }
}

// Events of programs and calendars.
void ReadPrograms(const v1::Event& event, Outcome* outcome) {
  switch (event.kind_case()) {
    case v1::Event::kProgramPublished:
      outcome->id = event.program_published().program_number();
      break;
    case v1::Event::kProgramStateSet:
      outcome->state = event.program_state_set().from();
      break;
    case v1::Event::kProgramCutoffReached:
      outcome->state = event.program_cutoff_reached().from();
      break;
    case v1::Event::kProgramArchived:
      outcome->released_fen = event.program_archived().returned_fen();
      break;
    case v1::Event::kAppropriated:
      outcome->amount_fen = event.appropriated().budget_fen();
      outcome->id = event.appropriated().tranche_id();
      outcome->instant = event.appropriated().opens_unix_ns();
      break;
    case v1::Event::kTrancheOpened:
      outcome->amount_fen = event.tranche_opened().budget_fen();
      break;
    case v1::Event::kCalendarPublished:
      outcome->id = event.calendar_published().revision();
      for (const v1::NoticeExtension& notice : event.calendar_published().extended_notices()) {
        const v1::CivilDate& day = notice.last_day();
        outcome->parts.push_back({static_cast<int64_t>(notice.notice_id()),
                                  day.year() * 10'000 + day.month() * 100 + day.day(),
                                  notice.ends_unix_ns()});
      }
      break;
    default:
      break;
  }
}

// Events of enterprises, providers, products and cloud accounts.
void ReadRegistry(const v1::Event& event, Outcome* outcome) {
  switch (event.kind_case()) {
    case v1::Event::kEnterprisePut:
      outcome->id = event.enterprise_put().enterprise_number();
      outcome->parts.push_back(
          {event.enterprise_put().created(), event.enterprise_put().unchanged(), 0});
      break;
    case v1::Event::kIncidentRecorded:
      outcome->id = event.incident_recorded().enterprise_number();
      break;
    case v1::Event::kListingSet:
      outcome->id = event.listing_set().enterprise_number();
      break;
    case v1::Event::kBlacklistSet:
      outcome->id = event.blacklist_set().enterprise_number();
      break;
    case v1::Event::kRecordEnded:
      outcome->id = event.record_ended().enterprise_number();
      break;
    case v1::Event::kEnterpriseSucceeded:
      outcome->id = event.enterprise_succeeded().enterprise_number();
      break;
    case v1::Event::kEnterpriseReminded:
      outcome->id = event.enterprise_reminded().enterprise_number();
      outcome->instant = event.enterprise_reminded().cure_ends_unix_ns();
      break;
    case v1::Event::kProviderPut:
      outcome->id = event.provider_put().provider_number();
      outcome->parts.push_back(
          {event.provider_put().created(), event.provider_put().unchanged(), 0});
      break;
    case v1::Event::kProviderStateSet:
      outcome->id = event.provider_state_set().provider_number();
      break;
    case v1::Event::kProductPut:
      outcome->id = event.product_put().provider_number();
      outcome->parts.push_back({event.product_put().created(), event.product_put().unchanged(), 0});
      break;
    case v1::Event::kProductWithdrawn:
      outcome->id = event.product_withdrawn().provider_number();
      break;
    case v1::Event::kCloudAccountBound:
      outcome->id = event.cloud_account_bound().account_id();
      break;
    default:
      break;
  }
}

// Events of applications up to their approval.
void ReadApplications(const v1::Event& event, Outcome* outcome) {
  switch (event.kind_case()) {
    case v1::Event::kApplicationSubmitted:
      outcome->id = event.application_submitted().application_id();
      outcome->amount_fen =
          event.application_submitted().granted_fen() + event.application_submitted().wanted_fen();
      outcome->state = event.application_submitted().state();
      break;
    case v1::Event::kGrantAwarded:
      outcome->id = event.grant_awarded().application_id();
      outcome->amount_fen = event.grant_awarded().granted_fen();
      outcome->state = event.grant_awarded().state();
      break;
    case v1::Event::kApplicationWithdrawn:
      outcome->released_fen = event.application_withdrawn().released_fen();
      break;
    case v1::Event::kApplicationReviewed:
      outcome->released_fen = event.application_reviewed().released_fen();
      outcome->state = event.application_reviewed().state();
      break;
    case v1::Event::kApplicationReturned:
      outcome->instant = event.application_returned().due_unix_ns();
      break;
    case v1::Event::kApplicationCorrected:
      outcome->amount_fen = event.application_corrected().granted_fen();
      outcome->released_fen = event.application_corrected().released_fen();
      outcome->state = event.application_corrected().state();
      break;
    case v1::Event::kCorrectionLapsed:
      outcome->released_fen = event.correction_lapsed().released_fen();
      break;
    case v1::Event::kPendingLapsed:
      outcome->id = event.pending_lapsed().through_queue_number();
      for (const uint64_t id : event.pending_lapsed().application_ids()) {
        outcome->parts.push_back({static_cast<int64_t>(id), 0, 0});
      }
      break;
    case v1::Event::kNoticePublished:
      outcome->id = event.notice_published().notice_id();
      outcome->instant = event.notice_published().ends_unix_ns();
      break;
    case v1::Event::kObjectionFiled:
      outcome->id = event.objection_filed().notice_id();
      break;
    case v1::Event::kObjectionResolved:
      outcome->state = event.objection_resolved().state();
      outcome->released_fen = event.objection_resolved().released_fen();
      break;
    default:
      break;
  }
}

// Events of rankings and clusters.
void ReadRankings(const v1::Event& event, Outcome* outcome) {
  switch (event.kind_case()) {
    case v1::Event::kApplicationsRanked:
      for (const v1::ApplicationRank& rank : event.applications_ranked().ranks()) {
        outcome->parts.push_back(
            {static_cast<int64_t>(rank.application_id()), rank.granted_fen(), rank.state()});
      }
      break;
    case v1::Event::kClusterPut:
      outcome->id = event.cluster_put().cluster_number();
      break;
    case v1::Event::kClusterReviewed:
      outcome->id = event.cluster_reviewed().cluster_number();
      outcome->state = event.cluster_reviewed().state();
      break;
    case v1::Event::kClustersRanked:
      for (const v1::ClusterRank& rank : event.clusters_ranked().ranks()) {
        outcome->parts.push_back(
            {static_cast<int64_t>(rank.cluster_number()), rank.pool_fen(), rank.state()});
      }
      break;
    default:
      break;
  }
}

// Events of approved applications and their projects.
void ReadGrants(const v1::Event& event, Outcome* outcome) {
  switch (event.kind_case()) {
    case v1::Event::kApplicationApproved:
      outcome->id = event.application_approved().voucher_id();
      outcome->amount_fen = event.application_approved().approved_fen();
      outcome->released_fen = event.application_approved().released_fen();
      outcome->instant = event.application_approved().project_due_unix_ns();
      for (const v1::Supersession& lower : event.application_approved().superseded()) {
        outcome->released_fen += lower.released_fen();
        outcome->parts.push_back({static_cast<int64_t>(lower.application_id()), lower.counted_fen(),
                                  lower.released_fen()});
      }
      if (event.application_approved().set_off_fen() > 0) {
        outcome->parts.push_back({event.application_approved().set_off_fen(), 0, 0});
      }
      outcome->settles_application = event.application_approved().settles_application();
      break;
    case v1::Event::kProjectAccepted:
      outcome->amount_fen = event.project_accepted().settleable_fen();
      outcome->settles_application = event.project_accepted().settles_application();
      outcome->released_fen = event.project_accepted().released_fen();
      outcome->parts.push_back(
          {event.project_accepted().released_fen(), event.project_accepted().receivable_fen(), 0});
      ReadReplaced(event.project_accepted().replaced(), outcome);
      break;
    case v1::Event::kProjectExtended:
      outcome->instant = event.project_extended().due_unix_ns();
      break;
    case v1::Event::kProjectTerminated:
      outcome->released_fen = event.project_terminated().released_fen();
      outcome->amount_fen = event.project_terminated().unsettled_fen();
      ReadReplaced(event.project_terminated().replaced(), outcome);
      break;
    case v1::Event::kProjectLapsed:
      outcome->released_fen = event.project_lapsed().released_fen();
      outcome->amount_fen = event.project_lapsed().unsettled_fen();
      ReadReplaced(event.project_lapsed().replaced(), outcome);
      break;
    case v1::Event::kReclaimed:
      outcome->id = event.reclaimed().application_id();
      outcome->amount_fen = event.reclaimed().receivable_fen();
      outcome->released_fen = event.reclaimed().released_fen();
      outcome->parts.push_back({static_cast<int64_t>(event.reclaimed().enterprise_number()),
                                event.reclaimed().set_off_fen(), 0});
      ReadReplaced(event.reclaimed().replaced(), outcome);
      break;
    default:
      break;
  }
}

void ReadReconciliation(const v1::TransfersReconciled& reconciled, Outcome* outcome) {
  for (const v1::ReconciledLine& line : reconciled.lines()) {
    outcome->amount_fen += line.credited_fen();
    outcome->released_fen += line.released_fen();
    outcome->parts.push_back({static_cast<int64_t>(line.transfer_id()), line.finding(),
                              line.credited_fen() - line.released_fen()});
  }
  for (const uint64_t id : reconciled.missing_transfer_ids()) {
    outcome->parts.push_back({static_cast<int64_t>(id), 0, 0});
  }
}

// Events of transfers, redemptions and vouchers.
void ReadCredit(const v1::Event& event, Outcome* outcome) {
  switch (event.kind_case()) {
    case v1::Event::kTransferOrdered:
      outcome->id = event.transfer_ordered().transfer_id();
      break;
    case v1::Event::kTransferConfirmed:
      outcome->amount_fen = event.transfer_confirmed().credited_fen();
      outcome->released_fen = event.transfer_confirmed().released_fen();
      break;
    case v1::Event::kTransferDeclined:
      outcome->amount_fen = event.transfer_declined().returned_fen();
      outcome->released_fen = event.transfer_declined().released_fen();
      break;
    case v1::Event::kTransfersReconciled:
      ReadReconciliation(event.transfers_reconciled(), outcome);
      break;
    case v1::Event::kRedeemed:
      outcome->id = event.redeemed().redemption_id();
      outcome->amount_fen = event.redeemed().amount_fen();
      outcome->exhausted_vouchers.assign(event.redeemed().exhausted_voucher_ids().begin(),
                                         event.redeemed().exhausted_voucher_ids().end());
      break;
    case v1::Event::kRedemptionReversed:
      outcome->id = event.redemption_reversed().redemption_id();
      outcome->amount_fen = event.redemption_reversed().reversed_fen();
      outcome->released_fen = event.redemption_reversed().released_fen();
      outcome->state = event.redemption_reversed().state();
      outcome->parts = {{event.redemption_reversed().refunded_fen(), 0, 0}};
      outcome->settled_applications.assign(
          event.redemption_reversed().settled_application_ids().begin(),
          event.redemption_reversed().settled_application_ids().end());
      break;
    case v1::Event::kVoucherExpired:
      outcome->released_fen = event.voucher_expired().released_fen();
      outcome->settles_application = event.voucher_expired().settles_application();
      break;
    default:
      break;
  }
}

void ReadStatement(const v1::StatementClosed& closed, Outcome* outcome) {
  outcome->id = closed.statement_id();
  outcome->amount_fen = closed.due_fen();
  outcome->parts = {{closed.booked_fen(), closed.reversed_fen(), closed.brought_forward_fen()},
                    {closed.set_off_fen(), closed.carried_forward_fen(),
                     static_cast<int64_t>(closed.provider_number())}};
  for (const v1::DueLine& line : closed.lines()) {
    outcome->parts.push_back(
        {static_cast<int64_t>(line.application_id()), line.due_fen(), line.set_off_fen()});
  }
  outcome->settled_applications.assign(closed.settled_application_ids().begin(),
                                       closed.settled_application_ids().end());
}

// Events of statements and payments.
void ReadSettlement(const v1::Event& event, Outcome* outcome) {
  switch (event.kind_case()) {
    case v1::Event::kStatementClosed:
      ReadStatement(event.statement_closed(), outcome);
      break;
    case v1::Event::kDisbursementRecorded: {
      const auto& settled = event.disbursement_recorded().settled_application_ids();
      outcome->amount_fen = event.disbursement_recorded().due_fen();
      outcome->state = event.disbursement_recorded().state();
      outcome->settled_applications.assign(settled.begin(), settled.end());
      break;
    }
    case v1::Event::kRecoveryRecorded:
      outcome->id = event.recovery_recorded().party_number();
      outcome->amount_fen = event.recovery_recorded().owed_fen();
      break;
    default:
      break;
  }
}

void ReadWaitlist(const v1::WaitlistStep& step, Outcome* outcome) {
  for (const v1::Promotion& promotion : step.promotions()) {
    outcome->promoted.push_back({static_cast<int64_t>(promotion.application_id()),
                                 promotion.granted_fen(), promotion.state()});
  }
  for (int i = 0; i < step.lapsed_application_ids_size(); ++i) {
    const bool explained = i < step.lapse_refusals_size();
    outcome->lapsed.push_back({static_cast<int64_t>(step.lapsed_application_ids(i)),
                               explained ? step.lapse_refusals(i).reason() : 0});
  }
  outcome->waitlist_continues = step.continues();
}

}  // namespace

Outcome OutcomeOf(const v1::Entry& entry) {
  Outcome outcome;
  outcome.queue_number = entry.queue_number();
  if (entry.has_refusal()) {
    outcome.reason = entry.refusal().reason();
    outcome.rules.assign(entry.refusal().rules().begin(), entry.refusal().rules().end());
    return outcome;
  }
  const v1::Event& event = entry.event();
  ReadWaitlist(event.waitlist(), &outcome);
  // Each reads the kinds that it knows.
  ReadPrograms(event, &outcome);
  ReadRegistry(event, &outcome);
  ReadApplications(event, &outcome);
  ReadRankings(event, &outcome);
  ReadGrants(event, &outcome);
  ReadCredit(event, &outcome);
  ReadSettlement(event, &outcome);
  return outcome;
}

std::string Describe(const Outcome& outcome) {
  std::string text =
      outcome.reason == 0 ? "ok" : std::string(ReasonName(static_cast<v1::Reason>(outcome.reason)));
  absl::StrAppend(&text, " id=", outcome.id, " queue=", outcome.queue_number,
                  " amount=", outcome.amount_fen, " released=", outcome.released_fen,
                  " state=", outcome.state, " rules=", absl::StrJoin(outcome.rules, ","),
                  " instant=", outcome.instant,
                  " exhausted=", absl::StrJoin(outcome.exhausted_vouchers, ","));
  absl::StrAppend(&text, " settled=", absl::StrJoin(outcome.settled_applications, ","),
                  outcome.settles_application ? " settles" : "",
                  outcome.waitlist_continues ? " continues" : "");
  for (const auto& [id, fen, other] : outcome.parts) {
    absl::StrAppend(&text, " part", id, "/", fen, "/", other);
  }
  for (const auto& [id, fen, state] : outcome.promoted) {
    absl::StrAppend(&text, " promoted", id, "/", fen, "/", state);
  }
  for (const auto& [id, reason] : outcome.lapsed) {
    absl::StrAppend(&text, " lapsed", id, "/", reason);
  }
  return text;
}

}  // namespace voucher::simulation
