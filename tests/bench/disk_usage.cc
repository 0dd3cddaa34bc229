#include "tests/bench/disk_usage.h"

#include <filesystem>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rocksdb/db.h"
#include "rocksdb/options.h"

namespace voucher::bench {
namespace {

namespace fs = std::filesystem;

// Bytes of the files with one extension in a folder; 0 if there is none.
int64_t BytesOf(const std::string& folder, const char* extension) {
  int64_t bytes = 0;
  std::error_code error;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    if (it->path().extension() == extension) bytes += static_cast<int64_t>(it->file_size());
  }
  return bytes;
}

// Bytes of the table files of one column family of a database.
absl::StatusOr<int64_t> TableBytes(const std::string& path, const std::string& family) {
  std::vector<std::string> names;
  rocksdb::Status status = rocksdb::DB::ListColumnFamilies(rocksdb::Options(), path, &names);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  if (status.ok()) {
    status = rocksdb::DB::OpenForReadOnly(rocksdb::Options(), path, families, &handles, &raw);
  }
  if (!status.ok()) return absl::UnavailableError(absl::StrCat(path, ": ", status.ToString()));
  const std::unique_ptr<rocksdb::DB> db(raw);
  uint64_t bytes = 0;
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    if (handle->GetName() == family) {
      db->GetIntProperty(handle, rocksdb::DB::Properties::kTotalSstFilesSize, &bytes);
    }
    db->DestroyColumnFamilyHandle(handle);
  }
  return static_cast<int64_t>(bytes);
}

}  // namespace

absl::StatusOr<DiskUsage> MeasureDisk(const std::string& data_directory) {
  const std::string journal = data_directory + "/journal";
  DiskUsage usage;
  const absl::StatusOr<int64_t> blocks = TableBytes(journal, "blocks");
  if (!blocks.ok()) return blocks.status();
  const absl::StatusOr<int64_t> tiles = TableBytes(journal, "tiles");
  if (!tiles.ok()) return tiles.status();
  usage.blocks = *blocks;
  usage.tiles = *tiles;
  usage.journal_log = BytesOf(journal, ".log");
  usage.views = BytesOf(data_directory + "/views", ".sst");
  return usage;
}

}  // namespace voucher::bench
