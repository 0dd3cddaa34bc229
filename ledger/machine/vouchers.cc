#include "ledger/machine/vouchers.h"

#include "ledger/machine/settlement.h"

namespace voucher {
namespace {

tables::Timers::Key LapseTimer(uint64_t voucher_id, const rows::VoucherRow& voucher) {
  return {voucher.lapses_unix_ns(), static_cast<uint8_t>(v1::TIMER_KIND_VOUCHER_LAPSE), voucher_id};
}

}  // namespace

void EndVoucher(uint64_t voucher_id, v1::VoucherState state, EditableRows* rows) {
  rows::VoucherRow& voucher = rows->Edit<tables::Vouchers>({voucher_id});
  rows->Erase<tables::Timers>(LapseTimer(voucher_id, voucher));
  voucher.set_state(state);
  for (const rows::ProviderClaimRow& claim : voucher.claims()) {
    const tables::EndedVouchers::Key key{voucher.program(), claim.provider(), voucher_id};
    if (state == v1::VOUCHER_STATE_RECLAIMED) {
      rows->Erase<tables::EndedVouchers>(key);
    } else if (claim.fen() > 0) {
      rows->PutNumber<tables::EndedVouchers>(key, claim.month());
    }
  }
}

void ReviveVoucher(uint64_t voucher_id, EditableRows* rows) {
  rows::VoucherRow& voucher = rows->Edit<tables::Vouchers>({voucher_id});
  if (voucher.state() == v1::VOUCHER_STATE_ACTIVE) return;
  const bool revived = voucher.state() == v1::VOUCHER_STATE_EXHAUSTED && voucher.credit_fen() > 0;
  for (const rows::ProviderClaimRow& claim : voucher.claims()) {
    const tables::EndedVouchers::Key key{voucher.program(), claim.provider(), voucher_id};
    if (rows->Find<tables::EndedVouchers>(key) == nullptr) continue;
    if (revived || claim.fen() == 0) {
      rows->Erase<tables::EndedVouchers>(key);
    } else {
      rows->PutNumber<tables::EndedVouchers>(key, claim.month());
    }
  }
  if (!revived) return;
  voucher.set_state(v1::VOUCHER_STATE_ACTIVE);
  rows->Put<tables::Timers>(LapseTimer(voucher_id, voucher), {});
}

}  // namespace voucher
