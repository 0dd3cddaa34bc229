// Numbers are big-endian; i64 is two's complement.
//
//   file := slot zero:byte* slot zero:byte*        8,192 bytes; slots at 0 and 4,096, so that no
//                                                  write of one touches a disk sector of the other
//   slot := magic:8 bytes "VCHRMRK1"
//           generation:u64      from 1, one more with every write; the larger valid one counts
//           ledger_id:16 bytes
//           epoch:u64
//           sequence:u64
//           root:32 bytes
//           wall_time:i64       nanoseconds since the Unix epoch
//           checksum:32 bytes   SHA-256 of the slot up to here
//
// The file appears by rename with its first slot complete, so a file whose slots are both invalid
// is damaged, never new.
#include "ledger/journal/high_water_mark.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include <fcntl.h>
#include <unistd.h>

#include "ledger/base/big_endian.h"
#include "ledger/base/check.h"
#include "ledger/base/status_macros.h"
#include "ledger/journal/block_codec.h"
#include "ledger/journal/directory_sync.h"

namespace voucher {
namespace {

constexpr absl::string_view kMagic = "VCHRMRK1";
constexpr size_t kSummedBytes = 8 + 8 + kLedgerIdBytes + 8 + 8 + kHashSize + 8;
constexpr size_t kSlotBytes = kSummedBytes + kHashSize;
constexpr size_t kSlotDistance = 4096;
constexpr size_t kFileBytes = 2 * kSlotDistance;

std::string EncodeSlot(uint64_t generation, const HighWaterMark& mark) {
  const std::optional<std::string> id = FromHex(mark.ledger_id);
  VOUCHER_CHECK(id.has_value() && id->size() == kLedgerIdBytes) << mark.ledger_id;
  std::string slot(kMagic.data(), kMagic.size());
  AppendU64(generation, &slot);
  slot += *id;
  AppendU64(mark.epoch, &slot);
  AppendU64(mark.sequence, &slot);
  slot.append(AsBytes(mark.root).data(), kHashSize);
  AppendU64(static_cast<uint64_t>(mark.wall_time), &slot);
  const Hash sum = Sha256Of({slot});
  slot.append(AsBytes(sum).data(), kHashSize);
  return slot;
}

// nullopt unless the slot is complete and unchanged.
std::optional<std::pair<uint64_t, HighWaterMark>> DecodeSlot(absl::string_view slot) {
  if (slot.size() < kSlotBytes || slot.substr(0, kMagic.size()) != kMagic) return std::nullopt;
  const Hash sum = Sha256Of({slot.substr(0, kSummedBytes)});
  if (slot.substr(kSummedBytes, kHashSize) != AsBytes(sum)) return std::nullopt;

  slot.remove_prefix(kMagic.size());
  HighWaterMark mark;
  const uint64_t generation = *TakeU64(&slot);
  mark.ledger_id = ToHex(slot.substr(0, kLedgerIdBytes));
  slot.remove_prefix(kLedgerIdBytes);
  mark.epoch = *TakeU64(&slot);
  mark.sequence = *TakeU64(&slot);
  mark.root = *HashFromBytes(slot.substr(0, kHashSize));
  slot.remove_prefix(kHashSize);
  mark.wall_time = static_cast<int64_t>(*TakeU64(&slot));
  return std::make_pair(generation, mark);
}

absl::Status FileError(absl::string_view doing, const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat(doing, " high-water mark ", path, ": ", strerror(errno)));
}

bool WriteFully(int fd, absl::string_view bytes, size_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += static_cast<size_t>(written);
  }
  return true;
}

