#include "clients/cpp/refused.h"

#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"

namespace voucher::client {
namespace {

constexpr absl::string_view kDomain = "voucher.v1";

std::string TypeUrl(const google::protobuf::Descriptor& type) {
  return absl::StrCat("type.googleapis.com/", type.full_name());
}

// The detail of type Detail, if `status` carries one.
template <typename Detail>
std::optional<Detail> DetailOf(const absl::Status& status) {
  const std::optional<absl::Cord> payload = [&]() -> std::optional<absl::Cord> {
    if (auto found = status.GetPayload(TypeUrl(*Detail::descriptor()))) return *found;
    return std::nullopt;
  }();
  Detail detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

}  // namespace

std::optional<Refused> RefusedOf(const absl::Status& status) {
  if (status.ok()) return std::nullopt;
  Refused refused;
  refused.receipt = DetailOf<v1::Receipt>(status);
  if (std::optional<v1::Refusal> refusal = DetailOf<v1::Refusal>(status)) {
    refused.reason = refusal->reason();
    refused.refusal = *std::move(refusal);
    return refused;
  }
  const std::optional<google::rpc::ErrorInfo> info = DetailOf<google::rpc::ErrorInfo>(status);
  if (!info || info->domain() != kDomain ||
      !v1::Reason_Parse(absl::StrCat("REASON_", info->reason()), &refused.reason)) {
    return std::nullopt;
  }
  refused.refusal.set_reason(refused.reason);
  refused.refusal.set_message(std::string(status.message()));
  return refused;
}

std::vector<google::rpc::BadRequest::FieldViolation> BadFieldsOf(const absl::Status& status) {
  const std::optional<google::rpc::BadRequest> bad = DetailOf<google::rpc::BadRequest>(status);
  if (!bad) return {};
  return {bad->field_violations().begin(), bad->field_violations().end()};
}

std::optional<absl::Duration> RetryDelayOf(const absl::Status& status) {
  const std::optional<google::rpc::RetryInfo> info = DetailOf<google::rpc::RetryInfo>(status);
  if (!info) return std::nullopt;
  return absl::Seconds(info->retry_delay().seconds()) +
         absl::Nanoseconds(info->retry_delay().nanos());
}

absl::Status WithDetails(absl::Status status, absl::string_view serialised_details) {
  google::rpc::Status details;
  if (status.ok() || !details.ParseFromString(std::string(serialised_details))) return status;
  for (const google::protobuf::Any& detail : details.details()) {
    status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return status;
}

}  // namespace voucher::client
