// Lists that come in pages, read to their end.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clients/cpp/client.h"

namespace voucher::cli {

// Ledger sequences that the pages of one reading stand for.
struct ReadSpan {
  uint64_t first = 0;  // 0 before the first page
  uint64_t last = 0;

  void Add(uint64_t sequence) {
    first = first == 0 ? sequence : std::min(first, sequence);
    last = std::max(last, sequence);
  }
};

// Calls `on_page` with each page of a List RPC, from the first to the last. Returns the first
// error.
template <typename Request, typename Response, typename OnPage>
absl::Status ReadPages(absl::StatusOr<Response> (client::Client::*list)(const Request&,
                                                                        const client::CallOptions&)
                           const,
                       Request request, const client::Client& client, const OnPage& on_page,
                       const client::CallOptions& call = {}) {
  constexpr int kRowsPerPage = 1'000;
  request.set_page_size(kRowsPerPage);
  do {
    const absl::StatusOr<Response> page = (client.*list)(request, call);
    if (!page.ok()) return page.status();
    on_page(*page);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace voucher::cli
