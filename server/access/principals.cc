#include "server/access/principals.h"

namespace voucher {

Principals::Principals(const config::v1::ServerConfig& config) {
  authorities_.reserve(config.principals_size());
  for (const config::v1::Principal& principal : config.principals()) {
    v1::Authority authority;
    authority.set_principal(principal.name());
    *authority.mutable_roles() = principal.roles();
    authority.set_provider_id(principal.provider_id());
    *authority.mutable_divisions() = principal.divisions();
    *authority.mutable_stages() = principal.stages();
    *authority.mutable_program_ids() = principal.program_ids();
    authorities_.emplace(principal.name(), std::move(authority));
  }
}

const v1::Authority* Principals::Find(absl::string_view name) const {
  const auto found = authorities_.find(name);
  return found == authorities_.end() ? nullptr : &found->second;
}

}  // namespace voucher
