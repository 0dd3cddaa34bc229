#include "ledger/machine/approved_projects.h"

#include <algorithm>

#include "ledger/base/money.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/vouchers.h"

namespace voucher {

std::vector<GatedPayable> GatedPayables(const View& view, uint64_t application_id,
                                        const rows::ApplicationRow& application) {
  std::vector<v1::AccountRef> accounts;
  if (application.voucher() == 0) {
    accounts.push_back(PayableToEnterprise(application.enterprise(), application_id));
  } else {
    const rows::VoucherRow* voucher = view.Find<tables::Vouchers>({application.voucher()});
    for (const rows::ProviderClaimRow& claim : voucher->claims()) {
      accounts.push_back(PayableToProvider(claim.provider(), application_id));
    }
  }
  std::vector<GatedPayable> gated;
  for (v1::AccountRef& account : accounts) {
    const int64_t fen = BalanceOf(view, application.program(), account);
    if (fen > 0) gated.push_back({std::move(account), fen});
  }
  return gated;
}

int64_t OpenGate(const View& view, uint64_t application_id, const rows::ApplicationRow& application,
                 v1::Event* event, uint32_t other_program) {
  int64_t opened_fen = 0;
  for (const GatedPayable& gated : GatedPayables(view, application_id, application)) {
    v1::AccountRef open = gated.account;
    open.set_sub(0);
    Post(gated.account, open, gated.amount_fen, event, other_program);
    opened_fen = CheckedAddFen(opened_fen, gated.amount_fen);
  }
  return opened_fen;
}

int64_t ReleaseVoucher(const Context& context, uint64_t voucher_id, v1::Event* event,
                       uint32_t other_program) {
  const View& view = context.view;
  const rows::VoucherRow& voucher = *view.Find<tables::Vouchers>({voucher_id});
  const rows::ProgramRow& program = *view.Find<tables::Programs>({voucher.program()});
  const auto release = [&](const v1::AccountRef& from, int64_t fen) {
    if (fen == 0) return;
    ReleaseUnspent(from, program, context.received_at, fen, event, other_program);
  };
  release(VoucherAccount(voucher_id), voucher.available_fen());
  for (const uint64_t account : voucher.accounts()) {
    const v1::AccountRef credit = Credit(account, voucher_id);
    release(credit, BalanceOf(view, voucher.program(), credit));
  }
  return CheckedAddFen(voucher.available_fen(), voucher.credit_fen());
}

int64_t GatherUnstated(const View& view, uint64_t application_id,
                       const rows::ApplicationRow& application, v1::Event* event) {
  if (application.voucher() != 0) return 0;
  const uint64_t enterprise = application.enterprise();
  const v1::AccountRef gated = PayableToEnterprise(enterprise, application_id);
  const rows::UnpaidRow* unpaid =
      view.Find<tables::UnpaidApplications>({application.program(), enterprise, application_id});
  const int64_t gated_fen = BalanceOf(view, application.program(), gated);
  if (unpaid == nullptr) return gated_fen;
  Post(PayableToEnterprise(enterprise), gated, unpaid->fen(), event);
  return CheckedAddFen(gated_fen, unpaid->fen());
}

v1::ProjectTerminated ReleaseProject(const Context& context, uint64_t application_id,
                                     const rows::ApplicationRow& application, v1::Event* event) {
  v1::ProjectTerminated terminated;
  const rows::ProgramRow& program = *context.view.Find<tables::Programs>({application.program()});
  const auto release = [&](const v1::AccountRef& from, int64_t fen) {
    if (fen == 0) return;
    ReleaseUnspent(from, program, context.received_at, fen, event);
    terminated.set_unsettled_fen(CheckedAddFen(terminated.unsettled_fen(), fen));
  };
  if (application.voucher() == 0) {
    const int64_t unstated_fen = GatherUnstated(context.view, application_id, application, event);
    release(PayableToEnterprise(application.enterprise(), application_id), unstated_fen);
    return terminated;
  }
  terminated.set_released_fen(ReleaseVoucher(context, application.voucher(), event));
  for (const GatedPayable& gated : GatedPayables(context.view, application_id, application)) {
    release(gated.account, gated.amount_fen);
  }
  return terminated;
}

void PostRecovered(uint64_t enterprise, const std::vector<Debt>& debts, int64_t amount_fen,
                   uint32_t own, v1::Event* event) {
  for (const Debt& debt : debts) {
    const int64_t part_fen = std::min(amount_fen, debt.fen);
    if (part_fen == 0) break;
    Post(Receivable(enterprise, debt.application), Recovery(), part_fen, event,
         debt.program == own ? 0 : debt.program);
    amount_fen -= part_fen;
  }
  VOUCHER_CHECK(amount_fen == 0) << amount_fen << " fen more than enterprise " << enterprise
                                 << " owes";
}

void SettleApplication(uint64_t application_id, EditableRows* rows) {
  MoveApplication(application_id, v1::APPLICATION_STATE_SETTLED, rows);
  const uint64_t voucher = rows->Find<tables::Applications>({application_id})->voucher();
  if (voucher != 0) ForgetEndedVoucher(voucher, rows);
}

void EndProject(uint64_t application_id, v1::ApplicationState to, EditableRows* rows) {
  MoveApplication(application_id, to, rows);
  const uint64_t voucher = rows->Find<tables::Applications>({application_id})->voucher();
  if (voucher == 0) return;
  if (rows->Find<tables::Vouchers>({voucher})->state() == v1::VOUCHER_STATE_EXPIRED) return;
  EndVoucher(voucher, v1::VOUCHER_STATE_RECLAIMED, rows);
}

}  // namespace voucher
