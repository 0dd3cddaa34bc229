// Keys and values of the journal database as bytes. The exact grammar is atop block_codec.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "ledger/base/sha256.h"
#include "ledger/journal/merkle.h"

namespace voucher {

// Bounds of a block; the bytes are those of its entries, without header and lengths.
inline constexpr size_t kMaxBlockEntries = 256;
inline constexpr size_t kMaxBlockBytes = size_t{1} << 20;

// Bytes of a ledger id.
inline constexpr size_t kLedgerIdBytes = 16;

// What a block says of itself. All but `count` could be computed from what precedes it; it is
// stored so that a block that is alone, misplaced or from another ledger shows.
struct BlockHeader {
  std::string ledger_id;  // 16 bytes
  uint64_t epoch = 1;
  uint64_t first_sequence = 0;
  uint32_t count = 0;        // entries, from 1
  uint64_t size_before = 0;  // leaves of the tree before the first entry
  Hash root_before{};        // root of these leaves
};

// A parsed block. Refers to the bytes that it was parsed from.
class BlockView {
 public:
  // DATA_LOSS if the bytes are not exactly one block.
  static absl::StatusOr<BlockView> Parse(absl::string_view bytes);

  const BlockHeader& header() const { return header_; }
  uint64_t last_sequence() const { return header_.first_sequence + header_.count - 1; }
  // In order; header().count of them.
  absl::Span<const absl::string_view> entries() const { return entries_; }

 private:
  BlockHeader header_;
  std::vector<absl::string_view> entries_;
};

// Replaces *out by a block. `entries` keep the bounds and header.count is ignored.
void EncodeBlock(const BlockHeader& header, absl::Span<const absl::string_view> entries,
                 std::string* out);

// How many of the first entries fit into one block; at least one.
size_t EntriesOfNextBlock(absl::Span<const absl::string_view> entries);

std::string BlockKey(uint64_t first_sequence);
// The first sequence; nullopt if it is no block key.
std::optional<uint64_t> ParseBlockKey(absl::string_view key);

struct TilePlace {
  int level = 0;
  uint64_t index = 0;
};
std::string TileKey(int level, uint64_t index);
// nullopt if it is no tile key.
std::optional<TilePlace> ParseTileKey(absl::string_view key);
// `hashes` are kTileHashes.
std::string EncodeTile(absl::Span<const Hash> hashes);
// DATA_LOSS unless there are exactly kTileHashes.
absl::StatusOr<std::vector<Hash>> ParseTile(absl::string_view bytes);

// Where the journal ends.
struct FrontierRow {
  uint64_t epoch = 1;
  uint64_t size = 0;  // entries, and so the last sequence
  Hash root{};
};
absl::string_view FrontierKey();
std::string EncodeFrontier(const FrontierRow& row);
absl::StatusOr<FrontierRow> ParseFrontier(absl::string_view bytes);

// What a ledger's bytes mean, entries included: raised with any change after which an older build
// would read a new ledger wrongly, or this build an older one. docs/formats.md lists them.
inline constexpr uint8_t kLedgerFormat = 2;

// The journal's identity, its first row: format and ledger id.
absl::string_view LedgerKey();
std::string EncodeLedger(absl::string_view ledger_id);
// The 16 bytes of the ledger id. FAILED_PRECONDITION, in one sentence for people, if the ledger has
// another format.
absl::StatusOr<std::string> ParseLedger(absl::string_view bytes);

}  // namespace voucher
