#include <string>
#include <utility>

#include "google/protobuf/text_format.h"
#include <gtest/gtest.h>

#include "ledger/machine/machine.h"
#include "ledger/validation/validate_command.h"

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
                            to { kind: ACCOUNT_KIND_PAYABLE_PROVIDER id: 6 sub: 65432 }
                            amount_fen: 123456 }
                 redeemed { redemption_id: 90000000 amount_fen: 123456 provider_number: 6
                            core_category: "研发设计" } })",
      &entry));
  EXPECT_LE(entry.ByteSizeLong(), 200u);
}

// A statement of `lines` lines, with numbers as large as they get.
v1::Entry Reconciliation(int lines, bool confirm) {
  v1::Entry entry;
  auto* request = entry.mutable_command()->mutable_reconcile_transfers();
  request->set_request_id(std::string(64, 'r'));
  request->set_provider_id(std::string(32, 'p'));
  request->set_confirm_silent(confirm);
  auto* reconciled = entry.mutable_event()->mutable_transfers_reconciled();
  for (int i = 0; i < lines; ++i) {
    const uint64_t transfer = 1'000'000'000 + static_cast<uint64_t>(i);
    auto* said = request->add_lines();
    said->set_transfer_id(transfer);
    said->set_amount_fen(1'000'000'000'000'000);
    said->set_provider_reference(std::string(64, 'c'));
    auto* line = reconciled->add_lines();
    line->set_line(static_cast<uint32_t>(i));
    line->set_finding(v1::RECONCILIATION_FINDING_SILENT);
    line->set_transfer_id(transfer);
    line->set_ledger_fen(said->amount_fen());
    if (!confirm) continue;
    line->set_released_fen(said->amount_fen());
    // Transit to credit and on to the budget, each of another application.
    for (int posting = 0; posting < 2; ++posting) {
      auto* moved = entry.mutable_event()->add_postings();
      for (auto* account : {moved->mutable_from(), moved->mutable_to()}) {
        account->set_kind(v1::ACCOUNT_KIND_CREDIT);
        account->set_id(transfer);
        account->set_sub(transfer);
      }
      moved->set_amount_fen(said->amount_fen());
      moved->set_program(1000);
    }
  }
  for (uint64_t i = 0; i < 8192; ++i) reconciled->add_missing_transfer_ids(2'000'000'000 + i);
  return entry;
}

TEST(EntrySize, TheLargestReconciliationStaysBelow1MiB) {
  for (const auto& [lines, confirm] : {std::pair(8192, false), std::pair(1000, true)}) {
    v1::Entry entry = Reconciliation(lines, confirm);
    EXPECT_LT(entry.ByteSizeLong(), (1u << 20) - 4096u) << lines;
    EXPECT_TRUE(ValidateCommand(entry.command(), kNow).empty()) << lines;
    *entry.mutable_command()->mutable_reconcile_transfers()->add_lines() =
        entry.command().reconcile_transfers().lines(0);
    const auto problems = ValidateCommand(entry.command(), kNow);
    ASSERT_EQ(problems.size(), 1u) << lines;
    EXPECT_EQ(problems[0].field, "lines");
  }
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
  request->set_repeats(1'000'000'000);
  for (int i = 0; i < 32; ++i) {
    auto* product = request->add_products();
    product->set_provider_id(std::string(32, 'a'));
    product->set_product_id(std::string(32, 'b'));
  }
  for (int i = 0; i < 64; ++i) {
    auto* invoice = request->mutable_evidence()->add_invoices();
    invoice->set_number(std::to_string(10'000'000 + i));
    invoice->set_code("042001800111");
    invoice->set_digital_number(std::to_string(10'000'000 + i) + "000000000000");
    if (i < 32) {
      invoice->mutable_order()->set_provider_id(std::string(32, 'a'));
      invoice->mutable_order()->set_order_number(std::string(64, 'o'));
    }
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
  ASSERT_TRUE(ValidateCommand(command, kNow).empty());
  WriterRows state(nullptr);
  v1::Authority authority;
  authority.set_principal(std::string(64, 'q'));
  const v1::Entry entry = Decide(state, command, authority, kNow, kNow, nullptr);
  EXPECT_LE(entry.ByteSizeLong(), 16u * 1024);
}

}  // namespace
}  // namespace voucher
