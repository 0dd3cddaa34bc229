#include "ledger/invariants/redemption_sums.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/invariants/sums.h"
#include "ledger/machine/redemptions.h"

namespace voucher {

using invariants::Minus;
using invariants::Plus;

template <class... Parts>
void RedemptionSums::Require(bool holds, const Parts&... parts) {
  if (holds || findings.size() >= kMaxInvariantFindings) return;
  findings.push_back(absl::StrCat(parts...));
}

void RedemptionSums::Add(const v1::Entry& entry, const v1::Entry* named) {
  if (entry.event().has_redeemed()) AddRedemption(entry);
  if (entry.event().has_redemption_reversed()) AddReversal(entry, named);
}

void RedemptionSums::AddRedemption(const v1::Entry& entry) {
  const v1::Redeemed& event = entry.event().redeemed();
  const uint64_t account = entry.command().redeem().account_id();
  ++redemptions;
  int64_t drawn_fen = 0;
  for (const v1::Draw& draw : DrawsOf(entry, nullptr)) {
    int64_t& fen = net_fen[{account, draw.voucher_id()}];
    fen = Plus(fen, draw.amount_fen());
    drawn_fen = Plus(drawn_fen, draw.amount_fen());
  }
  Require(event.amount_fen() == drawn_fen, "redemption ", entry.sequence(), " says ",
          event.amount_fen(), " fen, it drew ", drawn_fen);
  if (!event.core_category().empty()) {
    int64_t& fen = core_fen[{entry.program(), account, event.core_category()}];
    fen = Plus(fen, drawn_fen);
  }
  const uint64_t previous = std::exchange(last[account], entry.sequence());
  Require(event.previous_redemption_id() == previous, "redemption ", entry.sequence(),
          " of cloud account ", account, " follows ", event.previous_redemption_id(),
          ", the one before it is ", previous);
}

// Everything that the redemption says is taken from its own entry.
void RedemptionSums::AddReversal(const v1::Entry& entry, const v1::Entry* named) {
  const v1::RedemptionReversed& event = entry.event().redemption_reversed();
  if (named == nullptr || !named->event().has_redeemed()) {
    return Require(false, "entry ", entry.sequence(), " reverses ", event.redemption_id(),
                   ", which is no redemption");
  }
  const uint64_t account = named->command().redeem().account_id();
  const std::string& core_category = named->event().redeemed().core_category();
  Require(event.redemption_id() == named->sequence() && event.account_id() == account &&
              event.core_category() == core_category && entry.program() == named->program(),
          "entry ", entry.sequence(), " does not say what redemption ", named->sequence(),
          " does, which it reverses");
  const auto [draws, is_first] = reversed.try_emplace(named->sequence());
  if (is_first) draws->second = DrawsOf(*named, nullptr);
  int64_t reversed_fen = 0;
  for (const v1::Posting& posting : entry.event().postings()) {
    if (posting.to().kind() != v1::ACCOUNT_KIND_CREDIT) continue;
    reversed_fen = Plus(reversed_fen, posting.amount_fen());
    int64_t& fen = net_fen[{account, posting.to().sub()}];
    fen = Minus(fen, posting.amount_fen());
    for (v1::Draw& draw : draws->second) {
      if (draw.voucher_id() != posting.to().sub()) continue;
      draw.set_reversed_fen(Plus(draw.reversed_fen(), posting.amount_fen()));
    }
  }
  Require(event.reversed_fen() == reversed_fen, "entry ", entry.sequence(), " says ",
          event.reversed_fen(), " fen reversed, it returns ", reversed_fen);
  if (core_category.empty()) return;
  int64_t& fen = core_fen[{entry.program(), account, core_category}];
  fen = Minus(fen, reversed_fen);
}

}  // namespace voucher
