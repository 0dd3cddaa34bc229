#include "ledger/query/scope.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace voucher::query {

absl::Status CheckSeesProvider(const v1::Authority& who, absl::string_view provider_id) {
  const auto& roles = who.roles();
  if (std::find(roles.begin(), roles.end(), v1::ROLE_PROVIDER) == roles.end() ||
      who.provider_id() == provider_id) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(absl::StrCat("Principal ", who.principal(),
                                                  " sees only what belongs to provider ",
                                                  who.provider_id(), "."));
}

}  // namespace voucher::query
