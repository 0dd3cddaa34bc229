#include "ledger/policy/subsidy.h"

#include <algorithm>

#include "ledger/base/check.h"
#include "ledger/base/money.h"
#include "ledger/policy/refusal.h"

namespace voucher {

const v1::RevenueTier* ReachedTier(const v1::Item& item, const v1::EnterpriseFacts& facts) {
  for (const v1::RevenueTier& tier : item.revenue_tiers()) {
    const auto& industries = tier.industries();
    const bool for_industry = industries.empty() || std::find(industries.begin(), industries.end(),
                                                              facts.industry()) != industries.end();
    if (for_industry && facts.prior_year_revenue_fen() >= tier.minimum_revenue_fen()) return &tier;
  }
  return nullptr;
}

int64_t BaseAmountFen(const v1::Item& item, int64_t spend_fen) {
  if (item.amount_case() == v1::Item::kFixedFen) return item.fixed_fen();
  VOUCHER_CHECK(item.amount_case() == v1::Item::kRateBps) << item.item_id();
  return ShareRoundedDown(spend_fen, item.rate_bps());
}

std::optional<v1::Refusal> RefuseIfTooSmall(const v1::Item& item, int64_t spend_fen) {
  if (BaseAmountFen(item, spend_fen) > 0) return std::nullopt;
  return MakeRefusal(v1::REASON_AMOUNT_TOO_SMALL, item.clause(), item.item_id(),
                     {{"spend_fen", spend_fen}, {"rate_bps", item.rate_bps()}});
}

}  // namespace voucher
