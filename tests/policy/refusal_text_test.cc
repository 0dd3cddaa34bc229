#include "ledger/policy/refusal_text.h"

#include <string>

#include "absl/strings/strip.h"
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
      Filled(MakeRefusal(v1::REASON_BUDGET_EXHAUSTED, "", "BUDGET",
                         {{"available_fen", 120'000}, {"grant_fen", 500'000}}));
  EXPECT_EQ(refusal.message(), "The budget holds 1,200.00 yuan, the grant needs 5,000.00 yuan.");
  EXPECT_EQ(refusal.message_zh(), "预算余1,200.00元，需要5,000.00元。");
}

TEST(RefusalTextTest, CutOfTheBudgetHasItsOwnSentence) {
  EXPECT_EQ(Filled(MakeRefusal(v1::REASON_BUDGET_EXHAUSTED, "", "BUDGET",
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

TEST(RefusalTextTest, NamesTheRulesOfRegistrationAndClusters) {
  v1::Refusal refusal = MakeRefusal(v1::REASON_NOT_ELIGIBLE);
  refusal.add_rules(v1::ELIGIBILITY_RULE_REGISTERED_ON_PLATFORM);
  refusal.add_rules(v1::ELIGIBILITY_RULE_CLUSTER_MEMBER);
  refusal = Filled(refusal);
  EXPECT_EQ(refusal.message(),
            "The applicant does not meet: registered_on_platform, "
            "cluster_member.");
  EXPECT_EQ(refusal.message_zh(),
            "不符合申报条件：平台注册并按期更新信息、已通过评审的产业集群成员。");
}

TEST(RefusalTextTest, SubjectInWordsIsSaidInTheLanguageOfTheSentence) {
  v1::Refusal refusal = MakeRefusal(v1::REASON_ITEM_NOT_FOUND, "", "granted without application");
  refusal.set_subject_zh("免申报");
  refusal = Filled(refusal);
  EXPECT_EQ(refusal.message(), "This item is not applied for: granted without application.");
  EXPECT_EQ(refusal.message_zh(), "该支持项不受理申报：免申报。");
  EXPECT_EQ(Filled(MakeRefusal(v1::REASON_ITEM_NOT_FOUND, "", "new")).message(),
            "The program has no item new to apply for.");

  refusal = MakeRefusal(v1::REASON_ILLEGAL_STATE, "", "the notice is over");
  refusal.set_subject_zh("公示期已结束");
  refusal = Filled(refusal);
  EXPECT_EQ(refusal.message(), "This step is not possible: the notice is over.");
  EXPECT_EQ(refusal.message_zh(), "不能执行此操作：公示期已结束。");
  EXPECT_EQ(Filled(MakeRefusal(v1::REASON_ILLEGAL_STATE, "", "HELD")).message(),
            "This step is not possible in the state HELD.");
}

TEST(RefusalTextTest, MissingDocumentsAreNamedInChinese) {
  const v1::Refusal refusal =
      Filled(MakeRefusal(v1::REASON_EVIDENCE_MISSING, "",
                         "CONTRACT, INVOICE, INVOICE_OF_FISCAL_YEAR (23422000000123456789)"));
  EXPECT_EQ(refusal.message(),
            "Required evidence is missing: CONTRACT, INVOICE, INVOICE_OF_FISCAL_YEAR "
            "(23422000000123456789).");
  EXPECT_EQ(refusal.message_zh(), "缺少申报材料：合同、发票、本年度发票 (23422000000123456789)。");
}

TEST(RefusalTextTest, EveryKindOfDocumentHasAChineseName) {
  for (int kind = v1::DocumentKind_MIN + 1; kind <= v1::DocumentKind_MAX; ++kind) {
    const std::string name = v1::DocumentKind_Name(static_cast<v1::DocumentKind>(kind));
    const std::string message_zh = Filled(MakeRefusal(v1::REASON_EVIDENCE_MISSING, "",
                                                      absl::StripPrefix(name, "DOCUMENT_KIND_")))
                                       .message_zh();
    EXPECT_EQ(message_zh.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), std::string::npos) << name;
  }
}

TEST(RefusalTextTest, SaysWhenApprovalIsPossible) {
  const UnixNanos possible = ParseRfc3339("2023-10-09T00:00:00+08:00").value();
  EXPECT_EQ(Filled(MakeRefusal(v1::REASON_NOTICE_RUNNING, "", "", {{"possible_unix_ns", possible}}))
                .message(),
            "The public notice is not over: approval is possible from 2023-10-09T00:00:00+08:00.");
}

TEST(RefusalTextTest, NamesWhoHasTheItemOrTheHigherGrant) {
  v1::Refusal refusal = Filled(
      MakeRefusal(v1::REASON_ITEM_ALREADY_CLAIMED, "", "diagnosis", {{"application_id", 7}}));
  EXPECT_EQ(refusal.message(),
            "Item diagnosis can be claimed only once and was, by application 7.");
  EXPECT_EQ(refusal.message_zh(), "支持项diagnosis只能申报一次，已由申报7占用。");
  refusal = Filled(MakeRefusal(v1::REASON_SUPERSEDED_BY_HIGHER, "", "line-3",
                               {{"application_id", 7}, {"approved_fen", 5'000'000}}));
  EXPECT_EQ(refusal.message(),
            "Only the highest grant of a project is given: application 7 has 50,000.00 yuan.");
  EXPECT_EQ(refusal.message_zh(), "同一项目从高不重复：申报7已获50,000.00元。");
}

TEST(RefusalTextTest, LimitBelowItsUseHasItsOwnSentence) {
  EXPECT_EQ(Filled(MakeRefusal(v1::REASON_ILLEGAL_STATE, "", "DIVISION 420115",
                               {{"used_fen", 200}, {"amount_fen", 100}}))
                .message(),
            "DIVISION 420115 would be lowered to 1.00 yuan, 2.00 yuan of it are used.");
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
  EXPECT_EQ(Filled(MakeRefusal(v1::REASON_BUDGET_EXHAUSTED, "", "", {{"grant_fen", 1}})).message(),
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
         {"received_unix_ns", "opens_unix_ns",  "cutoff_unix_ns",   "invoiced_fen",
          "spend_fen",        "application_id", "rate_bps",         "cap_fen",
          "used_fen",         "available_fen",  "grant_fen",        "expires_unix_ns",
          "amount_fen",       "redemption_id",  "possible_unix_ns", "approved_fen",
          "waiting_fen",      "first_sequence", "below_fen",        "usage_ended_unix_ns",
          "credited_unix_ns"}) {
      v1::RefusalNumber* number_of_refusal = full.add_numbers();
      number_of_refusal->set_name(name);
      number_of_refusal->set_value(1);
    }
    full.add_rules(v1::ELIGIBILITY_RULE_SIZE);
    if (reason == v1::REASON_IDENTITY_FIXED) full.set_subject_zh("编号");
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
  EXPECT_EQ(ReasonName(v1::REASON_BUDGET_EXHAUSTED), "BUDGET_EXHAUSTED");
  EXPECT_EQ(RuleName(v1::ELIGIBILITY_RULE_CLOUD_PROVIDER), "cloud_provider");
}

TEST(StatusCodeTest, FollowsTheContract) {
  EXPECT_EQ(StatusCodeOf(v1::REASON_PERMISSION_DENIED), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(StatusCodeOf(v1::REASON_REQUEST_ID_REUSED), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(StatusCodeOf(v1::REASON_TRANSFER_NOT_FOUND), absl::StatusCode::kNotFound);
  EXPECT_EQ(StatusCodeOf(v1::REASON_STATEMENT_NOT_FOUND), absl::StatusCode::kNotFound);
  EXPECT_EQ(StatusCodeOf(v1::REASON_CLUSTER_NOT_FOUND), absl::StatusCode::kNotFound);
  EXPECT_EQ(StatusCodeOf(v1::REASON_ITEM_ALREADY_CLAIMED), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(StatusCodeOf(v1::REASON_SUPERSEDED_BY_HIGHER), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(StatusCodeOf(v1::REASON_NOTICE_RUNNING), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(StatusCodeOf(v1::REASON_BASKET_RULE), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(StatusCodeOf(v1::REASON_ACCEPTANCE_MISSING), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(StatusCodeOf(v1::REASON_EVIDENCE_MISSING), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusCodeOf(v1::REASON_BUDGET_EXHAUSTED), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(StatusCodeOf(v1::REASON_INSUFFICIENT_CREDIT), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace voucher
