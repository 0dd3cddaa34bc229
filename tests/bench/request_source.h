// The requests of the figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tests/bench/prepared_ledger.h"
#include "tests/bench/request_pool.h"
#include "voucher/v1/credit_service.pb.h"

namespace voucher::bench {

// Builds requests that the ledger accepts, each different from all others of this object and of the
// ledger.
class RequestSource {
 public:
  explicit RequestSource(const PreparedLedger& ledger);

  enum class Orders {
    kSpread,    // over all accounts but the hot one, at random
    kAllOnOne,  // all on that one, 1 fen each
    kOfEach,    // one on every account in turn
  };
  // `requests` of Redeem.
  std::unique_ptr<RequestPool> Redeem(Orders orders, size_t requests);
  // `requests` of BatchRedeem, or messages of StreamRedeem, of `items` each.
  std::unique_ptr<RequestPool> BatchRedeem(Orders orders, size_t requests, int items);
  std::unique_ptr<RequestPool> StreamRedeem(Orders orders, size_t requests, int items);
  // `requests` of SubmitApplication, each for kGrantFen of the one pool.
  std::unique_ptr<RequestPool> Submit(size_t requests);
  std::unique_ptr<RequestPool> BatchSubmit(size_t requests, int items);

 private:
  // Makes `order` the next one and returns its amount.
  int64_t Fill(Orders orders, v1::RedeemRequest* order);
  template <class Batch>
  std::unique_ptr<RequestPool> Batches(Orders orders, size_t requests, int items,
                                       const char* method);

  const PreparedLedger ledger_;
  const v1::RedeemRequest model_;
  uint64_t next_order_;
  uint64_t next_application_;
};

}  // namespace voucher::bench
