#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

#include "ledger/base/text.h"
#include "ledger/machine/acts.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/redemptions.h"
#include "ledger/machine/settlement.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/vouchers.h"

namespace voucher {

namespace {

int64_t LeftOf(const v1::Draw& draw) {
  return draw.amount_fen() - draw.reversed_fen();
}

// What waits for acceptance of a provider's claim on a voucher.
int64_t GatedFen(const Context& context, const rows::VoucherRow& voucher, uint64_t provider) {
  return BalanceOf(context.view, voucher.program(),
                   PayableToProvider(provider, voucher.application()));
}

// What can still be reversed of a draw: what is left of it, and nothing once the project ended
// without acceptance and the provider's claim with it.
int64_t ReversibleOf(const Context& context, const v1::Draw& draw, uint64_t provider) {
  const auto& voucher = *context.view.Find<tables::Vouchers>({draw.voucher_id()});
  for (const rows::ProviderClaimRow& claim : voucher.claims()) {
    if (claim.provider() == provider) return std::min(LeftOf(draw), claim.fen());
  }
  return 0;
}

std::string KeyOf(const v1::ReverseRedemptionRequest& request) {
  return ActKey({static_cast<int64_t>(request.redemption_id()), request.amount_fen()},
                {StableForm(request.reason())});
}

// Takes `amount_fen` from where it is owed, first from what waits for the application's acceptance.
void TakeBack(const Context& context, const rows::VoucherRow& voucher, uint64_t provider,
              const v1::AccountRef& credit, int64_t amount_fen, v1::Event* event) {
  const int64_t gated_fen = std::min(amount_fen, GatedFen(context, voucher, provider));
  if (gated_fen > 0) {
    Post(PayableToProvider(provider, voucher.application()), credit, gated_fen, event);
  }
  if (amount_fen > gated_fen) {
    Post(PayableToProvider(provider), credit, amount_fen - gated_fen, event);
  }
}

// What becomes of money that a reversal brought back into credit and that was taken back from the
// enterprise before, in fen.
struct TakenBack {
  // Still owed by the enterprise: it owes that no more.
  int64_t owed_fen = 0;
  // Paid back by it, or kept back from it: it is due to the enterprise again, so that never more is
  // taken back than was spent.
  int64_t refunded_fen = 0;
};

TakenBack TakenBackOf(const rows::ApplicationRow& application, int64_t reversed_fen) {
  TakenBack part;
  part.owed_fen = std::min(reversed_fen, application.receivable_fen());
  part.refunded_fen = std::min(reversed_fen - part.owed_fen, application.recovered_fen());
  return part;
}

// Moves a part of a voucher that is back in its credit on to where it belongs. All of it goes if
// the voucher is over or its program archived; what was taken back of the grant goes in any case.
// Returns how much, in fen.
int64_t MoveOn(const Context& context, const rows::ProgramRow& program,
               const rows::VoucherRow& voucher, const v1::AccountRef& credit, int64_t part_fen,
               v1::Event* event) {
  const uint64_t id = voucher.application();
  const auto& application = *context.view.Find<tables::Applications>({id});
  const TakenBack taken = TakenBackOf(application, part_fen);
  const bool over =
      program.state() == v1::PROGRAM_STATE_ARCHIVED || IsDead(voucher, context.received_at);
  const int64_t moved_fen = over ? part_fen : taken.owed_fen + taken.refunded_fen;
  if (taken.refunded_fen > 0) {
    Post(credit, PayableToEnterprise(voucher.enterprise()), taken.refunded_fen, event);
  }
  if (moved_fen > taken.refunded_fen) {
    ReleaseUnspent(credit, program, context.received_at, moved_fen - taken.refunded_fen, event);
  }
  if (taken.owed_fen > 0) {
    Post(Receivable(voucher.enterprise(), id), Recovery(), taken.owed_fen, event);
  }
  v1::RedemptionReversed* reversed = event->mutable_redemption_reversed();
  reversed->set_released_fen(reversed->released_fen() + moved_fen);
  reversed->set_refunded_fen(reversed->refunded_fen() + taken.refunded_fen);
  return moved_fen;
}

// Whether a reversal that takes so much from a provider and moves so much of it on settles the
// application: its voucher is over and stays so, whatever ended it, and nobody is owed anything.
bool Settles(const View& view, uint64_t voucher_id, uint64_t provider, int64_t part_fen,
             int64_t moved_fen) {
  const rows::VoucherRow& voucher = *view.Find<tables::Vouchers>({voucher_id});
  return voucher.state() != v1::VOUCHER_STATE_ACTIVE && moved_fen == part_fen &&
         IsSettledByExpiry(view, voucher_id, provider, part_fen);
}

rows::ReversalRow::Part& PartOf(uint64_t voucher, rows::ReversalRow* reversal) {
  for (rows::ReversalRow::Part& part : *reversal->mutable_parts()) {
    if (part.voucher() == voucher) return part;
  }
  rows::ReversalRow::Part& part = *reversal->add_parts();
  part.set_voucher(voucher);
  return part;
}

}  // namespace

Decision Decide(Context* context, const v1::ReverseRedemptionRequest& request) {
  const v1::Entry* const redemption = context->named;
  if (redemption == nullptr || !redemption->event().has_redeemed()) {
    return MakeRefusal(v1::REASON_REDEMPTION_NOT_FOUND, {}, absl::StrCat(request.redemption_id()));
  }
  const v1::RedeemRequest& order = redemption->command().redeem();
  const rows::AccountRow* account = context->view.Find<tables::CloudAccounts>({order.account_id()});
  if (!context->SpeaksForProvider(account->provider())) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, order.order_number());
  }
  if (auto refusal = RefuseIfBooked(*context, Act::kReversal, KeyOf(request), request.repeats())) {
    return *refusal;
  }
  const auto program = context->FindProgram(redemption->program());
  const rows::ReversalRow* reversal =
      context->view.Find<tables::Reversals>({request.redemption_id()});
  const auto draws = DrawsOf(*redemption, reversal);
  int64_t booked_fen = 0;
  int64_t reversible_fen = 0;
  for (const v1::Draw& draw : draws) {
    booked_fen += LeftOf(draw);
    reversible_fen += ReversibleOf(*context, draw, account->provider());
  }
  if (request.amount_fen() > reversible_fen) {
    return MakeRefusal(v1::REASON_NOT_REVERSIBLE, {}, StateName(StateOf(reversal)),
                       {{"available_fen", reversible_fen}, {"amount_fen", request.amount_fen()}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::RedemptionReversed* reversed = event.mutable_redemption_reversed();
  reversed->set_redemption_id(request.redemption_id());
  reversed->set_account_id(order.account_id());
  reversed->set_core_category(redemption->event().redeemed().core_category());
  reversed->set_reversed_fen(request.amount_fen());
  reversed->set_state(request.amount_fen() == booked_fen ? v1::REDEMPTION_STATE_REVERSED
                                                         : v1::REDEMPTION_STATE_PARTLY_REVERSED);
  int64_t left_fen = request.amount_fen();
  for (auto it = draws.rbegin(); it != draws.rend() && left_fen > 0; ++it) {
    const v1::Draw& draw = *it;
    const rows::VoucherRow* voucher = context->view.Find<tables::Vouchers>({draw.voucher_id()});
    const int64_t part_fen = std::min(left_fen, ReversibleOf(*context, draw, account->provider()));
    if (part_fen == 0) continue;
    const v1::AccountRef credit = Credit(order.account_id(), draw.voucher_id());
    TakeBack(*context, *voucher, account->provider(), credit, part_fen, &event);
    const int64_t moved_fen = MoveOn(*context, *program->row, *voucher, credit, part_fen, &event);
    if (Settles(context->view, draw.voucher_id(), account->provider(), part_fen, moved_fen)) {
      reversed->add_settled_application_ids(voucher->application());
    }
    left_fen -= part_fen;
  }
  return event;
}

void Evolve(const v1::Entry& entry, const v1::ReverseRedemptionRequest& request,
            const v1::RedemptionReversed& event, EditableRows* rows) {
  rows::ReversalRow& reversal = rows->Edit<tables::Reversals>({request.redemption_id()});
  reversal.set_state(event.state());
  for (const v1::Posting& posting : entry.event().postings()) {
    if (posting.to().kind() != v1::ACCOUNT_KIND_CREDIT) continue;
    const uint64_t voucher_id = posting.to().sub();
    rows::ReversalRow::Part& part = PartOf(voucher_id, &reversal);
    part.set_fen(part.fen() + posting.amount_fen());
    ReviveVoucher(voucher_id, rows);
  }
  for (const uint64_t id : event.settled_application_ids()) SettleApplication(id, rows);
  if (!event.core_category().empty()) {
    const uint64_t owner = rows->Find<tables::CloudAccounts>({event.account_id()})->enterprise();
    CountCore(entry.program(), owner, event.core_category(), -event.reversed_fen(), rows);
  }
  BookAct(entry, Act::kReversal, KeyOf(request), rows);
}

}  // namespace voucher
