#include "ledger/validation/validate_dates.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

#include "ledger/validation/validate_command.h"
#include "ledger/validation/verbs.h"

namespace voucher {
namespace {

using ::testing::ElementsAre;

constexpr UnixNanos kNow = 1'748'217'600 * kNanosPerSecond;  // 2025-05-26T08:00:00+08:00

v1::Command Parse(const std::string& text) {
  v1::Command command;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &command)) << text;
  return command;
}

std::vector<std::string> Fields(const v1::Command& command, UnixNanos at = kNow) {
  std::vector<std::string> fields;
  for (const FieldProblem& problem : ValidateDates(command, at)) fields.push_back(problem.field);
  return fields;
}

constexpr char kToday[] = "{ year: 2025 month: 5 day: 26 }";
constexpr char kTomorrow[] = "{ year: 2025 month: 5 day: 27 }";

TEST(ValidateDates, MoneyOpensOnALaterDay) {
  EXPECT_THAT(Fields(Parse(absl::StrCat("appropriate { opens_on ", kToday, " }"))),
              ElementsAre("opens_on"));
  const v1::Command later = Parse(absl::StrCat("appropriate { opens_on ", kTomorrow, " }"));
  EXPECT_THAT(Fields(later), ElementsAre());
  EXPECT_THAT(Fields(later, kNow + 16 * kNanosPerHour - 1), ElementsAre());
  EXPECT_EQ(ValidateDates(later, kNow + 16 * kNanosPerHour).at(0).description,
            "2025-05-27 does not lie in the future; today is 2025-05-27");
}

TEST(ValidateDates, WhatHappenedLiesNotInTheFuture) {
  const std::pair<const char*, const char*> cases[] = {
      {"put_enterprise { facts { registered_on $ } }", "facts.registered_on"},
      {"put_enterprise { facts { platform_updated_on $ } }", "facts.platform_updated_on"},
      {"record_incident { incident { date $ } }", "incident.date"},
      {"set_listing { listed: true from $ }", "from"},
      {"submit_application { evidence { invoices {} invoices { issued_on $ } } }",
       "evidence.invoices[1].issued_on"},
      {"correct_application { evidence { invoices { issued_on $ } } }",
       "evidence.invoices[0].issued_on"},
      {"record_disbursement { disbursement { paid_on $ } }", "disbursement.paid_on"}};
  for (const auto& [text, field] : cases) {
    const auto at = [&, text = std::string(text)](const char* day) {
      return Parse(std::string(text).replace(text.find('$'), 1, day));
    };
    EXPECT_THAT(Fields(at(kToday)), ElementsAre()) << text;
    EXPECT_THAT(Fields(at(kTomorrow)), ElementsAre(field));
    EXPECT_EQ(ValidateDates(at(kTomorrow), kNow).at(0).description,
              "2025-05-27 lies in the future; today is 2025-05-26");
    // No day at all is for ValidateCommand to name.
    EXPECT_THAT(Fields(at("{ year: 2025 month: 13 day: 1 }")), ElementsAre()) << text;
  }
}

TEST(ValidateDates, UsageEndsNotAfterNow) {
  v1::Command command = Parse("redeem { usage_ended_at { seconds: 1748217600 } }");
  EXPECT_THAT(Fields(command), ElementsAre());
  command.mutable_redeem()->mutable_usage_ended_at()->set_nanos(1);
  EXPECT_THAT(Fields(command), ElementsAre("usage_ended_at"));
  EXPECT_THAT(Fields(command, kNow + 1), ElementsAre());
}

TEST(ValidateDates, NamesAllOfThemAndNothingElse) {
  EXPECT_THAT(Fields({}), ElementsAre());
  EXPECT_THAT(
      Fields(Parse(absl::StrCat("submit_application { evidence { invoices { issued_on ", kTomorrow,
                                " } invoices { issued_on ", kTomorrow, " } } }"))),
      ElementsAre("evidence.invoices[0].issued_on", "evidence.invoices[1].issued_on"));
}

TEST(ValidateDates, WhoLooksBeforeSendingIsToldOfBoth) {
  const v1::Command command = Parse(absl::StrCat("appropriate { opens_on ", kToday, " }"));
  std::vector<std::string> fields;
  for (const FieldProblem& problem : ValidateCommand(command, kNow)) {
    fields.push_back(problem.field);
  }
  EXPECT_THAT(fields, ElementsAre("request_id", "program_id", "amount_fen", "fiscal_reference",
                                  "opens_on"));
}

// The days and instants of a message, by their paths.
void AddDates(const google::protobuf::Descriptor& type, const std::string& path,
              std::set<std::string>* dates) {
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *type.field(i);
    if (field.message_type() == nullptr) continue;
    const std::string below = absl::StrCat(path, ".", field.name());
    const std::string& name = field.message_type()->full_name();
    if (name == "voucher.v1.CivilDate" || name == "google.protobuf.Timestamp") {
      dates->insert(below);
    } else {
      AddDates(*field.message_type(), below, dates);
    }
  }
}

// A verb with another date must say on which side of the clock it lies, here or nowhere.
TEST(ValidateDates, EveryDateOfARequestIsJudgedOrIsNot) {
  std::set<std::string> dates;
#define VOUCHER_ADD_DATES(Verb, verb, EventType, event_field) \
  AddDates(*v1::Verb##Request::descriptor(), #Verb, &dates);
  VOUCHER_VERBS(VOUCHER_ADD_DATES)
#undef VOUCHER_ADD_DATES
  const std::set<std::string> judged = {"Appropriate.opens_on",
                                        "CorrectApplication.evidence.invoices.issued_on",
                                        "PutEnterprise.facts.platform_updated_on",
                                        "PutEnterprise.facts.registered_on",
                                        "RecordDisbursement.disbursement.paid_on",
                                        "RecordIncident.incident.date",
                                        "Redeem.usage_ended_at",
                                        "SetListing.from",
                                        "SubmitApplication.evidence.invoices.issued_on"};
  const std::set<std::string> of_any_time = {"EndRecord.last_day",
                                             "PublishCalendar.days.date",
                                             "PutProduct.product.earlier.effective_from",
                                             "PutProduct.product.earlier.effective_until",
                                             "PutProduct.product.effective_from",
                                             "PutProduct.product.effective_until",
                                             "Reclaim.blacklisting.from",
                                             "Reclaim.blacklisting.until",
                                             "SetBlacklist.blacklisting.from",
                                             "SetBlacklist.blacklisting.until",
                                             "SetListing.until",
                                             "WithdrawProduct.last_day"};
  for (const std::string& date : dates) {
    const bool is_rule = date.rfind("PublishProgram.rules.", 0) == 0;
    EXPECT_EQ(judged.count(date) + of_any_time.count(date) + (is_rule ? 1 : 0), 1u) << date;
  }
  for (const std::string& date : judged) EXPECT_EQ(dates.count(date), 1u) << date;
}

}  // namespace
}  // namespace voucher
