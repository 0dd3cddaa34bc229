#include "tests/simulation/counts.h"

#include "absl/algorithm/container.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

#include "ledger/machine/machine.h"
#include "ledger/policy/refusal_text.h"
#include "ledger/validation/verbs.h"

namespace voucher::simulation {
namespace {

// Verbs that are never refused.
constexpr const char* kNeverRefused[] = {"PutProvider", "PublishCalendar"};

// What must happen at least 10 times in 1,000,000 commands.
struct MustHappen {
  const char* verb;
  const char* outcomes;
};
constexpr MustHappen kMustHappen[] = {
    {"PublishProgram", "ok ILLEGAL_STATE"},
    {"SetProgramState", "ok PROGRAM_NOT_FOUND WINDOW_CLOSED ILLEGAL_STATE"},
    {"Appropriate", "ok tranche PROGRAM_NOT_FOUND ALREADY_BOOKED ILLEGAL_STATE BUDGET_EXHAUSTED"},
    {"ArchiveProgram", "ok to_returned PROGRAM_NOT_FOUND ILLEGAL_STATE"},
    {"PublishCalendar", "ok"},
    {"PutEnterprise", "ok ILLEGAL_STATE"},
    {"SucceedEnterprise", "ok ENTERPRISE_NOT_FOUND ALREADY_REGISTERED ILLEGAL_STATE"},
    {"RecordIncident", "ok ENTERPRISE_NOT_FOUND"},
    {"SetListing", "ok ENTERPRISE_NOT_FOUND ALREADY_BOOKED"},
    {"SetBlacklist", "ok ENTERPRISE_NOT_FOUND ALREADY_BOOKED"},
    {"EndRecord", "ok PERMISSION_DENIED ENTERPRISE_NOT_FOUND RECORD_NOT_FOUND ILLEGAL_STATE"},
    {"RemindEnterprise", "ok PROGRAM_NOT_FOUND ENTERPRISE_NOT_FOUND ALREADY_BOOKED ILLEGAL_STATE"},
    {"PutProvider", "ok"},
    {"SetProviderState", "ok PROVIDER_NOT_FOUND"},
    {"PutProduct", "ok PROGRAM_NOT_FOUND ITEM_NOT_FOUND PROVIDER_NOT_FOUND"},
    {"WithdrawProduct", "ok PROGRAM_NOT_FOUND PROVIDER_NOT_FOUND PRODUCT_NOT_FOUND ILLEGAL_STATE"},
    {"BindCloudAccount",
     "ok PERMISSION_DENIED ENTERPRISE_NOT_FOUND PROVIDER_NOT_FOUND ALREADY_REGISTERED "
     "NON_TRANSFERABLE"},
    {"PutCluster",
     "ok PROGRAM_NOT_FOUND ENTERPRISE_NOT_FOUND PROGRAM_NOT_OPEN WINDOW_CLOSED ILLEGAL_STATE "
     "ALREADY_REGISTERED"},
    {"ReviewCluster", "ok CLUSTER_NOT_FOUND ILLEGAL_STATE"},
    {"RankClusters", "ok approved passed_over ILLEGAL_STATE"},
    {"SubmitApplication",
     "ok clipped waiting PROGRAM_NOT_FOUND ITEM_NOT_FOUND ENTERPRISE_NOT_FOUND PROVIDER_NOT_FOUND "
     "PRODUCT_NOT_FOUND ALREADY_BOOKED ORDER_ALREADY_CLAIMED PROGRAM_NOT_OPEN WINDOW_NOT_OPEN "
     "WINDOW_CLOSED ILLEGAL_STATE BLACKLISTED NOT_ELIGIBLE EVIDENCE_MISSING "
     "INVOICE_ALREADY_CLAIMED ITEM_ALREADY_CLAIMED "
     "SUPERSEDED_BY_HIGHER AMOUNT_TOO_SMALL ENTERPRISE_CAP_REACHED PROJECT_CAP_REACHED "
     "QUOTA_EXHAUSTED BUDGET_EXHAUSTED PROVIDER_SUSPENDED PRODUCT_NOT_APPROVED"},
    {"rule",
     "REGION CLOUD_PROVIDER INDUSTRY SIZE AGE OTHER_FUNDING INCIDENT LISTING PRIOR_YEAR_PROJECT "
     "REGISTERED_ON_PLATFORM CLUSTER_MEMBER REVENUE"},
    {"AwardGrant",
     "ok PROGRAM_NOT_FOUND ITEM_NOT_FOUND ENTERPRISE_NOT_FOUND ALREADY_BOOKED PROGRAM_NOT_OPEN "
     "ILLEGAL_STATE BLACKLISTED NOT_ELIGIBLE ITEM_ALREADY_CLAIMED BUDGET_EXHAUSTED"},
    {"WithdrawApplication", "ok to_budget APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"ReviewApplication",
     "ok to_budget appeal PERMISSION_DENIED APPLICATION_NOT_FOUND ILLEGAL_STATE BLACKLISTED "
     "INVOICE_ALREADY_CLAIMED ITEM_ALREADY_CLAIMED ENTERPRISE_CAP_REACHED QUOTA_EXHAUSTED "
     "BUDGET_EXHAUSTED"},
    {"ReturnApplication", "ok PERMISSION_DENIED APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"CorrectApplication",
     "ok to_budget APPLICATION_NOT_FOUND ILLEGAL_STATE BLACKLISTED EVIDENCE_MISSING "
     "INVOICE_ALREADY_CLAIMED AMOUNT_TOO_SMALL"},
    {"RankApplications", "ok grant passed_over ITEM_NOT_FOUND ILLEGAL_STATE"},
    {"PublishNotice",
     "ok PROGRAM_NOT_FOUND APPLICATION_NOT_FOUND ILLEGAL_STATE CALENDAR_MISSING BLACKLISTED"},
    {"FileObjection", "ok APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"ResolveObjection", "ok to_budget APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"ApproveApplication",
     "ok to_budget superseding set_off PERMISSION_DENIED APPLICATION_NOT_FOUND ILLEGAL_STATE "
     "NOTICE_RUNNING BLACKLISTED "
     "SUPERSEDED_BY_HIGHER VOUCHER_EXPIRED"},
    {"AcceptProject", "ok opening settling APPLICATION_NOT_FOUND ILLEGAL_STATE EVIDENCE_MISSING"},
    {"ExtendProject", "ok APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"TerminateProject", "ok to_budget to_returned unsettled APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"OrderTransfer",
     "ok PERMISSION_DENIED ACCOUNT_NOT_FOUND VOUCHER_NOT_FOUND ALREADY_BOOKED BLACKLISTED "
     "PROVIDER_SUSPENDED ACCOUNT_NOT_OWNED VOUCHER_EXPIRED INSUFFICIENT_CREDIT"},
    {"ConfirmTransfer",
     "ok to_budget to_returned PERMISSION_DENIED TRANSFER_NOT_FOUND ILLEGAL_STATE"},
    {"DeclineTransfer",
     "ok to_budget to_returned PERMISSION_DENIED TRANSFER_NOT_FOUND ILLEGAL_STATE"},
    {"Redeem",
     "ok from_several_vouchers exhausting_a_voucher PERMISSION_DENIED PROGRAM_NOT_FOUND "
     "PRODUCT_NOT_FOUND ACCOUNT_NOT_FOUND BLACKLISTED PROVIDER_SUSPENDED PRODUCT_NOT_APPROVED "
     "NON_TRANSFERABLE BASKET_RULE USAGE_BEFORE_CREDIT VOUCHER_EXPIRED INSUFFICIENT_CREDIT "
     "ORDER_ALREADY_REDEEMED ORDER_ALREADY_CLAIMED"},
    {"ReverseRedemption",
     "ok to_budget to_returned owed_no_more settling PERMISSION_DENIED REDEMPTION_NOT_FOUND "
     "ALREADY_BOOKED NOT_REVERSIBLE"},
    {"ReconcileTransfers",
     "ok to_budget to_returned MATCHED SILENT EXTRA DOUBLE WRONG_AMOUNT missing confirmed "
     "PERMISSION_DENIED PROVIDER_NOT_FOUND"},
    {"Reclaim", "ok to_budget to_returned receivable set_off APPLICATION_NOT_FOUND ILLEGAL_STATE"},
    {"CloseStatement",
     "ok provider district set_off brought_forward carried_forward PROGRAM_NOT_FOUND "
     "PROVIDER_NOT_FOUND ILLEGAL_STATE ACCEPTANCE_MISSING"},
    {"RecordDisbursement", "ok settling STATEMENT_NOT_FOUND ALREADY_BOOKED ILLEGAL_STATE"},
    {"RecordRecovery",
     "ok enterprise provider PROGRAM_NOT_FOUND ENTERPRISE_NOT_FOUND PROVIDER_NOT_FOUND "
     "APPLICATION_NOT_FOUND ALREADY_BOOKED ILLEGAL_STATE"},
    {"waitlist",
     "continues BLACKLISTED ENTERPRISE_CAP_REACHED WINDOW_CLOSED Appropriate ApproveApplication "
     "PublishProgram Reclaim ReviewApplication TIMER_KIND_TRANCHE TIMER_KIND_WAITLIST "
     "WithdrawApplication"},
    {"TIMER_KIND_PROGRAM_CUTOFF", "ok"},
    {"TIMER_KIND_TRANSFER_ANSWER", "ok"},
    {"TIMER_KIND_VOUCHER_LAPSE", "ok to_budget to_returned settling"},
    {"TIMER_KIND_CORRECTION", "ok to_budget"},
    {"TIMER_KIND_PROJECT", "ok unsettled"},
    {"TIMER_KIND_TRANCHE", "ok"},
    {"TIMER_KIND_PENDING_LAPSE", "ok"},
    {"TIMER_KIND_WAITLIST", "ok"},
    {"malformed",
     "request_id uscc program_id provider_id application_id voucher_id account_id transfer_id "
     "redemption_id amount_fen spend_fen approved_fen usage_ended_at product_id order_number "
     "stage_id state statement_id division ground"},
};

// Counts what `is_so`, under a name.
using Count = absl::FunctionRef<void(bool is_so, absl::string_view what)>;

bool PostsTo(const v1::Event& event, v1::AccountKind kind) {
  return absl::c_any_of(event.postings(),
                        [&](const v1::Posting& posting) { return posting.to().kind() == kind; });
}

void CountApplications(const v1::Entry& entry, const Outcome& outcome, Count count) {
  const v1::Event& event = entry.event();
  count(outcome.released_fen > 0,
        PostsTo(event, v1::ACCOUNT_KIND_RETURNED) ? "to_returned" : "to_budget");
  // Less than the lowest rate, a fifth: some cap has clipped it.
  count(event.has_application_submitted() &&
            outcome.amount_fen < entry.command().submit_application().spend_fen() / 5,
        "clipped");
  count(event.has_application_submitted() && outcome.state == v1::APPLICATION_STATE_WAITLISTED,
        "waiting");
  count(event.has_redeemed() && event.postings_size() > 1, "from_several_vouchers");
  count(event.has_application_approved() && !outcome.parts.empty(), "superseding");
  count(event.has_application_approved(), absl::StrCat("program_", entry.program()));
  count(event.has_project_accepted() && outcome.amount_fen > 0, "opening");
  count((event.has_project_terminated() || event.has_project_lapsed()) && outcome.amount_fen > 0,
        "unsettled");
  count(event.has_appropriated() && outcome.instant != 0, "tranche");
  count(event.has_application_reviewed() &&
            entry.command().review_application().verdict() == v1::REVIEW_VERDICT_UPHOLD_APPEAL,
        "appeal");
  for (const auto& part : outcome.parts) {
    count(event.has_applications_ranked(), part[1] > 0 ? "grant" : "passed_over");
    count(event.has_clusters_ranked(), part[1] > 0 ? "approved" : "passed_over");
  }
  count(!outcome.exhausted_vouchers.empty(), "exhausting_a_voucher");
}

void CountSettlement(const v1::Event& event, const Outcome& outcome, Count count) {
  count(outcome.settles_application || !outcome.settled_applications.empty(), "settling");
  if (event.has_statement_closed()) {
    const v1::StatementClosed& closed = event.statement_closed();
    count(true, closed.provider_number() != 0 ? "provider" : "district");
    count(closed.set_off_fen() > 0, "set_off");
    count(closed.brought_forward_fen() < 0, "brought_forward");
    count(closed.carried_forward_fen() < 0, "carried_forward");
  }
  count(event.application_approved().set_off_fen() > 0, "set_off");
  if (event.has_recovery_recorded()) {
    count(true, PostsTo(event, v1::ACCOUNT_KIND_RECOVERY) ? "enterprise" : "provider");
  }
  if (event.has_reclaimed()) {
    count(event.reclaimed().receivable_fen() > 0, "receivable");
    count(event.reclaimed().set_off_fen() > 0, "set_off");
  }
  count(event.has_redemption_reversed() && PostsTo(event, v1::ACCOUNT_KIND_RECOVERY),
        "owed_no_more");
  if (event.has_transfers_reconciled()) {
    for (const v1::ReconciledLine& line : event.transfers_reconciled().lines()) {
      count(true, absl::StripPrefix(v1::ReconciliationFinding_Name(line.finding()),
                                    "RECONCILIATION_FINDING_"));
    }
    count(event.transfers_reconciled().missing_transfer_ids_size() > 0, "missing");
    count(outcome.amount_fen > 0, "confirmed");
  }
}

void CountWaitlist(const std::string& name, const Outcome& outcome, Counts* counts) {
  if (!outcome.promoted.empty()) ++(*counts)["waitlist " + name];
  if (outcome.waitlist_continues) ++(*counts)["waitlist continues"];
  for (const auto& lapsed : outcome.lapsed) {
    ++(*counts)[absl::StrCat("waitlist ", ReasonName(static_cast<v1::Reason>(lapsed[1])))];
  }
}

int64_t CountOf(const Counts& counts, const std::string& name) {
  const auto count = counts.find(name);
  return count != counts.end() ? count->second : 0;
}

}  // namespace

void CountOutcome(const v1::Entry& entry, const Outcome& outcome, Counts* counts) {
  const v1::Command& command = entry.command();
  const std::string name = command.has_timer_due() ? v1::TimerKind_Name(command.timer_due().kind())
                                                   : std::string(VerbName(command));
  const std::string end =
      outcome.reason == 0 ? "ok" : std::string(ReasonName(entry.refusal().reason()));
  ++(*counts)[absl::StrCat(name, " ", end)];
  if (outcome.reason != 0) ++(*counts)[name + " refused"];
  const auto count = [&](bool is_so, absl::string_view what) {
    if (is_so) ++(*counts)[absl::StrCat(name, " ", what)];
  };
  CountApplications(entry, outcome, count);
  CountSettlement(entry.event(), outcome, count);
  CountWaitlist(name, outcome, counts);
  for (const int rule : outcome.rules) {
    ++(*counts)[absl::StrCat(
        "rule ", absl::StripPrefix(v1::EligibilityRule_Name(rule), "ELIGIBILITY_RULE_"))];
  }
}

std::vector<std::string> TooSeldom(int64_t commands, size_t programs, const Counts& counts) {
  std::vector<std::string> found;
  const auto expect = [&](const std::string& name, int64_t least) {
    const int64_t count = CountOf(counts, name);
    if (count < least) found.push_back(absl::StrCat(name, ": ", count, " times, not ", least));
  };
  const auto* verbs = v1::Command::descriptor()->FindOneofByName("verb");
  for (int i = 0; i < verbs->field_count(); ++i) {
    v1::Command command;
    command.GetReflection()->MutableMessage(&command, verbs->field(i));
    // The sequencer's own, and the one that a clock that jumped needs.
    if (command.has_timer_due() || command.has_resume_after_clock_jump()) continue;
    const std::string name(VerbName(command));
    expect(name + " ok", commands / 20'000);
    if (!absl::c_linear_search(kNeverRefused, name)) expect(name + " refused", commands / 20'000);
  }
  for (const auto& [verb, outcomes] : kMustHappen) {
    for (absl::string_view outcome : absl::StrSplit(outcomes, ' ')) {
      expect(absl::StrCat(verb, " ", outcome), commands / 100'000);
    }
  }
  for (size_t number = 1; number <= programs; ++number) {
    expect(absl::StrCat("ApproveApplication program_", number), commands / 100'000);
  }
  return found;
}

}  // namespace voucher::simulation
