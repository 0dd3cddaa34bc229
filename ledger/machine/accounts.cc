#include "ledger/machine/accounts.h"

#include "ledger/base/proto_enum.h"

namespace voucher {
namespace {

v1::AccountRef Ref(v1::AccountKind kind, uint64_t id = 0, uint64_t sub = 0) {
  v1::AccountRef ref;
  ref.set_kind(kind);
  ref.set_id(id);
  ref.set_sub(sub);
  return ref;
}

int64_t LotOf(const View& view, uint32_t program, const v1::AccountRef& credit) {
  const rows::AccountRow* account = view.Find<tables::CloudAccounts>({credit.id()});
  if (account == nullptr) return 0;
  int64_t fen = 0;
  for (const rows::CreditRow& lot : account->credits()) {
    if (lot.voucher() == credit.sub() && lot.program() == program) fen += lot.amount_fen();
  }
  return fen;
}

}  // namespace

tables::Balances::Key KeyOf(uint32_t program, const v1::AccountRef& account) {
  return {program, static_cast<uint8_t>(account.kind()), account.id(), account.sub()};
}

bool IsLot(v1::AccountKind kind) {
  return kind == v1::ACCOUNT_KIND_CREDIT;
}

bool MayBeNegative(v1::AccountKind kind) {
  switch (kind) {
    case v1::ACCOUNT_KIND_TREASURY:
    case v1::ACCOUNT_KIND_PAYABLE_PROVIDER:
    case v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE:
    case v1::ACCOUNT_KIND_PAID:
    case v1::ACCOUNT_KIND_RECOVERY:
      return true;
    case v1::ACCOUNT_KIND_UNSPECIFIED:
    case v1::ACCOUNT_KIND_BUDGET:
    case v1::ACCOUNT_KIND_HELD:
    case v1::ACCOUNT_KIND_VOUCHER:
    case v1::ACCOUNT_KIND_TRANSIT:
    case v1::ACCOUNT_KIND_CREDIT:
    case v1::ACCOUNT_KIND_RETURNED:
    case v1::ACCOUNT_KIND_DUE:
    case v1::ACCOUNT_KIND_RECEIVABLE:
      VOUCHER_PROTO_SENTINELS(v1::AccountKind)
      break;
  }
  return false;
}

v1::AccountRef Treasury() {
  return Ref(v1::ACCOUNT_KIND_TREASURY);
}

v1::AccountRef BudgetAccount() {
  return Ref(v1::ACCOUNT_KIND_BUDGET);
}

v1::AccountRef Held(uint64_t application) {
  return Ref(v1::ACCOUNT_KIND_HELD, application);
}

v1::AccountRef VoucherAccount(uint64_t voucher) {
  return Ref(v1::ACCOUNT_KIND_VOUCHER, voucher);
}

v1::AccountRef Transit(uint64_t transfer) {
  return Ref(v1::ACCOUNT_KIND_TRANSIT, transfer);
}

v1::AccountRef Credit(uint64_t account, uint64_t voucher) {
  return Ref(v1::ACCOUNT_KIND_CREDIT, account, voucher);
}

v1::AccountRef PayableToProvider(uint64_t provider, uint64_t gated) {
  return Ref(v1::ACCOUNT_KIND_PAYABLE_PROVIDER, provider, gated);
}

v1::AccountRef PayableToEnterprise(uint64_t enterprise, uint64_t gated) {
  return Ref(v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, enterprise, gated);
}

v1::AccountRef DueOn(uint64_t statement) {
  return Ref(v1::ACCOUNT_KIND_DUE, statement);
}

v1::AccountRef Paid() {
  return Ref(v1::ACCOUNT_KIND_PAID);
}

v1::AccountRef Returned() {
  return Ref(v1::ACCOUNT_KIND_RETURNED);
}

v1::AccountRef Receivable(uint64_t enterprise, uint64_t application) {
  return Ref(v1::ACCOUNT_KIND_RECEIVABLE, enterprise, application);
}

v1::AccountRef Recovery() {
  return Ref(v1::ACCOUNT_KIND_RECOVERY);
}

int64_t BalanceOf(const View& view, uint32_t program, const v1::AccountRef& account) {
  if (IsLot(account.kind())) return LotOf(view, program, account);
  const rows::BalanceRow* row = view.Find<tables::Balances>(KeyOf(program, account));
  return row != nullptr ? row->fen() : 0;
}

}  // namespace voucher
