// Malformed input, over the wire: each gets its clear error and leaves no trace in the ledger.
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/base/civil.h"
#include "server/access/principals.h"
#include "tests/end_to_end/raw_call.h"
#include "tests/end_to_end/running_server.h"

namespace voucher::testing {
namespace {

constexpr char kRedeem[] = "/voucher.v1.CreditService/Redeem";
constexpr char kSubmit[] = "/voucher.v1.ApplicationService/SubmitApplication";
constexpr char kStreamRedeem[] = "/voucher.v1.CreditService/StreamRedeem";

// A bad request and the answer it must get.
struct BadInput {
  std::string name;
  std::function<grpc::Status()> send;
  // Field that the answer must name, as in "spend_fen"; empty if there is none to name.
  std::string field;
  // What the message or description must say.
  std::string says;
  grpc::StatusCode code = grpc::StatusCode::INVALID_ARGUMENT;
};

void SetFarFuture(v1::CivilDate* date) {
  date->set_year(2030);
  date->set_month(1);
  date->set_day(1);
}

class BadInputTest : public EndToEndTest {
 protected:
  // Each row's answer is as stated, and the ledger's size, root included, is the same after it.
  void ExpectEach(const std::vector<BadInput>& table) {
    const v1::GetStatusResponse before = server().Status();
    for (const BadInput& row : table) {
      SCOPED_TRACE(row.name);
      const grpc::Status status = row.send();
      EXPECT_EQ(CodeName(status.error_code()), CodeName(row.code)) << Describe(status);
      const std::string violations = ReadFieldViolations(status);
      if (!row.field.empty()) {
        EXPECT_THAT(absl::StrCat("; ", violations), ::testing::HasSubstr("; " + row.field + ": "));
      }
      EXPECT_THAT(Describe(status), ::testing::HasSubstr(row.says));
      const v1::GetStatusResponse after = server().Status();
      EXPECT_EQ(after.sequence(), before.sequence());
      EXPECT_EQ(after.root(), before.root());
    }
  }

