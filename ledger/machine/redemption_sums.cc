#include "ledger/machine/redemption_sums.h"

#include "absl/strings/str_cat.h"

#include "ledger/machine/invariants/checker.h"
#include "ledger/machine/redemptions.h"

namespace voucher {

using invariants::Minus;
using invariants::Plus;

void RedemptionSums::Add(const v1::Entry& entry, const v1::Entry* named) {
  if (entry.event().has_redeemed()) AddRedemption(entry);
  if (entry.event().has_redemption_reversed()) AddReversal(entry, named);
}

void RedemptionSums::AddRedemption(const v1::Entry& entry) {
  const v1::Redeemed& redeemed = entry.event().redeemed();
  const uint64_t account = entry.command().redeem().account_id();
  ++redemptions;
  for (const v1::Draw& draw : DrawsOf(entry, nullptr)) {
    int64_t& fen = net_fen[{account, draw.voucher_id()}];
    fen = Plus(fen, draw.amount_fen());
  }
  if (redeemed.core()) {
    int64_t& fen = core_fen[{entry.program(), account}];
    fen = Plus(fen, redeemed.amount_fen());
  }
  const uint64_t previous = std::exchange(last[account], redeemed.redemption_id());
  if (redeemed.previous_redemption_id() == previous) return;
  findings.push_back(absl::StrCat("redemption ", redeemed.redemption_id(), " of cloud account ",
                                  account, " follows ", redeemed.previous_redemption_id(),
                                  ", the one before it is ", previous));
}

void RedemptionSums::AddReversal(const v1::Entry& entry, const v1::Entry* named) {
  const v1::RedemptionReversed& event = entry.event().redemption_reversed();
  const uint64_t id = event.redemption_id();
  if (named == nullptr || !named->event().has_redeemed()) {
    findings.push_back(
        absl::StrCat("entry ", entry.sequence(), " reverses ", id, ", which is no redemption"));
    return;
  }
  const auto [draws, is_first] = reversed.try_emplace(id);
  if (is_first) draws->second = DrawsOf(*named, nullptr);
  for (const v1::Posting& posting : entry.event().postings()) {
    if (posting.to().kind() != v1::ACCOUNT_KIND_CREDIT) continue;
    int64_t& fen = net_fen[{posting.to().id(), posting.to().sub()}];
    fen = Minus(fen, posting.amount_fen());
    for (v1::Draw& draw : draws->second) {
      if (draw.voucher_id() != posting.to().sub()) continue;
      draw.set_reversed_fen(Plus(draw.reversed_fen(), posting.amount_fen()));
    }
  }
  if (!event.core()) return;
  int64_t& fen = core_fen[{entry.program(), event.account_id()}];
  fen = Minus(fen, event.reversed_fen());
}

}  // namespace voucher
