#include "ledger/views/filter_file.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>

#include "rocksdb/env.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace voucher {
namespace {

// Names the layout, and how keys are hashed.
constexpr absl::string_view kMagic("voucher key filters 3\n");
constexpr size_t kPieceBytes = 1u << 20;

// A checksum of all that was seen so far.
class Checksum {
 public:
  Checksum() { XXH3_64bits_reset(&state_); }
  void See(const char* bytes, size_t size) { XXH3_64bits_update(&state_, bytes, size); }
  uint64_t value() const { return XXH3_64bits_digest(&state_); }

 private:
  XXH3_state_t state_;
};

class Writer {
 public:
  explicit Writer(rocksdb::WritableFile* file) : file_(*file) {}

  void Write(absl::string_view bytes) {
    checksum_.See(bytes.data(), bytes.size());
    Append(bytes);
  }

  // The checksum, and all of it to the disk.
  bool Finish() {
    const uint64_t value = checksum_.value();
    Append({reinterpret_cast<const char*>(&value), sizeof(value)});
    return ok_ && file_.Sync().ok() && file_.Close().ok();
  }

 private:
  void Append(absl::string_view bytes) {
    ok_ = ok_ && file_.Append(rocksdb::Slice(bytes.data(), bytes.size())).ok();
  }

  rocksdb::WritableFile& file_;
  Checksum checksum_;
  bool ok_ = true;
};

class Reader {
 public:
  explicit Reader(rocksdb::SequentialFile* file) : file_(*file) {}

  bool Read(char* bytes, size_t size) {
    if (!Take(bytes, size)) return false;
    checksum_.See(bytes, size);
    return true;
  }

  bool ReadsAs(absl::string_view expected) {
    std::string found(expected.size(), '\0');
    return Read(found.data(), found.size()) && found == expected;
  }

  // Whether the checksum follows, and nothing else.
  bool Finish() {
    const uint64_t value = checksum_.value();
    uint64_t written = 0;
    char more = 0;
    return Take(reinterpret_cast<char*>(&written), sizeof(written)) && written == value &&
           !Take(&more, 1);
  }

 private:
  bool Take(char* bytes, size_t size) {
    while (size > 0) {
      rocksdb::Slice piece;
      if (!file_.Read(std::min(size, kPieceBytes), &piece, bytes).ok() || piece.empty()) {
        return false;
      }
      if (piece.data() != bytes) memcpy(bytes, piece.data(), piece.size());
      bytes += piece.size();
      size -= piece.size();
    }
    return true;
  }

  rocksdb::SequentialFile& file_;
  Checksum checksum_;
};

std::string HeadOf(absl::string_view state) {
  std::string head(kMagic);
  const uint64_t size = state.size();
  head.append(reinterpret_cast<const char*>(&size), sizeof(size));
  head.append(state.data(), state.size());
  return head;
}

}  // namespace

void WriteFilterFile(const std::string& path, absl::string_view state, const KeyFilters& filters) {
  rocksdb::Env& env = *rocksdb::Env::Default();
  const std::string unfinished = path + ".new";
  std::unique_ptr<rocksdb::WritableFile> file;
  if (!env.NewWritableFile(unfinished, &file, rocksdb::EnvOptions()).ok()) return;
  Writer writer(file.get());
  writer.Write(HeadOf(state));
  for (const KeyFilter* filter : filters) {
    filter->Write([&](absl::string_view bytes) { writer.Write(bytes); });
  }
  if (writer.Finish() && env.RenameFile(unfinished, path).ok()) return;
  env.DeleteFile(unfinished).PermitUncheckedError();
}

bool ReadFilterFile(const std::string& path, absl::string_view state, const KeyFilters& filters) {
  std::unique_ptr<rocksdb::SequentialFile> file;
  if (!rocksdb::Env::Default()->NewSequentialFile(path, &file, rocksdb::EnvOptions()).ok()) {
    return false;
  }
  Reader reader(file.get());
  if (!reader.ReadsAs(HeadOf(state))) return false;
  for (KeyFilter* filter : filters) {
    if (!filter->Read([&](char* bytes, size_t size) { return reader.Read(bytes, size); })) {
      return false;
    }
  }
  return reader.Finish();
}

}  // namespace voucher
