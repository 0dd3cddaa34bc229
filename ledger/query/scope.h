// Who sees what, beyond the table of roles. A query gets no response to fill in but from one of
// these, and only by saying whose things it shows: it cannot forget to ask. Which of them a query
// takes is what the options of its RPC name as its scope (proto/voucher/v1/options.proto).
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "voucher/v1/entry.pb.h"
#include "voucher/v1/options.pb.h"

namespace voucher::query {

// OK unless `who` is a PROVIDER and the provider is another one; then PERMISSION_DENIED.
absl::Status CheckSeesProvider(const v1::Authority& who, absl::string_view provider_id);

// The answer of a read that nothing narrows. Neither copied nor made of nothing; `response`
// outlives it.
template <class Response>
class OpenAnswer {
 public:
  static constexpr v1::ScopeKind kScope = v1::SCOPE_KIND_NONE;

  OpenAnswer(const v1::Authority&, Response* response) : response_(response) {}
  OpenAnswer(const OpenAnswer&) = delete;
  OpenAnswer& operator=(const OpenAnswer&) = delete;

  // What to fill in: whoever may call sees everything.
  Response* ForEveryone() const { return response_; }

 private:
  Response* const response_;
};

// The answer of a read of which a PROVIDER sees only what belongs to its provider. Neither copied
// nor made of nothing; `who` and `response` outlive it.
template <class Response>
class ProviderAnswer {
 public:
  static constexpr v1::ScopeKind kScope = v1::SCOPE_KIND_PROVIDER;

  ProviderAnswer(const v1::Authority& who, Response* response) : who_(who), response_(response) {}
  ProviderAnswer(const ProviderAnswer&) = delete;
  ProviderAnswer& operator=(const ProviderAnswer&) = delete;

  // What to fill in with things of this provider; with an empty id, with things that are no
  // provider's. PERMISSION_DENIED if the caller does not see them.
  absl::StatusOr<Response*> AboutProvider(absl::string_view provider_id) const {
    const absl::Status sees = CheckSeesProvider(who_, provider_id);
    if (!sees.ok()) return sees;
    return response_;
  }

  // What to fill in with things of all providers. PERMISSION_DENIED to a PROVIDER.
  absl::StatusOr<Response*> AboutEveryProvider() const { return AboutProvider(""); }

  // The provider that the caller speaks for; empty if for none.
  const std::string& own_provider_id() const { return who_.provider_id(); }

 private:
  const v1::Authority& who_;
  Response* const response_;
};

}  // namespace voucher::query
