#include "ledger/views/key_filter.h"

#include <algorithm>
#include <bit>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace voucher {
namespace {

// A change of what is computed here needs another name in filter_file.cc.
constexpr int kBitsPerKey = 6;

// As it stands in files, in the byte order of the machine.
struct Header {
  uint64_t segments;
  uint64_t room;
};

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

KeyFilter::KeyFilter(size_t max_bytes, size_t first_bytes)
    : max_bytes_(std::max(max_bytes, sizeof(Line))),
      first_bytes_(std::min(first_bytes, std::bit_floor(max_bytes_))) {}

uint64_t KeyFilter::HashOf(absl::string_view key) {
  return XXH3_64bits(key.data(), key.size());
}

void KeyFilter::Add(uint64_t hash) {
  if (!MayContain(hash)) AddNew(hash);
}

void KeyFilter::AddNew(uint64_t hash) {
  if (room_ > 0 || Grow()) --room_;
  Line& line = segments_[segment_count_.load(std::memory_order_relaxed) - 1]->LineOf(hash);
  ForEachBit(hash, [&](uint64_t word, uint64_t mask) {
    std::atomic<uint64_t>& bits = line.words[word];
    bits.store(bits.load(std::memory_order_relaxed) | mask, std::memory_order_relaxed);
  });
}

bool KeyFilter::Grow() {
  const size_t count = segment_count_.load(std::memory_order_relaxed);
  const size_t lines = (first_bytes_ << count) / sizeof(Line);
  if (count == kMaxSegments || bytes() + lines * sizeof(Line) > max_bytes_) return false;
  segments_[count] = std::make_unique<const Segment>(lines);
  segment_count_.store(count + 1, std::memory_order_release);
  bytes_.store(bytes() + segments_[count]->bytes(), std::memory_order_relaxed);
  room_ = lines * kKeysPerLine;
  return true;
}

void KeyFilter::Prefetch(uint64_t hash) const {
  const size_t count = segment_count_.load(std::memory_order_acquire);
  for (size_t i = 0; i < count; ++i) __builtin_prefetch(&segments_[i]->LineOf(hash));
}

void KeyFilter::PrefetchNew(uint64_t hash) const {
  const size_t count = segment_count_.load(std::memory_order_relaxed);
  if (count > 0) __builtin_prefetch(&segments_[count - 1]->LineOf(hash));
}

void KeyFilter::Write(absl::FunctionRef<void(absl::string_view)> write) const {
  const Header header = {.segments = segment_count_.load(std::memory_order_relaxed), .room = room_};
  write({reinterpret_cast<const char*>(&header), sizeof(header)});
  for (size_t i = 0; i < header.segments; ++i) {
    write({segments_[i]->pages.data(), segments_[i]->bytes()});
  }
}

bool KeyFilter::Read(absl::FunctionRef<bool(char*, size_t)> read) {
  Header header;
  if (!read(reinterpret_cast<char*>(&header), sizeof(header))) return false;
  for (size_t i = 0; i < header.segments; ++i) {
    if (!Grow() || !read(segments_[i]->pages.data(), segments_[i]->bytes())) return false;
  }
  room_ = header.room;
  return true;
}

bool KeyFilter::MayContain(uint64_t hash) const {
  Prefetch(hash);
  const size_t count = segment_count_.load(std::memory_order_acquire);
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