// Reads up to kFileBytes; shorter at the end of the file.
absl::StatusOr<std::string> ReadFile(int fd, const std::string& path) {
  std::string bytes(kFileBytes, '\0');
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got =
        pread(fd, bytes.data() + size, bytes.size() - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError("read", path);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

absl::StatusOr<HighWaterMarkFile> HighWaterMarkFile::Open(std::string path) {
  HighWaterMarkFile file(std::move(path));
  VOUCHER_RETURN_IF_ERROR(file.Load());
  return file;
}

HighWaterMarkFile::HighWaterMarkFile(HighWaterMarkFile&& other) noexcept
    : path_(std::move(other.path_)),
      exists_(other.exists_),
      newest_(std::move(other.newest_)),
      newest_slot_(other.newest_slot_),
      fd_(std::exchange(other.fd_, -1)) {}

HighWaterMarkFile& HighWaterMarkFile::operator=(HighWaterMarkFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(exists_, other.exists_);
  std::swap(newest_, other.newest_);
  std::swap(newest_slot_, other.newest_slot_);
  std::swap(fd_, other.fd_);
  return *this;
}

HighWaterMarkFile::~HighWaterMarkFile() {
  if (fd_ >= 0) close(fd_);
}

absl::Status HighWaterMarkFile::Load() {
  const int fd = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return absl::OkStatus();
  if (fd < 0) return FileError("open", path_);
  const absl::StatusOr<std::string> bytes = ReadFile(fd, path_);
  close(fd);
  VOUCHER_RETURN_IF_ERROR(bytes.status());

  exists_ = true;
  for (int slot = 0; slot < 2; ++slot) {
    const size_t offset = static_cast<size_t>(slot) * kSlotDistance;
    if (offset >= bytes->size()) break;
    const auto decoded = DecodeSlot(absl::string_view(*bytes).substr(offset));
    if (!decoded.has_value()) continue;
    if (newest_.has_value() && newest_->generation > decoded->first) continue;
    newest_ = Numbered{decoded->first, decoded->second};
    newest_slot_ = slot;
  }
  return absl::OkStatus();
}

absl::StatusOr<HighWaterMark> HighWaterMarkFile::Read() const {
  if (newest_.has_value()) return newest_->mark;
  if (!exists_) return absl::NotFoundError(absl::StrCat("no high-water mark ", path_));
  return absl::DataLossError(absl::StrCat("high-water mark ", path_, ": both slots are damaged"));
}

absl::Status HighWaterMarkFile::Write(const HighWaterMark& mark) {
  if (!exists_) return Create({1, mark});
  VOUCHER_ASSIGN_OR_RETURN(const HighWaterMark last, Read());
  if (mark.ledger_id != last.ledger_id || mark.sequence < last.sequence ||
      mark.epoch < last.epoch) {
    return absl::FailedPreconditionError(absl::StrCat(
        "high-water mark ", path_, " of ledger ", last.ledger_id, " at sequence ", last.sequence,
        " does not go back to ", mark.sequence, " of ledger ", mark.ledger_id));
  }
  return Replace({newest_->generation + 1, mark});
}

absl::Status HighWaterMarkFile::Create(const Numbered& first) {
  const std::string temporary = path_ + ".new";
  std::string bytes = EncodeSlot(first.generation, first.mark);
  bytes.resize(kFileBytes, '\0');
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return FileError("create", temporary);
  const bool written = WriteFully(fd, bytes, 0) && fsync(fd) == 0;
  const absl::Status failed = written ? absl::OkStatus() : FileError("write", temporary);
  close(fd);
  VOUCHER_RETURN_IF_ERROR(failed);
  if (rename(temporary.c_str(), path_.c_str()) != 0) return FileError("rename", path_);
  VOUCHER_RETURN_IF_ERROR(SyncParentDirectory(path_));
  exists_ = true;
  newest_ = first;
  newest_slot_ = 0;
  return absl::OkStatus();
}

absl::Status HighWaterMarkFile::Replace(const Numbered& next) {
  if (fd_ < 0) fd_ = open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd_ < 0) return FileError("open", path_);
  const int slot = 1 - newest_slot_;
  const std::string bytes = EncodeSlot(next.generation, next.mark);
  if (!WriteFully(fd_, bytes, static_cast<size_t>(slot) * kSlotDistance) || fdatasync(fd_) != 0) {
    return FileError("write", path_);
  }
  newest_ = next;
  newest_slot_ = slot;
  return absl::OkStatus();
}

}  // namespace voucher
