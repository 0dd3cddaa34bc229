#include "ledger/machine/approved_projects.h"

#include "ledger/base/money.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/settlement.h"
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
  const rows::ApplicationRow& application =
      *view.Find<tables::Applications>({voucher.application()});
  const auto release = [&](const v1::AccountRef& from, int64_t fen) {
    if (fen == 0) return;
    ReleaseUnspent(from, program, context.received_at, application, fen, event, other_program);
  };
  release(VoucherAccount(voucher_id), voucher.available_fen());
  for (const uint64_t account : voucher.accounts()) {
    const v1::AccountRef credit = Credit(account, voucher_id);
    release(credit, BalanceOf(view, voucher.program(), credit));
  }
  return CheckedAddFen(voucher.available_fen(), voucher.credit_fen());
}

v1::ProjectTerminated ReleaseProject(const Context& context, uint64_t application_id,
                                     const rows::ApplicationRow& application, v1::Event* event) {
  v1::ProjectTerminated terminated;
  if (application.voucher() != 0) {
    terminated.set_released_fen(ReleaseVoucher(context, application.voucher(), event));
  }
  const rows::ProgramRow& program = *context.view.Find<tables::Programs>({application.program()});
  for (const GatedPayable& gated : GatedPayables(context.view, application_id, application)) {
    ReleaseUnspent(gated.account, program, context.received_at, application, gated.amount_fen,
                   event);
    terminated.set_unsettled_fen(CheckedAddFen(terminated.unsettled_fen(), gated.amount_fen));
  }
  return terminated;
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
