// How much an item grants before any limit.
#pragma once

#include <cstdint>
#include <optional>

#include "voucher/v1/program.pb.h"
#include "voucher/v1/reasons.pb.h"
#include "voucher/v1/registry.pb.h"

namespace voucher {

// The first (highest) revenue tier of the item that the enterprise reaches: its prior-year revenue
// is at or above the tier's minimum and its industry is one the tier is for. nullptr if none is
// reached or the item has no tiers.
const v1::RevenueTier* ReachedTier(const v1::Item& item, const v1::EnterpriseFacts& facts);

// Amount before caps and pools, in fen: spend × rate rounded down, once, or the fixed amount, which
// the spend plays no part in. spend_fen >= 0.
int64_t BaseAmountFen(const v1::Item& item, int64_t spend_fen);

// AMOUNT_TOO_SMALL if the amount rounds down to 0 fen; nullopt otherwise.
std::optional<v1::Refusal> RefuseIfTooSmall(const v1::Item& item, int64_t spend_fen);

}  // namespace voucher
