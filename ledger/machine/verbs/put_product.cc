#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::PutProductRequest& request) {
  const v1::Product& product = request.product();
  const auto program = context->FindProgram(product.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, product.program_id());
  for (const std::string& item_id : product.item_ids()) {
    if (program->rules->FindItem(item_id) == nullptr) {
      return MakeRefusal(v1::REASON_ITEM_NOT_FOUND, {}, item_id);
    }
  }
  const auto provider = context->FindProvider(product.provider_id());
  if (!provider) return MakeRefusal(v1::REASON_PROVIDER_NOT_FOUND, {}, product.provider_id());

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ProductPut* put = event.mutable_product_put();
  put->set_provider_number(provider->number);
  put->set_created(context->view.Find<tables::Products>(
                       {program->number, provider->number, product.product_id()}) == nullptr);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::PutProductRequest& request,
            const v1::ProductPut& event, EditableRows* rows) {
  *rows->Edit<tables::Products>(
           {entry.program(), event.provider_number(), request.product().product_id()})
       .mutable_product() = request.product();
}

}  // namespace voucher
