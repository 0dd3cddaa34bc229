#include "ledger/views/key_filter.h"

namespace voucher {
namespace {

constexpr int kBitsPerKey = 6;

// Calls visit(word, mask) for each bit of a key in its line of 8 words; the upper half of the hash
// has chosen the line.
template <class Visit>
void ForEachBit(uint64_t hash, Visit visit) {
  uint64_t bits = (hash & 0xFFFFFFFF) * 0x9E3779B97F4A7C15;
  for (int i = 0; i < kBitsPerKey; ++i, bits <<= 9) {
    const uint64_t bit = bits >> 55;  // 9 bits: one of 512
    visit(bit / 64, uint64_t{1} << bit % 64);
  }
}

}  // namespace

void KeyFilter::Add(uint64_t hash) {
  if (MayContain(hash)) return;
  size_t count = segment_count_.load(std::memory_order_relaxed);
  if (room_ == 0) {
    const size_t lines = kFirstLines << count;
    if (count == kMaxSegments || bytes() + lines * sizeof(Line) > max_bytes_) {
      overflown_.store(true, std::memory_order_release);
      return;
    }
    segments_[count] = std::make_unique<const Segment>(lines);
    segment_count_.store(++count, std::memory_order_release);
    bytes_.store(bytes() + lines * sizeof(Line), std::memory_order_relaxed);
    room_ = lines * kKeysPerLine;
  }
  --room_;
  Line& line = segments_[count - 1]->LineOf(hash);
  ForEachBit(hash, [&](uint64_t word, uint64_t mask) {
    std::atomic<uint64_t>& bits = line.words[word];
    bits.store(bits.load(std::memory_order_relaxed) | mask, std::memory_order_relaxed);
  });
}

bool KeyFilter::MayContain(uint64_t hash) const {
  if (overflown_.load(std::memory_order_acquire)) return true;
  const size_t count = segment_count_.load(std::memory_order_acquire);
  for (size_t i = 0; i < count; ++i) __builtin_prefetch(&segments_[i]->LineOf(hash));
  for (size_t i = 0; i < count; ++i) {
    const Line& line = segments_[i]->LineOf(hash);
    bool all = true;
    ForEachBit(hash, [&](uint64_t word, uint64_t mask) {
      all = all && (line.words[word].load(std::memory_order_relaxed) & mask) != 0;
    });
    if (all) return true;
  }
  return false;
}

}  // namespace voucher
