#include "ledger/validation/reads.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

#include "tests/support/service_descriptors.h"

namespace voucher {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kUscc[] = R"(uscc: "914403001922038216" )";

// The fields that ValidateRead names in a request written as text.
template <class Request>
std::vector<std::string> BadFields(const std::string& text) {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  std::vector<std::string> fields;
  for (const FieldProblem& problem : ValidateRead(request)) fields.push_back(problem.field);
  return fields;
}

// Reads are the RPCs whose request carries no request_id, batches and streams of such apart.
TEST(ReadsTest, AreAllThatTheContractHas) {
  std::set<std::string> listed;
#define VOUCHER_NAME(Read) EXPECT_TRUE(listed.insert(#Read).second) << #Read;
  VOUCHER_READS(VOUCHER_NAME)
#undef VOUCHER_NAME
  std::set<std::string> served;
  for (const google::protobuf::ServiceDescriptor* service : AllServices()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service->method(i);
      const google::protobuf::Descriptor& request = *method.input_type();
      const bool many = request.field_count() == 1 && request.field(0)->is_repeated();
      if (request.FindFieldByName("request_id") == nullptr && !many) served.insert(method.name());
    }
  }
  EXPECT_EQ(listed, served);
}

TEST(ReadsTest, UnknownFieldsAreNamed) {
  v1::GetStatusRequest request;
  request.GetReflection()->MutableUnknownFields(&request)->AddVarint(99, 1);
  ASSERT_EQ(ValidateRead(request).size(), 1);
  EXPECT_EQ(ValidateRead(request).front().field, "field 99");
}

TEST(ReadsTest, WhatHasNoFormIsWellFormed) {
  EXPECT_THAT(BadFields<v1::GetStatusRequest>("min_sequence: 18446744073709551615"), IsEmpty());
  EXPECT_THAT(BadFields<v1::GetCalendarRequest>(""), IsEmpty());
  EXPECT_THAT(BadFields<v1::WatchEntriesRequest>("from_sequence: 7"), IsEmpty());
  EXPECT_THAT(BadFields<v1::WatchTransfersRequest>(""), IsEmpty());
}

TEST(ReadsTest, NumbersBeginAtOne) {
  EXPECT_THAT(BadFields<v1::GetApplicationRequest>(""), ElementsAre("application_id"));
  EXPECT_THAT(BadFields<v1::GetApplicationRequest>("application_id: 1"), IsEmpty());
  EXPECT_THAT(BadFields<v1::GetNoticeRequest>(""), ElementsAre("notice_id"));
  EXPECT_THAT(BadFields<v1::GetVoucherRequest>(""), ElementsAre("voucher_id"));
  EXPECT_THAT(BadFields<v1::GetTransferRequest>(""), ElementsAre("transfer_id"));
  EXPECT_THAT(BadFields<v1::GetCreditRequest>(""), ElementsAre("account_id"));
  EXPECT_THAT(BadFields<v1::ListRedemptionsRequest>(""), ElementsAre("account_id"));
  EXPECT_THAT(BadFields<v1::GetStatementRequest>(""), ElementsAre("statement_id"));
  EXPECT_THAT(BadFields<v1::GetEntryRequest>(""), ElementsAre("sequence"));
}

TEST(ReadsTest, NamesHaveTheirAlphabet) {
  EXPECT_THAT(BadFields<v1::GetProgramRequest>(""), ElementsAre("program_id"));
  EXPECT_THAT(BadFields<v1::GetProgramRequest>(R"(program_id: "Hubei")"),
              ElementsAre("program_id"));
  EXPECT_THAT(BadFields<v1::GetProgramRequest>(R"(program_id: "hubei-2025")"), IsEmpty());
  EXPECT_THAT(BadFields<v1::GetCreditRequest>(R"(account_id: 1 program_id: "a_b")"),
              ElementsAre("program_id"));
  EXPECT_THAT(BadFields<v1::GetClusterRequest>(R"(program_id: "p" cluster_id: "")"),
              ElementsAre("cluster_id"));
  EXPECT_THAT(BadFields<v1::ListTransfersRequest>(""), ElementsAre("provider_id"));
  EXPECT_THAT(BadFields<v1::WatchTransfersRequest>(R"(provider_id: "ACME")"),
              ElementsAre("provider_id"));
  EXPECT_THAT(BadFields<v1::ListCatalogRequest>(R"(program_id: "p" provider_id: " ")"),
              ElementsAre("provider_id"));
  EXPECT_THAT(BadFields<v1::ListStatementsRequest>(R"(provider_id: " ")"),
              ElementsAre("program_id", "provider_id"));
  EXPECT_THAT(BadFields<v1::ListNoticesRequest>(""), ElementsAre("program_id"));
  EXPECT_THAT(BadFields<v1::ListClustersRequest>(""), ElementsAre("program_id"));
  EXPECT_THAT(BadFields<v1::GetEnterpriseRequest>(R"(uscc: "91440300192203821")"),
              ElementsAre("uscc"));
  // A wrong check digit may be a genuine early code.
  EXPECT_THAT(BadFields<v1::GetEnterpriseRequest>(R"(uscc: "914403001922038217")"), IsEmpty());
}

