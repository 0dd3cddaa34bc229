#include "ledger/policy/refusal_text.h"

#include <string>

#include "gtest/gtest.h"

#include "ledger/base/civil.h"
#include "ledger/base/text.h"
#include "ledger/policy/refusal.h"

namespace voucher {
namespace {

v1::Refusal Filled(v1::Refusal refusal) {
  FillMessages(&refusal);
  return refusal;
}

TEST(RefusalTextTest, SaysTheAmountsInYuan) {
  const v1::Refusal refusal =
      Filled(MakeRefusal(v1::REASON_POOL_EXHAUSTED, "", "BUDGET",
                         {{"available_fen", 120'000}, {"grant_fen", 500'000}}));
  EXPECT_EQ(refusal.message(), "The budget holds 1,200.00 yuan, the grant needs 5,000.00 yuan.");
  EXPECT_EQ(refusal.message_zh(), "预算余1,200.00元，需要5,000.00元。");
}

TEST(RefusalTextTest, CutOfTheBudgetHasItsOwnSentence) {
  EXPECT_EQ(Filled(MakeRefusal(v1::REASON_POOL_EXHAUSTED, "", "BUDGET",
                               {{"available_fen", 100}, {"cut_fen", 200}}))
                .message(),
            "The budget holds 1.00 yuan that are not reserved, the cut needs 2.00 yuan.");
}

TEST(RefusalTextTest, SaysInstantsInShanghaiTime) {
  const UnixNanos cutoff = ParseRfc3339("2025-11-01T00:00:00+08:00").value();
  const v1::Refusal refusal =
      Filled(MakeRefusal(v1::REASON_WINDOW_CLOSED, "", "",
                         {{"received_unix_ns", cutoff}, {"cutoff_unix_ns", cutoff}}));
  EXPECT_EQ(refusal.message(),
            "The application was received at 2025-11-01T00:00:00+08:00, applications ended at "
            "2025-11-01T00:00:00+08:00.");
}

TEST(RefusalTextTest, NamesEveryRuleInBothLanguages) {
  v1::Refusal refusal = MakeRefusal(v1::REASON_NOT_ELIGIBLE);
  refusal.add_rules(v1::ELIGIBILITY_RULE_REGION);
  refusal.add_rules(v1::ELIGIBILITY_RULE_PRIOR_YEAR_PROJECT);
  refusal = Filled(refusal);
  EXPECT_EQ(refusal.message(), "The applicant does not meet: region, prior_year_project.");
  EXPECT_EQ(refusal.message_zh(), "不符合申报条件：注册地、上年已完成项目。");
}

TEST(RefusalTextTest, SaysRatesInPercent) {
  const auto message = [](int64_t rate_bps) {
    return Filled(MakeRefusal(v1::REASON_AMOUNT_TOO_SMALL, "", "resource",
                              {{"spend_fen", 4}, {"rate_bps", rate_bps}}))
        .message();
  };
  EXPECT_EQ(message(2'000), "20% of 0.04 yuan, rounded down to the fen, is nothing.");
  EXPECT_EQ(message(1'250), "12.5% of 0.04 yuan, rounded down to the fen, is nothing.");
  EXPECT_EQ(message(5), "0.05% of 0.04 yuan, rounded down to the fen, is nothing.");
}

TEST(RefusalTextTest, SubjectThatLooksLikeAPlaceholderStaysText) {
  EXPECT_EQ(Filled(MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, "", "{subject}")).message(),
            "There is no program {subject}.");
}

TEST(RefusalTextTest, SaysLessWhereSomethingIsNotGiven) {
  EXPECT_EQ(Filled(MakeRefusal(v1::REASON_POOL_EXHAUSTED, "", "", {{"grant_fen", 1}})).message(),
            "The budget cannot hold the amount.");
}

TEST(RefusalTextTest, EveryReasonHasNameCodeAndSentences) {
  for (int number = v1::Reason_MIN; number <= v1::Reason_MAX; ++number) {
    if (!v1::Reason_IsValid(number) || number == v1::REASON_UNSPECIFIED) continue;
    const auto reason = static_cast<v1::Reason>(number);
    SCOPED_TRACE(v1::Reason_Name(reason));
    EXPECT_NE(StatusCodeOf(reason), absl::StatusCode::kOk);
    EXPECT_FALSE(ReasonName(reason).empty());
    const v1::Refusal bare = Filled(MakeRefusal(reason));
    v1::Refusal full = MakeRefusal(reason, "", "X");
    for (const char* name :
         {"received_unix_ns", "opens_unix_ns", "cutoff_unix_ns", "invoiced_fen", "spend_fen",
          "application_id", "rate_bps", "cap_fen", "used_fen", "available_fen", "grant_fen",
          "expires_unix_ns", "amount_fen", "redemption_id"}) {
      v1::RefusalNumber* number_of_refusal = full.add_numbers();
      number_of_refusal->set_name(name);
      number_of_refusal->set_value(1);
    }
    full.add_rules(v1::ELIGIBILITY_RULE_SIZE);
    full = Filled(full);
    for (const v1::Refusal& refusal : {bare, full}) {
      EXPECT_EQ(refusal.message().back(), '.');
      EXPECT_EQ(refusal.message().find_first_of("{}"), std::string::npos) << refusal.message();
      EXPECT_TRUE(IsOneLineText(refusal.message_zh()));
      EXPECT_NE(refusal.message_zh(), "");
      EXPECT_EQ(refusal.message_zh().find_first_of("{}"), std::string::npos);
    }
    EXPECT_NE(full.message(), bare.message());
  }
}

TEST(RefusalTextTest, NamesAreThoseOfTheContract) {
  EXPECT_EQ(ReasonName(v1::REASON_POOL_EXHAUSTED), "POOL_EXHAUSTED");
  EXPECT_EQ(RuleName(v1::ELIGIBILITY_RULE_CLOUD_PROVIDER), "cloud_provider");
}

TEST(StatusCodeTest, FollowsTheContract) {
  EXPECT_EQ(StatusCodeOf(v1::REASON_PERMISSION_DENIED), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(StatusCodeOf(v1::REASON_REQUEST_ID_REUSED), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(StatusCodeOf(v1::REASON_TRANSFER_NOT_FOUND), absl::StatusCode::kNotFound);
  EXPECT_EQ(StatusCodeOf(v1::REASON_EVIDENCE_MISSING), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusCodeOf(v1::REASON_POOL_EXHAUSTED), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(StatusCodeOf(v1::REASON_INSUFFICIENT_CREDIT), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace voucher
