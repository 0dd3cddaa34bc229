// SHA-256 through OpenSSL, and hexadecimal text of bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace voucher {

inline constexpr size_t kHashSize = 32;

// A SHA-256 hash.
using Hash = std::array<uint8_t, kHashSize>;

// An incremental SHA-256 that can be used again and again. Not thread-safe. Make one and keep it:
// creating it costs several times a short hash.
//
//   Sha256 sha256;
//   sha256.Update("abc");
//   Hash hash = sha256.Finish();   // Ready for the next message.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  // Appends to the current message.
  void Update(absl::string_view bytes);

  // Hash of everything since construction or the last Finish; starts a new message.
  Hash Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Hash of the pieces one after another, with a context of the calling thread.
Hash Sha256Of(std::initializer_list<absl::string_view> pieces);

// The 32 bytes of a hash as a view; valid as long as the hash.
absl::string_view AsBytes(const Hash& hash);

// The hash in exactly 32 bytes; nullopt for any other size.
std::optional<Hash> HashFromBytes(absl::string_view bytes);

// Lower-case hexadecimal digits of bytes.
std::string ToHex(absl::string_view bytes);

// Bytes of hexadecimal digits of either case; nullopt for an odd count or another character.
std::optional<std::string> FromHex(absl::string_view hex);

}  // namespace voucher
