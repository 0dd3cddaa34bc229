#include "ledger/fsck/row_compare.h"

#include <string>
#include <utility>
#include <vector>

namespace voucher {
namespace {

constexpr size_t kChunkRows = 4'096;

// All rows of a source in key order, a chunk in memory at a time.
class RowCursor {
 public:
  explicit RowCursor(const RowSource& source) : source_(source) { Load(std::string(1, '\1')); }

  bool at_end() const { return next_ == chunk_.size(); }
  const std::string& key() const { return chunk_[next_].first; }
  const std::string& value() const { return chunk_[next_].second; }

  void Advance() {
    if (++next_ < chunk_.size()) return;
    if (chunk_.size() < kChunkRows) return;
    Load(chunk_.back().first + '\0');
  }

 private:
  // Table 0 belongs to the views themselves; table 255 does not exist.
  void Load(const std::string& first) {
    chunk_.clear();
    next_ = 0;
    source_.Scan(first, "\xff", [this](absl::string_view key, absl::string_view value) {
      chunk_.emplace_back(std::string(key), std::string(value));
      return chunk_.size() < kChunkRows;
    });
  }

  const RowSource& source_;
  std::vector<std::pair<std::string, std::string>> chunk_;
  size_t next_ = 0;
};

std::string RowName(const std::string& key) {
  return absl::StrCat("row ", ToHex(absl::string_view(key).substr(1)), " of table ",
                      static_cast<int>(static_cast<unsigned char>(key[0])));
}

}  // namespace

void CompareRows(const RowSource& replayed, const RowSource& stored,
                 absl::FunctionRef<void(uint64_t rows)> progress, FsckCheck* check) {
  RowCursor right(replayed);
  RowCursor left(stored);
  while (!right.at_end() || !left.at_end()) {
    check->Count();
    if (check->examined() % kChunkRows == 0) progress(check->examined());
    if (left.at_end() || (!right.at_end() && right.key() < left.key())) {
      check->Report(RowName(right.key()), " is missing in the views");
      right.Advance();
    } else if (right.at_end() || left.key() < right.key()) {
      check->Report(RowName(left.key()), " of the views does not follow from the entries");
      left.Advance();
    } else {
      if (left.value() != right.value()) {
        check->Report(RowName(left.key()), " of the views differs from what the entries give");
      }
      left.Advance();
      right.Advance();
    }
  }
}

}  // namespace voucher
