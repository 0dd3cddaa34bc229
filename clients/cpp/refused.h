// What a failed call says besides its status code.
//
//   absl::StatusOr<v1::RedeemResponse> reply = client->Redeem(request);
//   if (std::optional<Refused> refused = RefusedOf(reply.status())) {
//     // A business answer, on record: refused->reason, refused->refusal.message_zh().
//   } else if (!reply.ok()) {
//     // An operating error: BadFieldsOf(reply.status()) names malformed fields.
//   }
#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"

#include "voucher/v1/reasons.pb.h"
#include "voucher/v1/types.pb.h"

namespace voucher::client {

// A business refusal: a recorded decision, not an operating error. Repeating the request with the
// same request_id gives the same refusal again.
struct Refused {
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  v1::Refusal refusal;
  // Proof of the decision; absent for REQUEST_ID_REUSED and for reads, which are not recorded.
  std::optional<v1::Receipt> receipt;
};

// The refusal behind `status`; nullopt if it is OK or an operating error.
std::optional<Refused> RefusedOf(const absl::Status& status);

// The malformed fields that an INVALID_ARGUMENT names, in field order; empty otherwise.
std::vector<google::rpc::BadRequest::FieldViolation> BadFieldsOf(const absl::Status& status);

// How long the server asks to wait before a retry; nullopt if it does not say.
std::optional<absl::Duration> RetryDelayOf(const absl::Status& status);

// A status with the details of a serialised google.rpc.Status (the `grpc-status-details-bin`
// trailer) as payloads, by type URL, for the functions above. Details that do not parse are left
// out.
absl::Status WithDetails(absl::Status status, absl::string_view serialised_details);

}  // namespace voucher::client
