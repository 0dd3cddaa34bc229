#include "clients/cli/command_table.h"

#include "clients/cli/command_words.h"

namespace voucher::cli {

std::vector<CommandSpec> CommandTable() {
  Specs all;
  for (const Specs& part :
       {ProgramCommands(), EnterpriseCommands(), StandingCommands(), CatalogCommands(),
        ClusterCommands(), ApplicationCommands(), ReviewCommands(), NoticeCommands(),
        ProjectCommands(), TransferCommands(), RedemptionCommands(), SettlementCommands(),
        OperatorCommands()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> GroupHelp() {
  return {{"program", "programs and their rules"},
          {"calendar", "working days"},
          {"budget", "what is left of a program's money"},
          {"enterprise", "who may apply"},
          {"incident", "accidents and sanctions on an enterprise's record"},
          {"listing", "public lists an enterprise stands on"},
          {"blacklist", "enterprises refused everywhere or in some programs"},
          {"provider", "cloud providers"},
          {"product", "products of a program's catalog"},
          {"catalog", "the approved provider catalog"},
          {"account", "cloud accounts"},
          {"cluster", "industry clusters and their plans"},
          {"application", "applications and their review"},
          {"notice", "public notices before approval"},
          {"objection", "objections to a notice"},
          {"project", "approved projects: acceptance, extension, termination"},
          {"transfer", "voucher credit on its way into cloud accounts"},
          {"voucher", "vouchers"},
          {"redemption", "credit used for orders"},
          {"credit", "credit in cloud accounts"},
          {"statement", "what is owed for a month, and what was paid"},
          {"entry", "the ledger itself"},
          {"clock", "the manual clock of a development server"},
          {"import", "CSV files into the ledger"},
          {"export", "lists and reports as CSV or JSON"}};
}

}  // namespace voucher::cli
