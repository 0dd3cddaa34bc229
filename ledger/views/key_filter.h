#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

#include "ledger/views/arena.h"

namespace voucher {

// A set of keys that may err by saying yes: a Bloom filter whose bits for a key lie in one cache
// line. It grows by a segment twice as large as the one before.
//
// One thread adds; any number ask beside it without locks. Who came to know of a key through
// anything done after Add finds it.
class KeyFilter {
 public:
  // What it knows a key by: always the same, since filters are kept on disk.
  static uint64_t HashOf(absl::string_view key);

  // Takes at most `max_bytes`, but 64 at least. It grows by segments, of which the first has
  // `first_bytes`, a power of two, or what it may take, and each twice as many as the one before:
  // the fewer there are, the less memory a look touches. Keys that come when it is full go to the
  // last one all the same: there is no size at which reads become slow at once.
  explicit KeyFilter(size_t max_bytes, size_t first_bytes = size_t{8} << 20);
  KeyFilter(const KeyFilter&) = delete;
  KeyFilter& operator=(const KeyFilter&) = delete;

  // Takes no room for what it says yes to already.
  void Add(uint64_t hash);
  // Adds what was not added before, or seldom: it takes room again. Looks at one segment only.
  void AddNew(uint64_t hash);
  // Fetches the memory that Add and MayContain will need, or AddNew.
  void Prefetch(uint64_t hash) const;
  void PrefetchNew(uint64_t hash) const;

  // False: the key was not added. True though it was not: at most once in about 300 for each
  // segment; at most once in 5 when it holds twice as many keys as it has room for.
  bool MayContain(uint64_t hash) const;

  size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  // All of it, piece by piece. Not beside Add.
  void Write(absl::FunctionRef<void(absl::string_view)> write) const;
  // Takes over what Write wrote: `read` fills the bytes that it is given, or returns false. False:
  // it did, or that is no filter of at most `max_bytes`; then this one must not be used. Only on a
  // new one.
  bool Read(absl::FunctionRef<bool(char*, size_t)> read);

 private:
  static constexpr size_t kKeysPerLine = 40;  // 12.8 bits each
  static constexpr size_t kMaxSegments = 20;

  struct alignas(64) Line {
    std::array<std::atomic<uint64_t>, 8> words;
  };
  struct Segment {
    explicit Segment(size_t size) : pages(size * sizeof(Line)), mask(size - 1) {}
    Line& LineOf(uint64_t hash) const {
      return reinterpret_cast<Line*>(pages.data())[(hash >> 32) & mask];
    }
    size_t bytes() const { return (mask + 1) * sizeof(Line); }
    const Pages pages;
    const size_t mask;
  };

  // Adds the next segment; false if it would be too much.
  bool Grow();

  const size_t max_bytes_, first_bytes_;
  size_t room_ = 0;  // keys that the last segment takes
  std::array<std::unique_ptr<const Segment>, kMaxSegments> segments_;
  std::atomic<size_t> segment_count_{0};
  std::atomic<size_t> bytes_{0};
};

}  // namespace voucher
