// Memory that is taken piece by piece and given back all at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

namespace voucher {

// Zeroed huge pages from the operating system. Pages that are never touched cost address space
// only, so a generous size is free until it is used. Aborts if there are none.
class Pages {
 public:
  explicit Pages(size_t bytes);
  ~Pages();
  Pages(Pages&& other) noexcept;
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  char* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  char* data_;
  size_t bytes_;
};

// Hands out memory that lives as long as the arena; what it holds at first is not known. One thread
// allocates; bytes() is thread-safe.
class Arena {
 public:
  Arena() = default;
  // A few blocks are kept for arenas to come: the system would have to clear them again.
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // At least `bytes` bytes, aligned for any scalar of at most 8 bytes.
  char* Allocate(size_t bytes) {
    bytes = (bytes + 7) & ~size_t{7};
    if (bytes > left_) return AllocateSlowly(bytes);
    char* piece = next_;
    next_ += bytes;
    left_ -= bytes;
    bytes_.store(bytes_.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
    return piece;
  }

  // Bytes handed out.
  size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  char* AllocateSlowly(size_t bytes);

  std::vector<Pages> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  std::atomic<size_t> bytes_{0};
};

}  // namespace voucher
