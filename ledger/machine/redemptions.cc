#include "ledger/machine/redemptions.h"

#include "absl/algorithm/container.h"

#include "ledger/base/money.h"

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

void CountCore(uint32_t program, uint64_t enterprise, const std::string& category,
               int64_t delta_fen, EditableRows* rows) {
  auto* categories = rows->Edit<tables::Baskets>({program, enterprise}).mutable_categories();
  auto counted = absl::c_find_if(*categories, [&](const rows::BasketRow::Category& one) {
    return one.category() == category;
  });
  if (counted == categories->end()) {
    categories->Add()->set_category(category);
    counted = categories->end() - 1;
  }
  counted->set_fen(CheckedAddFen(counted->fen(), delta_fen));
  if (counted->fen() == 0) categories->erase(counted);
}

}  // namespace voucher
