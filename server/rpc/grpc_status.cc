#include "server/rpc/grpc_status.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

#include "ledger/api/unavailable.h"
#include "ledger/policy/clause.h"
#include "ledger/policy/refusal_text.h"
#include "ledger/validation/bad_field.h"

namespace voucher {

namespace {

constexpr char kDomain[] = "voucher.v1";
constexpr size_t kMaxSentenceBytes = 512;
constexpr size_t kMaxFieldBytes = 128;

// Cuts text to at most `size` bytes, never inside a UTF-8 sequence.
std::string CutText(const std::string& text, size_t size) {
  if (text.size() <= size) return text;
  size_t end = size;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

google::rpc::Status NewStatus(int code, const std::string& sentence) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(CutText(sentence, kMaxSentenceBytes));
  return status;
}

grpc::Status ToGrpc(const google::rpc::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), status.message(),
          status.SerializeAsString()};
}

google::rpc::ErrorInfo RefusalInfo(const v1::Refusal& refusal) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(ReasonName(refusal.reason())));
  info.set_domain(kDomain);
  for (const v1::RefusalNumber& number : refusal.numbers()) {
    (*info.mutable_metadata())[number.name()] = absl::StrCat(number.value());
  }
  if (!refusal.subject().empty()) {
    (*info.mutable_metadata())["subject"] = CutText(refusal.subject(), kMaxFieldBytes);
  }
  return info;
}

google::rpc::Status AssembleRefusal(const v1::Refusal& refusal, const v1::Receipt* receipt) {
  google::rpc::Status status =
      NewStatus(static_cast<int>(StatusCodeOf(refusal.reason())), refusal.message());
  status.add_details()->PackFrom(RefusalInfo(refusal));
  status.add_details()->PackFrom(refusal);
  if (receipt != nullptr) status.add_details()->PackFrom(*receipt);
  return status;
}

grpc::Status RefusalWithin(v1::Refusal refusal, const v1::Receipt* receipt) {
  FillMessages(&refusal);
  google::rpc::Status status = AssembleRefusal(refusal, receipt);
  if (status.ByteSizeLong() <= kMaxDetailBytes) return ToGrpc(status);
  refusal.set_message(CutText(refusal.message(), kMaxSentenceBytes));
  refusal.set_message_zh(CutText(refusal.message_zh(), kMaxSentenceBytes));
  refusal.set_clause(CutText(refusal.clause(), kMaxSentenceBytes));
  refusal.set_subject(CutText(refusal.subject(), kMaxFieldBytes));
  const int rules = refusal.rules_size();
  const int numbers = refusal.numbers_size();
  const std::string sentence = refusal.message();
  for (status = AssembleRefusal(refusal, receipt);
       status.ByteSizeLong() > kMaxDetailBytes &&
       (refusal.numbers_size() > 0 || refusal.rules_size() > 0);
       status = AssembleRefusal(refusal, receipt)) {
    if (refusal.numbers_size() > 0) {
      refusal.mutable_numbers()->RemoveLast();
    } else {
      refusal.mutable_rules()->RemoveLast();
    }
    refusal.set_message(absl::StrCat(sentence, " (", rules - refusal.rules_size(), " rules and ",
                                     numbers - refusal.numbers_size(), " numbers cut)"));
  }
  return ToGrpc(status);
}

}  // namespace

grpc::Status RefusalStatus(const v1::Refusal& refusal, const v1::Receipt& receipt) {
  return RefusalWithin(refusal, &receipt);
}

v1::Refusal RequestIdReused(const std::string& request_id) {
  v1::Refusal refusal;
  refusal.set_reason(v1::REASON_REQUEST_ID_REUSED);
  refusal.set_subject(request_id);
  FillClause(nullptr, &refusal);
  FillMessages(&refusal);
  return refusal;
}

grpc::Status RequestIdReusedStatus(const std::string& request_id) {
  return RefusalWithin(RequestIdReused(request_id), nullptr);
}

grpc::Status BadRequestStatus(const std::vector<FieldProblem>& problems) {
  constexpr size_t kRoomForTheRest = 700;  // status, type URL and the counting violation
  google::rpc::BadRequest bad;
  size_t taken = 0;
  for (const FieldProblem& problem : problems) {
    google::rpc::BadRequest::FieldViolation violation;
    violation.set_field(CutText(problem.field, kMaxFieldBytes));
    violation.set_description(CutText(problem.description, kMaxSentenceBytes));
    if (bad.ByteSizeLong() + violation.ByteSizeLong() > kMaxDetailBytes - kRoomForTheRest) break;
    *bad.add_field_violations() = std::move(violation);
    ++taken;
  }
  if (taken < problems.size()) {
    bad.add_field_violations()->set_description(
        absl::StrCat("and ", problems.size() - taken, " more bad fields"));
  }
  const FieldProblem& first = problems.front();
  google::rpc::Status status = NewStatus(
      grpc::StatusCode::INVALID_ARGUMENT,
      CutText(absl::StrCat(problems.size() == 1 ? "malformed request: "
                                                : absl::StrCat(problems.size(), " bad fields: "),
                           first.field, first.field.empty() ? "" : ": ", first.description),
              kMaxSentenceBytes));
  status.add_details()->PackFrom(bad);
  return ToGrpc(status);
}

grpc::Status OperatingStatus(const absl::Status& error) {
  if (absl::IsInvalidArgument(error)) {
    const std::vector<FieldProblem> fields = BadFieldsOf(error);
    const FieldProblem whole{"", std::string(error.message())};
    return BadRequestStatus(fields.empty() ? std::vector<FieldProblem>{whole} : fields);
  }
  google::rpc::Status status =
      NewStatus(static_cast<int>(error.code()), std::string(error.message()));
  if (error.code() != absl::StatusCode::kUnavailable) return ToGrpc(status);
  const std::string cause = UnavailableReason(error);
  if (!cause.empty()) {
    google::rpc::ErrorInfo info;
    info.set_reason(cause);
    info.set_domain(kDomain);
    status.add_details()->PackFrom(info);
  }
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  status.add_details()->PackFrom(retry);
  return ToGrpc(status);
}

grpc::Status DeniedStatus(grpc::StatusCode code, const std::string& cause,
                          const std::string& sentence) {
  google::rpc::Status status = NewStatus(code, sentence);
  google::rpc::ErrorInfo info;
  info.set_reason(cause);
  info.set_domain(kDomain);
  status.add_details()->PackFrom(info);
  return ToGrpc(status);
}

}  // namespace voucher
