// Rows of tables of every kind, in memory and in files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "gtest/gtest.h"

#include "ledger/views/layers.h"
#include "tests/support/scratch_directory.h"

namespace voucher::testing {

using Rows = std::map<std::string, std::string>;

// Of every kind of table one: o and q are ordered.
inline constexpr char kTables[] = "opqu";

inline OrderedTables TestTables() {
  OrderedTables ordered{};
  ordered['o'] = ordered['q'] = true;
  return ordered;
}

inline GrowthOfTables TestGrowth() {
  GrowthOfTables growth{};
  growth['q'] = growth['u'] = Growth::kScattered;
  return growth;
}

inline std::shared_ptr<MemoryTable> NewTable() {
  return std::make_shared<MemoryTable>(1'000, TestTables());
}

inline std::shared_ptr<ViewFiles> OpenAt(const std::string& path, bool read_only = false,
                                         size_t filter_bytes = 16u << 20) {
  return ViewFiles::Open(path, {.read_only = read_only,
                                .ordered = TestTables(),
                                .growth = TestGrowth(),
                                .state_key = "s",
                                .block_cache_bytes = 1u << 20,
                                .filter_bytes = filter_bytes})
      .value();
}

// Writes rows as one group; an empty value erases.
inline void Write(const Rows& rows, MemoryTable* table) {
  for (const auto& [key, value] : rows) {
    value.empty() ? table->Erase(key) : table->Put(key, value);
  }
  table->EndGroup();
}

inline Rows RowsOf(const Layers& layers, uint32_t group, const std::string& first = "",
                   const std::string& last = "\xff") {
  Rows rows;
  EXPECT_TRUE(layers
                  .Scan(group, first, last, false,
                        [&](absl::string_view key, absl::string_view value) {
                          EXPECT_TRUE(rows.empty() || rows.rbegin()->first < key);
                          rows.emplace(key, value);
                          return true;
                        })
                  .ok());
  return rows;
}

// Empty if absent.
inline std::string RowOf(const Layers& layers, uint32_t group, const std::string& key) {
  std::string value;
  return layers.Get(group, key, &value) ? value : "";
}

class FilesFixture : public ::testing::Test {
 protected:
  std::shared_ptr<ViewFiles> Open(bool read_only = false, size_t filter_bytes = 16u << 20) {
    return OpenAt(Path(), read_only, filter_bytes);
  }
  std::string Path() const { return directory_.Path("v"); }

  ScratchDirectory directory_{"view-files"};
};

}  // namespace voucher::testing
