#pragma once

#include <atomic>
#include <thread>

namespace voucher {

// Has the allocator take blocks of huge pages (ledger/base/huge_blocks.h) from now on. Does nothing
// in builds without tcmalloc.
//
// Call it first in main, before any other thread is there.
void AllocateHugePages();

// Keeps two blocks of huge pages ready, by a thread that gives way to others, until destruction.
class HugeBlockKeeper {
 public:
  HugeBlockKeeper();
  ~HugeBlockKeeper();
  HugeBlockKeeper(const HugeBlockKeeper&) = delete;
  HugeBlockKeeper& operator=(const HugeBlockKeeper&) = delete;

 private:
  void Run();

  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace voucher
