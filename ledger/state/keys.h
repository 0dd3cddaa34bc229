#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>

#include "absl/strings/string_view.h"

#include "ledger/base/big_endian.h"
#include "ledger/base/check.h"

namespace voucher {

// Keys of view rows are tuples of u8, u32, u64, i64 and strings. Their bytes sort as the tuples do:
//
//   key     := table:u8 element*
//   element := u8 | u32 | u64           big-endian
//            | i64                      big-endian with the sign bit flipped
//            | string NUL               not the last element; the text holds no NUL
//            | string                   the last element, any bytes

namespace key_bytes {

inline void Append(uint8_t v, bool, std::string* out) {
  out->push_back(static_cast<char>(v));
}
inline void Append(uint32_t v, bool, std::string* out) {
  AppendU32(v, out);
}
inline void Append(uint64_t v, bool, std::string* out) {
  AppendU64(v, out);
}
inline void Append(int64_t v, bool, std::string* out) {
  AppendI64(v, out);
}
inline void Append(absl::string_view v, bool last, std::string* out) {
  out->append(v.data(), v.size());
  if (!last) out->push_back('\0');
}

inline void Take(absl::string_view* in, bool, uint8_t* v) {
  VOUCHER_CHECK(!in->empty()) << "short key";
  *v = static_cast<uint8_t>(in->front());
  in->remove_prefix(1);
}
inline void Take(absl::string_view* in, bool, uint32_t* v) {
  *v = TakeU32(in).value();
}
inline void Take(absl::string_view* in, bool, uint64_t* v) {
  *v = TakeU64(in).value();
}
inline void Take(absl::string_view* in, bool, int64_t* v) {
  *v = TakeI64(in).value();
}
inline void Take(absl::string_view* in, bool last, std::string* v) {
  const size_t end = last ? in->size() : in->find('\0');
  v->assign(in->data(), end);
  in->remove_prefix(last ? end : end + 1);
}

}  // namespace key_bytes

// A key that has its strings elsewhere.
template <class Key>
struct RefersTo;
template <class... E>
struct RefersTo<std::tuple<E...>> {
  using Type =
      std::tuple<std::conditional_t<std::is_same_v<E, std::string>, absl::string_view, E>...>;
};
template <class Key>
using KeyRef = typename RefersTo<Key>::Type;

// Replaces *out by the bytes of `key` in table `table`.
template <class... E>
void EncodeKey(uint8_t table, const std::tuple<E...>& key, std::string* out) {
  out->assign(1, static_cast<char>(table));
  size_t left = sizeof...(E);
  std::apply([&](const E&... e) { (key_bytes::Append(e, --left == 0, out), ...); }, key);
}

// Bytes of `key` in table `table`.
template <class... E>
std::string EncodeKey(uint8_t table, const std::tuple<E...>& key) {
  std::string out;
  EncodeKey(table, key, &out);
  return out;
}

// The tuple behind bytes that EncodeKey made.
template <class Key>
Key DecodeKey(absl::string_view bytes) {
  bytes.remove_prefix(1);
  Key key;
  size_t left = std::tuple_size_v<Key>;
  std::apply([&](auto&... e) { (key_bytes::Take(&bytes, --left == 0, &e), ...); }, key);
  return key;
}

}  // namespace voucher
