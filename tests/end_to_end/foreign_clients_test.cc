// Clients that nobody here wrote: python3-grpcio with generated stubs, and buf curl by reflection.
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

#include "tests/end_to_end/running_server.h"
#include "tests/support/child_process.h"

namespace voucher::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr std::chrono::seconds kTimeout{60};

class ForeignClientsTest : public ::testing::Test {
 protected:
  ForeignClientsTest() : server_("foreign-clients") {}

  void SetUp() override { ASSERT_TRUE(server_.started().ok()) << server_.started(); }

  // Calls a method through `buf curl`, which learns the schema by server reflection. Returns the
  // program's result.
  ProgramResult BufCurl(const std::string& principal, const std::string& method,
                        const Json& request) {
    const absl::StatusOr<ProgramResult> result =
        RunProgram({"scripts/buf", "curl", "--protocol", "grpc", "--http2-prior-knowledge",
                    "--header", "x-voucher-principal: " + principal, "--data", request.dump(),
                    absl::StrCat("http://", server_.address(), "/", method)},
                   kTimeout);
    if (!result.ok()) {
      ADD_FAILURE() << result.status();
      return {1, "", ""};
    }
    return *result;
  }

  // The reply of a call that must be answered with OK.
  Json BufCurlOk(const std::string& principal, const std::string& method, const Json& request) {
    const ProgramResult result = BufCurl(principal, method, request);
    EXPECT_EQ(result.exit_code, 0) << method << ": " << result.stderr_text;
    return Json::parse(result.stdout_text, nullptr, /*allow_exceptions=*/false);
  }

  RunningServer server_;
};

TEST_F(ForeignClientsTest, PythonSubmitsReviewsTransfersAndRedeems) {
  const char* stubs = std::getenv("VOUCHER_PYTHON_STUBS");
  ASSERT_NE(stubs, nullptr) << "VOUCHER_PYTHON_STUBS must name the generated stubs; run by ctest";
  const absl::StatusOr<ProgramResult> imports =
      RunProgram({"/usr/bin/python3", "-c", "import grpc, google.protobuf"}, kTimeout);
  ASSERT_TRUE(imports.ok()) << imports.status();
  ASSERT_EQ(imports->exit_code, 0)
      << "Debian's python3-grpcio and python3-protobuf are needed; run ./dev setup\n"
      << imports->stderr_text;
  const absl::StatusOr<ProgramResult> result = RunProgram(
      {"/usr/bin/env", absl::StrCat("PYTHONPATH=", stubs), "PYTHONDONTWRITEBYTECODE=1",
       "/usr/bin/python3", "tests/end_to_end/python_client.py", server_.address(), SampleUscc(0)},
      kTimeout);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->exit_code, 0) << result->stdout_text << result->stderr_text;
  EXPECT_THAT(result->stdout_text, HasSubstr("python client: ok"));
}

TEST_F(ForeignClientsTest, BufCurlSubmitsAndRedeemsByReflection) {
  const absl::StatusOr<ProgramResult> version = RunProgram({"scripts/buf", "--version"}, kTimeout);
  ASSERT_TRUE(version.ok()) << version.status();
  ASSERT_EQ(version->exit_code, 0) << version->stderr_text;

  // Spend of 10,000.00 yuan at 20 %: 2,000.00 yuan. int64 is text in protobuf's JSON.
  const auto document = [](const char* kind) {
    return Json{
        {"kind", kind}, {"number", "BUF-1"}, {"sha256", absl::Base64Escape(std::string(32, 'b'))}};
  };
  const Json submitted =
      BufCurlOk("platform", "voucher.v1.ApplicationService/SubmitApplication",
                {{"requestId", "buf-apply"},
                 {"programId", kProgramId},
                 {"itemId", "resource"},
                 {"uscc", SampleUscc(1)},
                 {"deliveryMode", "DELIVERY_MODE_CLOUD_CREDIT"},
                 {"spendFen", "1000000"},
                 {"project", {{"projectId", "BUF-1"}}},
                 {"products", {{{"providerId", kProviderId}, {"productId", kProductId}}}},
                 {"evidence",
                  {{"invoices",
                    {{{"number", "25422000000800000001"},
                      {"amountFen", "1000000"},
                      {"issuedOn", {{"year", 2025}, {"month", 4}, {"day", 1}}}}}},
                   {"documents",
                    {document("DOCUMENT_KIND_CONTRACT"), document("DOCUMENT_KIND_PAYMENT_PROOF"),
                     document("DOCUMENT_KIND_ITEM_LIST")}}}}});
  ASSERT_TRUE(submitted.is_object());
  EXPECT_EQ(submitted["event"]["grantedFen"], "200000");
  EXPECT_EQ(submitted["receipt"]["queueNumber"], "1");

  const auto account_id = CarryToCredit(&server_.client(), 2, 7, 500'000);
  ASSERT_TRUE(account_id.ok()) << account_id.status();
  Json order = {{"requestId", "buf-redeem"},
                {"programId", kProgramId},
                {"accountId", absl::StrCat(*account_id)},
                {"productId", kProductId},
                {"orderNumber", "BUF-ORDER-1"},
                {"usageEndedAt", "2025-10-29T16:00:00Z"},
                {"amountFen", "40000"}};
  const std::string provider = absl::StrCat("provider-", kProviderId);
  const Json redeemed = BufCurlOk(provider, "voucher.v1.CreditService/Redeem", order);
  ASSERT_TRUE(redeemed.is_object());
  EXPECT_EQ(redeemed["event"]["amountFen"], "40000");

  order["requestId"] = "buf-redeem-twice";
  const ProgramResult refused = BufCurl(provider, "voucher.v1.CreditService/Redeem", order);
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_THAT(refused.stderr_text, HasSubstr("already_exists"));
  EXPECT_THAT(refused.stderr_text, HasSubstr("BUF-ORDER-1"));
}

}  // namespace
}  // namespace voucher::testing
