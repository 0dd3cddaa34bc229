// Many concurrent clients.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"

#include "tests/support/api_client.h"

namespace voucher::demo {

// Clients with a thread and a TCP connection each.
class Fleet {
 public:
  Fleet(const testing::Endpoint* endpoint, int clients);

  int size() const { return static_cast<int>(clients_.size()); }

  // Work item `index`, done with `client`, which belongs to this thread meanwhile.
  using Body = std::function<absl::Status(testing::ApiClient& client, size_t index)>;

  // Does items 0 to n - 1, each client taking the next as it becomes free, and waits for all.
  // The first error stops the rest and is returned.
  absl::Status ForEach(size_t n, const Body& body);

  // Closes all connections, until the next work.
  void Disconnect();

 private:
  std::vector<std::unique_ptr<testing::ApiClient>> clients_;
};

}  // namespace voucher::demo
