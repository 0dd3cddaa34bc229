#include "clients/cli/command_words.h"

namespace voucher::cli {

Specs SettlementCommands() {
  const Argument statement = {"STATEMENT", "statement_id", "number of the statement"};
  return {
      {"statement",
       "close",
       "SettlementService/CloseStatement",
       "freeze what a provider, or a division's enterprises, are owed up to the end of a month",
       {ProgramWord(),
        {"MONTH", "period", "month that is over, as in 2025-09"},
        {"--provider", "provider_id", "the provider", kOptional},
        {"--division", "division", "the division, as in 420111; a city covers its districts",
         kOptional}}},
      {"statement",
       "get",
       "SettlementService/GetStatement",
       "show a statement with up to 1,000 of its lines",
       {statement,
        {"--from-application", "first_application_id", "lines from this application on",
         kOptional}}},
      {"statement",
       "list",
       "SettlementService/ListStatements",
       "list statements of a program",
       {ProgramWord(), ProviderOption()},
       {},
       {"statement_id", "program_id", "provider_id", "division", "period", "booked_fen",
        "reversed_fen", "brought_forward_fen", "set_off_fen", "due_fen", "carried_forward_fen",
        "paid_fen", "state"}},
      {"statement",
       "pay",
       "SettlementService/RecordDisbursement",
       "record a payment against a statement",
       {statement,
        {"AMOUNT", "disbursement.amount_fen", "yuan, as in 1234.56"},
        {"--reference", "disbursement.fiscal_reference", "number of the fiscal document"},
        {"--paid-on", "disbursement.paid_on", "day of the payment"},
        RepeatsOption()}},
      {"",
       "recover",
       "SettlementService/RecordRecovery",
       "record money that an enterprise or a provider paid back",
       {ProgramWord(),
        AmountWord(),
        {"--uscc", "uscc", "the enterprise", kOptional},
        {"--provider", "provider_id", "the provider", kOptional},
        {"--application", "application_id",
         "of an enterprise, the application whose debt it pays; the oldest debts if left out",
         kOptional},
        {"--reference", "fiscal_reference", "number of the fiscal document"},
        RepeatsOption()}},
  };
}

}  // namespace voucher::cli
