#include <algorithm>

#include "absl/strings/str_cat.h"

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

// What can still be reversed of a draw: what is left of it, and nothing once the project ended
// without acceptance and the provider's claim with it.
int64_t ReversibleOf(const v1::Draw& draw, const rows::VoucherRow& voucher, uint64_t provider) {
  for (const rows::ProviderClaimRow& claim : voucher.claims()) {
    if (claim.provider() == provider) return std::min(LeftOf(draw), claim.fen());
  }
  return 0;
}

// Takes `amount_fen` from where it is owed, first from what waits for the application's acceptance.
void TakeBack(const View& view, const rows::VoucherRow& voucher, uint64_t provider,
              const v1::AccountRef& credit, int64_t amount_fen, v1::Event* event) {
  const v1::AccountRef gated = PayableToProvider(provider, voucher.application());
  const int64_t gated_fen = std::min(amount_fen, BalanceOf(view, voucher.program(), gated));
  if (gated_fen > 0) Post(gated, credit, gated_fen, event);
  if (amount_fen > gated_fen) {
    Post(PayableToProvider(provider), credit, amount_fen - gated_fen, event);
  }
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
  const auto program = context->FindProgram(redemption->program());
  const rows::ReversalRow* reversal =
      context->view.Find<tables::Reversals>({request.redemption_id()});
  const auto draws = DrawsOf(*redemption, reversal);
  int64_t booked_fen = 0;
  int64_t reversible_fen = 0;
  for (const v1::Draw& draw : draws) {
    booked_fen += LeftOf(draw);
    reversible_fen += ReversibleOf(draw, *context->view.Find<tables::Vouchers>({draw.voucher_id()}),
                                   account->provider());
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
  reversed->set_core(redemption->event().redeemed().core());
  reversed->set_reversed_fen(request.amount_fen());
  reversed->set_state(request.amount_fen() == booked_fen ? v1::REDEMPTION_STATE_REVERSED
                                                         : v1::REDEMPTION_STATE_PARTLY_REVERSED);
  const v1::AccountRef receivable = Receivable(account->enterprise());
  int64_t receivable_fen = BalanceOf(context->view, program->number, receivable);
  int64_t left_fen = request.amount_fen();
  for (auto it = draws.rbegin(); it != draws.rend() && left_fen > 0; ++it) {
    const v1::Draw& draw = *it;
    const rows::VoucherRow* voucher = context->view.Find<tables::Vouchers>({draw.voucher_id()});
    const int64_t part_fen = std::min(left_fen, ReversibleOf(draw, *voucher, account->provider()));
    if (part_fen == 0) continue;
    const v1::AccountRef credit = Credit(order.account_id(), draw.voucher_id());
    TakeBack(context->view, *voucher, account->provider(), credit, part_fen, &event);
    if (IsDead(*voucher, context->received_at)) {
      ReleaseUnspent(credit, *program->row, context->received_at,
                     *context->view.Find<tables::Applications>({voucher->application()}), part_fen,
                     &event);
      reversed->set_released_fen(reversed->released_fen() + part_fen);
      if (voucher->state() == v1::VOUCHER_STATE_EXPIRED &&
          IsSettledByExpiry(*context, draw.voucher_id(), account->provider(), part_fen)) {
        reversed->add_settled_application_ids(voucher->application());
      }
    }
    // What was spent of a reclaimed grant is owed by the enterprise only as long as it is spent.
    const int64_t owed_fen = voucher->receivable() ? std::min(part_fen, receivable_fen) : 0;
    if (owed_fen > 0) Post(receivable, Recovery(), owed_fen, &event);
    receivable_fen -= owed_fen;
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
  if (event.core()) {
    const uint64_t owner = rows->Find<tables::CloudAccounts>({event.account_id()})->enterprise();
    rows::BasketRow& basket = rows->Edit<tables::Baskets>({entry.program(), owner});
    basket.set_core_fen(basket.core_fen() - event.reversed_fen());
  }
}

}  // namespace voucher