TEST(ReadsTest, PagesHaveOneToAThousandRowsAndTheirToken) {
  EXPECT_THAT(BadFields<v1::ListProgramsRequest>("page_size: -1"), ElementsAre("page_size"));
  EXPECT_THAT(BadFields<v1::ListProvidersRequest>("page_size: 1001"), ElementsAre("page_size"));
  EXPECT_THAT(BadFields<v1::ListEnterprisesRequest>("page_size: 1000"), IsEmpty());
  EXPECT_THAT(BadFields<v1::ListEntriesRequest>("page_size: 1001"), ElementsAre("page_size"));
  EXPECT_THAT(BadFields<v1::ListProgramsRequest>(R"(page_token: "zz")"), ElementsAre("page_token"));
  EXPECT_THAT(BadFields<v1::ListProgramsRequest>(R"(page_token: "0af")"),
              ElementsAre("page_token"));
  EXPECT_THAT(BadFields<v1::ListProgramsRequest>(R"(page_token: "0aff")"), IsEmpty());
}

TEST(ReadsTest, ListsAreByProgramOrByEnterprise) {
  const std::string program = R"(program_id: "p" )";
  EXPECT_THAT(BadFields<v1::ListVouchersRequest>(""), ElementsAre("program_id"));
  EXPECT_THAT(BadFields<v1::ListVouchersRequest>(program + kUscc), ElementsAre("uscc"));
  EXPECT_THAT(BadFields<v1::ListVouchersRequest>(program), IsEmpty());
  EXPECT_THAT(BadFields<v1::ListApplicationsRequest>(kUscc), IsEmpty());
  EXPECT_THAT(BadFields<v1::ListApplicationsRequest>(""), ElementsAre("program_id"));
  EXPECT_THAT(BadFields<v1::ListApplicationsRequest>(program + kUscc), ElementsAre("uscc"));
  EXPECT_THAT(BadFields<v1::ListApplicationsRequest>(program + "state: 99"), ElementsAre("state"));
  EXPECT_THAT(BadFields<v1::ListTransfersRequest>(R"(provider_id: "acme" state: 99)"),
              ElementsAre("state"));
}

TEST(ReadsTest, ANumberOrAProviderAndItsNameButNotBoth) {
  EXPECT_THAT(BadFields<v1::GetRedemptionRequest>(""), ElementsAre("redemption_id"));
  EXPECT_THAT(BadFields<v1::GetRedemptionRequest>("redemption_id: 3"), IsEmpty());
  EXPECT_THAT(BadFields<v1::GetRedemptionRequest>(R"(provider_id: "acme" order_number: "o")"),
              IsEmpty());
  EXPECT_THAT(BadFields<v1::GetRedemptionRequest>(R"(provider_id: "acme")"),
              ElementsAre("order_number"));
  EXPECT_THAT(BadFields<v1::GetRedemptionRequest>(R"(order_number: "o")"),
              ElementsAre("provider_id"));
  EXPECT_THAT(BadFields<v1::GetRedemptionRequest>(
                  R"(redemption_id: 3 provider_id: "acme" order_number: "o")"),
              ElementsAre("redemption_id"));
  EXPECT_THAT(BadFields<v1::GetCloudAccountRequest>(""), ElementsAre("account_id"));
  EXPECT_THAT(BadFields<v1::GetCloudAccountRequest>(R"(provider_id: "zeta")"),
              ElementsAre("account_number"));
  EXPECT_THAT(BadFields<v1::GetCloudAccountRequest>(
                  R"(account_id: 3 provider_id: "zeta" account_number: "z-1")"),
              ElementsAre("account_id"));
}

TEST(ReadsTest, AsOfIsAPlaceOrAnInstant) {
  EXPECT_THAT(BadFields<v1::GetBudgetRequest>(R"(program_id: "p")"), IsEmpty());
  EXPECT_THAT(BadFields<v1::GetBudgetRequest>(R"(program_id: "p" sequence: 0)"),
              ElementsAre("sequence"));
  EXPECT_THAT(BadFields<v1::GetBudgetRequest>(R"(program_id: "p" time { nanos: -1 })"),
              ElementsAre("time"));
  EXPECT_THAT(BadFields<v1::GetBalancesRequest>("sequence: 1"), IsEmpty());
  EXPECT_THAT(BadFields<v1::GetBalancesRequest>("time { seconds: 99999999999 }"),
              ElementsAre("time"));
}

