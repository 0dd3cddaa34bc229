#include "absl/algorithm/container.h"

#include "ledger/machine/verbs.h"

namespace voucher {
namespace {

// Approvals of one product; the newest is in the product's own fields.
constexpr int kMaxApprovals = 32;

template <typename Approval>
bool BeginsLike(const Approval& approval, const v1::Product& product) {
  return FromCivilDate(approval.effective_from()) == FromCivilDate(product.effective_from());
}

// Whether it approves what the product that is put does.
template <typename Approval>
bool ApprovesLike(const Approval& approval, const v1::Product& product) {
  return BeginsLike(approval, product) && approval.category() == product.category() &&
         absl::c_equal(approval.item_ids(), product.item_ids()) &&
         approval.has_effective_until() == product.has_effective_until() &&
         FromCivilDate(approval.effective_until()) == FromCivilDate(product.effective_until());
}

// From one of v1::Product and v1::Approval to the other.
template <typename From, typename To>
void CopyApproval(const From& from, To* to) {
  *to->mutable_item_ids() = from.item_ids();
  to->set_category(from.category());
  *to->mutable_effective_from() = from.effective_from();
  to->clear_effective_until();
  if (from.has_effective_until()) *to->mutable_effective_until() = from.effective_until();
}

bool StandsSo(const v1::Product& standing, const v1::Product& product) {
  return standing.name() == product.name() &&
         (ApprovesLike(standing, product) ||
          absl::c_any_of(standing.earlier(), [&](const v1::Approval& earlier) {
            return ApprovesLike(earlier, product);
          }));
}

// Whether an approval that begins on the same day stands, which this one corrects.
bool Corrects(const v1::Product& standing, const v1::Product& product) {
  return BeginsLike(standing, product) ||
         absl::c_any_of(standing.earlier(),
                        [&](const v1::Approval& earlier) { return BeginsLike(earlier, product); });
}

}  // namespace

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
  const rows::ProductRow* row = context->view.Find<tables::Products>(
      {program->number, provider->number, product.product_id()});
  if (row != nullptr && row->product().earlier_size() + 1 >= kMaxApprovals &&
      !Corrects(row->product(), product)) {
    return NotInThisState("product with as many approvals as it can have", "产品的批准记录已达上限",
                          {}, {{"approvals", row->product().earlier_size() + 1}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ProductPut* put = event.mutable_product_put();
  put->set_provider_number(provider->number);
  put->set_created(row == nullptr);
  put->set_unchanged(row != nullptr && StandsSo(row->product(), product));
  return event;
}

void Evolve(const v1::Entry& entry, const v1::PutProductRequest& request,
            const v1::ProductPut& event, EditableRows* rows) {
  if (event.unchanged()) return;
  const v1::Product& put = request.product();
  v1::Product& product =
      *rows->Edit<tables::Products>({entry.program(), event.provider_number(), put.product_id()})
           .mutable_product();
  if (event.created()) {
    product = put;
    return;
  }
  product.set_name(put.name());
  for (v1::Approval& earlier : *product.mutable_earlier()) {
    if (BeginsLike(earlier, put)) return CopyApproval(put, &earlier);
  }
  if (!BeginsLike(product, put)) CopyApproval(product, product.add_earlier());
  CopyApproval(put, &product);
}

}  // namespace voucher
