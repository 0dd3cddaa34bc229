// Numbers are big-endian; u8, u32 and u64 are unsigned; x*n is n times x, hash is 32 bytes.
//
// Column family "blocks"
//   key   := first_sequence:u64
//   value := format:u8 (= 1)
//            ledger_id:16 bytes
//            epoch:u64
//            first_sequence:u64
//            count:u32                1 to 256
//            size_before:u64          = first_sequence - 1
//            root_before:hash         RFC 6962 root of entries 1 .. size_before
//            length:u32 * count       together at most 1 MiB
//            entry:bytes * count      entry i has length i bytes
//
// Column family "tiles"; complete tiles only
//   key   := level:u8 index:u64
//   value := hash * 256               hash i is the root of the 256^level entries from sequence
//                                     (256 index + i) 256^level + 1 on; at level 0 a leaf hash
//
// Column family "default"
//   "ledger"   -> format:u8 (= kLedgerFormat) ledger_id:16 bytes  written once
//   "frontier" -> format:u8 (= 1) epoch:u64 size:u64 root:hash    rewritten by every group; absent
//                                                                 before the first
//
// Another format is another number in the first byte; a reader refuses the ones it does not know.
// There is no checksum of our own: RocksDB has one below (chance), the tree above (intent).
#include "ledger/journal/block_codec.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/big_endian.h"
#include "ledger/base/check.h"
#include "ledger/base/status_macros.h"

namespace voucher {
namespace {

constexpr char kFormat = 1;
constexpr size_t kBlockHeaderBytes = 1 + kLedgerIdBytes + 8 + 8 + 4 + 8 + kHashSize;

// Consumes bytes from the front of a value whose size was checked before.
class Cursor {
 public:
  explicit Cursor(absl::string_view bytes) : left_(bytes) {}

  absl::string_view Bytes(size_t size) {
    VOUCHER_CHECK(size <= left_.size()) << size;
    const absl::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }
  uint32_t U32() { return Sure(TakeU32(&left_)); }
  uint64_t U64() { return Sure(TakeU64(&left_)); }
  Hash NextHash() { return Sure(HashFromBytes(Bytes(kHashSize))); }
  size_t left() const { return left_.size(); }

 private:
  template <typename T>
  static T Sure(const std::optional<T>& value) {
    VOUCHER_CHECK(value.has_value());
    return *value;
  }

