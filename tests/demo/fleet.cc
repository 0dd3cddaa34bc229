#include "tests/demo/fleet.h"

#include <atomic>
#include <thread>

#include "ledger/base/mutex.h"

namespace voucher::demo {

Fleet::Fleet(const testing::Endpoint* endpoint, int clients) {
  for (int i = 0; i < clients; ++i) {
    clients_.push_back(std::make_unique<testing::ApiClient>(endpoint, "platform"));
  }
}

absl::Status Fleet::ForEach(size_t n, const Body& body) {
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  Mutex mutex;
  absl::Status first_error;
  std::vector<std::thread> threads;
  threads.reserve(clients_.size());
  for (const auto& client : clients_) {
    threads.emplace_back([&, client = client.get()] {
      while (!failed) {
        const size_t index = next.fetch_add(1);
        if (index >= n) return;
        absl::Status status = body(*client, index);
        if (status.ok()) continue;
        failed = true;
        MutexLock lock(mutex);
        first_error.Update(status);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return first_error;
}

void Fleet::Disconnect() {
  for (const auto& client : clients_) client->Disconnect();
}

}  // namespace voucher::demo
