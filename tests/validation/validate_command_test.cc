#include "ledger/validation/validate_command.h"

#include <string>

#include "google/protobuf/text_format.h"
#include <gtest/gtest.h>

namespace voucher {
namespace {

constexpr UnixNanos kNow = 1'748'217'600 * kNanosPerSecond;  // 2025-05-26T08:00:00+08:00

v1::Command Parse(const std::string& text) {
  v1::Command command;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &command)) << text;
  return command;
}

std::string FirstProblem(const v1::Command& command) {
  const auto problems = ValidateCommand(command, kNow);
  return problems.empty() ? "" : problems.front().field;
}

constexpr char kRedeem[] = R"(redeem {
  request_id: "r-1" program_id: "hubei-2025" account_id: 1 product_id: "ecs" order_number: "O-1"
  usage_ended_at { seconds: 1748217600 } amount_fen: 1 })";

TEST(ValidateCommand, AcceptsAWellFormedCommand) {
  EXPECT_EQ(FirstProblem(Parse(kRedeem)), "");
}

TEST(ValidateCommand, RefusesAnEmptyCommandAndATimerFromOutside) {
  EXPECT_EQ(FirstProblem({}), "verb");
  EXPECT_EQ(FirstProblem(Parse("timer_due { kind: TIMER_KIND_VOUCHER_LAPSE id: 1 }")), "verb");
}

TEST(ValidateCommand, RefusesUnknownFieldsAtAnyDepth) {
  v1::Command command = Parse(kRedeem);
  auto* redeem = command.mutable_redeem();
  redeem->GetReflection()->MutableUnknownFields(redeem)->AddVarint(999, 1);
  EXPECT_EQ(FirstProblem(command), "field 999");

  command = Parse(kRedeem);
  auto* usage = command.mutable_redeem()->mutable_usage_ended_at();
  usage->GetReflection()->MutableUnknownFields(usage)->AddVarint(7, 1);
  EXPECT_EQ(FirstProblem(command), "usage_ended_at.field 7");

  command.Clear();
  auto* evidence = command.mutable_submit_application()->mutable_evidence();
  evidence->add_invoices();
  auto* day = evidence->add_invoices()->mutable_issued_on();
  day->GetReflection()->MutableUnknownFields(day)->AddVarint(9, 1);
  EXPECT_EQ(FirstProblem(command), "evidence.invoices[1].issued_on.field 9");
}

TEST(ValidateCommand, NamesEveryBadFieldInOrder) {
  const auto problems = ValidateCommand(
      Parse(R"(redeem { request_id: "" program_id: "HUBEI" account_id: 0 order_number: "\001" })"),
      kNow);
  std::vector<std::string> fields;
  for (const FieldProblem& problem : problems) fields.push_back(problem.field);
  EXPECT_EQ(fields,
            (std::vector<std::string>{"request_id", "program_id", "account_id", "product_id",
                                      "order_number", "usage_ended_at", "amount"}));
}

TEST(ValidateCommand, BoundsRequestIdsAt64Characters) {
  v1::Command command = Parse(kRedeem);
  command.mutable_redeem()->set_request_id(std::string(64, 'x'));
  EXPECT_EQ(FirstProblem(command), "");
  command.mutable_redeem()->set_request_id(std::string(65, 'x'));
  EXPECT_EQ(FirstProblem(command), "request_id");
}

TEST(ValidateCommand, RefusesUsageThatEndsAfterNow) {
  v1::Command command = Parse(kRedeem);
  command.mutable_redeem()->mutable_usage_ended_at()->set_nanos(1);
  EXPECT_EQ(FirstProblem(command), "usage_ended_at");
}

TEST(ValidateCommand, RefusesAnInvoiceThatStandsTwice) {
  EXPECT_EQ(FirstProblem(Parse(R"(submit_application {
    request_id: "s-1" program_id: "hubei-2025" item_id: "business" uscc: "91420111MA00000A1A"
    delivery_mode: DELIVERY_MODE_CLOUD_CREDIT spend_fen: 1 project { project_id: "P" }
    products { provider_id: "a" product_id: "b" }
    evidence {
      invoices { number: "25422000000000000001" amount_fen: 1 issued_on { year: 2025 month: 1 day: 1 } }
      invoices { number: "25422000000000000001" amount_fen: 2 issued_on { year: 2025 month: 1 day: 1 } }
    } })")),
            "evidence.invoices[1].number");
}

}  // namespace
}  // namespace voucher
