#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

#include "ledger/base/money.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/projects.h"
#include "ledger/machine/settlement.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/vouchers.h"
#include "ledger/policy/evidence.h"

namespace voucher {

namespace {

constexpr absl::string_view kStage = "ACCEPT";

// PERMISSION_DENIED unless it is an ISSUER's program, or within a REVIEWER's divisions and stages;
// with both roles, either.
std::optional<v1::Refusal> RefuseIfOutOfScope(const Context& context,
                                              const rows::ApplicationRow& application,
                                              const std::string& program_id) {
  const bool issuer = context.HasRole(v1::ROLE_ISSUER);
  const bool reviewer = context.HasRole(v1::ROLE_REVIEWER);
  if (issuer && context.MayIssue(program_id)) return std::nullopt;
  if (issuer && !reviewer) return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, program_id);
  if (context.MayReview(kStage, {application.enterprise()})) return std::nullopt;
  return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, kStage);
}

// What was granted for a project above the item's rate of its actual cost, in fen.
struct Excess {
  // Of the grant that is accepted: at most what stands of it.
  int64_t own_fen = 0;
  // The rest, to be taken back of the grants that it replaced, as far as they used so much.
  int64_t replaced_fen = 0;
};

// By what stands of the grant and what other grants of the project take of that share.
Excess ExcessOf(const Context& context, uint64_t id, const rows::ApplicationRow& application,
                const v1::Item& item, int64_t actual_cost_fen) {
  if (actual_cost_fen == 0 || item.amount_case() == v1::Item::kFixedFen) return {};
  const int64_t standing_fen =
      StandingOfGrantFen(context.view, id, application, context.received_at);
  const int64_t granted_fen =
      CheckedAddFen(standing_fen, GrantedBesidesFen(context, id, application));
  const int64_t above_fen = std::max<int64_t>(
      CheckedSubtractFen(granted_fen, ShareRoundedDown(actual_cost_fen, item.rate_bps())), 0);
  Excess excess;
  excess.own_fen = std::min(above_fen, standing_fen);
  excess.replaced_fen = above_fen - excess.own_fen;
  return excess;
}

// What of a voucher can be taken back: nothing once the rest of it lapses by itself.
int64_t UnspentFen(const Context& context, const rows::VoucherRow& voucher) {
  if (IsDead(voucher, context.received_at)) return 0;
  return CheckedAddFen(voucher.available_fen(), voucher.credit_fen());
}

// ILLEGAL_STATE if more is to be taken back than the voucher holds while it has money in transit,
// which may come back or be spent yet.
std::optional<v1::Refusal> RefuseIfInTransit(const Context& context,
                                             const rows::ApplicationRow& application,
                                             int64_t excess_fen) {
  if (application.voucher() == 0) return std::nullopt;
  const rows::VoucherRow& voucher = *context.view.Find<tables::Vouchers>({application.voucher()});
  if (voucher.in_transit_fen() == 0 || excess_fen <= UnspentFen(context, voucher)) {
    return std::nullopt;
  }
  return IllegalState(application.state(), "money to take back is in transit",
                      "应收回的资金尚在调拨途中",
                      {{"in_transit_fen", voucher.in_transit_fen()}, {"excess_fen", excess_fen}});
}

// Takes back up to `most_fen` of what a voucher holds unspent, from the voucher first. Returns how
// much, in fen.
int64_t TakeFromVoucher(const Context& context, uint64_t voucher_id, int64_t most_fen,
                        v1::Event* event) {
  const View& view = context.view;
  const rows::VoucherRow& voucher = *view.Find<tables::Vouchers>({voucher_id});
  const rows::ProgramRow& program = *view.Find<tables::Programs>({voucher.program()});
  int64_t left_fen = std::min(most_fen, UnspentFen(context, voucher));
  const int64_t taken_fen = left_fen;
  const auto take = [&](const v1::AccountRef& from, int64_t fen) {
    const int64_t part_fen = std::min(left_fen, fen);
    if (part_fen == 0) return;
    ReleaseUnspent(from, program, context.received_at, part_fen, event);
    left_fen -= part_fen;
  };
  take(VoucherAccount(voucher_id), voucher.available_fen());
  // In the order of accounts.
  std::vector<uint64_t> accounts(voucher.accounts().begin(), voucher.accounts().end());
  std::sort(accounts.begin(), accounts.end());
  for (const uint64_t account : accounts) {
    const v1::AccountRef credit = Credit(account, voucher_id);
    take(credit, BalanceOf(view, voucher.program(), credit));
  }
  return taken_fen;
}

