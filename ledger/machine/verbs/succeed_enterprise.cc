#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

// Whether the enterprise that `uscc` names now takes a code that is its own already: the one that
// it has, so that its name alone changes, or one that it had, which takes a succession back that
// was booked wrong.
bool IsOwn(const rows::EnterpriseRow& enterprise, const v1::SucceedEnterpriseRequest& request) {
  if (request.new_uscc() == request.uscc()) return true;
  return request.uscc() == enterprise.facts().uscc() &&
         absl::c_linear_search(enterprise.former_usccs(), request.new_uscc());
}

}  // namespace

Decision Decide(Context* context, const v1::SucceedEnterpriseRequest& request) {
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  if (!IsOwn(*enterprise->row, request) && context->FindEnterprise(request.new_uscc())) {
    return MakeRefusal(v1::REASON_ALREADY_REGISTERED, {}, request.new_uscc());
  }
  if (auto refusal = RefuseIfSucceeded(*enterprise->row, request.uscc())) return *refusal;

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_enterprise_succeeded()->set_enterprise_number(enterprise->number);
  return event;
}

void Evolve(const v1::Entry&, const v1::SucceedEnterpriseRequest& request,
            const v1::EnterpriseSucceeded& event, EditableRows* rows) {
  rows::EnterpriseRow& row = rows->Edit<tables::Enterprises>({event.enterprise_number()});
  v1::EnterpriseFacts* facts = row.mutable_facts();
  if (!request.new_name().empty()) facts->set_name(request.new_name());
  if (request.new_uscc() == request.uscc()) return;
  // Every code that it has or had goes on naming it; the one that it has is no former one.
  auto& former = *row.mutable_former_usccs();
  former.erase(std::remove(former.begin(), former.end(), request.new_uscc()), former.end());
  row.add_former_usccs(facts->uscc());
  facts->set_uscc(request.new_uscc());
  facts->set_uscc_check_waived(false);
  rows->PutNumber<tables::EnterpriseNumbers>({request.new_uscc()}, event.enterprise_number());
}

}  // namespace voucher
