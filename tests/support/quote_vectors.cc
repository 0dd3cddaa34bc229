#include "tests/support/quote_vectors.h"

#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "ledger/base/civil.h"
#include "ledger/policy/refusal_text.h"
#include "nlohmann/json.hpp"

namespace voucher {
namespace {

using nlohmann::json;

// Reads one line; anything that is not understood is noted and clears ok().
class LineReader {
 public:
  bool ok() const { return ok_; }

  // The value of an enum by its short name, as in "MICRO" with prefix "ENTERPRISE_SIZE_".
  template <typename Enum>
  Enum EnumOf(bool (*parse)(google::protobuf::ConstStringParam, Enum*), const std::string& prefix,
              const json& name) {
    Enum value{};
    if (!parse(prefix + name.get<std::string>(), &value)) ok_ = false;
    return value;
  }

  v1::CivilDate DateOf(const json& text) {
    const std::optional<CivilDay> day = ParseIsoDate(text.get<std::string>());
    if (!day) ok_ = false;
    return day ? ToCivilDate(*day) : v1::CivilDate();
  }

  UnixNanos InstantOf(const json& text) {
    const std::optional<UnixNanos> instant = ParseRfc3339(text.get<std::string>());
    if (!instant) ok_ = false;
    return instant.value_or(0);
  }

 private:
  bool ok_ = true;
};

void ReadEnterprise(const json& from, LineReader* reader, v1::QuoteRequest* request) {
  v1::EnterpriseFacts* facts = request->mutable_facts();
  facts->set_uscc(from.at("uscc").get<std::string>());
  facts->set_division(from.at("division").get<std::string>());
  facts->set_size(reader->EnumOf(&v1::EnterpriseSize_Parse, "ENTERPRISE_SIZE_", from.at("size")));
  facts->set_industry(reader->EnumOf(&v1::Industry_Parse, "INDUSTRY_", from.at("industry")));
  *facts->mutable_registered_on() = reader->DateOf(from.at("registered_on"));
  facts->set_is_cloud_provider(from.at("is_cloud_provider").get<bool>());
  facts->set_prior_year_revenue_fen(from.at("prior_year_revenue_fen").get<int64_t>());
  for (const json& given : from.at("incidents")) {
    v1::Incident* incident = request->add_incidents();
    incident->set_kind(reader->EnumOf(&v1::IncidentKind_Parse, "INCIDENT_KIND_", given.at("kind")));
    *incident->mutable_date() = reader->DateOf(given.at("date"));
    if (!given.contains("severity")) continue;
    incident->set_severity(
        reader->EnumOf(&v1::IncidentSeverity_Parse, "INCIDENT_SEVERITY_", given.at("severity")));
  }
  for (const json& listing : from.at("listings")) {
    request->add_listings(reader->EnumOf(&v1::ListingKind_Parse, "LISTING_KIND_", listing));
  }
  request->set_blacklisted(from.at("blacklisted").get<bool>());
}

std::string ExpectedOf(const json& expect, LineReader* reader) {
  if (expect.contains("grant_fen")) return OutcomeOf(expect.at("grant_fen").get<int64_t>());
  v1::Refusal refusal;
  refusal.set_reason(reader->EnumOf(&v1::Reason_Parse, "REASON_", expect.at("reject")));
  if (!expect.contains("rules")) return OutcomeOf(refusal);
  return absl::StrCat(OutcomeOf(refusal), ": ",
                      absl::StrJoin(expect.at("rules").get<std::vector<std::string>>(), ", "));
}

QuoteVector VectorOf(const json& line, LineReader* reader) {
  QuoteVector vector;
  vector.id = line.at("id").get<std::string>();
  vector.request.set_program_id(line.at("program").get<std::string>());
  vector.request.set_item_id(line.at("item").get<std::string>());
  *vector.request.mutable_received_at() = ToTimestamp(reader->InstantOf(line.at("received_at")));
  ReadEnterprise(line.at("enterprise"), reader, &vector.request);
  const json& project = line.at("project");
  vector.request.mutable_project()->set_other_funding(project.at("other_funding").get<bool>());
  vector.request.mutable_project()->set_completed_prior_year(
      project.at("completed_prior_year").get<bool>());
  vector.request.set_spend_fen(line.at("spend_fen").get<int64_t>());
  vector.request.set_already_granted_fen(line.at("already_granted_fen").get<int64_t>());
  vector.expected = ExpectedOf(line.at("expect"), reader);
  return vector;
}

}  // namespace

absl::StatusOr<std::vector<QuoteVector>> ReadQuoteVectors(const std::string& program_id) {
  const std::string path = absl::StrCat("tests/vectors/", program_id, "/quotes.jsonl");
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot open ", path));
  std::vector<QuoteVector> vectors;
  std::string line;
  while (std::getline(file, line)) {
    LineReader reader;
    vectors.push_back(VectorOf(json::parse(line), &reader));
    if (!reader.ok() || vectors.back().request.program_id() != program_id) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": ", line));
    }
  }
  if (vectors.size() < kLeastQuoteVectors) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", vectors.size(), " lines, not ", kLeastQuoteVectors));
  }
  return vectors;
}

std::string OutcomeOf(int64_t grant_fen) {
  return absl::StrCat(grant_fen, " fen");
}

std::string OutcomeOf(const v1::Refusal& refusal) {
  std::vector<std::string> rules;
  for (const int rule : refusal.rules()) {
    rules.push_back(RuleName(static_cast<v1::EligibilityRule>(rule)));
  }
  const absl::string_view reason = ReasonName(refusal.reason());
  if (rules.empty()) return std::string(reason);
  return absl::StrCat(reason, ": ", absl::StrJoin(rules, ", "));
}

}  // namespace voucher
