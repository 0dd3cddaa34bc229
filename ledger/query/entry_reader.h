// Entries, for queries that need more than rows say.
#pragma once

#include <cstdint>
#include <functional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "voucher/v1/entry.pb.h"

namespace voucher::query {

// Shows the stored bytes of entries `first` to `last`, both included, in order, until the visitor
// returns false. All entries of the view are there, unless it is shown although it does not belong
// to the journal. DATA_LOSS if they cannot be read.
using EntryReader = std::function<absl::Status(
    uint64_t first, uint64_t last,
    absl::FunctionRef<bool(uint64_t sequence, absl::string_view stored)> visit)>;

// Shows those entries, parsed. DATA_LOSS if one of them cannot be read.
absl::Status ReadEntries(const EntryReader& entries, uint64_t first, uint64_t last,
                         absl::FunctionRef<void(const v1::Entry&)> take);

// One of them.
absl::StatusOr<v1::Entry> ReadEntry(const EntryReader& entries, uint64_t sequence);

}  // namespace voucher::query
