#pragma once

#include <type_traits>
#include <utility>

#include "absl/strings/string_view.h"

#include "ledger/base/check.h"
#include "ledger/validation/compiled_rules.h"

namespace voucher {

// Rows as bytes: protobuf rows as their serialisation, compiled rules as the serialised
// ProgramRules.

// What is serialised for a row.
template <class Row>
const Row& RowMessage(const Row& row) {
  return row;
}
inline const v1::ProgramRules& RowMessage(const CompiledRules& row) {
  return row.rules();
}

// The row behind bytes of table T; aborts if they are none.
template <class T>
typename T::Row DecodeRow(absl::string_view bytes) {
  std::decay_t<decltype(RowMessage(std::declval<const typename T::Row&>()))> message;
  VOUCHER_CHECK(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
      << "undecodable row in table " << int{T::kId};
  return typename T::Row(std::move(message));
}

}  // namespace voucher
