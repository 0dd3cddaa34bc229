#include "ledger/machine/approved_projects.h"

#include <algorithm>

#include "absl/algorithm/container.h"

#include "ledger/base/money.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/projects.h"
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

uint32_t OtherProgram(const Context& context, const rows::ApplicationRow& application) {
  return application.program() != context.program ? application.program() : 0;
}

bool AnyWaits(const View& view, const std::vector<uint64_t>& application_ids) {
  return absl::c_any_of(application_ids, [&](uint64_t id) {
    return !GatedPayables(view, id, *view.Find<tables::Applications>({id})).empty();
  });
}

std::optional<v1::Refusal> RefuseIfArchivedAndNothingWaits(
    const Context& context, const rows::ApplicationRow& application) {
  auto refusal = RefuseIfArchived(*context.view.Find<tables::Programs>({application.program()}));
  if (!refusal || application.state() != v1::APPLICATION_STATE_APPROVED) return refusal;
  if (AnyWaits(context.view, ReplacedGrants(context.view, application))) return std::nullopt;
  return refusal;
}

void EndWaitOfReplaced(const Context& context, const rows::ApplicationRow& application, WaitEnd end,
                       google::protobuf::RepeatedPtrField<v1::ReplacedGrant>* replaced,
                       v1::Event* event) {
  if (application.state() != v1::APPLICATION_STATE_APPROVED) return;
  const View& view = context.view;
  for (const uint64_t id : ReplacedGrants(view, application)) {
    const rows::ApplicationRow& lower = *view.Find<tables::Applications>({id});
    const std::vector<GatedPayable> waiting = GatedPayables(view, id, lower);
    if (waiting.empty()) continue;
    const uint32_t other_program = OtherProgram(context, lower);
    v1::ReplacedGrant* const grant = replaced->Add();
    grant->set_application_id(id);
    if (end == WaitEnd::kReclaimed && lower.voucher() != 0) {
      grant->set_settleable_fen(OpenGate(view, id, lower, event, other_program));
      continue;
    }
    const rows::ProgramRow& program = *view.Find<tables::Programs>({lower.program()});
    for (const GatedPayable& gated : waiting) {
      ReleaseUnspent(gated.account, program, context.received_at, gated.amount_fen, event,
                     other_program);
      grant->set_released_fen(CheckedAddFen(grant->released_fen(), gated.amount_fen));
    }
  }
}

void LowerReplaced(const google::protobuf::RepeatedPtrField<v1::ReplacedGrant>& replaced,
                   EditableRows* rows) {
  for (const v1::ReplacedGrant& grant : replaced) {
    if (grant.released_fen() == 0) continue;
    const rows::ApplicationRow& row = *rows->Find<tables::Applications>({grant.application_id()});
    // Of a voucher the claims of its providers are lowered, by the postings.
    if (row.voucher() != 0) continue;
    rows::ApplicationRow& lower = rows->Edit<tables::Applications>({grant.application_id()});
    lower.set_approved_fen(CheckedSubtractFen(lower.approved_fen(), grant.released_fen()));
  }
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
