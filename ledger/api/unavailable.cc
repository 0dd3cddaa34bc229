#include "ledger/api/unavailable.h"

#include "absl/strings/cord.h"

namespace voucher {
namespace {

constexpr absl::string_view kPayload = "voucher.v1/reason";

}  // namespace

absl::Status UnavailableError(absl::string_view reason, absl::string_view sentence) {
  absl::Status status = absl::UnavailableError(sentence);
  status.SetPayload(kPayload, absl::Cord(reason));
  return status;
}

std::string UnavailableReason(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  return payload ? std::string(*payload) : std::string();
}

}  // namespace voucher
