#include <string>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/machine/world.h"

namespace voucher {
namespace {

// A world with voucher 1 over 100,000 fen, for account 1 at acme.
class Issued : public TestWorld {
 public:
  Issued() {
    Open(kLife, "life-2025");
    const uint64_t id = Apply("life-2025", "line", 200'000, "CLOUD_CREDIT");
    Pass(id, "DISTRICT");
    Pass(id, "CITY");
    Accept("publish_notice", absl::StrCat("program_id: 'life-2025' application_ids: ", id));
    MoveTo("2025-06-10");
    Accepted("approve_application", id);
  }

  void Order(int64_t fen) {
    Accept("order_transfer", absl::StrCat("voucher_id: 1 account_id: 1 amount_fen: ", fen,
                                          " reference: 'DB-", ++orders_, "'"));
  }

 private:
  int orders_ = 0;
};

TEST(Reconciliation, NamesTheFirst8192MissingTransfers) {
  Issued world;
  for (int i = 0; i < 8'200; ++i) world.Order(1);
  const auto first =
      world.Accept("reconcile_transfers", "provider_id: 'acme'").transfers_reconciled();
  ASSERT_EQ(first.missing_transfer_ids_size(), 8'192);
  EXPECT_EQ(first.missing_transfer_ids(8'191), 8'192u);
  const auto rest =
      world.Accept("reconcile_transfers", "provider_id: 'acme' first_transfer_id: 8193")
          .transfers_reconciled();
  ASSERT_EQ(rest.missing_transfer_ids_size(), 8);
  EXPECT_EQ(rest.missing_transfer_ids(7), 8'200u);
}

TEST(Reconciliation, ConfirmsAThousandInOneEntry) {
  Issued world;
  std::string lines;
  for (int i = 1; i <= 1'000; ++i) {
    world.Order(1);
    absl::StrAppend(&lines, "lines { transfer_id: ", i,
                    " amount_fen: 1 provider_reference: 'R' } ");
  }
  const v1::Entry entry =
      world.Do("reconcile_transfers", "provider_id: 'acme' confirm_silent: true " + lines);
  EXPECT_EQ(entry.event().transfers_reconciled().confirmed(), 1'000u);
  EXPECT_EQ(entry.program(), 1u);
  EXPECT_EQ(world.view().Find<tables::Vouchers>({1})->credit_fen(), 1'000);
  for (const std::string& finding : world.Findings()) ADD_FAILURE() << finding;
}

TEST(Reclaim, LeavesAnExpiredVoucherAndNoTimer) {
  Issued world;
  world.MoveTo("2026-07-10");
  world.FireTimers();
  ASSERT_EQ(world.view().Find<tables::Vouchers>({1})->state(), v1::VOUCHER_STATE_EXPIRED);
  const v1::Event event = world.Accept(
      "reclaim", "application_id: 1 ground: RECLAIM_GROUND_AUDIT reason: 'x' reference: 'y'");
  EXPECT_EQ(event.postings_size(), 0) << "nothing was spent, nothing is left";
  EXPECT_EQ(world.Row(1).state(), v1::APPLICATION_STATE_TERMINATED);
  EXPECT_EQ(world.view().Find<tables::Vouchers>({1})->state(), v1::VOUCHER_STATE_EXPIRED);
  for (const std::string& finding : world.Findings()) ADD_FAILURE() << finding;
}

}  // namespace
}  // namespace voucher
