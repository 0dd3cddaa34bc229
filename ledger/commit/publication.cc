#include "ledger/commit/publication.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"

namespace voucher {

void Publication::Publish(std::shared_ptr<const ReadSnapshot> snapshot) {
  {
    const MutexLock lock(mutex_);
    newest_.swap(snapshot);
  }
  published_.NotifyAll();
  // The old snapshot is released here, outside the lock.
}

std::shared_ptr<const ReadSnapshot> Publication::newest() const {
  const MutexLock lock(mutex_);
  return newest_;
}

absl::StatusOr<std::shared_ptr<const ReadSnapshot>> Publication::AtLeast(uint64_t min_sequence,
                                                                         int64_t timeout_ns) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(timeout_ns);
  const MutexLock lock(mutex_);
  while (newest_->sequence() < min_sequence) {
    if (!published_.WaitUntil(mutex_, deadline) && newest_->sequence() < min_sequence) {
      return absl::DeadlineExceededError(absl::StrCat(
          "the ledger is at sequence ", newest_->sequence(), ", not yet at ", min_sequence));
    }
  }
  return newest_;
}

std::shared_ptr<void> Publication::Subscribe(std::function<void(uint64_t)> callback) {
  uint64_t id = 0;
  {
    const MutexLock lock(subscribers_->mutex);
    id = ++subscribers_->last_id;
    subscribers_->callbacks.emplace(id, std::move(callback));
  }
  // A handle without an object: only its end counts.
  return std::shared_ptr<void>(nullptr, [subscribers = subscribers_, id](void*) {
    const MutexLock lock(subscribers->mutex);
    subscribers->callbacks.erase(id);
  });
}

void Publication::Announce(uint64_t sequence) {
  const MutexLock lock(subscribers_->mutex);
  for (const auto& [id, callback] : subscribers_->callbacks) callback(sequence);
}

}  // namespace voucher