// What is left of a reimbursement that is on no statement, and what was taken back of it.
struct Reimbursement {
  int64_t taken_fen = 0;
  int64_t opened_fen = 0;
  int64_t unstated_fen = 0;
};

// Takes back up to `most_fen` of it, first of what waits for acceptance, and opens the rest.
Reimbursement OpenReimbursement(const Context& context, uint64_t id,
                                const rows::ApplicationRow& application, int64_t most_fen,
                                v1::Event* event) {
  const uint32_t program = application.program();
  const uint32_t other_program = OtherProgram(context, application);
  const v1::AccountRef open = PayableToEnterprise(application.enterprise());
  const v1::AccountRef gated = PayableToEnterprise(application.enterprise(), id);
  const int64_t gated_fen = BalanceOf(context.view, program, gated);
  const rows::UnpaidRow* unpaid =
      context.view.Find<tables::UnpaidApplications>({program, application.enterprise(), id});
  const int64_t unpaid_fen = unpaid != nullptr ? unpaid->fen() : 0;
  const int64_t from_gated_fen = std::min(most_fen, gated_fen);
  const int64_t from_unpaid_fen = std::min(most_fen - from_gated_fen, unpaid_fen);
  Reimbursement reimbursement;
  reimbursement.taken_fen = from_gated_fen + from_unpaid_fen;
  reimbursement.opened_fen = gated_fen - from_gated_fen;
  reimbursement.unstated_fen = gated_fen + unpaid_fen - reimbursement.taken_fen;
  if (from_unpaid_fen > 0) Post(open, gated, from_unpaid_fen, event, other_program);
  if (reimbursement.taken_fen > 0) {
    ReleaseUnspent(gated, *context.view.Find<tables::Programs>({program}), context.received_at,
                   reimbursement.taken_fen, event, other_program);
  }
  if (reimbursement.opened_fen > 0) {
    Post(gated, open, reimbursement.opened_fen, event, other_program);
  }
  return reimbursement;
}

// Opens what waited for acceptance, and takes back `excess_fen` of the grant: first what is not
// spent. What was spent above it is owed by the enterprise; providers get what they delivered.
void Accept(const Context& context, uint64_t id, const rows::ApplicationRow& application,
            int64_t excess_fen, v1::Event* event) {
  v1::ProjectAccepted* const accepted = event->mutable_project_accepted();
  if (application.voucher() == 0) {
    const Reimbursement left = OpenReimbursement(context, id, application, excess_fen, event);
    accepted->set_released_fen(left.taken_fen);
    accepted->set_settleable_fen(left.opened_fen);
    // Of credit that was kept back whole nothing is left to pay.
    const bool by_credit = application.delivery_mode() == v1::DELIVERY_MODE_CLOUD_CREDIT;
    accepted->set_settles_application(left.unstated_fen == 0 &&
                                      (by_credit || application.stated_fen() == 0));
  } else {
    const rows::VoucherRow& voucher = *context.view.Find<tables::Vouchers>({application.voucher()});
    accepted->set_released_fen(TakeFromVoucher(context, application.voucher(), excess_fen, event));
    accepted->set_settleable_fen(OpenGate(context.view, id, application, event));
    const bool over = voucher.state() != v1::VOUCHER_STATE_ACTIVE ||
                      (accepted->released_fen() > 0 && voucher.in_transit_fen() == 0 &&
                       accepted->released_fen() == UnspentFen(context, voucher));
    accepted->set_settles_application(accepted->settleable_fen() == 0 && over &&
                                      !OwesProviders(context.view, application.voucher()));
  }
  accepted->set_receivable_fen(excess_fen - accepted->released_fen());
  if (accepted->receivable_fen() == 0) return;
  Post(Recovery(), Receivable(application.enterprise(), id), accepted->receivable_fen(), event);
}