  static v1::SubmitApplicationRequest Application() { return SampleApplication(0, 1, 100'000); }
  static v1::RedeemRequest Order() { return SampleOrder(1, "bad-order", 100); }

  // A sound request with one thing changed, sent.
  static std::function<grpc::Status()> Submit(
      const std::function<void(v1::SubmitApplicationRequest*)>& spoil) {
    return [spoil] {
      v1::SubmitApplicationRequest request = Application();
      spoil(&request);
      return As("platform").Call(kRpc<v1::SubmitApplicationResponse>, request).status;
    };
  }
  static std::function<grpc::Status()> Redeem(
      const std::function<void(v1::RedeemRequest*)>& spoil) {
    return [spoil] {
      v1::RedeemRequest request = Order();
      spoil(&request);
      return AsProvider().Call(kRpc<v1::RedeemResponse>, request).status;
    };
  }
  static std::function<grpc::Status()> Register(
      const std::function<void(v1::PutEnterpriseRequest*)>& spoil) {
    return [spoil] {
      v1::PutEnterpriseRequest request = SampleEnterprise(99);
      spoil(&request);
      return As("platform").Call(kRpc<v1::PutEnterpriseResponse>, request).status;
    };
  }
  static std::function<grpc::Status()> Appropriate(int64_t fen, size_t reference_bytes = 1) {
    return [fen, reference_bytes] {
      v1::AppropriateRequest request;
      request.set_request_id("bad-appropriation");
      request.set_program_id(kProgramId);
      request.set_amount_fen(fen);
      request.set_fiscal_reference(std::string(reference_bytes, 'x'));
      return As("finance").Call(kRpc<v1::AppropriateResponse>, request).status;
    };
  }
  static std::function<grpc::Status()> RawRedeem(std::string bytes) {
    return [bytes = std::move(bytes)] { return CallRaw(AsProvider(), kRedeem, bytes); };
  }
};

TEST_F(BadInputTest, EmptyMessagesAreRefusedNamingWhatIsMissing) {
  ExpectEach({
      {"no bytes at all", RawRedeem(""), "request_id", "printable ASCII"},
      {"no bytes at all, amount", RawRedeem(""), "amount", "required"},
      {"empty submission", [] { return CallRaw(As("platform"), kSubmit, ""); }, "spend_fen",
       "must be 1 to"},
      {"empty batch",
       [] {
         return AsProvider().Call(kRpc<v1::BatchRedeemResponse>, v1::BatchRedeemRequest()).status;
       },
       "redemptions", "1 to 8192"},
      {"empty stream message", [] { return StreamRaw(AsProvider(), kStreamRedeem, ""); },
       "redemptions", "1 to 1024"},
      {"empty request_id", Redeem([](auto* r) { r->clear_request_id(); }), "request_id",
       "has 0 bytes"},
      {"no product chosen", Submit([](auto* r) { r->clear_products(); }), "products", "1 to 32"},
      {"no usage end", Redeem([](auto* r) { r->clear_usage_ended_at(); }), "usage_ended_at", ""},
  });
}

TEST_F(BadInputTest, OversizedFieldsAreRefusedNamingTheLimit) {
  ExpectEach({
      {"request_id of 65", Redeem([](auto* r) { r->set_request_id(std::string(65, 'r')); }),
       "request_id", "1 to 64 printable"},
      {"order number of 65", Redeem([](auto* r) { r->set_order_number(std::string(65, 'o')); }),
       "order_number", "has 65 bytes"},
      {"project_id of 65",
       Submit([](auto* r) { r->mutable_project()->set_project_id(std::string(65, 'p')); }),
       "project.project_id", "has 65 bytes"},
      {"fiscal reference of 129", Appropriate(1, 129), "fiscal_reference", "1 to 128 bytes"},
      {"name of 257",
       Register([](auto* r) { r->mutable_facts()->set_name(std::string(257, 'n')); }), "facts.name",
       "has 257"},
      {"digest of 31 bytes", Submit([](auto* r) {
         r->mutable_evidence()->mutable_documents(0)->set_sha256(std::string(31, 'x'));
       }),
       "evidence.documents[0].sha256", "must be 32 bytes"},
      {"65 invoices", Submit([](auto* r) {
         for (int i = 0; i < 64; ++i) {
           *r->mutable_evidence()->add_invoices() = r->evidence().invoices(0);
         }
       }),
       "evidence.invoices", "0 to 64"},
      {"8,193 orders in a batch",
       [] {
         v1::BatchRedeemRequest request;
         for (int i = 0; i < 8'193; ++i) *request.add_redemptions() = Order();
         return AsProvider().Call(kRpc<v1::BatchRedeemResponse>, request).status;
       },
       "redemptions", "1 to 8192"},
      {"a message over 16 MiB", Submit([](auto* r) {
         r->mutable_evidence()->mutable_documents(0)->set_number(std::string(17 << 20, 'x'));
       }),
       "", "larger than max", grpc::StatusCode::RESOURCE_EXHAUSTED},
  });
}

TEST_F(BadInputTest, BytesThatAreNoMessageAreRefused) {
  const std::string order = Order().SerializeAsString();
  // Field 1 (request_id), three bytes that no UTF-8 text holds.
  const std::string not_utf8 = "\x0a\x03\xff\xfe\xfd";
  // Field 1 as a varint instead of a string is another field's type: not known to the server.
  const std::string wrong_type = std::string("\x08\x01", 2) + order;
  ExpectEach({
      {"truncated in the last field", RawRedeem(order.substr(0, order.size() - 1)), "",
       "truncated"},
      {"truncated after a tag", RawRedeem(order.substr(0, 1)), "", "truncated"},
      {"a length beyond the end", RawRedeem(std::string("\x0a\x7f", 2) + "short"), "", "truncated"},
      {"invalid UTF-8", RawRedeem(not_utf8), "", "not UTF-8"},
      {"invalid UTF-8 in a nested message",
       [] {
         v1::PutEnterpriseRequest request = SampleEnterprise(99);
         std::string bytes = request.SerializeAsString();
         bytes[bytes.find("420106\x20")] = '\xff';
         return CallRaw(As("platform"), "/voucher.v1.RegistryService/PutEnterprise", bytes);
       },
       "", "not UTF-8"},
      {"random bytes", RawRedeem("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "",
       "the bytes are no voucher.v1.RedeemRequest"},
      {"group end without a start", RawRedeem("\x0c"), "", "the bytes are no"},
      {"text instead of protobuf", RawRedeem("{\"request_id\": \"json\"}"), "", "the bytes are no"},
      {"wrong wire type", RawRedeem(wrong_type), "field 1", "unknown"},
      {"truncated on a stream",
       [&] { return StreamRaw(AsProvider(), kStreamRedeem, order.substr(0, 1)); }, "", "truncated"},
  });
}

TEST_F(BadInputTest, UnknownFieldsAreRefusedAtAnyDepth) {
  // Field 99, varint 1.
  const std::string unknown = std::string("\x98\x06\x01", 3);
  ExpectEach({
      {"at the top", RawRedeem(Order().SerializeAsString() + unknown), "field 99", "is unknown"},
      {"in a nested message",
       [&] {
         v1::SubmitApplicationRequest request = Application();
         v1::Project project = request.project();
         const std::string inside = project.SerializeAsString() + unknown;
         request.clear_project();
         // Field 7 (project), length-delimited.
         const std::string bytes =
             request.SerializeAsString() + "\x3a" + static_cast<char>(inside.size()) + inside;
         return CallRaw(As("platform"), kSubmit, bytes);
       },
       "project.field 99", "is unknown"},
      {"an enum value without a name",
       Submit([](auto* r) { r->set_delivery_mode(static_cast<v1::DeliveryMode>(77)); }),
       "delivery_mode", ""},
  });
}

TEST_F(BadInputTest, AmountsOutOfRangeAreRefused) {
  constexpr int64_t kMost = 1'000'000'000'000'000;
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  ExpectEach({
      {"spend 0", Submit([](auto* r) { r->set_spend_fen(0); }), "spend_fen", "is 0"},
      {"spend -1", Submit([](auto* r) { r->set_spend_fen(-1); }), "spend_fen", "is -1"},
      {"spend above 10^15", Submit([](auto* r) { r->set_spend_fen(kMost + 1); }), "spend_fen",
       "must be 1 to 1000000000000000"},
      {"spend of int64's maximum", Submit([](auto* r) { r->set_spend_fen(kMax); }), "spend_fen",
       "is 9223372036854775807"},
      {"invoice of -5",
       Submit([](auto* r) { r->mutable_evidence()->mutable_invoices(0)->set_amount_fen(-5); }),
       "evidence.invoices[0].amount_fen", "is -5"},
      {"order of 0", Redeem([](auto* r) { r->set_amount_fen(0); }), "amount_fen", "is 0"},
      {"order of int64's minimum", Redeem([](auto* r) { r->set_amount_fen(kMin); }), "amount_fen",
       "is -9223372036854775808"},
      {"at most -1", Redeem([](auto* r) { r->set_at_most_fen(-1); }), "at_most_fen", "is -1"},
      {"no amount", Redeem([](auto* r) { r->clear_amount_fen(); }), "amount", "required"},
      {"appropriation of 0", Appropriate(0), "amount_fen", "must not be 0"},
      {"appropriation above 10^15", Appropriate(kMost + 1), "amount_fen", "is 1000000000000001"},
      {"cut of int64's minimum", Appropriate(kMin), "amount_fen", "is -9223372036854775808"},
      {"negative revenue",
       Register([](auto* r) { r->mutable_facts()->set_prior_year_revenue_fen(-1); }),
       "facts.prior_year_revenue_fen", "is -1"},
  });
}

TEST_F(BadInputTest, DatesAndZonesThatCannotBeAreRefused) {
  ExpectEach({
      {"a zone other than Asia/Shanghai",
       [] {
         v1::GetProgramRequest get;
         get.set_program_id(kProgramId);
         const auto program = As("platform").Call(kRpc<v1::GetProgramResponse>, get);
         v1::PublishProgramRequest publish;
         publish.set_request_id("bad-zone");
         *publish.mutable_rules() = program.response.program().rules();
         publish.mutable_rules()->set_time_zone("Europe/Berlin");
         return As("platform").Call(kRpc<v1::PublishProgramResponse>, publish).status;
       },
       "rules.time_zone", "Asia/Shanghai"},
      {"registered in the future",
       Register([](auto* r) { SetFarFuture(r->mutable_facts()->mutable_registered_on()); }),
       "facts.registered_on", ""},
      {"February 30", Register([](auto* r) {
         r->mutable_facts()->mutable_registered_on()->set_month(2);
         r->mutable_facts()->mutable_registered_on()->set_day(30);
       }),
       "facts.registered_on", ""},
      {"an invoice of the future", Submit([](auto* r) {
         SetFarFuture(r->mutable_evidence()->mutable_invoices(0)->mutable_issued_on());
       }),
       "evidence.invoices[0].issued_on", ""},
      {"usage that ends in the future", Redeem([](auto* r) {
         *r->mutable_usage_ended_at() =
             ToTimestamp(ParseRfc3339("2025-12-01T00:00:00+08:00").value());
       }),
       "usage_ended_at", ""},
      {"an instant with a billion nanoseconds",
       Redeem([](auto* r) { r->mutable_usage_ended_at()->set_nanos(1'000'000'000); }),
       "usage_ended_at", ""},
      {"an incident of the future",
       [] {
         v1::RecordIncidentRequest request;
         request.set_request_id("bad-incident");
         request.set_uscc(SampleUscc(0));
         request.mutable_incident()->set_kind(v1::INCIDENT_KIND_SAFETY);
         request.mutable_incident()->set_reference("x");
         SetFarFuture(request.mutable_incident()->mutable_date());
         return As("platform").Call(kRpc<v1::RecordIncidentResponse>, request).status;
       },
       "incident.date", ""},
  });
}

TEST_F(BadInputTest, ContentThatCannotBeIsRefused) {
  ExpectEach({
      {"a USCC with a wrong check digit",
       Register([](auto* r) { r->mutable_facts()->set_uscc("914403001922038217"); }), "facts.uscc",
       "check digit"},
      {"a USCC that is too short", Submit([](auto* r) { r->set_uscc("91440300192203821"); }),
       "uscc", "18 characters"},
      {"an invoice number of 19 digits", Submit([](auto* r) {
         r->mutable_evidence()->mutable_invoices(0)->set_number("2542200000000000001");
       }),
       "evidence.invoices[0].number", ""},
      {"one invoice twice",
       Submit([](auto* r) { *r->mutable_evidence()->add_invoices() = r->evidence().invoices(0); }),
       "evidence.invoices[1].number", "stands twice"},
      {"a division of five digits",
       Register([](auto* r) { r->mutable_facts()->set_division("42010"); }), "facts.division",
       "six digits"},
      {"an upper-case program id", Submit([](auto* r) { r->set_program_id("HUBEI"); }),
       "program_id", "a-z"},
      {"a control character",
       Register([](auto* r) { r->mutable_facts()->set_name("line\nbreak"); }), "facts.name",
       "control characters"},
      {"a newline in the request_id", Redeem([](auto* r) { r->set_request_id("a\nb"); }),
       "request_id", "printable"},
      {"two bad fields, both named", Submit([](auto* r) {
         r->set_spend_fen(0);
         r->set_program_id("");
       }),
       "program_id", "spend_fen"},
      {"one bad order in a batch",
       [] {
         v1::BatchRedeemRequest request;
         *request.add_redemptions() = Order();
         *request.add_redemptions() = Order();
         request.mutable_redemptions(1)->set_amount_fen(0);
         return AsProvider().Call(kRpc<v1::BatchRedeemResponse>, request).status;
       },
       "redemptions[1].amount_fen", "is 0"},
  });
}

TEST_F(BadInputTest, WhoIsNotKnownOrNotPermittedLeavesNoTrace) {
  const auto redeem_as = [](const char* principal) {
    return [principal] { return As(principal).Call(kRpc<v1::RedeemResponse>, Order()).status; };
  };
  ExpectEach({
      {"an unknown principal", redeem_as("stranger"), "", kPrincipalHeader,
       grpc::StatusCode::UNAUTHENTICATED},
      {"an empty principal", redeem_as(""), "", kPrincipalHeader,
       grpc::StatusCode::UNAUTHENTICATED},
      {"a platform that redeems", redeem_as("platform"), "", "no role",
       grpc::StatusCode::PERMISSION_DENIED},
      {"an observer that reads the ledger",
       [] {
         v1::GetEntryRequest request;
         request.set_sequence(1);
         return As("observer").Call(kRpc<v1::GetEntryResponse>, request).status;
       },
       "", "no role", grpc::StatusCode::PERMISSION_DENIED},
  });
}

TEST_F(BadInputTest, ReadsOfUnknownOrSenselessThingsAreRefused) {
  ExpectEach({
      {"an unknown program",
       [] {
         v1::GetProgramRequest request;
         request.set_program_id("nowhere-2025");
         return As("platform").Call(kRpc<v1::GetProgramResponse>, request).status;
       },
       "", "nowhere-2025", grpc::StatusCode::NOT_FOUND},
      {"an entry beyond the end",
       [] {
         v1::GetEntryRequest request;
         request.set_sequence(1'000'000);
         return As("auditor").Call(kRpc<v1::GetEntryResponse>, request).status;
       },
       "", "", grpc::StatusCode::NOT_FOUND},
      {"a page of 1,001 rows",
       [] {
         v1::ListEnterprisesRequest request;
         request.set_page_size(1'001);
         return As("platform").Call(kRpc<v1::ListEnterprisesResponse>, request).status;
       },
       "page_size", "must be 0 to 1000; is 1001"},
      {"a made-up page token",
       [] {
         v1::ListEnterprisesRequest request;
         request.set_page_token("made-up");
         return As("platform").Call(kRpc<v1::ListEnterprisesResponse>, request).status;
       },
       "page_token", "the page before"},
      {"a page token of another list",
       [] {
         v1::ListEnterprisesRequest request;
         request.set_page_token("0123456789abcdef");
         return As("platform").Call(kRpc<v1::ListEnterprisesResponse>, request).status;
       },
       "page_token", "of this list"},
      {"entry 0",
       [] { return As("auditor").Call(kRpc<v1::GetEntryResponse>, v1::GetEntryRequest()).status; },
       "sequence", "greater than 0"},
      {"an upper-case program",
       [] {
         v1::GetProgramRequest request;
         request.set_program_id("NOWHERE");
         return As("platform").Call(kRpc<v1::GetProgramResponse>, request).status;
       },
       "program_id", "a-z"},
      {"an application that is asked for by no number",
       [] {
         return As("platform")
             .Call(kRpc<v1::GetApplicationResponse>, v1::GetApplicationRequest())
             .status;
       },
       "application_id", "required"},
      {"the budget as of no instant",
       [] {
         v1::GetBudgetRequest request;
         request.set_program_id(kProgramId);
         request.mutable_time()->set_nanos(-1);
         return As("platform").Call(kRpc<v1::GetBudgetResponse>, request).status;
       },
       "time", "valid instant"},
  });
}

// Well-formed commands about things that do not exist are decisions of the ledger: refused,
// recorded, with a receipt (design: "We record every well-formed command").
TEST_F(BadInputTest, UnknownIdsAreRecordedRefusals) {
  const auto expect_recorded = [](const char* reason, const auto& reply) {
    SCOPED_TRACE(reason);
    EXPECT_EQ(reply.reason(), reason) << Describe(reply.status);
    EXPECT_EQ(CodeName(reply.status.error_code()), "NOT_FOUND");
    ASSERT_TRUE(reply.recorded());
    // The entry just written is the refusal.
    EXPECT_EQ(reply.receipt().sequence(), server().Sequence());
    EXPECT_EQ(reply.receipt().leaf_hash().size(), 32u);
    EXPECT_FALSE(reply.refused->refusal.message().empty());
    EXPECT_FALSE(reply.refused->refusal.message_zh().empty());
  };
  const uint64_t before = server().Sequence();

  v1::SubmitApplicationRequest application = SampleApplication(0, 501, 100'000);
  application.set_program_id("nowhere-2025");
  expect_recorded("PROGRAM_NOT_FOUND",
                  As("platform").Call(kRpc<v1::SubmitApplicationResponse>, application));
  application = SampleApplication(0, 502, 100'000);
  application.set_item_id("moonshot");
  expect_recorded("ITEM_NOT_FOUND",
                  As("platform").Call(kRpc<v1::SubmitApplicationResponse>, application));
  application = SampleApplication(77, 503, 100'000);
  expect_recorded("ENTERPRISE_NOT_FOUND",
                  As("platform").Call(kRpc<v1::SubmitApplicationResponse>, application));
  application = SampleApplication(0, 504, 100'000);
  application.mutable_products(0)->set_provider_id("nobody");
  expect_recorded("PROVIDER_NOT_FOUND",
                  As("platform").Call(kRpc<v1::SubmitApplicationResponse>, application));
  application = SampleApplication(0, 505, 100'000);
  application.mutable_products(0)->set_product_id("nothing");
  expect_recorded("PRODUCT_NOT_FOUND",
                  As("platform").Call(kRpc<v1::SubmitApplicationResponse>, application));

  v1::WithdrawApplicationRequest withdraw;
  withdraw.set_request_id("unknown-application");
  withdraw.set_application_id(987'654);
  expect_recorded("APPLICATION_NOT_FOUND",
                  As("platform").Call(kRpc<v1::WithdrawApplicationResponse>, withdraw));

  expect_recorded("ACCOUNT_NOT_FOUND", AsProvider().Call(kRpc<v1::RedeemResponse>,
                                                         SampleOrder(987'654, "unknown-1", 1)));

  v1::ConfirmTransferRequest confirm;
  confirm.set_request_id("unknown-transfer");
  confirm.set_transfer_id(987'654);
  confirm.set_provider_reference("x");
  expect_recorded("TRANSFER_NOT_FOUND",
                  AsProvider().Call(kRpc<v1::ConfirmTransferResponse>, confirm));

  v1::ReverseRedemptionRequest reverse;
  reverse.set_request_id("unknown-redemption");
  reverse.set_redemption_id(987'654);
  reverse.set_amount_fen(1);
  reverse.set_reason("x");
  expect_recorded("REDEMPTION_NOT_FOUND",
                  AsProvider().Call(kRpc<v1::ReverseRedemptionResponse>, reverse));

  EXPECT_EQ(server().Sequence(), before + 9);
}

TEST_F(BadInputTest, AReusedRequestIdIsRefusedAndNotRecorded) {
  v1::WithdrawApplicationRequest withdraw;
  withdraw.set_request_id("used-once");
  withdraw.set_application_id(987'654);
  const auto first = As("platform").Call(kRpc<v1::WithdrawApplicationResponse>, withdraw);
  ASSERT_TRUE(first.recorded());
  const uint64_t before = server().Sequence();
  withdraw.set_application_id(987'655);
  const auto other = As("platform").Call(kRpc<v1::WithdrawApplicationResponse>, withdraw);
  EXPECT_EQ(other.reason(), "REQUEST_ID_REUSED");
  EXPECT_EQ(CodeName(other.status.error_code()), "ALREADY_EXISTS");
  EXPECT_FALSE(other.recorded());
  withdraw.set_application_id(987'654);
  const auto again = As("platform").Call(kRpc<v1::WithdrawApplicationResponse>, withdraw);
  ASSERT_TRUE(again.recorded());
  EXPECT_EQ(again.receipt().SerializeAsString(), first.receipt().SerializeAsString());
  EXPECT_EQ(server().Sequence(), before);
}

}  // namespace
}  // namespace voucher::testing
