// Pages of recorded entries for auditors.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "ledger/ledger.h"
#include "voucher/v1/audit_service.pb.h"

namespace voucher {

// Most bytes of the entries of a page, stored and decoded together, unless one alone has more.
inline constexpr size_t kMaxPageBytes = size_t{1} << 20;

// Adds the entries from `first` on to an empty page: up to `last`, at most `most` and
// kMaxPageBytes, but at least one if first <= last. DATA_LOSS if the journal cannot be read or does
// not hold it.
absl::Status AddEntries(const Ledger& ledger, uint64_t first, uint64_t last, int most,
                        google::protobuf::RepeatedPtrField<v1::RecordedEntry>* page);

}  // namespace voucher
