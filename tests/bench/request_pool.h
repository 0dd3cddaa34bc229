// Requests that are built before the clock runs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"

namespace voucher::bench {

// Serialised requests of one method by one principal, in one piece of memory that the transport
// reads in place. Add on one thread; after that Take is thread-safe.
class RequestPool {
 public:
  // `method` as in "/voucher.v1.CreditService/Redeem". A cyclic pool never ends: for reads, which
  // may repeat.
  RequestPool(std::string method, std::string principal, int items_per_request, bool cyclic = false)
      : method_(std::move(method)),
        principal_(std::move(principal)),
        items_per_request_(items_per_request),
        cyclic_(cyclic) {}
  RequestPool(const RequestPool&) = delete;
  RequestPool& operator=(const RequestPool&) = delete;

  // Appends a request; `amount_fen` is what it moves if it is accepted.
  void Add(const google::protobuf::MessageLite& request, int64_t amount_fen = 0);
  // The same requests over and over again.
  static std::unique_ptr<RequestPool> Endless(const RequestPool& pool);

  // Index of the next request, or nullopt at the end of the pool.
  std::optional<size_t> Take();
  absl::string_view bytes(size_t index) const;

  const std::string& method() const { return method_; }
  const std::string& principal() const { return principal_; }
  int items_per_request() const { return items_per_request_; }
  size_t size() const { return ends_.size(); }
  // What was taken so far: requests, and the money they move.
  int64_t taken() const;
  int64_t taken_fen() const;

 private:
  const std::string method_;
  const std::string principal_;
  const int items_per_request_;
  const bool cyclic_;
  std::string bytes_;
  std::vector<size_t> ends_;       // of each request in bytes_
  std::vector<int64_t> sums_fen_;  // of the amounts up to each request
  std::atomic<size_t> next_{0};
};

}  // namespace voucher::bench
