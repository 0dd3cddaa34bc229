#include "ledger/query/lookup.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "ledger/query/resources.h"

namespace voucher::query {

absl::StatusOr<uint32_t> FindProgram(const View& view, const std::string& program_id) {
  const uint64_t number = NumberOf<tables::ProgramNumbers>(view, {program_id});
  if (number == 0) {
    return absl::NotFoundError(absl::StrCat("There is no program ", program_id, "."));
  }
  return static_cast<uint32_t>(number);
}

absl::StatusOr<uint64_t> FindProvider(const View& view, const std::string& provider_id) {
  const uint64_t number = NumberOf<tables::ProviderNumbers>(view, {provider_id});
  if (number == 0) {
    return absl::NotFoundError(absl::StrCat("There is no provider ", provider_id, "."));
  }
  return number;
}

absl::StatusOr<uint64_t> FindEnterprise(const View& view, const std::string& uscc) {
  const uint64_t number = NumberOf<tables::EnterpriseNumbers>(view, {uscc});
  if (number == 0) {
    return absl::NotFoundError(absl::StrCat("No enterprise with USCC ", uscc, " is registered."));
  }
  return number;
}

absl::StatusOr<const rows::AccountRow*> FindAccount(const View& view, uint64_t account_id) {
  const rows::AccountRow* row = view.Find<tables::CloudAccounts>({account_id});
  if (row == nullptr) {
    return absl::NotFoundError(absl::StrCat("There is no cloud account ", account_id, "."));
  }
  return row;
}

}  // namespace voucher::query
