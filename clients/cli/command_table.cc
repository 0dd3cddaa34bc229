#include "clients/cli/command_table.h"

namespace voucher::cli {
namespace {

using Specs = std::vector<CommandSpec>;

constexpr Argument::Need kOptional = Argument::kOptional;

Argument Program() {
  return {"PROGRAM", "program_id", "program, as in hubei-2025"};
}
Argument ProgramOption(Argument::Need need = kOptional) {
  return {"--program", "program_id", "program, as in hubei-2025", need};
}
Argument Uscc() {
  return {"USCC", "uscc", "unified social credit code of the enterprise"};
}
Argument UsccOption() {
  return {"--uscc", "uscc", "enterprise", kOptional};
}
Argument Provider() {
  return {"PROVIDER", "provider_id", "provider, as in huaweicloud"};
}
Argument Amount() {
  return {"AMOUNT", "amount_fen", "yuan, as in 1234.56"};
}

Specs ProgramCommands() {
  const auto set_state = [](const char* name, const char* state, const char* help) {
    return CommandSpec{"program", name,        "ProgramService/SetProgramState",
                       help,      {Program()}, {{"state", state}}};
  };
  return {
      {"program",
       "publish",
       "ProgramService/PublishProgram",
       "publish a program, or a new revision of it",
       {{"FILE", "@rules", "ProgramRules as textproto or JSON"}}},
      {"program",
       "list",
       "ProgramService/ListPrograms",
       "list programs",
       {},
       {},
       {"rules.program_id", "rules.title_zh", "state", "revision", "rules.fiscal_year",
        "cutoff_at"}},
      {"program", "get", "ProgramService/GetProgram", "show a program and its rules", {Program()}},
      set_state("open", "OPEN", "open a draft, or resume a suspended program"),
      set_state("suspend", "SUSPENDED", "take no applications until opened again"),
      set_state("close", "CLOSED", "take no applications any more"),
      {"",
       "appropriate",
       "ProgramService/Appropriate",
       "add money to a program's budget, or (negative) cut it",
       {Program(),
        {"AMOUNT", "amount_fen", "yuan; negative cuts"},
        {"--reference", "fiscal_reference", "number of the fiscal document"}}},
      {"calendar", "get", "ProgramService/GetCalendar", "show the working-day calendar in force"},
      {"budget",
       "get",
       "ProgramService/GetBudget",
       "show what is left and where the rest is",
       {Program()}},
  };
}

Specs EnterpriseCommands() {
  return {
      {"enterprise",
       "put",
       "RegistryService/PutEnterprise",
       "register an enterprise, or replace its facts",
       {{"USCC", "facts.uscc", "unified social credit code"},
        {"--name", "facts.name", "registered name"},
        {"--division", "facts.division", "six-digit division code"},
        {"--size", "facts.size", "MICRO, SMALL, MEDIUM or LARGE"},
        {"--industry", "facts.industry", "INDUSTRIAL, SOFTWARE_IT or OTHER"},
        {"--registered-on", "facts.registered_on", "day, as in 2019-05-31"},
        {"--cloud-provider", "facts.is_cloud_provider", "true if it sells cloud services",
         kOptional},
        {"--prior-year-revenue", "facts.prior_year_revenue_fen", "yuan", kOptional},
        {"--uscc-check-waived", "facts.uscc_check_waived", "true for a genuine odd code",
         kOptional}}},
      {"enterprise", "get", "RegistryService/GetEnterprise", "show an enterprise", {Uscc()}},
      {"enterprise",
       "list",
       "RegistryService/ListEnterprises",
       "list enterprises",
       {},
       {},
       {"number", "facts.uscc", "facts.name", "facts.division", "facts.size", "facts.industry",
        "facts.registered_on", "facts.is_cloud_provider", "facts.prior_year_revenue_fen",
        "listings", "blacklisting.reason"}},
      {"incident",
       "record",
       "RegistryService/RecordIncident",
       "add an incident to an enterprise's record",
       {Uscc(),
        {"--kind", "incident.kind", "SAFETY, ENVIRONMENT, QUALITY, ADMIN_SANCTION or CRIMINAL"},
        {"--severity", "incident.severity", "GENERAL, LARGER, MAJOR or ESPECIALLY_MAJOR",
         kOptional},
        {"--date", "incident.date", "day, as in 2024-06-01"},
        {"--reference", "incident.reference", "number of the official document"}}},
      {"listing",
       "add",
       "RegistryService/SetListing",
       "put an enterprise on a list",
       {Uscc(), {"KIND", "kind", "SERIOUS_DISHONESTY, ABNORMAL_OPERATION or JOINT_PUNISHMENT"}},
       {{"listed", "true"}}},
      {"listing",
       "remove",
       "RegistryService/SetListing",
       "take an enterprise off a list",
       {Uscc(), {"KIND", "kind", "SERIOUS_DISHONESTY, ABNORMAL_OPERATION or JOINT_PUNISHMENT"}},
       {{"listed", "false"}}},
      {"blacklist",
       "add",
       "RegistryService/SetBlacklist",
       "refuse an enterprise in every program",
       {Uscc(),
        {"--reason", "blacklisting.reason", "why"},
        {"--until", "blacklisting.until", "last day, inclusive", kOptional}}},
      {"blacklist", "lift", "RegistryService/SetBlacklist", "lift a blacklisting", {Uscc()}},
  };
}

Specs CatalogCommands() {
  return {
      {"provider",
       "put",
       "RegistryService/PutProvider",
       "register a provider, or replace its name",
       {Provider(), {"NAME", "name", "company name"}}},
      {"provider", "list", "RegistryService/ListProviders", "list providers"},
      {"provider",
       "suspend",
       "RegistryService/SetProviderState",
       "stop transfers to a provider and its redemptions",
       {Provider()},
       {{"state", "SUSPENDED"}}},
      {"provider",
       "activate",
       "RegistryService/SetProviderState",
       "end a provider's suspension",
       {Provider()},
       {{"state", "ACTIVE"}}},
      {"product",
       "put",
       "RegistryService/PutProduct",
       "put a product into a program's catalog",
       {{"PROGRAM", "product.program_id", "program"},
        {"PROVIDER", "product.provider_id", "provider"},
        {"PRODUCT", "product.product_id", "product"},
        {"--name", "product.name", "product name"},
        {"--items", "product.item_ids", "items it is approved for, commas between"},
        {"--category", "product.category", "category"},
        {"--from", "product.effective_from", "first day"},
        {"--until", "product.effective_until", "last day, inclusive", kOptional}}},
      {"product",
       "withdraw",
       "RegistryService/WithdrawProduct",
       "end a product's time in the catalog",
       {Program(),
        Provider(),
        {"PRODUCT", "product_id", "product"},
        {"LAST_DAY", "last_day", "last day in force"}}},
      {"catalog",
       "list",
       "RegistryService/ListCatalog",
       "list the approved products of a program",
       {Program(), {"--provider", "provider_id", "only this provider", kOptional}}},
      {"account",
       "bind",
       "RegistryService/BindCloudAccount",
       "bind a provider's account to an enterprise for good",
       {Provider(), {"NUMBER", "account_number", "the provider's account number"}, Uscc()}},
      {"account",
       "get",
       "RegistryService/GetCloudAccount",
       "show an account, by id or by provider and number",
       {{"--id", "account_id", "number in the ledger", kOptional},
        {"--provider", "provider_id", "provider", kOptional},
        {"--number", "account_number", "the provider's account number", kOptional}}},
  };
}

Specs ApplicationCommands() {
  const Argument id = {"APPLICATION", "application_id", "number of the application"};
  return {
      {"application",
       "submit",
       "ApplicationService/SubmitApplication",
       "submit an application",
       {{"FILE", "@", "SubmitApplicationRequest as JSON or textproto"}}},
      {"application", "get", "ApplicationService/GetApplication", "show an application", {id}},
      {"application",
       "list",
       "ApplicationService/ListApplications",
       "list applications of a program or an enterprise",
       {ProgramOption(),
        UsccOption(),
        {"--state", "state", "only HELD, LISTED, APPROVED, REJECTED or WITHDRAWN", kOptional}},
       {},
       {"application_id", "queue_number", "program_id", "item_id", "uscc", "delivery_mode",
        "spend_fen", "granted_fen", "approved_fen", "state", "next_stage", "voucher_id"}},
      {"application",
       "withdraw",
       "ApplicationService/WithdrawApplication",
       "withdraw an application",
       {id}},
      {"application",
       "review",
       "ApplicationService/ReviewApplication",
       "decide an application's next review stage",
       {id,
        {"STAGE", "stage_id", "stage, as in DISTRICT"},
        {"VERDICT", "verdict", "pass or reject"},
        {"--opinion", "opinion", "why; needed to reject", kOptional}}},
      {"application",
       "approve",
       "ApplicationService/ApproveApplication",
       "approve an application whose reviews are done",
       {id, {"--amount", "approved_fen", "yuan; all of what is held if left out", kOptional}}},
  };
}

Specs CreditCommands() {
  const Argument transfer = {"TRANSFER", "transfer_id", "number of the transfer"};
  const Argument account = {"ACCOUNT", "account_id", "number of the cloud account"};
  return {
      {"transfer",
       "order",
       "CreditService/OrderTransfer",
       "order voucher credit into a cloud account",
       {{"VOUCHER", "voucher_id", "number of the voucher"}, account, Amount()}},
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
       {Provider(),
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
      {"",
       "redeem",
       "CreditService/Redeem",
       "use credit for an order of a catalog product",
       {Program(),
        account,
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
        Amount(),
        {"REASON", "reason", "why"}}},
      {"redemption",
       "get",
       "CreditService/GetRedemption",
       "show a redemption, by id or by provider and order number",
       {{"--id", "redemption_id", "number in the ledger", kOptional},
        {"--provider", "provider_id", "provider", kOptional},
        {"--order", "order_number", "the provider's order number", kOptional}}},
      {"redemption",
       "list",
       "CreditService/ListRedemptions",
       "list redemptions of an account",
       {account}},
      {"credit",
       "get",
       "CreditService/GetCredit",
       "show the credit in an account",
       {account, ProgramOption()}},
  };
}

Specs OperatorCommands() {
  return {
      {"entry",
       "get",
       "AuditService/GetEntry",
       "show a ledger entry",
       {{"SEQUENCE", "sequence", "place in the ledger, from 1"}}},
      {"entry",
       "list",
       "AuditService/ListEntries",
       "list ledger entries",
       {{"--from", "first_sequence", "first place wanted", kOptional},
        {"--count", "page_size", "entries wanted, at most 1000", kOptional}},
       {},
       {"entry.sequence", "entry.recorded_unix_ns", "entry.principal", "entry.program",
        "entry.queue_number", "entry.command.verb", "entry.outcome", "entry.refusal.reason"}},
      {"", "balances", "AuditService/GetBalances", "show the trial balance", {ProgramOption()}},
      {"", "status", "AdminService/GetStatus", "show how the server is"},
      {"",
       "resume-clock",
       "AdminService/ResumeAfterClockJump",
       "confirm that the clock is right after a jump",
       {{"REASON", "reason", "what happened to the clock"}}},
      {"clock", "get", "ClockService/GetClock", "show the manual clock"},
      {"clock",
       "set",
       "ClockService/SetClock",
       "let time pass until an instant",
       {{"INSTANT", "now", "as in 2025-11-01T00:00:00+08:00"}}},
      {"clock",
       "advance",
       "ClockService/AdvanceClock",
       "let time pass",
       {{"SPAN", "by", "as in 30s or 48h"}}},
      {"clock",
       "jump",
       "ClockService/JumpClock",
       "make only the wall clock jump, as a fault would",
       {{"SPAN", "by", "as in 10s or -10s"}}},
  };
}

}  // namespace

std::vector<CommandSpec> CommandTable() {
  Specs all;
  for (const Specs& part : {ProgramCommands(), EnterpriseCommands(), CatalogCommands(),
                            ApplicationCommands(), CreditCommands(), OperatorCommands()}) {
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
          {"blacklist", "enterprises refused everywhere"},
          {"provider", "cloud providers"},
          {"product", "products of a program's catalog"},
          {"catalog", "the approved provider catalog"},
          {"account", "cloud accounts"},
          {"application", "applications and their review"},
          {"transfer", "voucher credit on its way into cloud accounts"},
          {"voucher", "vouchers"},
          {"redemption", "credit used for orders"},
          {"credit", "credit in cloud accounts"},
          {"entry", "the ledger itself"},
          {"clock", "the manual clock of a development server"},
          {"import", "CSV files"}};
}

}  // namespace voucher::cli
