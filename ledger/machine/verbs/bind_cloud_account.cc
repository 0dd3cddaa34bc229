#include "ledger/machine/verbs.h"
#include "ledger/machine/worlds.h"

namespace voucher {

namespace {

World WorldOf(const v1::BindCloudAccountRequest& request) {
  return request.sandbox() ? World::kSandbox : World::kReal;
}

}  // namespace

Decision Decide(Context* context, const v1::BindCloudAccountRequest& request) {
  if (context->HasRole(v1::ROLE_PROVIDER) &&
      context->authority.provider_id() != request.provider_id()) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, request.provider_id());
  }
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  const auto provider = context->FindProvider(request.provider_id());
  if (!provider) return MakeRefusal(v1::REASON_PROVIDER_NOT_FOUND, {}, request.provider_id());
  const World world = WorldOf(request);
  const rows::NumberRow* bound = context->view.Find<tables::AccountNumbers>(
      {Key(world), provider->number, request.account_number()});
  if (bound != nullptr) {
    const rows::AccountRow* account = context->view.Find<tables::CloudAccounts>({bound->number()});
    return MakeRefusal(account->enterprise() == enterprise->number ? v1::REASON_ALREADY_REGISTERED
                                                                   : v1::REASON_NON_TRANSFERABLE,
                       {}, request.account_number(),
                       {{"account_id", static_cast<int64_t>(bound->number())}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::CloudAccountBound* account = event.mutable_cloud_account_bound();
  account->set_account_id(NextNumber(*context, world, &rows::DenseNumbers::account));
  account->set_enterprise_number(enterprise->number);
  account->set_provider_number(provider->number);
  return event;
}

void Evolve(const v1::Entry&, const v1::BindCloudAccountRequest& request,
            const v1::CloudAccountBound& event, EditableRows* rows) {
  KeepNumber(event.account_id(), &rows::DenseNumbers::set_account, rows);
  rows->PutNumber<tables::AccountNumbers>(
      {Key(WorldOf(request)), event.provider_number(), request.account_number()},
      event.account_id());
  rows::AccountRow& account = rows->Edit<tables::CloudAccounts>({event.account_id()});
  account.set_provider(event.provider_number());
  account.set_account_number(request.account_number());
  account.set_enterprise(event.enterprise_number());
  account.set_sandbox(request.sandbox());
}

}  // namespace voucher
