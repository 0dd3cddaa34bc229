#include "clients/cli/command_words.h"

namespace voucher::cli {
namespace {

Argument AccountWord() {
  return {"ACCOUNT", "account_id", "number of the cloud account"};
}

}  // namespace

Specs TransferCommands() {
  const Argument transfer = {"TRANSFER", "transfer_id", "number of the transfer"};
  return {
      {"transfer",
       "order",
       "CreditService/OrderTransfer",
       "order voucher credit into a cloud account",
       {{"VOUCHER", "voucher_id", "number of the voucher"},
        AccountWord(),
        AmountWord(),
        {"--reference", "reference", "number of the transfer order (调拨单)", kOptional},
        RepeatsOption()}},
      {"transfer",
       "confirm",
       "CreditService/ConfirmTransfer",
       "say that the account was credited",
       {transfer, {"REFERENCE", "provider_reference", "the provider's reference"}}},
      {"transfer",
       "decline",
       "CreditService/DeclineTransfer",
       "say that the account will not be credited",
       {transfer, {"REASON", "reason", "why"}}},
      {"transfer", "get", "CreditService/GetTransfer", "show a transfer", {transfer}},
      {"transfer",
       "list",
       "CreditService/ListTransfers",
       "list transfers to a provider",
       {ProviderWord(),
        {"--state", "state", "only ORDERED, OVERDUE, CONFIRMED or DECLINED", kOptional}}},
      {"voucher",
       "get",
       "CreditService/GetVoucher",
       "show a voucher",
       {{"VOUCHER", "voucher_id", "number of the voucher"}}},
      {"voucher",
       "list",
       "CreditService/ListVouchers",
       "list vouchers of a program or an enterprise",
       {ProgramOption(), UsccOption()}},
  };
}

Specs RedemptionCommands() {
  return {
      {"",
       "redeem",
       "CreditService/Redeem",
       "use credit for an order of a catalog product",
       {ProgramWord(),
        AccountWord(),
        {"PRODUCT", "product_id", "product of the account's provider"},
        {"ORDER", "order_number", "the provider's order number"},
        {"--amount", "amount_fen", "exactly this many yuan", kOptional},
        {"--at-most", "at_most_fen", "what is there up to this many yuan", kOptional},
        {"--usage-ended", "usage_ended_at", "instant, as in 2025-12-31T23:59:59+08:00"},
        {"--uscc", "uscc", "enterprise the order was for", kOptional}}},
      {"",
       "reverse",
       "CreditService/ReverseRedemption",
       "reverse a redemption in part or whole",
       {{"REDEMPTION", "redemption_id", "number of the redemption"},
        AmountWord(),
        {"REASON", "reason", "why"},
        RepeatsOption()}},
      {"",
       "reclaim",
       "CreditService/Reclaim",
       "take a grant back: unspent credit at once, spent money becomes owed",
       {ApplicationWord(),
        {"GROUND", "ground", "FRAUD, TRANSFERRED, NO_COOPERATION or AUDIT"},
        {"--reason", "reason", "why"},
        {"--reference", "reference", "number of the official document"},
        {"--blacklist", "blacklisting.reason", "also blacklist the enterprise, for this reason",
         kOptional},
        {"--blacklist-until", "blacklisting.until", "last day of it, inclusive", kOptional},
        {"--blacklist-programs", "blacklisting.program_ids",
         "only for these, commas between; all if left out", kOptional}}},
      {"redemption",
       "get",
       "CreditService/GetRedemption",
       "show a redemption, by id or by provider and order number",
       {{"--id", "redemption_id", "number: the sequence of its entry", kOptional},
        {"--provider", "provider_id", "provider", kOptional},
        {"--order", "order_number", "the provider's order number", kOptional},
        SandboxOption()}},
      {"redemption",
       "list",
       "CreditService/ListRedemptions",
       "list redemptions of an account, the newest first",
       {AccountWord()}},
      {"credit",
       "get",
       "CreditService/GetCredit",
       "show the credit in an account",
       {AccountWord(), ProgramOption()}},
  };
}

}  // namespace voucher::cli
