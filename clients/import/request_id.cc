#include "clients/import/request_id.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include <openssl/evp.h>

namespace voucher::client {
namespace {

std::string Sha256Hex(absl::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  // Fails only if OpenSSL has no SHA-256 or no memory; an empty hash is then caught by the server,
  // which finds ids used for other requests.
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

}  // namespace

ImportRequestIds::ImportRequestIds(absl::string_view kind, absl::string_view program_id,
                                   absl::string_view content)
    : prefix_(Sha256Hex(absl::StrCat(kind, "\n", program_id, "\n", content)).substr(0, 16)) {}

std::string ImportRequestIds::For(absl::string_view row_key) const {
  const bool printable = std::all_of(row_key.begin(), row_key.end(), [](char c) {
    return absl::ascii_isprint(static_cast<unsigned char>(c));
  });
  const std::string id = absl::StrCat(prefix_, "/", row_key);
  if (printable && id.size() <= 64) return id;
  return absl::StrCat(prefix_, "#", Sha256Hex(row_key).substr(0, 32));
}

}  // namespace voucher::client
