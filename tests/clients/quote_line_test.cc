#include "clients/cli/quote_line.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace voucher::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kLine[] =
    R"({"id": "hubei-2025/0000", "program": "hubei-2025", "item": "resource",)"
    R"( "received_at": "2025-04-29T14:10:18.250+00:00", "enterprise": {)"
    R"("uscc": "534201006UYAFT8BL0", "division": "420100", "size": "MICRO",)"
    R"( "industry": "INDUSTRIAL", "registered_on": "2020-03-15", "is_cloud_provider": true,)"
    R"( "prior_year_revenue_fen": 1999999999, "incidents": [)"
    R"({"kind": "SAFETY", "date": "2020-03-07", "severity": "LARGER"},)"
    R"( {"kind": "CRIMINAL", "date": "2021-01-01"}],)"
    R"( "listings": ["JOINT_PUNISHMENT"], "blacklisted": true},)"
    R"( "project": {"other_funding": true, "completed_prior_year": true},)"
    R"( "spend_fen": 500000001, "already_granted_fen": 42, "expect": {"grant_fen": 20000000}})";

// The complaint about the line with one piece of text replaced.
std::string Complaint(absl::string_view good, absl::string_view bad) {
  EXPECT_THAT(std::string(kLine), HasSubstr(std::string(good)));
  const auto line = ParseQuoteLine(absl::StrReplaceAll(kLine, {{good, bad}}));
  return std::string(line.status().message());
}

TEST(ParseQuoteLine, ReadsEveryFact) {
  const auto line = ParseQuoteLine(kLine);
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->id_json, "\"hubei-2025/0000\"");
  const v1::QuoteRequest& request = line->request;
  EXPECT_EQ(request.program_id(), "hubei-2025");
  EXPECT_EQ(request.item_id(), "resource");
  EXPECT_EQ(request.received_at().seconds(), 1'745'935'818);
  EXPECT_EQ(request.received_at().nanos(), 250'000'000);
  EXPECT_EQ(request.uscc(), "534201006UYAFT8BL0");
  EXPECT_EQ(request.facts().uscc(), "534201006UYAFT8BL0");
  EXPECT_EQ(request.facts().division(), "420100");
  EXPECT_EQ(request.facts().size(), v1::ENTERPRISE_SIZE_MICRO);
  EXPECT_EQ(request.facts().industry(), v1::INDUSTRY_INDUSTRIAL);
  EXPECT_EQ(request.facts().registered_on().month(), 3);
  EXPECT_TRUE(request.facts().is_cloud_provider());
  EXPECT_EQ(request.facts().prior_year_revenue_fen(), 1'999'999'999);
  ASSERT_EQ(request.incidents_size(), 2);
  EXPECT_EQ(request.incidents(0).kind(), v1::INCIDENT_KIND_SAFETY);
  EXPECT_EQ(request.incidents(0).severity(), v1::INCIDENT_SEVERITY_LARGER);
  EXPECT_EQ(request.incidents(0).date().day(), 7);
  EXPECT_EQ(request.incidents(1).severity(), v1::INCIDENT_SEVERITY_UNSPECIFIED);
  EXPECT_THAT(request.listings(), ElementsAre(v1::LISTING_KIND_JOINT_PUNISHMENT));
  EXPECT_TRUE(request.blacklisted());
  EXPECT_TRUE(request.project().other_funding());
  EXPECT_TRUE(request.project().completed_prior_year());
  EXPECT_EQ(request.spend_fen(), 500'000'001);
  EXPECT_EQ(request.already_granted_fen(), 42);
}

TEST(ParseQuoteLine, ReadsTheSameInstantInAnyZone) {
  const auto line = ParseQuoteLine(absl::StrReplaceAll(
      kLine, {{"2025-04-29T14:10:18.250+00:00", "2025-04-29T22:10:18.25+08:00"}}));
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(line->request.received_at().seconds(), 1'745'935'818);
  EXPECT_EQ(line->request.received_at().nanos(), 250'000'000);
}

TEST(ParseQuoteLine, NamesTheBadField) {
  EXPECT_EQ(Complaint("{\"id\"", "[\"id\""), "not a JSON object");
  EXPECT_EQ(Complaint("\"id\": \"hubei-2025/0000\", ", ""), "id: missing");
  EXPECT_EQ(Complaint("\"item\": \"resource\"", "\"item\": 3"), "item: expected a string");
  EXPECT_THAT(Complaint("+00:00", ""), StartsWith("received_at: "));
  EXPECT_THAT(Complaint("\"MICRO\"", "\"TINY\""),
              StartsWith("enterprise.size: size: expected one of MICRO, SMALL"));
  EXPECT_EQ(Complaint("\"division\": \"420100\", ", ""), "enterprise.division: missing");
  EXPECT_THAT(Complaint("\"2020-03-07\"", "\"2020-02-30\""),
              StartsWith("enterprise.incidents[0].date: "));
  EXPECT_THAT(Complaint("\"CRIMINAL\"", "\"THEFT\""), StartsWith("enterprise.incidents[1].kind: "));
  EXPECT_THAT(Complaint("\"JOINT_PUNISHMENT\"", "\"NO_SUCH\""), StartsWith("enterprise.listings"));
  EXPECT_EQ(Complaint("\"blacklisted\": true", "\"blacklisted\": 1"),
            "enterprise.blacklisted: expected true or false");
  EXPECT_EQ(Complaint("\"spend_fen\": 500000001", "\"spend_fen\": 5.5"),
            "spend_fen: expected a whole number of fen");
  EXPECT_EQ(Complaint("\"spend_fen\": 500000001", "\"spend_fen\": 9223372036854775808"),
            "spend_fen: expected a whole number of fen");
  EXPECT_THAT(Complaint("\"other_funding\"", "\"otherfunding\""),
              StartsWith("project.otherfunding: unknown; names here are other_funding"));
}

TEST(QuoteAnswer, IsOneJsonObject) {
  EXPECT_EQ(QuoteAnswer("\"a\"", 20'000'000), R"({"id":"a","grant_fen":20000000})");
  v1::Refusal refusal;
  refusal.set_reason(v1::REASON_PROGRAM_NOT_FOUND);
  EXPECT_EQ(QuoteAnswer("7", refusal), R"({"id":7,"reject":"PROGRAM_NOT_FOUND"})");
  refusal.set_reason(v1::REASON_NOT_ELIGIBLE);
  refusal.add_rules(v1::ELIGIBILITY_RULE_REGION);
  refusal.add_rules(v1::ELIGIBILITY_RULE_PRIOR_YEAR_PROJECT);
  EXPECT_EQ(QuoteAnswer("\"a\"", refusal),
            R"({"id":"a","reject":"NOT_ELIGIBLE","rules":["region","prior_year_project"]})");
}

}  // namespace
}  // namespace voucher::cli
