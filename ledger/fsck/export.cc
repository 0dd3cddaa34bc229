#include "ledger/fsck/export.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/util/json_util.h"

#include "ledger/base/status_macros.h"
#include "ledger/journal/journal.h"

namespace voucher {
namespace {

constexpr uint64_t kEntriesPerBatch = 4'096;

absl::Status TakeStored(uint64_t place, absl::string_view stored, EntryExport* out) {
  v1::Entry entry;
  if (!entry.ParseFromArray(stored.data(), static_cast<int>(stored.size()))) {
    return absl::DataLossError(absl::StrCat("entry ", place, " cannot be parsed"));
  }
  return out->Take(std::move(entry));
}

}  // namespace

absl::StatusOr<std::unique_ptr<EntryExport>> EntryExport::Open(const std::string& directory,
                                                               uint64_t file_bytes) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return absl::UnavailableError(absl::StrCat(directory, ": ", error.message()));
  auto result = std::unique_ptr<EntryExport>(new EntryExport(directory, file_bytes));
  if (std::filesystem::exists(result->FileName(1), error)) {
    return absl::FailedPreconditionError(absl::StrCat(directory, " holds an export already"));
  }
  return result;
}

std::string EntryExport::FileName(int file) const {
  return absl::StrFormat("%s/entries-%06d.jsonl", directory_, file);
}

absl::Status EntryExport::Take(v1::Entry entry) {
  if (entry.has_introduced()) authorities_[entry.authority()] = entry.introduced();
  const auto authority = authorities_.find(entry.authority());
  if (authority != authorities_.end()) *entry.mutable_introduced() = authority->second;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string line;
  const auto converted = google::protobuf::util::MessageToJsonString(entry, &line, options);
  if (!converted.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("entry ", entry.sequence(), ": ", std::string(converted.message())));
  }
  line.push_back('\n');
  if (!out_.is_open() || written_ >= file_bytes_) {
    VOUCHER_RETURN_IF_ERROR(Finish());
    out_.open(FileName(++files_), std::ios::binary | std::ios::trunc);
    written_ = 0;
  }
  out_ << line;
  written_ += line.size();
  if (out_) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write ", FileName(files_)));
}

absl::Status EntryExport::Finish() {
  if (!out_.is_open()) return absl::OkStatus();
  out_.close();
  if (out_) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write ", FileName(files_)));
}

absl::StatusOr<uint64_t> ExportEntries(
    const std::string& path, const std::string& directory,
    std::function<void(uint64_t done, uint64_t total)> progress) {
  VOUCHER_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal,
                           Journal::Open({.path = path + "/journal", .read_only = true}));
  VOUCHER_ASSIGN_OR_RETURN(const std::unique_ptr<EntryExport> out, EntryExport::Open(directory));
  const uint64_t end = journal->end_sequence();
  for (uint64_t first = 1; first <= end; first += kEntriesPerBatch) {
    const uint64_t last = std::min(first + kEntriesPerBatch - 1, end);
    absl::Status taken;
    VOUCHER_RETURN_IF_ERROR(
        journal->ReadEntries(first, last, [&](uint64_t place, absl::string_view stored) {
          taken = TakeStored(place, stored, out.get());
          return taken.ok();
        }));
    VOUCHER_RETURN_IF_ERROR(taken);
    progress(last, end);
  }
  VOUCHER_RETURN_IF_ERROR(out->Finish());
  return end;
}

}  // namespace voucher
