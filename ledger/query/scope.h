// Who sees what, beyond the table of roles.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "voucher/v1/entry.pb.h"

namespace voucher::query {

// PERMISSION_DENIED if `who` is a PROVIDER and the provider is another one.
absl::Status CheckSeesProvider(const v1::Authority& who, absl::string_view provider_id);

}  // namespace voucher::query
