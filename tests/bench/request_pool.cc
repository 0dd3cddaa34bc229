#include "tests/bench/request_pool.h"

#include <algorithm>

#include "ledger/base/check.h"

namespace voucher::bench {

void RequestPool::Add(const google::protobuf::MessageLite& request, int64_t amount_fen) {
  VOUCHER_CHECK(request.AppendToString(&bytes_));
  ends_.push_back(bytes_.size());
  sums_fen_.push_back((sums_fen_.empty() ? 0 : sums_fen_.back()) + amount_fen);
}

std::unique_ptr<RequestPool> RequestPool::Endless(const RequestPool& pool) {
  auto endless = std::make_unique<RequestPool>(pool.method_, pool.principal_,
                                               pool.items_per_request_, /*cyclic=*/true);
  endless->bytes_ = pool.bytes_;
  endless->ends_ = pool.ends_;
  endless->sums_fen_ = pool.sums_fen_;
  return endless;
}

std::optional<size_t> RequestPool::Take() {
  const size_t index = next_.fetch_add(1, std::memory_order_relaxed);
  if (cyclic_) return index % ends_.size();
  if (index < ends_.size()) return index;
  return std::nullopt;
}

absl::string_view RequestPool::bytes(size_t index) const {
  const size_t begin = index == 0 ? 0 : ends_[index - 1];
  return absl::string_view(bytes_).substr(begin, ends_[index] - begin);
}

int64_t RequestPool::taken() const {
  const size_t next = next_.load(std::memory_order_relaxed);
  return static_cast<int64_t>(cyclic_ ? next : std::min(next, ends_.size()));
}

int64_t RequestPool::taken_fen() const {
  const int64_t n = cyclic_ ? 0 : taken();
  return n == 0 ? 0 : sums_fen_[static_cast<size_t>(n) - 1];
}

}  // namespace voucher::bench
