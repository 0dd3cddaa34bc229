#include "ledger/query/paging.h"

#include "ledger/base/big_endian.h"
#include "ledger/base/check.h"
#include "ledger/base/sha256.h"
#include "ledger/validation/bad_field.h"
#include "ledger/validation/limits.h"

namespace voucher::query {
namespace {

constexpr absl::string_view kField = "page_token";
constexpr size_t kDigestSize = 8;

std::string Digest(absl::string_view filters, absl::string_view position) {
  const Hash of_filters = Sha256Of({filters});
  const Hash both = Sha256Of({AsBytes(of_filters), position});
  return std::string(AsBytes(both).substr(0, kDigestSize));
}

}  // namespace

size_t RowsWanted(int32_t page_size) {
  VOUCHER_CHECK(page_size >= 0 && page_size <= kMaxPageRows) << page_size;
  return static_cast<size_t>(page_size == 0 ? kDefaultPageRows : page_size);
}

std::string MakeToken(absl::string_view filters, absl::string_view position) {
  return ToHex(absl::StrCat(Digest(filters, position), position));
}

absl::StatusOr<std::string> ReadToken(absl::string_view filters, absl::string_view token) {
  const std::optional<std::string> bytes = FromHex(token);
  if (bytes && bytes->size() >= kDigestSize) {
    const absl::string_view digest = absl::string_view(*bytes).substr(0, kDigestSize);
    const absl::string_view position = absl::string_view(*bytes).substr(kDigestSize);
    if (digest == Digest(filters, position)) return std::string(position);
  }
  return BadFieldError(kField,
                       "is not a next_page_token of this list with these filters; repeat the "
                       "filters of the page before, or leave it empty for the first page");
}

absl::Status AlteredToken() {
  return BadFieldError(kField, "was altered; leave it empty to start again");
}

std::string MakeNumberToken(absl::string_view filters, uint64_t last) {
  std::string position;
  AppendU64(last, &position);
  return MakeToken(filters, position);
}

absl::StatusOr<uint64_t> ReadNumberToken(absl::string_view filters, absl::string_view token) {
  if (token.empty()) return 0;
  VOUCHER_ASSIGN_OR_RETURN(const std::string position, ReadToken(filters, token));
  absl::string_view rest = position;
  const std::optional<uint64_t> last = TakeU64(&rest);
  if (!last || !rest.empty()) return AlteredToken();
  return *last;
}

std::optional<uint64_t> WalkNumbers(uint64_t after, uint64_t last, size_t wanted,
                                    absl::FunctionRef<bool(uint64_t)> show) {
  size_t shown = 0;
  size_t examined = 0;
  for (uint64_t number = after; number < last;) {
    if (shown == wanted || examined == kMaxExamined) return number;
    ++examined;
    if (show(++number)) ++shown;
  }
  return std::nullopt;
}

}  // namespace voucher::query
