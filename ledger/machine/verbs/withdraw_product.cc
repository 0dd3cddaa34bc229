#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::WithdrawProductRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const auto provider = context->FindProvider(request.provider_id());
  if (!provider) return MakeRefusal(v1::REASON_PROVIDER_NOT_FOUND, {}, request.provider_id());
  const rows::ProductRow* row = context->view.Find<tables::Products>(
      {program->number, provider->number, request.product_id()});
  if (row == nullptr) return MakeRefusal(v1::REASON_PRODUCT_NOT_FOUND, {}, request.product_id());
  const v1::Product& product = row->product();
  if (product.has_effective_until() &&
      *FromCivilDate(product.effective_until()) <= *FromCivilDate(request.last_day())) {
    return MakeRefusal(
        v1::REASON_ILLEGAL_STATE, {},
        "effective until " + FormatIsoDate(*FromCivilDate(product.effective_until())));
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_product_withdrawn()->set_provider_number(provider->number);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::WithdrawProductRequest& request,
            const v1::ProductWithdrawn& event, EditableRows* rows) {
  *rows->Edit<tables::Products>({entry.program(), event.provider_number(), request.product_id()})
       .mutable_product()
       ->mutable_effective_until() = request.last_day();
}

}  // namespace voucher
