// The bounds of ledger/validation/limits.h against those that the protos state in prose.
#include "ledger/validation/limits.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/base/civil.h"

namespace voucher {
namespace {

using ::testing::HasSubstr;

// Comments of the contract by "Message.field" and "Service.Rpc", each on one line.
std::map<std::string, std::string> ReadComments() {
  std::map<std::string, std::string> comments;
  const std::regex outer(R"(^(?:message|service) (\w+) \{)");
  const std::regex inner(R"(^ +(?:rpc (\w+)\(|(?:repeated )?[\w.]+ (\w+) = \d+;))");
  for (const auto& file : std::filesystem::directory_iterator("proto/voucher/v1")) {
    std::ifstream lines(file.path());
    std::string line;
    std::string owner;
    std::string comment;
    while (std::getline(lines, line)) {
      std::smatch match;
      const size_t begin = line.find_first_not_of(' ');
      if (begin != std::string::npos && line.compare(begin, 3, "// ") == 0) {
        absl::StrAppend(&comment, comment.empty() ? "" : " ", line.substr(begin + 3));
        continue;
      }
      if (std::regex_search(line, match, outer)) {
        owner = match[1];
      } else if (std::regex_search(line, match, inner)) {
        comments[absl::StrCat(owner, ".", match[1].str(), match[2].str())] = comment;
      }
      comment.clear();
    }
  }
  return comments;
}

// As the protos write numbers: "8,192".
std::string Written(int64_t number) {
  std::string text = absl::StrCat(number);
  for (size_t place = text.size(); place > 3; place -= 3) text.insert(place - 3, 1, ',');
  return text;
}

std::string AtMost(int64_t most) {
  return absl::StrCat("at most ", Written(most));
}

std::string From(int64_t least, int64_t most) {
  return absl::StrCat(Written(least), "–", Written(most));
}

std::string OneTo(int64_t most) {
  return From(1, most);
}

struct Bound {
  const char* where;  // "Message.field" or "Service.Rpc"
  std::string says;
};

void ExpectEach(const std::vector<Bound>& bounds) {
  const std::map<std::string, std::string> comments = ReadComments();
  for (const Bound& bound : bounds) {
    const auto found = comments.find(bound.where);
    ASSERT_NE(found, comments.end()) << bound.where;
    // The number ends there: "1–64" is not found in "1–640".
    const std::regex says(bound.says + R"((?![\d,]*\d))");
    EXPECT_TRUE(std::regex_search(found->second, says))
        << bound.where << " must say \"" << bound.says << "\": " << found->second;
  }
}

TEST(LimitsTest, IdentifiersAreAsLongAsTheProtosSay) {
  ExpectEach({
      {"ProgramRules.program_id", OneTo(kMaxProgramIdSize)},
      {"Item.item_id", OneTo(kMaxSlugSize)},
      {"Provider.provider_id", OneTo(kMaxSlugSize)},
      {"Product.product_id", OneTo(kMaxSlugSize)},
      {"Cluster.cluster_id", OneTo(kMaxSlugSize)},
      {"PutProviderRequest.provider_id", OneTo(kMaxSlugSize)},
      {"ReviewStage.stage_id", OneTo(kMaxStageIdSize)},
      {"Project.project_id", OneTo(kMaxExternalIdSize)},
      {"CloudAccount.account_number", OneTo(kMaxExternalIdSize)},
      {"RedeemRequest.order_number", OneTo(kMaxExternalIdSize)},
      {"ConfirmTransferRequest.provider_reference", OneTo(kMaxExternalIdSize)},
  });
}

TEST(LimitsTest, TextIsAsLongAsTheProtosSay) {
  ExpectEach({
      {"EnterpriseFacts.name", OneTo(kMaxNameBytes)},
      {"PutProviderRequest.name", OneTo(kMaxNameBytes)},
      {"Product.name", OneTo(kMaxNameBytes)},
      {"Cluster.name", OneTo(kMaxNameBytes)},
      {"Cluster.lead_name", OneTo(kMaxNameBytes)},
      {"SucceedEnterpriseRequest.new_name", OneTo(kMaxNameBytes)},
      {"Document.number", OneTo(kMaxReferenceBytes)},
      {"Incident.reference", OneTo(kMaxReferenceBytes)},
      {"AppropriateRequest.fiscal_reference", OneTo(kMaxReferenceBytes)},
      {"ReclaimRequest.reference", OneTo(kMaxReferenceBytes)},
      {"Blacklisting.reason", OneTo(kMaxReasonBytes)},
      {"Blacklisting.reference", AtMost(kMaxReferenceBytes)},
      {"EndRecordRequest.reason", OneTo(kMaxReasonBytes)},
      {"DeclineTransferRequest.reason", OneTo(kMaxReasonBytes)},
      {"TerminateProjectRequest.reason", OneTo(kMaxReasonBytes)},
      {"ResumeAfterClockJumpRequest.reason", OneTo(kMaxReasonBytes)},
      {"ReviewApplicationRequest.opinion", AtMost(kMaxOpinionBytes)},
      {"ReturnApplicationRequest.reason", OneTo(kMaxOpinionBytes)},
      {"FileObjectionRequest.reason", OneTo(kMaxOpinionBytes)},
      {"Product.category", OneTo(kMaxCategoryBytes)},
      {"CalendarDay.name", AtMost(kMaxDayNameBytes)},
      {"NotAppliedFor.note_en", OneTo(kMaxNoteBytes)},
  });
}

TEST(LimitsTest, CommandsHoldAsMuchAsTheProtosSay) {
  ExpectEach({
      {"Evidence.invoices", AtMost(kMaxInvoices)},
      {"Invoice.order", AtMost(kMaxBillingInvoices)},
      {"Evidence.documents", AtMost(kMaxDocuments)},
      {"AcceptProjectRequest.documents", AtMost(kMaxDocuments)},
      {"Cluster.documents", AtMost(kMaxDocuments)},
      {"SubmitApplicationRequest.products", OneTo(kMaxChosenProducts)},
      {"Product.item_ids", OneTo(kMaxProductItems)},
      {"Cluster.members", AtMost(kMaxClusterMembers)},
      {"PublishCalendarRequest.days", AtMost(kMaxCalendarDays)},
      {"PublishNoticeRequest.application_ids", OneTo(kMaxNoticeApplications)},
      {"ReconcileTransfersRequest.lines", AtMost(kMaxReconciledLines)},
      {"ReconcileTransfersRequest.lines", AtMost(kMaxConfirmedLines)},
      {"ReviewApplicationRequest.score", OneTo(kMaxScore)},
      {"ReviewClusterRequest.score", OneTo(kMaxScore)},
      {"CreditService.BatchRedeem", absl::StrCat("up to ", Written(kMaxBatchItems))},
      {"ApplicationService.BatchSubmitApplications",
       absl::StrCat("up to ", Written(kMaxBatchItems))},
      {"StreamRedeemRequest.redemptions", OneTo(kMaxStreamItems)},
      {"WatchTransfersResponse.changes", AtMost(kMaxTransferChanges)},
      {"GetStatementRequest.first_application_id", AtMost(kMaxShownStatementLines)},
  });
}

TEST(LimitsTest, RulesHoldAsMuchAsTheProtosSay) {
  ExpectEach({
      {"Item.number", absl::StrCat("1–", kMaxItemNumber)},
      {"Item.rate_bps", OneTo(kMaxRateBps)},
      {"ProgramRules.fiscal_year", absl::StrCat(kFirstFiscalYear, "–", kLastFiscalYear)},
      {"AgeRule.full_years", OneTo(kMaxYears)},
      {"IncidentRule.years", OneTo(kMaxYears)},
      {"ListingRule.years", From(0, kMaxYears)},
      {"RegistrationRule.updated_within_months", OneTo(kMaxUpdateMonths)},
      {"VoucherTerms.redemption_grace_hours", From(0, kMaxHours)},
      {"VoucherTerms.transfer_answer_hours", OneTo(kMaxHours)},
      {"NoticeRule.days", OneTo(kMaxNoticeDays)},
      {"CorrectionRule.days", OneTo(kMaxCorrectionDays)},
      {"ProjectTerms.months", OneTo(kMaxProjectMonths)},
      {"CureRule.months", OneTo(kMaxCureMonths)},
      {"CivilDate.year", absl::StrCat(kFirstCivilYear, "–", kLastCivilYear)},
      {"WatchBudgetRequest.interval_ms",
       absl::StrCat(From(kMinIntervalMs, kMaxIntervalMs), " ms; 0 means ",
                    Written(kDefaultIntervalMs))},
  });
}

TEST(LimitsTest, EveryRequestIdAndEveryPageIsDescribedWithItsBounds) {
  int request_ids = 0;
  int pages = 0;
  for (const auto& [where, comment] : ReadComments()) {
    if (absl::EndsWith(where, "Request.request_id")) {
      ++request_ids;
      EXPECT_THAT(comment, HasSubstr(OneTo(kMaxRequestIdSize) + " printable")) << where;
    }
    if (absl::EndsWith(where, ".page_size")) {
      ++pages;
      EXPECT_THAT(comment, HasSubstr(absl::StrCat(OneTo(kMaxPageRows), "; 0 means ",
                                                  Written(kDefaultPageRows))))
          << where;
    }
  }
  EXPECT_GT(request_ids, 40);
  EXPECT_GT(pages, 10);
}

// What a statement confirms in one entry fits into one message of the provider's feed.
TEST(LimitsTest, ConfirmedLinesFitIntoOneMessageOfTheFeed) {
  static_assert(kMaxConfirmedLines <= kMaxTransferChanges);
}

TEST(LimitsTest, AmountsAreTenToTheFifteenthAtMost) {
  static_assert(kMaxAmountFen == 1'000'000'000'000'000);
  ExpectEach({{"SubmitApplicationRequest.spend_fen", R"(at most 10\^15)"},
              {"QuoteRequest.spend_fen", R"(at most 10\^15)"}});
}

}  // namespace
}  // namespace voucher
