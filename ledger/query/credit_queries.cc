#include "ledger/query/credit_queries.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/status_macros.h"
#include "ledger/machine/worlds.h"
#include "ledger/query/lookup.h"
#include "ledger/query/paging.h"
#include "ledger/query/resources.h"
#include "ledger/query/scope.h"
#include "ledger/validation/bad_field.h"
#include "ledger/validation/limits.h"

namespace voucher::query {
namespace {

const std::string& ProviderIdOfAccount(const View& view, uint64_t account) {
  return ProviderId(view, ProviderOfAccount(view, account));
}

absl::StatusOr<uint64_t> RedemptionNumber(const View& view, const v1::GetRedemptionRequest& request,
                                          const ProviderAnswer<v1::GetRedemptionResponse>& answer) {
  if (request.redemption_id() != 0) return request.redemption_id();
  VOUCHER_RETURN_IF_ERROR(answer.AboutProvider(request.provider_id()).status());
  VOUCHER_ASSIGN_OR_RETURN(const uint64_t provider, FindProvider(view, request.provider_id()));
  const World world = request.sandbox() ? World::kSandbox : World::kReal;
  const rows::OrderRow* order =
      view.Find<tables::Orders>({Key(world), provider, request.order_number()});
  if (order == nullptr || order->redemption() == 0) {
    return absl::NotFoundError(absl::StrCat("Order ", request.order_number(), " of provider ",
                                            request.provider_id(), " was never redeemed."));
  }
  return order->redemption();
}

// The entry of a redemption of the view. NOT_FOUND if there is none of this number.
absl::StatusOr<v1::Entry> FindRedemption(const View& view, uint64_t number,
                                         const EntryReader& entries) {
  if (number <= AsOf(view)) {
    VOUCHER_ASSIGN_OR_RETURN(v1::Entry entry, ReadEntry(entries, number));
    if (entry.event().has_redeemed()) return entry;
  }
  return absl::NotFoundError(absl::StrCat("There is no redemption ", number, "."));
}

// The views and the journal are not of one ledger; such views are shown read-only.
absl::Status NotTheRedemption(uint64_t number) {
  return absl::DataLossError(
      absl::StrCat("entry ", number, " is not the redemption that the views name"));
}

}  // namespace

absl::Status GetVoucher(const View& view, const v1::GetVoucherRequest& request,
                        OpenAnswer<v1::GetVoucherResponse> answer) {
  v1::GetVoucherResponse* const response = answer.ForEveryone();
  const uint64_t number = request.voucher_id();
  const rows::VoucherRow* row = view.Find<tables::Vouchers>({number});
  if (row == nullptr) {
    return absl::NotFoundError(absl::StrCat("There is no voucher ", number, "."));
  }
  *response->mutable_voucher() = VoucherResource(view, number, *row);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status ListVouchers(const View& view, const v1::ListVouchersRequest& request,
                          OpenAnswer<v1::ListVouchersResponse> answer) {
  v1::ListVouchersResponse* const response = answer.ForEveryone();
  VOUCHER_ASSIGN_OR_RETURN(const NumberPage page, ReadNumberPage(request));
  const auto show = [&](uint64_t number, const rows::PresentRow&) {
    *response->add_vouchers() =
        VoucherResource(view, number, MustFind<tables::Vouchers>(view, {number}));
    return true;
  };
  if (!request.program_id().empty()) {
    VOUCHER_ASSIGN_OR_RETURN(const uint32_t program, FindProgram(view, request.program_id()));
    page.Finish(WalkIndex<tables::VouchersByProgram>(view, program, page.after, page.wanted, show),
                response);
  } else {
    VOUCHER_ASSIGN_OR_RETURN(const uint64_t enterprise, FindEnterprise(view, request.uscc()));
    page.Finish(
        WalkIndex<tables::VouchersByEnterprise>(view, enterprise, page.after, page.wanted, show),
        response);
  }
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status GetTransfer(const View& view, const v1::GetTransferRequest& request,
                         ProviderAnswer<v1::GetTransferResponse> answer) {
  const uint64_t number = request.transfer_id();
  const rows::TransferRow* row = view.Find<tables::Transfers>({number});
  if (row == nullptr) {
    return absl::NotFoundError(absl::StrCat("There is no transfer ", number, "."));
  }
  VOUCHER_ASSIGN_OR_RETURN(v1::GetTransferResponse* const response,
                           answer.AboutProvider(ProviderIdOfAccount(view, row->account())));
  *response->mutable_transfer() = TransferResource(view, number, *row);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status ListTransfers(const View& view, const v1::ListTransfersRequest& request,
                           ProviderAnswer<v1::ListTransfersResponse> answer) {
  VOUCHER_ASSIGN_OR_RETURN(const NumberPage page, ReadNumberPage(request));
  const std::string& provider_id = request.provider_id();
  VOUCHER_ASSIGN_OR_RETURN(v1::ListTransfersResponse* const response,
                           answer.AboutProvider(provider_id));
  VOUCHER_ASSIGN_OR_RETURN(const uint64_t provider, FindProvider(view, provider_id));
  const auto end = WalkIndex<tables::TransfersByProvider>(
      view, provider, page.after, page.wanted, [&](uint64_t number, const rows::PresentRow&) {
        const rows::TransferRow& row = MustFind<tables::Transfers>(view, {number});
        if (request.state() != v1::TRANSFER_STATE_UNSPECIFIED && row.state() != request.state()) {
          return false;
        }
        *response->add_transfers() = TransferResource(view, number, row);
        return true;
      });
  page.Finish(end, response);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status WatchTransfers(const View& view, const v1::WatchTransfersRequest& request,
                            ProviderAnswer<v1::WatchTransfersResponse> answer) {
  const std::string& provider_id =
      request.provider_id().empty() ? answer.own_provider_id() : request.provider_id();
  if (provider_id.empty()) {
    return BadFieldError("provider_id", "is required; only a PROVIDER may leave its own out");
  }
  VOUCHER_ASSIGN_OR_RETURN(v1::WatchTransfersResponse* const response,
                           answer.AboutProvider(provider_id));
  VOUCHER_ASSIGN_OR_RETURN(const uint64_t provider, FindProvider(view, provider_id));
  response->set_next_sequence(std::max(request.from_sequence(), AsOf(view) + 1));
  int entry_begin = 0;  // first change of the entry looked at last
  view.Scan<tables::TransferChanges>(
      {provider, request.from_sequence(), 0}, {provider + 1, 0, 0},
      [&](const tables::TransferChanges::Key& key, const rows::PresentRow&) {
        const auto [owner, sequence, transfer] = key;
        const int shown = response->changes_size();
        if (shown == 0 || response->changes(shown - 1).sequence() != sequence) entry_begin = shown;
        if (shown == kMaxTransferChanges) {
          response->mutable_changes()->DeleteSubrange(entry_begin, shown - entry_begin);
          response->set_next_sequence(sequence);
          return false;
        }
        v1::TransferChange* change = response->add_changes();
        change->set_sequence(sequence);
        *change->mutable_transfer() =
            TransferResource(view, transfer, MustFind<tables::Transfers>(view, {transfer}));
        return true;
      });
  return absl::OkStatus();
}

absl::Status GetRedemption(const View& view, const v1::GetRedemptionRequest& request,
                           ProviderAnswer<v1::GetRedemptionResponse> answer, EntryReader entries) {
  VOUCHER_ASSIGN_OR_RETURN(const uint64_t number, RedemptionNumber(view, request, answer));
  VOUCHER_ASSIGN_OR_RETURN(const v1::Entry entry, FindRedemption(view, number, entries));
  const v1::RedeemRequest& order = entry.command().redeem();
  VOUCHER_ASSIGN_OR_RETURN(v1::GetRedemptionResponse* const response,
                           answer.AboutProvider(ProviderIdOfAccount(view, order.account_id())));
  if (request.redemption_id() == 0 && order.order_number() != request.order_number()) {
    return NotTheRedemption(number);
  }
  *response->mutable_redemption() = RedemptionResource(view, entry);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status ListRedemptions(const View& view, const v1::ListRedemptionsRequest& request,
                             ProviderAnswer<v1::ListRedemptionsResponse> answer,
                             EntryReader entries) {
  VOUCHER_ASSIGN_OR_RETURN(const NumberPage page, ReadNumberPage(request));
  VOUCHER_ASSIGN_OR_RETURN(const rows::AccountRow* const account,
                           FindAccount(view, request.account_id()));
  VOUCHER_ASSIGN_OR_RETURN(v1::ListRedemptionsResponse* const response,
                           answer.AboutProvider(ProviderId(view, account->provider())));
  uint64_t last = page.after;
  uint64_t next = account->last_redemption();
  if (last != 0) {
    const auto entry = FindRedemption(view, last, entries);
    if (absl::IsNotFound(entry.status())) return AlteredToken();
    VOUCHER_RETURN_IF_ERROR(entry.status());
    if (entry->command().redeem().account_id() != request.account_id()) return AlteredToken();
    next = entry->event().redeemed().previous_redemption_id();
  }
  for (size_t shown = 0; next != 0 && shown < page.wanted; ++shown) {
    VOUCHER_ASSIGN_OR_RETURN(const v1::Entry entry, ReadEntry(entries, next));
    const uint64_t previous = entry.event().redeemed().previous_redemption_id();
    if (!entry.event().has_redeemed() || previous >= next ||
        entry.command().redeem().account_id() != request.account_id()) {
      return NotTheRedemption(next);
    }
    *response->add_redemptions() = RedemptionResource(view, entry);
    last = std::exchange(next, previous);
  }
  page.Finish(next != 0 ? std::optional(last) : std::nullopt, response);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status GetCredit(const View& view, const v1::GetCreditRequest& request,
                       ProviderAnswer<v1::GetCreditResponse> answer) {
  VOUCHER_ASSIGN_OR_RETURN(const rows::AccountRow* const account,
                           FindAccount(view, request.account_id()));
  VOUCHER_ASSIGN_OR_RETURN(v1::GetCreditResponse* const response,
                           answer.AboutProvider(ProviderId(view, account->provider())));
  uint32_t only_program = 0;
  if (!request.program_id().empty()) {
    VOUCHER_ASSIGN_OR_RETURN(only_program, FindProgram(view, request.program_id()));
  }
  int64_t total_fen = 0;
  for (const rows::CreditRow& credit : account->credits()) {
    if (only_program != 0 && credit.program() != only_program) continue;
    total_fen += credit.amount_fen();
    // What one voucher brought at different times stands together.
    const int shown = response->lots_size();
    if (shown > 0 && response->lots(shown - 1).voucher_id() == credit.voucher()) {
      v1::CreditLot* lot = response->mutable_lots(shown - 1);
      lot->set_amount_fen(lot->amount_fen() + credit.amount_fen());
    } else {
      *response->add_lots() = CreditLotResource(view, credit);
    }
  }
  response->set_total_fen(total_fen);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

}  // namespace voucher::query
