// Ids that look as real ones do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace voucher::bench {

// A bijection of 64-bit numbers that looks random (splitmix64, Vigna, public domain), so ids made
// of it are unique.
inline uint64_t Mixed(uint64_t n) {
  n += 0x9e3779b97f4a7c15;
  n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9;
  n = (n ^ (n >> 27)) * 0x94d049bb133111eb;
  return n ^ (n >> 31);
}

// 16 hexadecimal digits.
inline void SetId(uint64_t n, std::string* id) {
  constexpr char kDigits[] = "0123456789abcdef";
  id->resize(16);
  for (size_t i = 0; i < 16; ++i) (*id)[i] = kDigits[(n >> (60 - 4 * i)) & 15];
}

// "CO" and 12 decimal digits: a provider numbers its orders one after another.
inline void SetOrderNumber(uint64_t n, std::string* number) {
  number->assign("CO000000000000");
  for (size_t i = number->size(); n > 0; n /= 10) (*number)[--i] = static_cast<char>('0' + n % 10);
}

}  // namespace voucher::bench
