// Numbers behind the names in a request, with the errors of a read.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "ledger/state/view.h"

namespace voucher::query {

// NOT_FOUND if there is no such thing.
absl::StatusOr<uint32_t> FindProgram(const View& view, const std::string& program_id);
absl::StatusOr<uint64_t> FindProvider(const View& view, const std::string& provider_id);
absl::StatusOr<uint64_t> FindEnterprise(const View& view, const std::string& uscc);

// The account of this number. NOT_FOUND if there is none.
absl::StatusOr<const rows::AccountRow*> FindAccount(const View& view, uint64_t account_id);

}  // namespace voucher::query
