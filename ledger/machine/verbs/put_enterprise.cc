#include "google/protobuf/util/message_differencer.h"

#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::PutEnterpriseRequest& request) {
  const auto before = context->FindEnterprise(request.facts().uscc());
  if (before) {
    if (auto refusal = RefuseIfSucceeded(*before->row, request.facts().uscc())) return *refusal;
  }
  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::EnterprisePut* put = event.mutable_enterprise_put();
  put->set_enterprise_number(before ? before->number : context->counters().enterprise() + 1);
  put->set_created(!before);
  put->set_unchanged(before && google::protobuf::util::MessageDifferencer::Equals(
                                   before->row->facts(), request.facts()));
  return event;
}

void Evolve(const v1::Entry&, const v1::PutEnterpriseRequest& request,
            const v1::EnterprisePut& event, EditableRows* rows) {
  if (event.unchanged()) return;
  const uint64_t number = event.enterprise_number();
  if (event.created()) {
    rows->PutNumber<tables::EnterpriseNumbers>({request.facts().uscc()}, number);
    rows->Edit<tables::Counters>({}).set_enterprise(number);
  }
  *rows->Edit<tables::Enterprises>({number}).mutable_facts() = request.facts();
}

}  // namespace voucher