  absl::string_view left_;
};

// Size and format of a value of fixed size.
absl::Status CheckFixed(absl::string_view bytes, size_t size, absl::string_view what) {
  if (bytes.size() != size) {
    return absl::DataLossError(
        absl::StrCat(what, " has ", bytes.size(), " bytes instead of ", size));
  }
  if (bytes[0] != kFormat) {
    return absl::DataLossError(
        absl::StrCat(what, " has unknown format ", static_cast<uint8_t>(bytes[0])));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BlockView> BlockView::Parse(absl::string_view bytes) {
  if (bytes.size() < kBlockHeaderBytes) {
    return absl::DataLossError(absl::StrCat("block of ", bytes.size(), " bytes has no header"));
  }
  VOUCHER_RETURN_IF_ERROR(
      CheckFixed(bytes.substr(0, kBlockHeaderBytes), kBlockHeaderBytes, "block"));
  Cursor cursor(bytes);
  cursor.Bytes(1);
  BlockView block;
  BlockHeader& header = block.header_;
  header.ledger_id = std::string(cursor.Bytes(kLedgerIdBytes));
  header.epoch = cursor.U64();
  header.first_sequence = cursor.U64();
  header.count = cursor.U32();
  header.size_before = cursor.U64();
  header.root_before = cursor.NextHash();
  if (header.count == 0 || header.count > kMaxBlockEntries) {
    return absl::DataLossError(absl::StrCat("block claims ", header.count, " entries"));
  }
  if (cursor.left() < 4 * size_t{header.count}) {
    return absl::DataLossError("block ends inside its entry lengths");
  }
  size_t entry_bytes = 0;
  std::vector<size_t> lengths(header.count);
  for (size_t& length : lengths) {
    length = cursor.U32();
    entry_bytes += length;
  }
  if (entry_bytes > kMaxBlockBytes || entry_bytes != cursor.left()) {
    return absl::DataLossError(
        absl::StrCat("block claims ", entry_bytes, " bytes of entries, has ", cursor.left()));
  }
  block.entries_.reserve(header.count);
  for (const size_t length : lengths) block.entries_.push_back(cursor.Bytes(length));
  return block;
}

void EncodeBlock(const BlockHeader& header, absl::Span<const absl::string_view> entries,
                 std::string* out) {
  VOUCHER_CHECK(header.ledger_id.size() == kLedgerIdBytes) << header.ledger_id.size();
  VOUCHER_CHECK(!entries.empty() && entries.size() <= kMaxBlockEntries) << entries.size();
  size_t entry_bytes = 0;
  for (const absl::string_view entry : entries) entry_bytes += entry.size();
  VOUCHER_CHECK(entry_bytes <= kMaxBlockBytes) << entry_bytes;

  out->clear();
  out->reserve(kBlockHeaderBytes + 4 * entries.size() + entry_bytes);
  out->push_back(kFormat);
  out->append(header.ledger_id);
  AppendU64(header.epoch, out);
  AppendU64(header.first_sequence, out);
  AppendU32(static_cast<uint32_t>(entries.size()), out);
  AppendU64(header.size_before, out);
  out->append(AsBytes(header.root_before).data(), kHashSize);
  for (const absl::string_view entry : entries) {
    AppendU32(static_cast<uint32_t>(entry.size()), out);
  }
  for (const absl::string_view entry : entries) out->append(entry.data(), entry.size());
}

size_t EntriesOfNextBlock(absl::Span<const absl::string_view> entries) {
  size_t count = 0;
  size_t bytes = 0;
  while (count < std::min(entries.size(), kMaxBlockEntries)) {
    bytes += entries[count].size();
    if (bytes > kMaxBlockBytes) break;
    ++count;
  }
  VOUCHER_CHECK(count > 0) << "no entry, or one above the limit";
  return count;
}

std::string BlockKey(uint64_t first_sequence) {
  std::string key;
  AppendU64(first_sequence, &key);
  return key;
}

std::optional<uint64_t> ParseBlockKey(absl::string_view key) {
  return key.size() == 8 ? TakeU64(&key) : std::nullopt;
}

std::string TileKey(int level, uint64_t index) {
  std::string key(1, static_cast<char>(level));
  AppendU64(index, &key);
  return key;
}

std::optional<TilePlace> ParseTileKey(absl::string_view key) {
  if (key.size() != 1 + 8) return std::nullopt;
  const int level = static_cast<uint8_t>(key[0]);
  key.remove_prefix(1);
  return TilePlace{level, *TakeU64(&key)};
}

std::string EncodeTile(absl::Span<const Hash> hashes) {
  VOUCHER_CHECK(hashes.size() == kTileHashes) << hashes.size();
  std::string bytes;
  bytes.reserve(kTileHashes * kHashSize);
  for (const Hash& hash : hashes) bytes.append(AsBytes(hash).data(), kHashSize);
  return bytes;
}

absl::StatusOr<std::vector<Hash>> ParseTile(absl::string_view bytes) {
  if (bytes.size() != kTileHashes * kHashSize) {
    return absl::DataLossError(absl::StrCat("tile has ", bytes.size(), " bytes"));
  }
  Cursor cursor(bytes);
  std::vector<Hash> hashes(kTileHashes);
  for (Hash& hash : hashes) hash = cursor.NextHash();
  return hashes;
}

absl::string_view FrontierKey() {
  return "frontier";
}

std::string EncodeFrontier(const FrontierRow& row) {
  std::string bytes(1, kFormat);
  AppendU64(row.epoch, &bytes);
  AppendU64(row.size, &bytes);
  bytes.append(AsBytes(row.root).data(), kHashSize);
  return bytes;
}

absl::StatusOr<FrontierRow> ParseFrontier(absl::string_view bytes) {
  VOUCHER_RETURN_IF_ERROR(CheckFixed(bytes, 1 + 8 + 8 + kHashSize, "frontier row"));
  Cursor cursor(bytes.substr(1));
  FrontierRow row;
  row.epoch = cursor.U64();
  row.size = cursor.U64();
  row.root = cursor.NextHash();
  return row;
}

absl::string_view LedgerKey() {
  return "ledger";
}

std::string EncodeLedger(absl::string_view ledger_id) {
  VOUCHER_CHECK(ledger_id.size() == kLedgerIdBytes) << ledger_id.size();
  std::string bytes(1, static_cast<char>(kLedgerFormat));
  bytes.append(ledger_id.data(), ledger_id.size());
  return bytes;
}

absl::StatusOr<std::string> ParseLedger(absl::string_view bytes) {
  if (bytes.size() != 1 + kLedgerIdBytes) {
    return absl::DataLossError(
        absl::StrCat("ledger row has ", bytes.size(), " bytes instead of ", 1 + kLedgerIdBytes));
  }
  if (const auto format = static_cast<uint8_t>(bytes[0]); format != kLedgerFormat) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the ledger has format ", format, " and this build reads format ", kLedgerFormat,
        ": open it with a build that docs/formats.md names for format ", format));
  }
  return std::string(bytes.substr(1));
}

}  // namespace voucher