// The same of a grant that it replaced, which is a part of it: opens what waited, and takes back up
// to `most_fen` of what it has used, first what of a reimbursement is on no statement. Returns how
// much, in fen.
int64_t AcceptReplaced(const Context& context, uint64_t id, int64_t most_fen, v1::Event* event) {
  const rows::ApplicationRow& lower = *context.view.Find<tables::Applications>({id});
  const uint32_t other_program = OtherProgram(context, lower);
  v1::ReplacedGrant replaced;
  replaced.set_application_id(id);
  if (lower.voucher() == 0) {
    const Reimbursement left = OpenReimbursement(context, id, lower, most_fen, event);
    replaced.set_released_fen(left.taken_fen);
    replaced.set_settleable_fen(left.opened_fen);
  } else {
    replaced.set_settleable_fen(OpenGate(context.view, id, lower, event, other_program));
  }
  replaced.set_receivable_fen(
      std::min(most_fen - replaced.released_fen(), SpentOfGrantFen(context.view, lower)));
  if (replaced.receivable_fen() > 0) {
    Post(Recovery(), Receivable(lower.enterprise(), id), replaced.receivable_fen(), event,
         other_program);
  }
  const int64_t taken_fen = replaced.released_fen() + replaced.receivable_fen();
  if (taken_fen > 0 || replaced.settleable_fen() > 0) {
    *event->mutable_project_accepted()->add_replaced() = std::move(replaced);
  }
  return taken_fen;
}

// All of them, the highest number first. What is taken back is of those that the rule counts.
void AcceptAllReplaced(const Context& context, const rows::ApplicationRow& application,
                       int64_t excess_fen, v1::Event* event) {
  for (const uint64_t id : ReplacedGrants(context.view, application)) {
    const rows::ApplicationRow& lower = *context.view.Find<tables::Applications>({id});
    const bool counts = CountsForRuleOf(context.view, application, lower);
    excess_fen -= AcceptReplaced(context, id, counts ? excess_fen : 0, event);
  }
}

}  // namespace

Decision Decide(Context* context, const v1::AcceptProjectRequest& request) {
  const uint64_t id = request.application_id();
  const rows::ApplicationRow* row = context->view.Find<tables::Applications>({id});
  if (row == nullptr) return ApplicationNotFound(id);
  const CompiledRules& compiled = JudgingRules(context, *row);
  const v1::ProgramRules& rules = compiled.rules();
  if (auto refusal = RefuseIfOutOfScope(*context, *row, rules.program_id())) return *refusal;
  if (auto refusal = RefuseIfArchivedAndNothingWaits(*context, *row)) return *refusal;
  const v1::ApplicationState state = row->state();
  if (state != v1::APPLICATION_STATE_APPROVED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(state));
  }
  if (!rules.has_acceptance()) {
    return IllegalState(state, "the program has no acceptance", "本项目不设验收");
  }
  if (row->project_due_unix_ns() != 0 && context->received_at >= row->project_due_unix_ns()) {
    return IllegalState(state, "the project is late", "项目已逾期",
                        {{"due_unix_ns", row->project_due_unix_ns()}});
  }
  const Excess excess = ExcessOf(*context, id, *row, *compiled.FindItemByNumber(row->item()),
                                 request.actual_cost_fen());
  if (auto refusal = RefuseIfInTransit(*context, *row, excess.own_fen)) return *refusal;
  std::vector<std::string> missing =
      MissingDocuments(rules.acceptance().evidence(), request.documents());
  if (row->cluster() != 0 && request.actual_cost_fen() == 0) missing.push_back("ACTUAL_COST");
  if (!missing.empty()) {
    return MakeRefusal(v1::REASON_EVIDENCE_MISSING, rules.acceptance().clause(),
                       absl::StrJoin(missing, ", "));
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  Accept(*context, id, *row, excess.own_fen, &event);
  AcceptAllReplaced(*context, *row, excess.replaced_fen, &event);
  return event;
}

void Evolve(const v1::Entry&, const v1::AcceptProjectRequest& request,
            const v1::ProjectAccepted& event, EditableRows* rows) {
  rows::ApplicationRow& row = rows->Edit<tables::Applications>({request.application_id()});
  if (row.voucher() == 0) {
    // What was taken back of a reimbursement is owed to nobody.
    row.set_approved_fen(row.approved_fen() - event.released_fen());
  } else if (event.released_fen() > 0) {
    const uint64_t voucher_id = row.voucher();
    const rows::VoucherRow& voucher = *rows->Find<tables::Vouchers>({voucher_id});
    if (voucher.available_fen() == 0 && voucher.credit_fen() == 0 &&
        voucher.in_transit_fen() == 0) {
      EndVoucher(voucher_id, v1::VOUCHER_STATE_EXHAUSTED, rows);
    }
  }
  LowerReplaced(event.replaced(), rows);
  if (event.settles_application()) {
    SettleApplication(request.application_id(), rows);
  } else {
    MoveApplication(request.application_id(), v1::APPLICATION_STATE_ACCEPTED, rows);
  }
}

}  // namespace voucher
