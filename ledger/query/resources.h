// Rows of the views as the resources of the API. A number that a row names must have its row in the
// same view (checked).
#pragma once

#include <cstdint>
#include <string>

#include "ledger/state/view.h"
#include "voucher/v1/application.pb.h"
#include "voucher/v1/credit.pb.h"
#include "voucher/v1/program.pb.h"
#include "voucher/v1/registry.pb.h"
#include "voucher/v1/registry_service.pb.h"

namespace voucher::query {

// The row at `key`, which is known to exist.
template <class T>
const typename T::Row& MustFind(const View& view, const typename T::Key& key) {
  const typename T::Row* row = view.Find<T>(key);
  VOUCHER_CHECK(row != nullptr) << "no row in table " << int{T::kId};
  return *row;
}

// The number behind a name in a table of numbers, or 0.
template <class T>
uint64_t NumberOf(const View& view, const typename T::Key& name) {
  const rows::NumberRow* row = view.Find<T>(name);
  return row == nullptr ? 0 : row->number();
}

uint64_t AsOf(const View& view);

// Names in the API.
const std::string& ProgramId(const View& view, uint32_t program);
const std::string& ProviderId(const View& view, uint64_t provider);
const std::string& Uscc(const View& view, uint64_t enterprise);
// Provider of an account, by number.
uint64_t ProviderOfAccount(const View& view, uint64_t account);

v1::Program ProgramResource(const View& view, uint32_t number);
// With what stands on the day of `now`.
v1::Enterprise EnterpriseResource(uint64_t number, const rows::EnterpriseRow& row, UnixNanos now);
v1::Provider ProviderResource(uint64_t number, const rows::ProviderRow& row);
v1::CloudAccount AccountResource(const View& view, uint64_t number, const rows::AccountRow& row);
v1::Application ApplicationResource(const View& view, uint64_t number,
                                    const rows::ApplicationRow& row);
v1::Notice NoticeResource(const View& view, uint64_t number, const rows::NoticeRow& row);
v1::ClusterStatus ClusterResource(const View& view, uint64_t number, const rows::ClusterRow& row);
v1::Voucher VoucherResource(const View& view, uint64_t number, const rows::VoucherRow& row);
v1::Transfer TransferResource(const View& view, uint64_t number, const rows::TransferRow& row);
// Of the entry that recorded it.
v1::Redemption RedemptionResource(const View& view, const v1::Entry& entry);
v1::CreditLot CreditLotResource(const View& view, const rows::CreditRow& row);

}  // namespace voucher::query
