#include "absl/algorithm/container.h"

#include "ledger/invariants/checker.h"
#include "ledger/machine/application_states.h"
#include "ledger/machine/postings.h"

namespace voucher::invariants {

namespace {

void CheckParts(uint64_t id, const rows::VoucherRow& row, const VoucherParts& parts,
                Checker* checker) {
  const auto same = [&](const char* what, int64_t stored_fen, int64_t parts_fen) {
    checker->Require(stored_fen == parts_fen, "voucher ", id, " says ", stored_fen, " fen ", what,
                     ", its parts add up to ", parts_fen);
  };
  same("in transit", row.in_transit_fen(), parts.in_transit_fen);
  same("credit", row.credit_fen(), parts.credit_fen);
  same("redeemed", row.redeemed_fen(), parts.redeemed_fen);
  int64_t sum_fen = 0;
  for (const int64_t fen : {row.available_fen(), row.in_transit_fen(), row.credit_fen(),
                            row.redeemed_fen(), row.released_fen()}) {
    checker->Require(fen >= 0, "voucher ", id, " has a part of ", fen, " fen");
    sum_fen = Plus(sum_fen, fen);
  }
  checker->Require(sum_fen == row.approved_fen(), "voucher ", id, " was approved with ",
                   row.approved_fen(), " fen, its parts add up to ", sum_fen);
  const int64_t spendable_fen = Plus(row.available_fen(), row.credit_fen());
  checker->Require(row.state() == v1::VOUCHER_STATE_ACTIVE || spendable_fen == 0, "voucher ", id,
                   " is over and still holds ", spendable_fen, " fen");
}

// What each provider claims for the voucher: its net redemptions, less what a project that ended
// without acceptance left unsettled, of its own grant or of the one that replaced it. It waits in
// an account of its own while acceptance gates it; of a replaced grant all of it may wait or
// nothing.
void CheckClaims(uint64_t id, const rows::VoucherRow& row, const rows::ApplicationRow& application,
                 Checker* checker) {
  const bool gated = application.state() == v1::APPLICATION_STATE_APPROVED &&
                     GatedBy(checker->view, row.application(), application) != 0;
  const bool superseded = application.state() == v1::APPLICATION_STATE_SUPERSEDED;
  const bool ended = superseded || application.state() == v1::APPLICATION_STATE_TERMINATED;
  const bool waits =
      superseded && absl::c_any_of(row.claims(), [&](const rows::ProviderClaimRow& claim) {
        return BalanceOf(checker->view, row.program(),
                         PayableToProvider(claim.provider(), row.application())) != 0;
      });
  for (const rows::ProviderClaimRow& claim : row.claims()) {
    const auto found = checker->claims.find({id, claim.provider()});
    const int64_t net_fen = found == checker->claims.end() ? 0 : found->second;
    if (found != checker->claims.end()) checker->claims.erase(found);
    checker->Require(claim.fen() == net_fen || (ended && claim.fen() >= 0 && claim.fen() < net_fen),
                     "provider ", claim.provider(), " claims ", claim.fen(), " fen for voucher ",
                     id, ", its redemptions add up to ", net_fen);
    if (gated || waits) {
      checker->Expect(row.program(), v1::ACCOUNT_KIND_PAYABLE_PROVIDER, claim.provider(),
                      row.application(), claim.fen());
    }
  }
}

}  // namespace

void CheckVouchers(Checker* checker) {
  checker->Numbered<tables::Vouchers>(
      "voucher", &rows::DenseNumbers::voucher, [&](uint64_t id, const rows::VoucherRow& row) {
        const auto found = checker->vouchers.find(id);
        CheckParts(id, row, found == checker->vouchers.end() ? VoucherParts{} : found->second,
                   checker);
        if (found != checker->vouchers.end()) checker->vouchers.erase(found);
        if (row.state() == v1::VOUCHER_STATE_ACTIVE) {
          checker->timers.insert({row.lapses_unix_ns(), v1::TIMER_KIND_VOUCHER_LAPSE, id});
        }
        checker->Expect(row.program(), v1::ACCOUNT_KIND_VOUCHER, id, 0, row.available_fen());
        const rows::ApplicationRow* application =
            checker->view.Find<tables::Applications>({row.application()});
        const bool together =
            application != nullptr && application->voucher() == id &&
            application->approved_fen() == Plus(row.approved_fen(), application->stated_fen()) &&
            application->revision() == row.revision();
        checker->Require(together, "voucher ", id, " and application ", row.application(),
                         " do not belong together");
        if (application != nullptr) CheckClaims(id, row, *application, checker);
      });
  for (const auto& [id, parts] : checker->vouchers) {
    checker->Require(parts.in_transit_fen == 0 && parts.credit_fen == 0 && parts.redeemed_fen == 0,
                     "there are parts of voucher ", id, " only");
  }
  for (const auto& [key, fen] : checker->claims) {
    checker->Require(fen == 0, "provider ", key.second, " has no claim for voucher ", key.first,
                     ", its redemptions add up to ", fen);
  }
  const uint64_t by_program =
      checker->CountRows<tables::VouchersByProgram>({0, 0}, {kLastProgram, 0});
  const uint64_t by_enterprise =
      checker->CountRows<tables::VouchersByEnterprise>({0, 0}, {kLastId, 0});
  const uint64_t vouchers = checker->CountOf(&rows::DenseNumbers::voucher);
  checker->Require(by_program == vouchers && by_enterprise == vouchers, by_program,
                   " vouchers by program and ", by_enterprise, " by enterprise of ", vouchers);
  checker->view.Scan<tables::EndedVouchers>(
      {0, 0, 0}, {kLastProgram, 0, 0},
      [&](const tables::EndedVouchers::Key& key, const rows::NumberRow&) {
        const auto& [program, provider, id] = key;
        const rows::VoucherRow* row = checker->view.Find<tables::Vouchers>({id});
        checker->Require(
            row != nullptr && row->program() == program && row->state() != v1::VOUCHER_STATE_ACTIVE,
            "voucher ", id, " of program ", program,
            " is not over and waits for a statement of provider ", provider);
        return true;
      });
}

}  // namespace voucher::invariants
