#include "ledger/machine/postings.h"

#include <algorithm>
#include <tuple>

#include "absl/algorithm/container.h"

#include "ledger/base/money.h"
#include "ledger/base/proto_enum.h"
#include "ledger/machine/settlement.h"

namespace voucher {
namespace {

// Accounts of one thing that ends: their rows go when the money is gone.
bool IsTransient(const v1::AccountRef& ref) {
  switch (ref.kind()) {
    case v1::ACCOUNT_KIND_HELD:
    case v1::ACCOUNT_KIND_VOUCHER:
    case v1::ACCOUNT_KIND_TRANSIT:
    case v1::ACCOUNT_KIND_DUE:
    case v1::ACCOUNT_KIND_RECEIVABLE:
      return true;
    case v1::ACCOUNT_KIND_PAYABLE_PROVIDER:
    case v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE:
      return ref.sub() != 0;
    case v1::ACCOUNT_KIND_UNSPECIFIED:
    case v1::ACCOUNT_KIND_TREASURY:
    case v1::ACCOUNT_KIND_BUDGET:
    case v1::ACCOUNT_KIND_CREDIT:
    case v1::ACCOUNT_KIND_RETURNED:
    case v1::ACCOUNT_KIND_PAID:
    case v1::ACCOUNT_KIND_RECOVERY:
      VOUCHER_PROTO_SENTINELS(v1::AccountKind)
      break;
  }
  return false;
}

// What an account holds after a change.
int64_t Changed(const v1::AccountRef& ref, int64_t fen, int64_t delta_fen) {
  const int64_t changed_fen = CheckedAddFen(fen, delta_fen);
  VOUCHER_CHECK(changed_fen >= 0 || MayBeNegative(ref.kind()))
      << v1::AccountKind_Name(ref.kind()) << ' ' << ref.id() << '/' << ref.sub() << " would hold "
      << changed_fen << " fen";
  return changed_fen;
}

void MoveBalance(uint32_t program, const v1::AccountRef& ref, int64_t delta_fen,
                 EditableRows* rows) {
  rows::BalanceRow& balance = rows->Edit<tables::Balances>(KeyOf(program, ref));
  balance.set_fen(Changed(ref, balance.fen(), delta_fen));
  if (ref.kind() == v1::ACCOUNT_KIND_RECEIVABLE) {
    CountReceivable(program, ref, delta_fen, balance.fen(), rows);
  }
  if (balance.fen() == 0 && IsTransient(ref)) rows->Erase<tables::Balances>(KeyOf(program, ref));
}

void Move(uint32_t program, const v1::AccountRef& ref, int64_t delta_fen, EditableRows* rows) {
  if (!IsLot(ref.kind())) MoveBalance(program, ref, delta_fen, rows);
  rows::TotalsRow& totals = rows->Edit<tables::Totals>({program});
  while (totals.class_fen_size() <= ref.kind()) totals.add_class_fen(0);
  totals.set_class_fen(ref.kind(), CheckedAddFen(totals.class_fen(ref.kind()), delta_fen));
}

uint64_t VoucherOf(const v1::Posting& posting) {
  for (const v1::AccountRef* ref : {&posting.from(), &posting.to()}) {
    if (ref->kind() == v1::ACCOUNT_KIND_VOUCHER) return ref->id();
    if (ref->kind() == v1::ACCOUNT_KIND_CREDIT) return ref->sub();
  }
  return 0;
}

// Lots first-expiring first, then by voucher, then first-confirmed first.
bool GoesBefore(const rows::CreditRow& a, const rows::CreditRow& b) {
  return std::make_tuple(a.expires_unix_ns(), a.voucher(), a.credited_unix_ns()) <
         std::make_tuple(b.expires_unix_ns(), b.voucher(), b.credited_unix_ns());
}

rows::CreditRow LotOf(const v1::AccountRef& credit, const rows::VoucherRow& voucher,
                      UnixNanos credited_at, int64_t fen) {
  rows::CreditRow lot;
  lot.set_voucher(credit.sub());
  lot.set_program(voucher.program());
  lot.set_item(voucher.item());
  lot.set_revision(voucher.revision());
  lot.set_expires_unix_ns(voucher.expires_unix_ns());
  lot.set_lapses_unix_ns(voucher.lapses_unix_ns());
  lot.set_credited_unix_ns(credited_at);
  lot.set_amount_fen(fen);
  return lot;
}

// Puts money into the account's lot of that voucher and confirmation.
void AddToLot(const v1::AccountRef& credit, const rows::VoucherRow& voucher, UnixNanos credited_at,
              int64_t fen, rows::AccountRow* account) {
  auto* lots = account->mutable_credits();
  const rows::CreditRow added = LotOf(credit, voucher, credited_at, fen);
  const auto place = std::lower_bound(lots->begin(), lots->end(), added, GoesBefore);
  if (place != lots->end() && !GoesBefore(added, *place)) {
    place->set_amount_fen(Changed(credit, place->amount_fen(), fen));
    return;
  }
  const auto index = place - lots->begin();
  *lots->Add() = added;
  std::rotate(lots->begin() + index, lots->end() - 1, lots->end());
}

// Takes money from the account's lots of a voucher, the first-confirmed first or the last-confirmed
// first; empty lots go.
void TakeFromLots(const v1::AccountRef& credit, bool newest_first, int64_t fen,
                  rows::AccountRow* account) {
  auto* lots = account->mutable_credits();
  const auto is_of_voucher = [&](const rows::CreditRow& lot) {
    return lot.voucher() == credit.sub();
  };
  const auto first = std::find_if(lots->begin(), lots->end(), is_of_voucher);
  const auto last = std::find_if_not(first, lots->end(), is_of_voucher);
  int64_t left_fen = fen;
  const auto take = [&](rows::CreditRow* lot) {
    const int64_t taken_fen = std::min(left_fen, lot->amount_fen());
    lot->set_amount_fen(lot->amount_fen() - taken_fen);
    left_fen -= taken_fen;
  };
  if (newest_first) {
    for (auto lot = last; lot != first;) take(&*--lot);
  } else {
    for (auto lot = first; lot != last; ++lot) take(&*lot);
  }
  VOUCHER_CHECK(left_fen == 0) << "credit " << credit.id() << '/' << credit.sub() << " lacks "
                               << left_fen << " fen";
  lots->erase(
      std::remove_if(first, last, [](const rows::CreditRow& lot) { return lot.amount_fen() == 0; }),
      last);
}

// Remembers that credit of a voucher lapsed in the account.
void KeepLapsed(const v1::AccountRef& credit, const rows::VoucherRow& voucher,
                UnixNanos credited_at, int64_t fen, rows::AccountRow* account) {
  for (rows::CreditRow& lot : *account->mutable_lapsed()) {
    if (lot.voucher() != credit.sub()) continue;
    lot.set_amount_fen(CheckedAddFen(lot.amount_fen(), fen));
    return;
  }
  *account->add_lapsed() = LotOf(credit, voucher, credited_at, fen);
}

// When the newest credit of the voucher in the account was confirmed: its place in the row.
UnixNanos* CreditedAt(uint64_t account, rows::VoucherRow* voucher) {
  const auto& accounts = voucher->accounts();
  const auto place = std::find(accounts.begin(), accounts.end(), account) - accounts.begin();
  if (place == accounts.size()) {
    voucher->add_accounts(account);
    voucher->add_credited_unix_ns(0);
  }
  return voucher->mutable_credited_unix_ns()->mutable_data() + place;
}

bool IsRelease(v1::AccountKind to) {
  return to == v1::ACCOUNT_KIND_BUDGET || to == v1::ACCOUNT_KIND_RETURNED;
}

// Keeps the account's lots. What a transfer brings has the time of its confirmation, `at`; what a
// reversal brings back joins the newest credit of the voucher, or has its time if that is spent. A
// redemption takes the first-confirmed credit first; what goes back leaves the newest first, so
// that what only passes through leaves as it came. What goes back after the voucher lapsed is kept
// as lapsed, whatever brings it back, so that an order that comes too late is told the same before
// and after.
void MoveLot(const v1::Posting& posting, const v1::AccountRef& credit, int64_t delta_fen,
             UnixNanos at, rows::VoucherRow* voucher, EditableRows* rows) {
  rows::AccountRow& account = rows->Edit<tables::CloudAccounts>({credit.id()});
  UnixNanos* const credited_at = CreditedAt(credit.id(), voucher);
  if (delta_fen > 0) {
    if (posting.from().kind() == v1::ACCOUNT_KIND_TRANSIT) *credited_at = at;
    return AddToLot(credit, *voucher, *credited_at, delta_fen, &account);
  }
  const bool goes_back = posting.to().kind() != v1::ACCOUNT_KIND_PAYABLE_PROVIDER;
  TakeFromLots(credit, /*newest_first=*/goes_back, -delta_fen, &account);
  if (IsRelease(posting.to().kind()) && at >= voucher->lapses_unix_ns()) {
    KeepLapsed(credit, *voucher, *credited_at, -delta_fen, &account);
  }
}

void MoveClaim(uint64_t provider, int64_t delta_fen, UnixNanos at, rows::VoucherRow* voucher) {
  auto* claims = voucher->mutable_claims();
  auto claim = std::find_if(claims->begin(), claims->end(),
                            [&](const auto& c) { return c.provider() == provider; });
  rows::ProviderClaimRow* moved = claim != claims->end() ? &*claim : claims->Add();
  moved->set_provider(provider);
  moved->set_fen(moved->fen() + delta_fen);
  moved->set_month(MonthOf(at));
}

// Claims on a voucher that waited for acceptance: they can be settled now, or, where the project
// ended without it, never.
void ResolveClaim(const v1::Posting& posting, UnixNanos at, EditableRows* rows) {
  const rows::ApplicationRow* application =
      rows->Find<tables::Applications>({posting.from().sub()});
  const bool settleable = posting.to().kind() == v1::ACCOUNT_KIND_PAYABLE_PROVIDER;
  MoveClaim(posting.from().id(), settleable ? 0 : -posting.amount_fen(), at,
            &rows->Edit<tables::Vouchers>({application->voucher()}));
}

// The side `ref` of a posting, of which `delta_fen` says the amount with its sign, in the row of
// its voucher.
void MoveInVoucher(const v1::Posting& posting, const v1::AccountRef& ref, uint64_t voucher_id,
                   int64_t delta_fen, UnixNanos at, EditableRows* rows) {
  rows::VoucherRow& voucher = rows->Edit<tables::Vouchers>({voucher_id});
  switch (ref.kind()) {
    case v1::ACCOUNT_KIND_VOUCHER:
      voucher.set_available_fen(voucher.available_fen() + delta_fen);
      break;
    case v1::ACCOUNT_KIND_TRANSIT:
      voucher.set_in_transit_fen(voucher.in_transit_fen() + delta_fen);
      break;
    case v1::ACCOUNT_KIND_CREDIT:
      voucher.set_credit_fen(voucher.credit_fen() + delta_fen);
      MoveLot(posting, ref, delta_fen, at, &voucher, rows);
      break;
    case v1::ACCOUNT_KIND_PAYABLE_PROVIDER:
      voucher.set_redeemed_fen(voucher.redeemed_fen() + delta_fen);
      MoveClaim(ref.id(), delta_fen, at, &voucher);
      break;
    case v1::ACCOUNT_KIND_BUDGET:
    case v1::ACCOUNT_KIND_RETURNED:
    case v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE:  // it paid back what was reversed later
      voucher.set_released_fen(voucher.released_fen() + delta_fen);
      break;
    case v1::ACCOUNT_KIND_UNSPECIFIED:
    case v1::ACCOUNT_KIND_TREASURY:
    case v1::ACCOUNT_KIND_HELD:
    case v1::ACCOUNT_KIND_DUE:
    case v1::ACCOUNT_KIND_PAID:
    case v1::ACCOUNT_KIND_RECEIVABLE:
    case v1::ACCOUNT_KIND_RECOVERY:
      VOUCHER_PROTO_SENTINELS(v1::AccountKind)
      break;  // held: what arises there is approved, which ApproveApplication states.
  }
}

}  // namespace

void Post(const v1::AccountRef& from, const v1::AccountRef& to, int64_t amount_fen,
          v1::Event* event, uint32_t program) {
  VOUCHER_CHECK(amount_fen > 0) << amount_fen;
  v1::Posting* posting = event->add_postings();
  *posting->mutable_from() = from;
  *posting->mutable_to() = to;
  posting->set_amount_fen(amount_fen);
  posting->set_program(program);
}

void ReleaseHold(uint64_t application_id, int64_t amount_fen, v1::Event* event) {
  Post(Held(application_id), BudgetAccount(), amount_fen, event);
}

void ReleaseUnspent(const v1::AccountRef& from, const rows::ProgramRow& program, UnixNanos at,
                    int64_t amount_fen, v1::Event* event, uint32_t other_program) {
  const bool closed = program.state() == v1::PROGRAM_STATE_CLOSED ||
                      program.state() == v1::PROGRAM_STATE_ARCHIVED ||
                      at >= program.cutoff_unix_ns();
  Post(from, closed ? Returned() : BudgetAccount(), amount_fen, event, other_program);
}

void ApplyPostings(const v1::Entry& entry, EditableRows* rows) {
  // A timer acts as of its instant, however late it is booked.
  const UnixNanos at = entry.command().has_timer_due() ? entry.command().timer_due().due_unix_ns()
                                                       : entry.received_unix_ns();
  for (const v1::Posting& posting : entry.event().postings()) {
    const uint32_t program = posting.program() != 0 ? posting.program() : entry.program();
    Move(program, posting.from(), -posting.amount_fen(), rows);
    Move(program, posting.to(), posting.amount_fen(), rows);
    CountPayable(entry, posting, program, rows);
    if (const uint64_t voucher = VoucherOf(posting); voucher != 0) {
      MoveInVoucher(posting, posting.from(), voucher, -posting.amount_fen(), at, rows);
      MoveInVoucher(posting, posting.to(), voucher, posting.amount_fen(), at, rows);
    } else if (posting.from().kind() == v1::ACCOUNT_KIND_PAYABLE_PROVIDER &&
               posting.from().sub() != 0) {
      ResolveClaim(posting, at, rows);
    }
  }
}

bool IsDead(const rows::VoucherRow& voucher, UnixNanos at) {
  return voucher.state() == v1::VOUCHER_STATE_EXPIRED ||
         voucher.state() == v1::VOUCHER_STATE_RECLAIMED || at >= voucher.lapses_unix_ns();
}

}  // namespace voucher
