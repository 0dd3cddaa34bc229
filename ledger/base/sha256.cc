#include "ledger/base/sha256.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include <openssl/evp.h>

#include "ledger/base/check.h"

namespace voucher {
namespace {

// Fetched once for the process: a fetch costs more than a short hash. OpenSSL frees it at exit.
const EVP_MD* FetchedSha256() {
  static const EVP_MD* const kDigest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  VOUCHER_CHECK(kDigest != nullptr) << "OpenSSL has no SHA-256";
  return kDigest;
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();

  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }

  void Start() {
    VOUCHER_CHECK(EVP_DigestInit_ex2(evp, FetchedSha256(), nullptr) == 1) << "SHA-256 init";
  }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  VOUCHER_CHECK(context_->evp != nullptr) << "out of memory";
  context_->Start();
}

Sha256::~Sha256() = default;

void Sha256::Update(absl::string_view bytes) {
  VOUCHER_CHECK(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1)
      << "SHA-256 update";
}

Hash Sha256::Finish() {
  Hash hash;
  unsigned int size = 0;
  VOUCHER_CHECK(EVP_DigestFinal_ex(context_->evp, hash.data(), &size) == 1 && size == kHashSize)
      << "SHA-256 final";
  context_->Start();
  return hash;
}

Hash Sha256Of(std::initializer_list<absl::string_view> pieces) {
  thread_local Sha256 sha256;
  for (const absl::string_view piece : pieces) sha256.Update(piece);
  return sha256.Finish();
}

absl::string_view AsBytes(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::optional<Hash> HashFromBytes(absl::string_view bytes) {
  if (bytes.size() != kHashSize) return std::nullopt;
  Hash hash;
  std::transform(bytes.begin(), bytes.end(), hash.begin(),
                 [](char c) { return static_cast<uint8_t>(c); });
  return hash;
}

std::string ToHex(absl::string_view bytes) {
  return absl::BytesToHexString(bytes);
}

std::optional<std::string> FromHex(absl::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  for (const char c : hex) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return std::nullopt;
  }
  return absl::HexStringToBytes(hex);
}

}  // namespace voucher
