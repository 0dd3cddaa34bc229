#include "server/access/rpc_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/status_macros.h"
#include "voucher/dev/v1/clock_service.pb.h"
#include "voucher/v1/admin_service.pb.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/audit_service.pb.h"
#include "voucher/v1/credit_service.pb.h"
#include "voucher/v1/program_service.pb.h"
#include "voucher/v1/registry_service.pb.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher {

namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr uint32_t Bit(int role) {
  return uint32_t{1} << role;
}

uint32_t EveryRole() {
  uint32_t roles = 0;
  const auto* names = v1::Role_descriptor();
  for (int i = 0; i < names->value_count(); ++i) roles |= Bit(names->value(i)->number());
  return roles & ~Bit(v1::ROLE_UNSPECIFIED);
}

absl::Status Wrong(const MethodDescriptor& method, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("the RPC ", method.full_name(), " ", what));
}

absl::Status CheckKind(const MethodDescriptor& method, v1::RpcKind kind) {
  if (!v1::RpcKind_IsValid(kind) || kind == v1::RPC_KIND_UNSPECIFIED) {
    return Wrong(method, "has no kind in its option voucher.v1.rpc");
  }
  if (method.client_streaming() != (kind == v1::RPC_KIND_STREAM) ||
      method.server_streaming() != (kind == v1::RPC_KIND_STREAM || kind == v1::RPC_KIND_WATCH)) {
    return Wrong(method, absl::StrCat("streams otherwise than its kind ", v1::RpcKind_Name(kind)));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> RolesOf(const MethodDescriptor& method, const v1::RpcOptions& options) {
  if (options.any_role()) {
    if (options.roles_size() > 0) return Wrong(method, "has any_role and roles besides");
    return EveryRole();
  }
  uint32_t roles = 0;
  for (const int role : options.roles()) {
    if (role == v1::ROLE_UNSPECIFIED || !v1::Role_IsValid(role)) {
      return Wrong(method, absl::StrCat("has the unknown role ", role));
    }
    roles |= Bit(role);
  }
  return roles;
}

absl::Status CheckScopes(const MethodDescriptor& method, const v1::RpcOptions& options) {
  if (options.scopes().empty()) return Wrong(method, "has no scopes in its option voucher.v1.rpc");
  for (const int scope : options.scopes()) {
    if (scope == v1::SCOPE_KIND_UNSPECIFIED || !v1::ScopeKind_IsValid(scope)) {
      return Wrong(method, absl::StrCat("has the unknown scope ", scope));
    }
    if (scope == v1::SCOPE_KIND_NONE && options.scopes_size() > 1) {
      return Wrong(method, "has SCOPE_KIND_NONE and scopes besides");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckRefusals(const MethodDescriptor& method, const v1::RpcOptions& options) {
  for (const int reason : options.refusals()) {
    if (reason == v1::REASON_UNSPECIFIED || !v1::Reason_IsValid(reason)) {
      return Wrong(method, absl::StrCat("has the unknown refusal ", reason));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Rpc> RpcOf(const MethodDescriptor& method) {
  if (!method.options().HasExtension(v1::rpc)) return Wrong(method, "has no option voucher.v1.rpc");
  Rpc rpc;
  rpc.path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
  rpc.options = &method.options().GetExtension(v1::rpc);
  VOUCHER_RETURN_IF_ERROR(CheckKind(method, rpc.options->kind()));
  VOUCHER_ASSIGN_OR_RETURN(rpc.roles, RolesOf(method, *rpc.options));
  VOUCHER_RETURN_IF_ERROR(CheckScopes(method, *rpc.options));
  VOUCHER_RETURN_IF_ERROR(CheckRefusals(method, *rpc.options));
  if (rpc.options->two_persons() || rpc.options->validate_only()) {
    return Wrong(method, "promises two_persons or validate_only, which this server does not do");
  }
  if (rpc.options->max_request_bytes() == 0) return Wrong(method, "has no max_request_bytes");
  return rpc;
}

}  // namespace

absl::string_view Rpc::service() const {
  const absl::string_view whole(path);
  return whole.substr(1, whole.rfind('/') - 1);
}

absl::string_view Rpc::method() const {
  const absl::string_view whole(path);
  return whole.substr(whole.rfind('/') + 1);
}

absl::StatusOr<RpcTable> RpcTable::Of(absl::Span<const ServiceDescriptor* const> services) {
  RpcTable table;
  for (const ServiceDescriptor* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      VOUCHER_ASSIGN_OR_RETURN(Rpc rpc, RpcOf(*service->method(i)));
      rpc.index = table.rpcs_.size();
      table.max_request_bytes_ =
          std::max(table.max_request_bytes_, rpc.options->max_request_bytes());
      table.rpcs_.push_back(std::move(rpc));
    }
  }
  return table;
}

const Rpc* RpcTable::Find(absl::string_view service, absl::string_view method) const {
  const auto found = std::find_if(rpcs_.begin(), rpcs_.end(), [&](const Rpc& rpc) {
    return rpc.service() == service && rpc.method() == method;
  });
  return found == rpcs_.end() ? nullptr : &*found;
}

absl::StatusOr<RpcTable> ServedRpcs() {
  // By a message of each file, so that the linker keeps its descriptors.
  std::vector<const ServiceDescriptor*> services;
  for (const google::protobuf::Descriptor* message :
       {v1::PublishProgramRequest::descriptor(), v1::PutEnterpriseRequest::descriptor(),
        v1::SubmitApplicationRequest::descriptor(), v1::RedeemRequest::descriptor(),
        v1::CloseStatementRequest::descriptor(), v1::GetEntryRequest::descriptor(),
        v1::GetStatusRequest::descriptor(), dev::v1::GetClockRequest::descriptor()}) {
    for (int i = 0; i < message->file()->service_count(); ++i) {
      services.push_back(message->file()->service(i));
    }
  }
  return RpcTable::Of(services);
}

size_t RpcIndex(const Rpc& rpc) {
  return rpc.index;
}

bool MayCall(const v1::Authority& who, const Rpc& rpc) {
  return std::any_of(who.roles().begin(), who.roles().end(), [&](int role) {
    return role > 0 && role < 32 && (rpc.roles & Bit(role)) != 0;
  });
}

absl::Status CheckRequestBytes(const Rpc& rpc, size_t bytes) {
  const uint32_t most = rpc.options->max_request_bytes();
  if (bytes <= most) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the request has ", bytes, " bytes; ", rpc.path, " takes at most ", most));
}

}  // namespace voucher
