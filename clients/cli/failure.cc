#include "clients/cli/failure.h"

#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include <nlohmann/json.hpp>

#include "clients/cli/field_text.h"
#include "clients/cli/render.h"
#include "clients/cli/table.h"
#include "ledger/base/money.h"

namespace voucher::cli {
namespace {

using nlohmann::json;

std::string NumberText(const v1::RefusalNumber& number) {
  absl::string_view name = number.name();
  if (absl::ConsumeSuffix(&name, "_unix_ns")) {
    return absl::StrCat(absl::StrReplaceAll(name, {{"_", " "}}), " ",
                        InstantText(absl::FromUnixNanos(number.value())));
  }
  if (absl::EndsWith(name, "_month")) {  // as in 202506
    return absl::StrFormat("%s %04d-%02d", absl::StrReplaceAll(name, {{"_", " "}}),
                           number.value() / 100, number.value() % 100);
  }
  const bool is_money = absl::ConsumeSuffix(&name, "_fen");
  return absl::StrCat(absl::StrReplaceAll(name, {{"_", " "}}), " ",
                      is_money ? FormatYuan(number.value()) : FormatCount(number.value()),
                      is_money ? " yuan" : "");
}

void PrintLine(absl::string_view label, absl::string_view value, std::ostream& out) {
  if (!value.empty()) out << "  " << label << std::string(9 - label.size(), ' ') << value << "\n";
}

json JsonOf(const google::protobuf::Message& message) {
  return json::parse(CompactJson(message));
}

json FailureJson(const absl::Status& status, const std::string& request_id) {
  json failure = {{"code", absl::StatusCodeToString(status.code())},
                  {"message", std::string(status.message())}};
  if (!request_id.empty()) failure["request_id"] = request_id;
  if (const std::optional<client::Refused> refused = client::RefusedOf(status)) {
    failure["refusal"] = JsonOf(refused->refusal);
    if (refused->receipt) failure["receipt"] = JsonOf(*refused->receipt);
  }
  for (const auto& field : client::BadFieldsOf(status)) failure["fields"].push_back(JsonOf(field));
  return {{"error", failure}};
}

}  // namespace

ExitCode ExitCodeOf(const absl::Status& status) {
  if (client::RefusedOf(status)) return kRefused;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kOk;
    case absl::StatusCode::kInvalidArgument:
      return kMalformed;
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kFailedPrecondition:
      return kRefused;
    default:
      return kUnavailable;
  }
}

std::string ReasonText(v1::Reason reason) {
  return std::string(absl::StripPrefix(v1::Reason_Name(reason), "REASON_"));
}

std::string RuleText(v1::EligibilityRule rule) {
  const std::string name = v1::EligibilityRule_Name(rule);
  return absl::AsciiStrToLower(absl::StripPrefix(name, "ELIGIBILITY_RULE_"));
}

void PrintRefused(const client::Refused& refused, std::ostream& out) {
  const v1::Refusal& refusal = refused.refusal;
  out << "refused: " << ReasonText(refused.reason) << "\n";
  for (const std::string& sentence : {refusal.message(), refusal.message_zh()}) {
    if (!sentence.empty()) out << "  " << sentence << "\n";
  }
  std::vector<std::string> rules, numbers;
  for (const int rule : refusal.rules()) {
    rules.push_back(RuleText(static_cast<v1::EligibilityRule>(rule)));
  }
  for (const v1::RefusalNumber& number : refusal.numbers()) numbers.push_back(NumberText(number));
  PrintLine("clause", refusal.clause(), out);
  PrintLine("rules", absl::StrJoin(rules, ", "), out);
  PrintLine("numbers", absl::StrJoin(numbers, ", "), out);
  PrintLine("subject", refusal.subject(), out);
  PrintLine("receipt", refused.receipt ? ReceiptText(*refused.receipt) : "none: not recorded", out);
}

int PrintFailure(const absl::Status& status, const std::string& request_id, Session& session) {
  const ExitCode code = ExitCodeOf(status);
  if (session.json) {
    session.out << FailureJson(status, request_id).dump(1) << "\n";
    return code;
  }
  if (const std::optional<client::Refused> refused = client::RefusedOf(status)) {
    PrintRefused(*refused, session.err);
    return code;
  }
  const char* kind = code == kMalformed     ? "malformed"
                     : code == kUnavailable ? "unavailable"
                                            : "refused";
  session.err << kind << ": " << absl::StatusCodeToString(status.code()) << ": " << status.message()
              << "\n";
  for (const auto& field : client::BadFieldsOf(status)) {
    session.err << "  " << field.field() << ": " << field.description() << "\n";
  }
  if (code == kUnavailable && !request_id.empty()) {
    session.err << "  whether it was recorded is unknown; repeat it with --request-id "
                << request_id << "\n";
  }
  return code;
}

int Malformed(absl::string_view what, Session& session) {
  session.err << "malformed: " << what << "\n";
  return kMalformed;
}

}  // namespace voucher::cli
