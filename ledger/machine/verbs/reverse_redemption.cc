#include <algorithm>

#include "absl/strings/str_cat.h"

#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

int64_t LeftOf(const v1::Draw& draw) {
  return draw.amount_fen() - draw.reversed_fen();
}

}  // namespace

Decision Decide(Context* context, const v1::ReverseRedemptionRequest& request) {
  const rows::RedemptionRow* row =
      context->view.Find<tables::Redemptions>({request.redemption_id()});
  const rows::AccountRow* account =
      row != nullptr ? context->view.Find<tables::Accounts>({row->account()}) : nullptr;
  if (account != nullptr && !context->SpeaksForProvider(account->provider())) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, row->order_number());
  }
  if (row == nullptr) {
    return MakeRefusal(v1::REASON_REDEMPTION_NOT_FOUND, {}, absl::StrCat(request.redemption_id()));
  }
  const auto program = context->FindProgram(row->program());
  int64_t reversible_fen = 0;
  for (const v1::Draw& draw : row->draws()) reversible_fen += LeftOf(draw);
  if (request.amount_fen() > reversible_fen) {
    return MakeRefusal(v1::REASON_NOT_REVERSIBLE, {}, StateName(row->state()),
                       {{"available_fen", reversible_fen}, {"amount_fen", request.amount_fen()}});
  }

  v1::Event event;
  v1::RedemptionReversed* reversed = event.mutable_redemption_reversed();
  reversed->set_redemption_id(request.redemption_id());
  reversed->set_reversed_fen(request.amount_fen());
  reversed->set_state(request.amount_fen() == reversible_fen
                          ? v1::REDEMPTION_STATE_REVERSED
                          : v1::REDEMPTION_STATE_PARTLY_REVERSED);
  int64_t left_fen = request.amount_fen();
  for (int i = row->draws_size() - 1; i >= 0 && left_fen > 0; --i) {
    const v1::Draw& draw = row->draws(i);
    const int64_t part_fen = std::min(left_fen, LeftOf(draw));
    if (part_fen == 0) continue;
    const v1::AccountRef credit = Credit(row->account(), draw.voucher_id());
    Post(PayableToProvider(account->provider()), credit, part_fen, &event);
    const rows::VoucherRow* voucher = context->view.Find<tables::Vouchers>({draw.voucher_id()});
    if (IsDead(*voucher, context->received_at)) {
      ReleaseUnspent(credit, *program->row,
                     *context->view.Find<tables::Applications>({voucher->application()}), part_fen,
                     &event);
      reversed->set_released_fen(reversed->released_fen() + part_fen);
    }
    left_fen -= part_fen;
  }
  return event;
}

void Evolve(const v1::Entry& entry, const v1::ReverseRedemptionRequest& request,
            const v1::RedemptionReversed& event, Overlay* rows) {
  rows::RedemptionRow& redemption = rows->Edit<tables::Redemptions>({request.redemption_id()});
  redemption.set_state(event.state());
  for (const v1::Posting& posting : entry.event().postings()) {
    if (posting.to().kind() != v1::ACCOUNT_KIND_CREDIT) continue;
    const uint64_t voucher_id = posting.to().sub();
    for (v1::Draw& draw : *redemption.mutable_draws()) {
      if (draw.voucher_id() != voucher_id) continue;
      draw.set_reversed_fen(draw.reversed_fen() + posting.amount_fen());
    }
    rows::VoucherRow& voucher = rows->Edit<tables::Vouchers>({voucher_id});
    if (voucher.state() == v1::VOUCHER_STATE_EXHAUSTED && voucher.credit_fen() > 0) {
      voucher.set_state(v1::VOUCHER_STATE_ACTIVE);
      rows->Put<tables::Timers>({voucher.lapses_unix_ns(),
                                 static_cast<uint8_t>(v1::TIMER_KIND_VOUCHER_LAPSE), voucher_id},
                                {});
    }
  }
}

}  // namespace voucher
