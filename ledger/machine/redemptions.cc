#include "ledger/machine/redemptions.h"

namespace voucher {

google::protobuf::RepeatedPtrField<v1::Draw> DrawsOf(const v1::Entry& redemption,
                                                     const rows::ReversalRow* reversal) {
  google::protobuf::RepeatedPtrField<v1::Draw> draws;
  for (const v1::Posting& posting : redemption.event().postings()) {
    if (posting.from().kind() != v1::ACCOUNT_KIND_CREDIT) continue;
    v1::Draw* draw = draws.Add();
    draw->set_voucher_id(posting.from().sub());
    draw->set_amount_fen(posting.amount_fen());
    if (reversal == nullptr) continue;
    for (const rows::ReversalRow::Part& part : reversal->parts()) {
      if (part.voucher() == draw->voucher_id()) draw->set_reversed_fen(part.fen());
    }
  }
  return draws;
}

}  // namespace voucher
