#include "ledger/validation/validate_command.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
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

TEST(ValidateCommand, AsksForTheClockOnlyWhoLooksBeforeSending) {
  v1::Command command = Parse(kRedeem);
  command.mutable_redeem()->mutable_usage_ended_at()->set_nanos(1);
  EXPECT_EQ(FirstProblem(command), "usage_ended_at");
  EXPECT_TRUE(ValidateCommand(command).empty());
}

// With two invoices.
v1::Command Submission(const std::string& first, const std::string& second) {
  return Parse(absl::StrCat(R"(submit_application {
    request_id: "s-1" program_id: "hubei-2025" item_id: "business" uscc: "91420111MA00000A1A"
    delivery_mode: DELIVERY_MODE_CLOUD_CREDIT spend_fen: 1 project { project_id: "P" }
    products { provider_id: "a" product_id: "b" }
    evidence {
      invoices { )",
                            first, R"( amount_fen: 1 issued_on { year: 2025 month: 1 day: 1 } }
      invoices { )",
                            second, R"( amount_fen: 2 issued_on { year: 2025 month: 1 day: 1 } }
    } })"));
}

TEST(ValidateCommand, RefusesAnInvoiceThatStandsTwiceInWhateverForm) {
  const std::string digital = "number: '25422000000000000001'";
  const std::string paper = "code: '042002500111' number: '12345678'";
  const std::string both = absl::StrCat(paper, " digital_number: '25422000000000000001'");
  const std::string written_as_one = "number: '04200250011112345678'";
  for (const auto& [first, second] :
       {std::pair(digital, digital), std::pair(digital, both), std::pair(both, digital),
        std::pair(paper, written_as_one), std::pair(both, paper), std::pair(both, both)}) {
    EXPECT_EQ(FirstProblem(Submission(first, second)), "evidence.invoices[1].number")
        << first << " / " << second;
  }
  EXPECT_EQ(FirstProblem(Submission(digital, paper)), "");
}

TEST(ValidateCommand, NamesTheNumberOfAnInvoiceThatIsBad) {
  const std::string good = "number: '25422000000000000001'";
  EXPECT_EQ(FirstProblem(Submission(good,
                                    "code: '042002500111' number: '12345678' "
                                    "digital_number: '2542200000000000002'")),
            "evidence.invoices[1].digital_number");
  EXPECT_EQ(FirstProblem(Submission(good,
                                    "number: '25422000000000000002' "
                                    "digital_number: '25422000000000000002'")),
            "evidence.invoices[1].digital_number");
  EXPECT_EQ(FirstProblem(Submission(good, "number: '1' digital_number: '1'")),
            "evidence.invoices[1].number");
}

TEST(ValidateCommand, LooksAtTheOrderThatAnInvoiceBills) {
  const std::string good = "number: '25422000000000000001'";
  const std::string other = "number: '25422000000000000002' order { provider_id: '";
  EXPECT_EQ(FirstProblem(Submission(good, other + "acme' order_number: 'O-1' }")), "");
  EXPECT_EQ(FirstProblem(Submission(good, other + "' order_number: 'O-1' }")),
            "evidence.invoices[1].order.provider_id");
  EXPECT_EQ(FirstProblem(Submission(good, other + "acme' order_number: 'O-1 ' }")),
            "evidence.invoices[1].order.order_number");
}

TEST(ValidateCommand, BoundsTheInvoicesThatNameAnOrder) {
  v1::Command command =
      Submission("number: '25422000000000000001'", "number: '25422000000000000002'");
  v1::Evidence* evidence = command.mutable_submit_application()->mutable_evidence();
  for (int i = 2; i < 40; ++i) *evidence->add_invoices() = evidence->invoices(0);
  for (int i = 0; i < 40; ++i) {
    evidence->mutable_invoices(i)->set_number(absl::StrCat("254220000000000000", 10 + i));
  }
  for (int i = 0; i < 32; ++i) {
    v1::BilledOrder* order = evidence->mutable_invoices(i)->mutable_order();
    order->set_provider_id("acme");
    order->set_order_number("O-1");
  }
  EXPECT_EQ(FirstProblem(command), "");
  *evidence->mutable_invoices(35)->mutable_order() = evidence->invoices(0).order();
  EXPECT_EQ(FirstProblem(command), "evidence.invoices[35].order");
}

TEST(ValidateCommand, ShowsTheStableFormOfANumber) {
  v1::Command command = Parse(kRedeem);
  command.mutable_redeem()->set_order_number(" A1");
  const auto problems = ValidateCommand(command, kNow);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].field, "order_number");
  EXPECT_EQ(problems[0].description, "has spaces at its ends; its stable form is \"A1\"");
}

}  // namespace
}  // namespace voucher
