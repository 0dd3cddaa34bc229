// Rows by their keys in order.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "ledger/base/big_endian.h"

namespace voucher {

// Sixteen bytes of a key as two numbers that sort as the bytes do: comparing them settles most
// comparisons of keys without touching the keys.
struct KeyWords {
  static constexpr size_t kBytes = 16;

  uint64_t high = 0;
  uint64_t low = 0;

  KeyWords() = default;
  // The bytes after the first `from`; what the key does not have is 0.
  KeyWords(absl::string_view key, size_t from) {
    key.remove_prefix(std::min(from, key.size()));
    high = WordOf(key);
    low = WordOf(key.substr(std::min<size_t>(key.size(), 8)));
  }

  friend bool operator==(const KeyWords&, const KeyWords&) = default;
  friend bool operator<(const KeyWords& a, const KeyWords& b) {
    return a.high != b.high ? a.high < b.high : a.low < b.low;
  }

 private:
  static uint64_t WordOf(absl::string_view bytes) {
    char word[8] = {};
    if (bytes.size() >= 8) {
      memcpy(word, bytes.data(), 8);
    } else {
      bytes.copy(word, bytes.size());
    }
    absl::string_view rest(word, 8);
    return *TakeU64(&rest);
  }
};

// A row, of which KeyOf tells the key, and words of that key. Rows that are compared have words of
// the same place in their keys, and the same bytes before it. Rows of one key are in the order that
// PlaceOf tells.
template <class Row>
struct KeyedRow {
  KeyWords words;
  const Row* row;

  friend bool operator<(const KeyedRow& a, const KeyedRow& b) {
    if (a.words != b.words) return a.words < b.words;
    const int order = KeyOf(*a.row).compare(KeyOf(*b.row));
    return order != 0 ? order < 0 : PlaceOf(*a.row) < PlaceOf(*b.row);
  }
};

inline constexpr auto kByWords = [](const auto& a, const auto& b) { return a.words < b.words; };

// Puts rows in the order of their words: many of them by one byte after another, from the highest
// that `shift` leaves. `room` is for as many rows.
template <class Row>
void SortByWords(absl::Span<KeyedRow<Row>> rows, absl::Span<KeyedRow<Row>> room, int shift = 56) {
  constexpr size_t kFew = 128;
  if (rows.size() <= kFew || shift < 0) {
    std::sort(rows.begin(), rows.end(), kByWords);
    return;
  }
  const auto byte_of = [&](const KeyedRow<Row>& row) { return row.words.high >> shift & 0xff; };
  std::array<size_t, 256> ends{};
  for (const KeyedRow<Row>& row : rows) ++ends[byte_of(row)];
  size_t end = 0;
  for (size_t& place : ends) end += std::exchange(place, end);
  for (const KeyedRow<Row>& row : rows) room[ends[byte_of(row)]++] = row;
  std::copy(room.begin(), room.begin() + rows.size(), rows.begin());
  size_t begin = 0;
  for (const size_t next : ends) {
    if (next > begin) SortByWords(rows.subspan(begin, next - begin), room, shift - 8);
    begin = next;
  }
}

// Puts rows in order, whatever their words are before and after; `room` is for as many. Keys of a
// table often begin alike over many bytes, so words are taken from where they first differ, and
// again from further on for rows that are still alike: all have the same first `known` bytes, as
// far as they have so many.
template <class Row>
void SortByKey(absl::Span<KeyedRow<Row>> rows, absl::Span<KeyedRow<Row>> room, size_t known = 0) {
  constexpr size_t kFew = 8;
  if (rows.size() < 2) return;
  const absl::string_view first = KeyOf(*rows[0].row);
  size_t alike = first.size();
  for (const KeyedRow<Row>& row : rows) {
    const absl::string_view key = KeyOf(*row.row);
    if (key.substr(0, alike) == first.substr(0, alike)) continue;
    alike = std::min(alike, key.size());
    size_t same = known;
    while (same < alike && key[same] == first[same]) ++same;
    alike = std::min(alike, same);
  }
  for (KeyedRow<Row>& row : rows) row.words = KeyWords(KeyOf(*row.row), alike);
  // A key that has no more than is known is told from the others by where it ends.
  if (rows.size() <= kFew || alike < known) {
    std::sort(rows.begin(), rows.end());
    return;
  }
  if (!std::is_sorted(rows.begin(), rows.end(), kByWords)) SortByWords(rows, room);
  for (size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    while (end < rows.size() && rows[end].words == rows[begin].words) ++end;
    SortByKey(rows.subspan(begin, end - begin), room, alike + KeyWords::kBytes);
  }
}

template <class Row>
void SortByKey(absl::Span<KeyedRow<Row>> rows) {
  std::vector<KeyedRow<Row>> room(rows.size());
  SortByKey(rows, absl::MakeSpan(room));
}

}  // namespace voucher
