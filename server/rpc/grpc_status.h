// Every error that a caller sees is made here: gRPC code, one sentence, and google.rpc details in
// the trailer `grpc-status-details-bin`.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

#include "ledger/base/field_problem.h"
#include "voucher/v1/reasons.pb.h"
#include "voucher/v1/types.pb.h"

namespace voucher {

// Most bytes of the serialised google.rpc.Status in the trailer: peers refuse larger metadata.
inline constexpr size_t kMaxDetailBytes = 4'096;

// A recorded refusal: the code of its reason; ErrorInfo{reason, domain "voucher.v1", numbers and
// subject}, the Refusal with its sentences, and the Receipt. Rules and numbers that do not fit are
// cut from the end of the Refusal.
grpc::Status RefusalStatus(const v1::Refusal& refusal, const v1::Receipt& receipt);

// REQUEST_ID_REUSED, which is not recorded and has no receipt.
v1::Refusal RequestIdReused(const std::string& request_id);
grpc::Status RequestIdReusedStatus(const std::string& request_id);

// INVALID_ARGUMENT with a BadRequest that names every bad field; those that do not fit are counted
// in its last violation. `problems` is not empty.
grpc::Status BadRequestStatus(const std::vector<FieldProblem>& problems);

// An operating error, its code taken over. INVALID_ARGUMENT carries a BadRequest with the fields of
// BadFieldsError, or with an empty field if the whole message is bad. UNAVAILABLE carries
// RetryInfo, and ErrorInfo with the cause if it is known.
grpc::Status OperatingStatus(const absl::Status& status);

// A caller that may not call this: UNAUTHENTICATED (unknown) or PERMISSION_DENIED (role), with
// ErrorInfo.
grpc::Status DeniedStatus(grpc::StatusCode code, const std::string& cause,
                          const std::string& sentence);

}  // namespace voucher
