// Integers as big-endian bytes, so that the order of keys is the order of numbers.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace voucher {
namespace big_endian_internal {

// One way from the machine's order to big-endian and back: a whole number at a time, since one that
// is written byte by byte cannot be read whole at once.
template <typename T>
T Swapped(T value) {
  static_assert(std::endian::native == std::endian::little && (sizeof(T) == 4 || sizeof(T) == 8));
  if constexpr (sizeof(T) == 4) {
    return __builtin_bswap32(value);
  } else {
    return __builtin_bswap64(value);
  }
}

template <typename T>
void Append(T value, std::string* out) {
  value = Swapped(value);
  out->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

template <typename T>
std::optional<T> Take(absl::string_view* in) {
  if (in->size() < sizeof(T)) return std::nullopt;
  T value;
  memcpy(&value, in->data(), sizeof(T));
  in->remove_prefix(sizeof(T));
  return Swapped(value);
}

inline constexpr uint64_t kSignBit = uint64_t{1} << 63;

}  // namespace big_endian_internal

// Appends 4 bytes.
inline void AppendU32(uint32_t value, std::string* out) {
  big_endian_internal::Append(value, out);
}

// Appends 8 bytes.
inline void AppendU64(uint64_t value, std::string* out) {
  big_endian_internal::Append(value, out);
}

// Appends 8 bytes with the sign bit flipped: negative numbers sort before positive ones.
inline void AppendI64(int64_t value, std::string* out) {
  big_endian_internal::Append(static_cast<uint64_t>(value) ^ big_endian_internal::kSignBit, out);
}

// The Take functions decode the front of `in` and remove it; nullopt, leaving `in` as it was, if
// there are too few bytes.
inline std::optional<uint32_t> TakeU32(absl::string_view* in) {
  return big_endian_internal::Take<uint32_t>(in);
}

inline std::optional<uint64_t> TakeU64(absl::string_view* in) {
  return big_endian_internal::Take<uint64_t>(in);
}

// Undoes AppendI64.
inline std::optional<int64_t> TakeI64(absl::string_view* in) {
  const std::optional<uint64_t> flipped = TakeU64(in);
  if (!flipped) return std::nullopt;
  return static_cast<int64_t>(*flipped ^ big_endian_internal::kSignBit);
}

}  // namespace voucher
