// Pages of lists: sizes, opaque tokens, bounded walks over indexes.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "ledger/base/status_macros.h"
#include "ledger/state/view.h"

namespace voucher::query {

// Rows looked at for one page at most, shown or skipped.
inline constexpr size_t kMaxExamined = 10'000;

// Rows wanted by a well-formed request: kDefaultPageRows for 0.
size_t RowsWanted(int32_t page_size);

// Bytes that name a list and its filters: the request without its page fields. A token is bound to
// them.
template <class Request>
std::string FiltersOf(Request request) {
  request.clear_page_size();
  request.clear_page_token();
  request.clear_min_sequence();
  return absl::StrCat(Request::descriptor()->full_name(), " ", request.SerializeAsString());
}

// token := hexadecimal of (digest:8 bytes, position)
//
// `position` says where the next page begins, in bytes that belong to the list. The digest covers
// filters and position.
std::string MakeToken(absl::string_view filters, absl::string_view position);

// The position in a token. INVALID_ARGUMENT for page_token unless MakeToken made it with the same
// filters.
absl::StatusOr<std::string> ReadToken(absl::string_view filters, absl::string_view token);

// The answer to a token with the right digest whose position was never given out. INVALID_ARGUMENT.
absl::Status AlteredToken();

// The same for lists whose position is the number of the last row looked at; 0 for an empty token.
std::string MakeNumberToken(absl::string_view filters, uint64_t last);
absl::StatusOr<uint64_t> ReadNumberToken(absl::string_view filters, absl::string_view token);

// Walks rows after + 1, after + 2, … up to `last`, until `wanted` are shown. `show` takes a number
// and returns whether it was shown. Returns the last number looked at, or nullopt at the end of the
// rows. `after` may be any number: whoever forges a token chooses it.
std::optional<uint64_t> WalkNumbers(uint64_t after, uint64_t last, size_t wanted,
                                    absl::FunctionRef<bool(uint64_t)> show);

// Walks the rows of index T under (owner, number), numbers above `after`, in the same manner.
template <class T, class Owner>
std::optional<uint64_t> WalkIndex(const View& view, Owner owner, uint64_t after, size_t wanted,
                                  absl::FunctionRef<bool(uint64_t, const typename T::Row&)> show) {
  static_assert(T::kOrdered);
  uint64_t last = after;
  size_t shown = 0;
  size_t examined = 0;
  bool more = false;
  if (after == std::numeric_limits<uint64_t>::max()) return std::nullopt;
  view.Scan<T>({owner, after + 1}, {owner + 1, 0},
               [&](const typename T::Key& key, const typename T::Row& row) {
                 more = shown == wanted || examined == kMaxExamined;
                 if (more) return false;
                 ++examined;
                 last = std::get<1>(key);
                 if (show(last, row)) ++shown;
                 return true;
               });
  if (!more) return std::nullopt;
  return last;
}

// Everything a list by numbers needs of its request.
struct NumberPage {
  size_t wanted = 0;
  // Rows that follow this number in the list are wanted; 0: from its beginning.
  uint64_t after = 0;
  std::string filters;

  // Writes the token of the next page, if there is one.
  template <class Response>
  void Finish(std::optional<uint64_t> last, Response* response) const {
    if (last) response->set_next_page_token(MakeNumberToken(filters, *last));
  }
};

// Reads the page fields of a request. INVALID_ARGUMENT as above.
template <class Request>
absl::StatusOr<NumberPage> ReadNumberPage(const Request& request) {
  NumberPage page;
  page.wanted = RowsWanted(request.page_size());
  page.filters = FiltersOf(request);
  VOUCHER_ASSIGN_OR_RETURN(page.after, ReadNumberToken(page.filters, request.page_token()));
  return page;
}

}  // namespace voucher::query
