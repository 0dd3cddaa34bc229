#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "ledger/state/view.h"
#include "ledger/views/loaded_rows.h"
#include "ledger/views/memory_table.h"
#include "ledger/views/stored_rows.h"

namespace voucher {

// What the rows of the views are made of, newest first. The layers of one moment; the views replace
// them when a table is full and when it was written out.
struct Layers {
  // Being written; readers see it as it was after some group.
  std::shared_ptr<MemoryTable> active;
  // Complete, and on its way to disk. nullptr: none.
  std::shared_ptr<const MemoryTable> frozen;
  std::shared_ptr<const StoredRows> stored;
  // On their way to disk without having been in a table; not beside a frozen one.
  std::shared_ptr<const LoadedRows> loaded = nullptr;

  // The newest row over all layers; those of `active` as after `group`. A read that fails is fatal.
  bool Get(uint32_t group, absl::string_view key, std::string* value) const;

  // Fetches memory that Get will look at.
  void Prefetch(absl::string_view key) const;

  // Rows with keys in [first, last), in order, until the visitor returns false. UNAVAILABLE or
  // DATA_LOSS if reading fails.
  absl::Status Scan(uint32_t group, absl::string_view first, absl::string_view last,
                    bool fill_cache,
                    absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) const;
};

// Layers as they were after one group; the thread safety of the layers.
class LayeredRows final : public RowSource {
 public:
  LayeredRows(std::shared_ptr<const Layers> layers, uint32_t group)
      : layers_(std::move(layers)), group_(group) {}

  bool Get(absl::string_view key, std::string* value) const override;
  void Prefetch(absl::string_view key) const override;
  void Scan(absl::string_view first, absl::string_view last,
            absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) const override;

  const Layers& layers() const { return *layers_; }
  // Goes over to other layers. Not beside a reader.
  void MoveTo(std::shared_ptr<const Layers> layers) { layers_ = std::move(layers); }

 private:
  std::shared_ptr<const Layers> layers_;
  const uint32_t group_;
};

}  // namespace voucher
