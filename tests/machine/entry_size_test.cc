#include <string>

#include "google/protobuf/text_format.h"
#include <gtest/gtest.h>

#include "ledger/machine/decode.h"
#include "ledger/machine/machine.h"

namespace voucher {
namespace {

constexpr UnixNanos kNow = 1'761'000'000 * kNanosPerSecond;

TEST(EntrySize, ARedemptionTakesAtMost200Bytes) {
  // Numbers as they are after 10^8 entries, names and ids as providers use them.
  v1::Entry entry;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(sequence: 100000000 recorded_unix_ns: 1761000000123456789
         received_unix_ns: 1761000000123456789 authority: 12 principal: 9 program: 1
         program_revision: 1 decider_version: 1
         command { redeem { request_id: "20251031-0001234567" program_id: "hubei-2025"
           account_id: 123456 product_id: "ecs-general" order_number: "HW-20251031-00123456"
           usage_ended_at { seconds: 1760999999 } amount_fen: 123456 } }
         event { postings { from { kind: ACCOUNT_KIND_CREDIT id: 123456 sub: 65432 }
                            to { kind: ACCOUNT_KIND_PAYABLE_PROVIDER id: 6 } amount_fen: 123456 }
                 redeemed { redemption_id: 90000000 amount_fen: 123456 provider_number: 6 } })",
      &entry));
  EXPECT_LE(entry.ByteSizeLong(), 200u);
}

TEST(EntrySize, TheLargestWellFormedSubmissionTakesAtMost16KiB) {
  v1::Command command;
  auto* request = command.mutable_submit_application();
  request->set_request_id(std::string(64, 'r'));
  request->set_program_id(std::string(48, 'p'));
  request->set_item_id(std::string(32, 'i'));
  request->set_uscc("91420111MA00000A1A");
  request->set_delivery_mode(v1::DELIVERY_MODE_CLOUD_CREDIT);
  request->set_spend_fen(1'000'000'000'000'000);
  request->mutable_project()->set_project_id(std::string(64, 'x'));
  for (int i = 0; i < 32; ++i) {
    auto* product = request->add_products();
    product->set_provider_id(std::string(32, 'a'));
    product->set_product_id(std::string(32, 'b'));
  }
  for (int i = 0; i < 64; ++i) {
    auto* invoice = request->mutable_evidence()->add_invoices();
    invoice->set_number(std::to_string(10'000'000 + i));
    invoice->set_code("042001800111");
    invoice->set_amount_fen(1'000'000'000'000'000);
    invoice->mutable_issued_on()->set_year(2025);
    invoice->mutable_issued_on()->set_month(1);
    invoice->mutable_issued_on()->set_day(1);
  }
  for (int i = 0; i < 32; ++i) {
    auto* document = request->mutable_evidence()->add_documents();
    document->set_kind(v1::DOCUMENT_KIND_CONTRACT);
    document->set_number(std::string(128, 'd'));
    document->set_sha256(std::string(32, 'h'));
  }
  ASSERT_TRUE(CheckCommand(command, kNow).empty());
  HotView state(nullptr);
  v1::Authority authority;
  authority.set_principal(std::string(64, 'q'));
  const v1::Entry entry = Decide(state, command, authority, kNow, kNow);
  EXPECT_LE(entry.ByteSizeLong(), 16u * 1024);
}

}  // namespace
}  // namespace voucher
