#include <fstream>
#include <string>

#include "gtest/gtest.h"

#include "ledger/base/civil.h"
#include "ledger/policy/refusal_text.h"
#include "ledger/query/program_queries.h"
#include "nlohmann/json.hpp"
#include "tests/query/told_ledger.h"

namespace voucher::query {
namespace {

using ::nlohmann::json;
using ::voucher::testing::Platform;
using ::voucher::testing::StoryUscc;

template <typename Enum>
Enum EnumOf(bool (*parse)(google::protobuf::ConstStringParam, Enum*), const std::string& prefix,
            const json& name) {
  Enum value{};
  EXPECT_TRUE(parse(prefix + name.get<std::string>(), &value)) << name;
  return value;
}

v1::CivilDate DateOf(const json& text) {
  return ToCivilDate(ParseIsoDate(text.get<std::string>()).value());
}

v1::QuoteRequest RequestOf(const json& vector) {
  v1::QuoteRequest request;
  request.set_program_id(vector["program"].get<std::string>());
  request.set_item_id(vector["item"].get<std::string>());
  *request.mutable_received_at() =
      ToTimestamp(ParseRfc3339(vector["received_at"].get<std::string>()).value());
  request.set_spend_fen(vector["spend_fen"].get<int64_t>());
  request.set_already_granted_fen(vector["already_granted_fen"].get<int64_t>());
  const json& from = vector["enterprise"];
  v1::EnterpriseFacts* facts = request.mutable_facts();
  facts->set_uscc(from["uscc"].get<std::string>());
  facts->set_division(from["division"].get<std::string>());
  facts->set_size(EnumOf(&v1::EnterpriseSize_Parse, "ENTERPRISE_SIZE_", from["size"]));
  facts->set_industry(EnumOf(&v1::Industry_Parse, "INDUSTRY_", from["industry"]));
  *facts->mutable_registered_on() = DateOf(from["registered_on"]);
  facts->set_is_cloud_provider(from["is_cloud_provider"].get<bool>());
  facts->set_prior_year_revenue_fen(from["prior_year_revenue_fen"].get<int64_t>());
  for (const json& given : from["incidents"]) {
    v1::Incident* incident = request.add_incidents();
    incident->set_kind(EnumOf(&v1::IncidentKind_Parse, "INCIDENT_KIND_", given["kind"]));
    *incident->mutable_date() = DateOf(given["date"]);
    if (given.contains("severity")) {
      incident->set_severity(
          EnumOf(&v1::IncidentSeverity_Parse, "INCIDENT_SEVERITY_", given["severity"]));
    }
  }
  for (const json& listing : from["listings"]) {
    request.add_listings(EnumOf(&v1::ListingKind_Parse, "LISTING_KIND_", listing));
  }
  request.set_blacklisted(from["blacklisted"].get<bool>());
  const json& project = vector["project"];
  request.mutable_project()->set_other_funding(project["other_funding"].get<bool>());
  request.mutable_project()->set_completed_prior_year(project["completed_prior_year"].get<bool>());
  return request;
}

json Outcome(const v1::QuoteResponse& response) {
  if (response.has_grant()) return {{"grant_fen", response.grant().grant_fen()}};
  json outcome = {{"reject", std::string(ReasonName(response.refusal().reason()))}};
  for (const int rule : response.refusal().rules()) {
    outcome["rules"].push_back(RuleName(static_cast<v1::EligibilityRule>(rule)));
  }
  return outcome;
}

class QuoteTest : public ::voucher::testing::ToldLedger {
 protected:
  // The answer for a registered enterprise, now.
  v1::QuoteResponse Ask(int enterprise, int64_t spend_fen) {
    v1::QuoteRequest request;
    request.set_program_id("hubei-2025");
    request.set_item_id("resource");
    request.set_uscc(StoryUscc(enterprise));
    request.set_spend_fen(spend_fen);
    return Ask(request);
  }
  v1::QuoteResponse Ask(const v1::QuoteRequest& request) {
    v1::QuoteResponse response;
    const absl::Status status = Quote(view(), Platform(), request, &response, story_.now());
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(response.as_of_sequence(), end());
    return response;
  }
  void SetState(v1::ProgramState state) {
    v1::Command command;
    command.mutable_set_program_state()->set_request_id(v1::ProgramState_Name(state));
    command.mutable_set_program_state()->set_program_id("hubei-2025");
    command.mutable_set_program_state()->set_state(state);
    story_.Accept(Platform(), command);
  }
};

TEST_F(QuoteTest, EveryVectorOfHubei2025Holds) {
  // The state of the program is not asked.
  SetState(v1::PROGRAM_STATE_SUSPENDED);
  std::ifstream file("tests/vectors/quotes.jsonl");
  std::string line;
  int count = 0;
  while (std::getline(file, line)) {
    const json vector = json::parse(line);
    if (vector["program"] != "hubei-2025") continue;
    const v1::QuoteResponse response = Ask(RequestOf(vector));
    EXPECT_EQ(Outcome(response), vector["expect"]) << line;
    if (response.has_refusal()) {
      EXPECT_NE(response.refusal().message(), "") << line;
      EXPECT_NE(response.refusal().message_zh(), "") << line;
    }
    ++count;
  }
  EXPECT_EQ(count, 120);
}

TEST_F(QuoteTest, AGrantNamesTheCapThatClippedIt) {
  // Enterprise 0 has 20,000 of its 200,000 yuan; the budget has 77,400. 50 % of 100,000 are 50,000,
  // of 380,000 190,000.
  v1::QuoteRequest request;
  request.set_program_id("hubei-2025");
  request.set_item_id("ecosystem");
  request.set_uscc(StoryUscc(0));
  request.set_spend_fen(100'000'00);
  v1::QuoteResponse response = Ask(request);
  EXPECT_EQ(response.grant().grant_fen(), 50'000'00);
  EXPECT_EQ(response.grant().unclipped_fen(), 50'000'00);
  EXPECT_EQ(response.grant().binding_limit(), "");

  v1::Command fund;
  fund.mutable_appropriate()->set_request_id("fund-2");
  fund.mutable_appropriate()->set_program_id("hubei-2025");
  fund.mutable_appropriate()->set_amount_fen(1'000'000'00);
  fund.mutable_appropriate()->set_fiscal_reference("2025-2");
  story_.Accept(::voucher::testing::Finance(), fund);
  request.set_spend_fen(380'000'00);
  response = Ask(request);
  EXPECT_EQ(response.grant().grant_fen(), 180'000'00);
  EXPECT_EQ(response.grant().unclipped_fen(), 190'000'00);
  EXPECT_EQ(response.grant().binding_limit(), "ENTERPRISE_YEAR");
}

TEST_F(QuoteTest, ABudgetTooSmallIsTheRefusalThatWouldBeRecorded) {
  const v1::QuoteResponse response = Ask(2, 1'000'000'00);
  v1::Refusal recorded =
      story_.Do(Platform(), ::voucher::testing::Apply(2, "apply-8", 1'000'000'00)).refusal();
  FillMessages(&recorded);
  EXPECT_EQ(recorded.reason(), v1::REASON_POOL_EXHAUSTED);
  EXPECT_EQ(response.refusal().SerializeAsString(), recorded.SerializeAsString());
}

TEST_F(QuoteTest, TheQuotedGrantIsTheOneThatAnApplicationGets) {
  const v1::QuoteResponse response = Ask(2, 12'345'67);
  EXPECT_EQ(response.grant().grant_fen(), 2'469'13) << "20 % of 12,345.67 rounded down";
  const v1::Entry entry =
      story_.Accept(Platform(), ::voucher::testing::Apply(2, "apply-8", 12'345'67));
  EXPECT_EQ(entry.event().application_submitted().granted_fen(), response.grant().grant_fen());
}

TEST_F(QuoteTest, UnknownNamesAreRefusalsInOrder) {
  v1::QuoteRequest request;
  request.set_program_id("nowhere");
  request.set_item_id("nothing");
  request.set_uscc(StoryUscc(9));
  request.set_spend_fen(1);
  EXPECT_EQ(Ask(request).refusal().reason(), v1::REASON_PROGRAM_NOT_FOUND);
  request.set_program_id("hubei-2025");
  EXPECT_EQ(Ask(request).refusal().reason(), v1::REASON_ITEM_NOT_FOUND);
  request.set_item_id("resource");
  EXPECT_EQ(Ask(request).refusal().reason(), v1::REASON_ENTERPRISE_NOT_FOUND);
  SetState(v1::PROGRAM_STATE_SUSPENDED);
  EXPECT_EQ(Ask(request).refusal().reason(), v1::REASON_ENTERPRISE_NOT_FOUND);
  request.set_uscc(StoryUscc(0));
  EXPECT_EQ(Ask(request).refusal().reason(), v1::REASON_PROGRAM_NOT_OPEN);
}

TEST_F(QuoteTest, ARegisteredEnterpriseIsJudgedNow) {
  EXPECT_EQ(Ask(0, 4).refusal().reason(), v1::REASON_AMOUNT_TOO_SMALL) << "20 % of 4 fen";
  story_.MoveTo("2025-10-31T23:59:59.999+08:00");
  EXPECT_TRUE(Ask(0, 1'000'00).has_grant());
  story_.MoveTo("2025-11-01T00:00:00+08:00");
  EXPECT_EQ(Ask(0, 1'000'00).refusal().reason(), v1::REASON_WINDOW_CLOSED);
}

TEST_F(QuoteTest, ABlacklistedEnterpriseIsRefusedBeforeEligibility) {
  v1::Command command;
  auto* request = command.mutable_set_blacklist();
  request->set_request_id("blacklist");
  request->set_uscc(StoryUscc(0));
  request->mutable_blacklisting()->set_reason("sold vouchers");
  story_.Accept(Platform(), command);
  EXPECT_EQ(Ask(0, 1'000'00).refusal().reason(), v1::REASON_BLACKLISTED);
}

TEST_F(QuoteTest, MalformedQuotesNameTheField) {
  struct Case {
    const char* field;
    void (*spoil)(v1::QuoteRequest*);
  };
  const Case cases[] = {
      {"program_id", [](v1::QuoteRequest* r) { r->clear_program_id(); }},
      {"item_id", [](v1::QuoteRequest* r) { r->clear_item_id(); }},
      {"spend_fen", [](v1::QuoteRequest* r) { r->set_spend_fen(0); }},
      {"spend_fen", [](v1::QuoteRequest* r) { r->set_spend_fen(1'000'000'000'000'001); }},
      {"division", [](v1::QuoteRequest* r) { r->mutable_facts()->set_division("42"); }},
      {"size", [](v1::QuoteRequest* r) { r->mutable_facts()->clear_size(); }},
      {"industry",
       [](v1::QuoteRequest* r) { r->mutable_facts()->set_industry(static_cast<v1::Industry>(9)); }},
      {"registered_on", [](v1::QuoteRequest* r) { r->mutable_facts()->clear_registered_on(); }},
      {"registered_on",
       [](v1::QuoteRequest* r) { r->mutable_facts()->mutable_registered_on()->set_month(13); }},
      {"incidents.date",
       [](v1::QuoteRequest* r) { r->add_incidents()->set_kind(v1::INCIDENT_KIND_SAFETY); }},
      {"listings", [](v1::QuoteRequest* r) { r->add_listings(v1::LISTING_KIND_UNSPECIFIED); }},
      {"already_granted_fen", [](v1::QuoteRequest* r) { r->set_already_granted_fen(-1); }},
      {"received_at", [](v1::QuoteRequest* r) { r->mutable_received_at()->set_nanos(-1); }},
      {"uscc, or facts", [](v1::QuoteRequest* r) { r->clear_facts(); }},
      {"go with facts only",
       [](v1::QuoteRequest* r) {
         r->clear_facts();
         r->set_uscc(StoryUscc(0));
         r->set_blacklisted(true);
       }},
  };
  for (const Case& c : cases) {
    v1::QuoteRequest request;
    request.set_program_id("hubei-2025");
    request.set_item_id("resource");
    request.set_spend_fen(1'000'00);
    v1::EnterpriseFacts* facts = request.mutable_facts();
    facts->set_division("420106");
    facts->set_size(v1::ENTERPRISE_SIZE_SMALL);
    facts->set_industry(v1::INDUSTRY_INDUSTRIAL);
    *facts->mutable_registered_on() = ToCivilDate(CivilDay(2020, 1, 1));
    EXPECT_TRUE(Ask(request).has_grant());
    c.spoil(&request);
    v1::QuoteResponse response;
    const absl::Status status = Quote(view(), Platform(), request, &response, story_.now());
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.field;
    EXPECT_NE(status.message().find(c.field), absl::string_view::npos) << status;
  }
}

}  // namespace
}  // namespace voucher::query
