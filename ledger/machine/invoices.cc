#include "ledger/machine/invoices.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"

#include "ledger/base/invoice.h"
#include "ledger/base/money.h"
#include "ledger/machine/application_states.h"
#include "ledger/machine/worlds.h"

namespace voucher {
namespace {

std::vector<std::string> KeysOf(const v1::Invoice& invoice) {
  return *InvoiceKeys(invoice.code(), invoice.number(), invoice.digital_number());
}

uint64_t ProviderNumber(const View& view, const std::string& provider_id) {
  const rows::NumberRow* number = view.Find<tables::ProviderNumbers>({provider_id});
  return number != nullptr ? number->number() : 0;
}

tables::Orders::Key OrderKey(World world, const rows::BilledOrderRow& order) {
  return {Key(world), order.provider(), order.order_number()};
}

// As it stands; empty if nobody redeemed or claimed it.
rows::OrderRow OrderOf(const View& view, const tables::Orders::Key& key) {
  const rows::OrderRow* found = view.Find<tables::Orders>(key);
  return found != nullptr ? *found : rows::OrderRow();
}

std::optional<v1::Refusal> RefuseIfOrderClaimed(const rows::OrderRow& order,
                                                const std::string& order_number, uint64_t self) {
  if (order.application() == 0 || order.application() == self) return std::nullopt;
  return MakeRefusal(v1::REASON_ORDER_ALREADY_CLAIMED, {}, order_number,
                     {{"application_id", static_cast<int64_t>(order.application())}});
}

std::optional<v1::Refusal> RefuseIfInvoiceClaimed(const Context& context, World world,
                                                  const std::string& key, uint64_t self) {
  const rows::NumberRow* claim = context.view.Find<tables::Invoices>({Key(world), key});
  if (claim == nullptr || claim->number() == self) return std::nullopt;
  return MakeRefusal(v1::REASON_INVOICE_ALREADY_CLAIMED, {}, key,
                     {{"application_id", static_cast<int64_t>(claim->number())}});
}

}  // namespace

int64_t CreditPaidFen(const View& view, World world, const v1::BilledOrder& order) {
  const rows::OrderRow row =
      OrderOf(view, {Key(world), ProviderNumber(view, order.provider_id()), order.order_number()});
  int64_t paid_fen = row.redeemed_fen();
  const rows::ReversalRow* reversal =
      row.redemption() != 0 ? view.Find<tables::Reversals>({row.redemption()}) : nullptr;
  if (reversal == nullptr) return paid_fen;
  for (const rows::ReversalRow::Part& part : reversal->parts()) paid_fen -= part.fen();
  return paid_fen;
}

std::optional<v1::Refusal> RefuseIfBillerUnknown(const Context& context,
                                                 const v1::Evidence& evidence) {
  for (const v1::Invoice& invoice : evidence.invoices()) {
    if (!invoice.has_order() || context.FindProvider(invoice.order().provider_id())) continue;
    return MakeRefusal(v1::REASON_PROVIDER_NOT_FOUND, {}, invoice.order().provider_id());
  }
  return std::nullopt;
}

std::optional<v1::Refusal> RefuseIfOrdersClaimed(const Context& context, World world,
                                                 const v1::Evidence& evidence, uint64_t self) {
  for (const v1::Invoice& invoice : evidence.invoices()) {
    if (!invoice.has_order()) continue;
    const v1::BilledOrder& order = invoice.order();
    const uint64_t provider = ProviderNumber(context.view, order.provider_id());
    const rows::OrderRow row = OrderOf(context.view, {Key(world), provider, order.order_number()});
    if (auto refusal = RefuseIfOrderClaimed(row, order.order_number(), self)) {
      return refusal;
    }
  }
  return std::nullopt;
}

std::optional<v1::Refusal> RefuseIfInvoicesClaimed(const Context& context, World world,
                                                   const v1::Evidence& evidence, uint64_t self) {
  for (const v1::Invoice& invoice : evidence.invoices()) {
    for (const std::string& key : KeysOf(invoice)) {
      if (auto refusal = RefuseIfInvoiceClaimed(context, world, key, self)) return refusal;
    }
  }
  return std::nullopt;
}

std::optional<v1::Refusal> RefuseIfOrdersClaimed(const Context& context,
                                                 const rows::ApplicationRow& application) {
  const World world = WorldOf(context.view, application.program());
  for (const rows::BilledOrderRow& order : application.orders()) {
    const uint64_t redemption = OrderOf(context.view, OrderKey(world, order)).redemption();
    if (redemption <= application.submitted_sequence()) continue;
    return MakeRefusal(v1::REASON_ORDER_ALREADY_REDEEMED, {}, order.order_number(),
                       {{"redemption_id", static_cast<int64_t>(redemption)}});
  }
  for (const rows::BilledOrderRow& order : application.orders()) {
    const rows::OrderRow row = OrderOf(context.view, OrderKey(world, order));
    if (auto refusal = RefuseIfOrderClaimed(row, order.order_number(), 0)) {
      return refusal;
    }
  }
  return std::nullopt;
}

std::optional<v1::Refusal> RefuseIfInvoicesClaimed(const Context& context,
                                                   const rows::ApplicationRow& application) {
  const World world = WorldOf(context.view, application.program());
  for (const std::string& key : application.invoice_keys()) {
    if (auto refusal = RefuseIfInvoiceClaimed(context, world, key, 0)) return refusal;
  }
  return std::nullopt;
}

void KeepEvidence(const View& view, const v1::Evidence& evidence, rows::ApplicationRow* row) {
  row->clear_invoice_keys();
  row->clear_orders();
  for (const v1::Invoice& invoice : evidence.invoices()) {
    for (std::string& key : KeysOf(invoice)) row->add_invoice_keys(std::move(key));
    if (!invoice.has_order()) continue;
    const uint64_t provider = ProviderNumber(view, invoice.order().provider_id());
    const std::string& number = invoice.order().order_number();
    const bool kept = absl::c_any_of(row->orders(), [&](const rows::BilledOrderRow& order) {
      return order.provider() == provider && order.order_number() == number;
    });
    if (kept) continue;
    rows::BilledOrderRow* order = row->add_orders();
    order->set_provider(provider);
    order->set_order_number(number);
  }
}

void ClaimEvidence(uint64_t application_id, const rows::ApplicationRow& row, EditableRows* rows) {
  const World world = WorldOfNumber(application_id);
  for (const std::string& key : row.invoice_keys()) {
    rows->PutNumber<tables::Invoices>({Key(world), key}, application_id);
  }
  for (const rows::BilledOrderRow& billed : row.orders()) {
    const tables::Orders::Key key = OrderKey(world, billed);
    rows::OrderRow order = OrderOf(*rows, key);
    order.set_application(application_id);
    rows->Put<tables::Orders>(key, std::move(order));
  }
}

void FreeEvidence(uint64_t application_id, const rows::ApplicationRow& row, EditableRows* rows) {
  const World world = WorldOfNumber(application_id);
  for (const std::string& key : row.invoice_keys()) {
    rows->Erase<tables::Invoices>({Key(world), key});
  }
  for (const rows::BilledOrderRow& billed : row.orders()) {
    const tables::Orders::Key key = OrderKey(world, billed);
    rows::OrderRow order = OrderOf(*rows, key);
    if (order.redemption() == 0) {
      rows->Erase<tables::Orders>(key);
    } else {
      order.clear_application();
      rows->Put<tables::Orders>(key, std::move(order));
    }
  }
}

void ReplaceEvidence(uint64_t application_id, const v1::Evidence& evidence, EditableRows* rows) {
  rows::ApplicationRow& row = rows->Edit<tables::Applications>({application_id});
  FreeEvidence(application_id, row, rows);
  KeepEvidence(*rows, evidence, &row);
  ClaimEvidence(application_id, row, rows);
}

}  // namespace voucher
