#include "server/rpc/grpc_status.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

#include "ledger/api/unavailable.h"
#include "ledger/base/text.h"
#include "ledger/validation/bad_field.h"

namespace voucher {
namespace {

using ::testing::HasSubstr;

// The detail of type T; fails the test if there is none.
template <class T>
T Detail(const grpc::Status& status) {
  google::rpc::Status decoded;
  EXPECT_TRUE(decoded.ParseFromString(status.error_details()));
  EXPECT_EQ(decoded.code(), status.error_code());
  EXPECT_EQ(decoded.message(), status.error_message());
  T detail;
  for (const google::protobuf::Any& any : decoded.details()) {
    if (any.UnpackTo(&detail)) return detail;
  }
  ADD_FAILURE() << "no " << detail.GetTypeName();
  return detail;
}

v1::Receipt ReceiptOf(uint64_t sequence) {
  v1::Receipt receipt;
  receipt.set_sequence(sequence);
  receipt.set_leaf_hash(std::string(32, 'h'));
  return receipt;
}

TEST(GrpcStatusTest, ARefusalCarriesReasonSentencesNumbersAndReceipt) {
  v1::Refusal refusal;
  refusal.set_reason(v1::REASON_BUDGET_EXHAUSTED);
  refusal.set_subject("BUDGET");
  refusal.set_clause("四(一)");
  auto* number = refusal.add_numbers();
  number->set_name("available_fen");
  number->set_value(120'000);
  const grpc::Status status = RefusalStatus(refusal, ReceiptOf(5'213));

  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_FALSE(status.error_message().empty());
  const auto info = Detail<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.reason(), "BUDGET_EXHAUSTED");
  EXPECT_EQ(info.domain(), "voucher.v1");
  EXPECT_EQ(info.metadata().at("available_fen"), "120000");
  EXPECT_EQ(info.metadata().at("subject"), "BUDGET");
  const auto sent = Detail<v1::Refusal>(status);
  EXPECT_EQ(sent.reason(), v1::REASON_BUDGET_EXHAUSTED);
  EXPECT_EQ(sent.message(), status.error_message());
  EXPECT_FALSE(sent.message_zh().empty());
  EXPECT_EQ(sent.clause(), "四(一)");
  EXPECT_EQ(Detail<v1::Receipt>(status).sequence(), 5'213u);
}

TEST(GrpcStatusTest, AReusedRequestIdHasNoReceipt) {
  const grpc::Status status = RequestIdReusedStatus("r-1");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Detail<google::rpc::ErrorInfo>(status).reason(), "REQUEST_ID_REUSED");
  google::rpc::Status decoded;
  ASSERT_TRUE(decoded.ParseFromString(status.error_details()));
  for (const auto& any : decoded.details()) EXPECT_FALSE(any.Is<v1::Receipt>());
}

TEST(GrpcStatusTest, AnOversizedRefusalIsCutToFourKibibytesAndSaysSo) {
  v1::Refusal refusal;
  refusal.set_reason(v1::REASON_NOT_ELIGIBLE);
  for (int i = 0; i < 1'000; ++i) {
    refusal.add_rules(v1::ELIGIBILITY_RULE_INCIDENT);
    auto* number = refusal.add_numbers();
    number->set_name(absl::StrCat("number_", i, "_fen"));
    number->set_value(i);
  }
  std::string long_clause;
  for (int i = 0; i < 1'000; ++i) long_clause += "条";
  refusal.set_clause(long_clause);
  const grpc::Status status = RefusalStatus(refusal, ReceiptOf(1));
  EXPECT_LE(status.error_details().size(), 4'096u);
  const auto sent = Detail<v1::Refusal>(status);
  EXPECT_TRUE(IsValidUtf8(sent.clause()));
  EXPECT_THAT(sent.message(), HasSubstr("cut)"));
  EXPECT_EQ(Detail<v1::Receipt>(status).sequence(), 1u);
}

TEST(GrpcStatusTest, ABadRequestNamesEveryField) {
  const grpc::Status status =
      BadRequestStatus({{"spend_fen", "must be > 0"}, {"evidence.invoices[2].date", "is no day"}});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("2 bad fields"));
  EXPECT_THAT(status.error_message(), HasSubstr("spend_fen: must be > 0"));
  const auto bad = Detail<google::rpc::BadRequest>(status);
  ASSERT_EQ(bad.field_violations_size(), 2);
  EXPECT_EQ(bad.field_violations(1).field(), "evidence.invoices[2].date");
  EXPECT_EQ(bad.field_violations(1).description(), "is no day");
}

TEST(GrpcStatusTest, BadFieldsThatDoNotFitAreCounted) {
  std::vector<FieldProblem> problems;
  for (int i = 0; i < 8'192; ++i) {
    problems.push_back({absl::StrCat("redemptions[", i, "].amount_fen"), "must be > 0"});
  }
  const grpc::Status status = BadRequestStatus(problems);
  EXPECT_LE(status.error_details().size(), 4'096u);
  const auto bad = Detail<google::rpc::BadRequest>(status);
  const int named = bad.field_violations_size() - 1;
  ASSERT_GT(named, 10);
  EXPECT_EQ(bad.field_violations(named).description(),
            absl::StrCat("and ", 8'192 - named, " more bad fields"));
}

TEST(GrpcStatusTest, UnavailableSaysWhyAndWhenToRetry) {
  const grpc::Status status =
      OperatingStatus(UnavailableError(unavailable::kOverloaded, "the queue is full"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "the queue is full");
  EXPECT_EQ(Detail<google::rpc::ErrorInfo>(status).reason(), "OVERLOADED");
  EXPECT_EQ(Detail<google::rpc::RetryInfo>(status).retry_delay().seconds(), 1);
}

TEST(GrpcStatusTest, AFieldThatOnlyTheStateShowsToBeBadIsNamed) {
  const grpc::Status status = OperatingStatus(BadFieldError("page_token", "was altered"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const auto bad = Detail<google::rpc::BadRequest>(status);
  ASSERT_EQ(bad.field_violations_size(), 1);
  EXPECT_EQ(bad.field_violations(0).field(), "page_token");
  EXPECT_EQ(bad.field_violations(0).description(), "was altered");
  const auto whole = Detail<google::rpc::BadRequest>(
      OperatingStatus(absl::InvalidArgumentError("the bytes are no message")));
  ASSERT_EQ(whole.field_violations_size(), 1);
  EXPECT_EQ(whole.field_violations(0).field(), "");
}

TEST(GrpcStatusTest, OtherOperatingErrorsKeepTheirCode) {
  EXPECT_EQ(OperatingStatus(absl::NotFoundError("no program x")).error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(OperatingStatus(absl::DataLossError("x")).error_code(), grpc::StatusCode::DATA_LOSS);
}

}  // namespace
}  // namespace voucher
