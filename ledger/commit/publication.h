#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "absl/status/statusor.h"

#include "ledger/api/snapshot.h"
#include "ledger/base/mutex.h"

namespace voucher {

// Hands the newest snapshot from the sequencer to readers. Thread-safe.
class Publication {
 public:
  explicit Publication(std::shared_ptr<const ReadSnapshot> first) : newest_(std::move(first)) {}

  void Publish(std::shared_ptr<const ReadSnapshot> snapshot) VOUCHER_EXCLUDES(mutex_);

  std::shared_ptr<const ReadSnapshot> newest() const VOUCHER_EXCLUDES(mutex_);

  // The newest snapshot once it includes `min_sequence`; DEADLINE_EXCEEDED after `timeout_ns` of
  // real time.
  absl::StatusOr<std::shared_ptr<const ReadSnapshot>> AtLeast(uint64_t min_sequence,
                                                              int64_t timeout_ns) const
      VOUCHER_EXCLUDES(mutex_);

  // As Ledger::OnProgress.
  std::shared_ptr<void> Subscribe(std::function<void(uint64_t)> callback);
  // Calls every subscriber.
  void Announce(uint64_t sequence);

 private:
  // Outlives the publication if a handle does.
  struct Subscribers {
    Mutex mutex;
    uint64_t last_id VOUCHER_GUARDED_BY(mutex) = 0;
    std::map<uint64_t, std::function<void(uint64_t)>> callbacks VOUCHER_GUARDED_BY(mutex);
  };

  mutable Mutex mutex_;
  mutable CondVar published_;
  std::shared_ptr<const ReadSnapshot> newest_ VOUCHER_GUARDED_BY(mutex_);
  const std::shared_ptr<Subscribers> subscribers_ = std::make_shared<Subscribers>();
};

}  // namespace voucher
