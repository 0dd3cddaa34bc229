#pragma once

#include <cstddef>

#include "voucher/journal/v1/rows.pb.h"

namespace voucher {

// Fetching the memory of rows before it is needed, in three steps, each of which needs what the one
// before fetched: the row, where the elements of its list lie, and the first of them. A row's list
// is here the one that redemptions use.
//
// Inlined always: a function that does nothing but fetch has no effect for the compiler, which
// leaves calls of it out.

template <class Row>
[[gnu::always_inline]] inline void FetchRow(const Row& row) {
  constexpr size_t kCacheLine = 64;
  const char* const bytes = reinterpret_cast<const char*>(&row);
  for (size_t at = 0; at < sizeof(Row); at += kCacheLine) __builtin_prefetch(bytes + at);
}

template <class Row>
inline constexpr bool kHasLists = false;
template <>
inline constexpr bool kHasLists<journal::v1::AccountRow> = true;
template <>
inline constexpr bool kHasLists<journal::v1::VoucherRow> = true;

[[gnu::always_inline]] inline const auto& ListOf(const journal::v1::AccountRow& account) {
  return account.credits();
}
[[gnu::always_inline]] inline const auto& ListOf(const journal::v1::VoucherRow& voucher) {
  return voucher.claims();
}

template <class Row>
[[gnu::always_inline]] inline void FetchList(const Row& row) {
  if constexpr (kHasLists<Row>) __builtin_prefetch(ListOf(row).data());
}
// What applications are judged by.
[[gnu::always_inline]] inline void FetchList(const journal::v1::EnterpriseRow& enterprise) {
  __builtin_prefetch(&enterprise.facts());
}
template <class Row>
[[gnu::always_inline]] inline void FetchElement(const Row& row) {
  if constexpr (kHasLists<Row>) {
    if (!ListOf(row).empty()) FetchRow(ListOf(row)[0]);
  }
}

}  // namespace voucher