TEST(ReadsTest, TheBudgetIsSentBetweenTenTimesASecondAndOnceAMinute) {
  EXPECT_THAT(BadFields<v1::WatchBudgetRequest>(R"(program_id: "p")"), IsEmpty());
  EXPECT_THAT(BadFields<v1::WatchBudgetRequest>(R"(program_id: "p" interval_ms: 99)"),
              ElementsAre("interval_ms"));
  EXPECT_THAT(BadFields<v1::WatchBudgetRequest>("interval_ms: 60001"),
              ElementsAre("program_id", "interval_ms"));
}

constexpr char kHypothesis[] = R"(
  program_id: "hubei-2025" item_id: "resource" spend_fen: 100000
  facts { division: "420106" size: ENTERPRISE_SIZE_SMALL industry: INDUSTRY_INDUSTRIAL
          registered_on { year: 2020 month: 1 day: 1 } })";

TEST(ReadsTest, AQuoteOfAnEnterpriseHasNothingHypothetical) {
  const std::string quote = R"(program_id: "p" item_id: "i" spend_fen: 1 )";
  EXPECT_THAT(BadFields<v1::QuoteRequest>(quote + kUscc), IsEmpty());
  EXPECT_THAT(BadFields<v1::QuoteRequest>(quote), ElementsAre("uscc"));
  EXPECT_THAT(BadFields<v1::QuoteRequest>(quote + R"(uscc: "1")"), ElementsAre("uscc"));
  EXPECT_THAT(
      BadFields<v1::QuoteRequest>(
          quote + kUscc +
          "blacklisted: true already_granted_fen: 1 received_at {} listings: "
          "LISTING_KIND_UNSPECIFIED incidents {}"),
      ElementsAre("incidents", "listings", "blacklisted", "received_at", "already_granted_fen"));
}

TEST(ReadsTest, AHypotheticalQuoteNamesEveryBadFact) {
  struct Case {
    const char* field;
    void (*spoil)(v1::QuoteRequest*);
  };
  const Case cases[] = {
      {"program_id", [](v1::QuoteRequest* r) { r->clear_program_id(); }},
      {"item_id", [](v1::QuoteRequest* r) { r->clear_item_id(); }},
      {"spend_fen", [](v1::QuoteRequest* r) { r->set_spend_fen(0); }},
      {"spend_fen", [](v1::QuoteRequest* r) { r->set_spend_fen(1'000'000'000'000'001); }},
      {"project.project_id",
       [](v1::QuoteRequest* r) { r->mutable_project()->set_project_id("\t"); }},
      {"facts.division", [](v1::QuoteRequest* r) { r->mutable_facts()->set_division("42"); }},
      {"facts.size", [](v1::QuoteRequest* r) { r->mutable_facts()->clear_size(); }},
      {"facts.industry",
       [](v1::QuoteRequest* r) { r->mutable_facts()->set_industry(static_cast<v1::Industry>(9)); }},
      {"facts.registered_on",
       [](v1::QuoteRequest* r) { r->mutable_facts()->clear_registered_on(); }},
      {"facts.registered_on",
       [](v1::QuoteRequest* r) { r->mutable_facts()->mutable_registered_on()->set_month(13); }},
      {"facts.platform_updated_on",
       [](v1::QuoteRequest* r) { r->mutable_facts()->mutable_platform_updated_on()->set_year(1); }},
      {"facts.prior_year_revenue_fen",
       [](v1::QuoteRequest* r) { r->mutable_facts()->set_prior_year_revenue_fen(-1); }},
      {"incidents[0].date",
       [](v1::QuoteRequest* r) { r->add_incidents()->set_kind(v1::INCIDENT_KIND_SAFETY); }},
      {"incidents[0].kind",
       [](v1::QuoteRequest* r) {
         v1::CivilDate* date = r->add_incidents()->mutable_date();
         date->set_year(2024), date->set_month(2), date->set_day(29);
       }},
      {"listings[0]", [](v1::QuoteRequest* r) { r->add_listings(v1::LISTING_KIND_UNSPECIFIED); }},
      {"already_granted_fen", [](v1::QuoteRequest* r) { r->set_already_granted_fen(-1); }},
      {"received_at", [](v1::QuoteRequest* r) { r->mutable_received_at()->set_nanos(-1); }},
  };
  EXPECT_THAT(BadFields<v1::QuoteRequest>(kHypothesis), IsEmpty());
  for (const Case& c : cases) {
    v1::QuoteRequest request;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(kHypothesis, &request));
    c.spoil(&request);
    const std::vector<FieldProblem> problems = ValidateRead(request);
    ASSERT_EQ(problems.size(), 1) << c.field;
    EXPECT_EQ(problems[0].field, c.field);
  }
}

}  // namespace
}  // namespace voucher
