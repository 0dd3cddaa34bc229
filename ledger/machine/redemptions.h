// Redemptions, which no row repeats: what their entries say, what was reversed of them, and what
// they add up to in baskets.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "ledger/state/writer_rows.h"
#include "voucher/v1/credit.pb.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// What the redemption that an entry recorded took from each voucher, in the order taken, and what
// `reversal`, its row, says was reversed of that; nullptr: nothing.
google::protobuf::RepeatedPtrField<v1::Draw> DrawsOf(const v1::Entry& redemption,
                                                     const rows::ReversalRow* reversal);

// Of a redemption, by the row of what was reversed of it; nullptr: nothing.
inline v1::RedemptionState StateOf(const rows::ReversalRow* reversal) {
  return reversal != nullptr ? reversal->state() : v1::REDEMPTION_STATE_BOOKED;
}

// Counts core products in the basket of an enterprise: redeemed, or with a negative amount
// reversed. A category of which nothing is left goes.
void CountCore(uint32_t program, uint64_t enterprise, const std::string& category,
               int64_t delta_fen, EditableRows* rows);

// False: a redemption with a number of its own, as older versions gave. Nothing of this one can
// read it.
inline bool IsNumberedByEntry(const v1::Entry& entry) {
  return !entry.event().has_redeemed() ||
         entry.event().redeemed().redemption_id() == entry.sequence();
}
inline constexpr absl::string_view kNumberedOtherwise =
    "is a redemption with a number of its own: only the older version that wrote it can read it";

}  // namespace voucher
