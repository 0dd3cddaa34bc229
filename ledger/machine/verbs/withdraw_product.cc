#include <algorithm>
#include <optional>

#include "ledger/machine/verbs.h"

namespace voucher {
namespace {

template <typename Approval>
bool EndsLater(const Approval& approval, CivilDay last_day) {
  return !approval.has_effective_until() || last_day < *FromCivilDate(approval.effective_until());
}

// The last day of any of its approvals, if none of them lasts beyond `last_day`.
std::optional<CivilDay> EndBy(const v1::Product& product, CivilDay last_day) {
  if (EndsLater(product, last_day)) return std::nullopt;
  CivilDay end = *FromCivilDate(product.effective_until());
  for (const v1::Approval& earlier : product.earlier()) {
    if (EndsLater(earlier, last_day)) return std::nullopt;
    end = std::max(end, *FromCivilDate(earlier.effective_until()));
  }
  return end;
}

}  // namespace

Decision Decide(Context* context, const v1::WithdrawProductRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const auto provider = context->FindProvider(request.provider_id());
  if (!provider) return MakeRefusal(v1::REASON_PROVIDER_NOT_FOUND, {}, request.provider_id());
  const rows::ProductRow* row = context->view.Find<tables::Products>(
      {program->number, provider->number, request.product_id()});
  if (row == nullptr) return MakeRefusal(v1::REASON_PRODUCT_NOT_FOUND, {}, request.product_id());
  if (const auto end = EndBy(row->product(), *FromCivilDate(request.last_day()))) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, "effective until " + FormatIsoDate(*end));
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_product_withdrawn()->set_provider_number(provider->number);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::WithdrawProductRequest& request,
            const v1::ProductWithdrawn& event, EditableRows* rows) {
  v1::Product& product = *rows->Edit<tables::Products>(
                                  {entry.program(), event.provider_number(), request.product_id()})
                              .mutable_product();
  const CivilDay last_day = *FromCivilDate(request.last_day());
  if (EndsLater(product, last_day)) *product.mutable_effective_until() = request.last_day();
  for (v1::Approval& earlier : *product.mutable_earlier()) {
    if (EndsLater(earlier, last_day)) *earlier.mutable_effective_until() = request.last_day();
  }
}

}  // namespace voucher
