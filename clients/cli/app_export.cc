// voucherctl export: which lists and reports there are, and their columns.
#include <memory>

#include "absl/strings/str_cat.h"

#include "clients/cli/app_commands.h"
#include "clients/cli/export_command.h"

namespace voucher::cli {
namespace {

constexpr size_t kHelpWidth = 96;

constexpr char kFormats[] =
    "CSV: UTF-8 with byte order mark and CRLF, opens in Excel. Amounts are yuan (1234.56, columns\n"
    "*_yuan), instants China's time. Texts that could run as a formula get an apostrophe before,\n"
    "numbers of more than 15 digits a tab after. --json: amounts are fen (*_fen), scores "
    "hundredths.\n"
    "New columns come at the end.";

// The columns' names over as many lines as they take.
std::string ColumnsHelp(const std::vector<ExportColumn>& columns) {
  std::string help, line = " ";
  for (const ExportColumn& column : columns) {
    const std::string name =
        absl::StrCat(column.name, column.kind == ExportColumn::kMoney ? "_yuan" : "");
    if (line.size() + 1 + name.size() > kHelpWidth) {
      absl::StrAppend(&help, line, "\n");
      line = " ";
    }
    absl::StrAppend(&line, " ", name);
  }
  return absl::StrCat(help, line, "\n");
}

using Export = int (*)(const ExportOptions&, Session&);

std::shared_ptr<ExportOptions> AddExport(const char* name, const char* help,
                                         const std::string& footer, Export run, CLI::App* app,
                                         Session* session, Chosen* chosen) {
  CLI::App* command = Group(app, "export")->add_subcommand(name, help);
  auto options = std::make_shared<ExportOptions>();
  command->add_option("PROGRAM", options->program_id, "program, as in hubei-2025")->required();
  command->add_option("--out", options->out_file, "file to write; standard output if left out");
  command->add_flag("--zh", options->chinese, "Chinese column titles in CSV");
  command->footer(absl::StrCat(footer, kFormats));
  command->callback([=] { chosen->run = [=] { return run(*options, *session); }; });
  return options;
}

CLI::App* ExportCommand(CLI::App* app, const char* name) {
  return Group(app, "export")->get_subcommand(name);
}

}  // namespace

void AddExportCommands(CLI::App* app, Session* session, Chosen* chosen) {
  AddExport("queue", "applications of a program in queue order",
            absl::StrCat("Columns:\n", ColumnsHelp(QueueColumns()),
                         "Refused submissions have a queue number and no row; grants made without "
                         "application come last.\n"),
            &ExportQueue, app, session, chosen);

  const auto notice = AddExport(
      "notice", "applications on a public notice, with masked names",
      absl::StrCat(
          "Columns:\n", ColumnsHelp(NoticeColumns()),
          "Names are masked: of 8 characters or more the first 3 and the last 2 stay, of 4 "
          "to 7 the\nfirst and the last, of fewer the first; always four asterisks "
          "between, as in 武汉测****公司.\n"),
      &ExportNotice, app, session, chosen);
  CLI::App* notice_command = ExportCommand(app, "notice");
  auto* notice_id = notice_command->add_option("--notice", notice->notice_id,
                                               "number of the notice; the newest if left out");
  notice_command->add_flag("--draft", notice->draft, "what is LISTED and could go on notice")
      ->excludes(notice_id);

  const auto approved = AddExport(
      "approved", "approved applications by division",
      absl::StrCat("Columns:\n", ColumnsHelp(ApprovedColumns()),
                   "APPROVED, ACCEPTED and SETTLED ones; grants that were replaced, ended or "
                   "reclaimed are left out.\n"),
      &ExportApproved, app, session, chosen);
  ExportCommand(app, "approved")
      ->add_option("--division", approved->division,
                   "only this one, as in 420111; a city code covers its districts")
      ->check([](const std::string& text) {
        return text.size() == 6 && text.find_first_not_of("0123456789") == std::string::npos
                   ? ""
                   : "must be a six-digit division code";
      });

  const auto statements = AddExport(
      "statements", "statements of a program and what was paid",
      absl::StrCat("Columns:\n", ColumnsHelp(StatementColumns()),
                   "With --lines, a row for each application of a division's statement:\n",
                   ColumnsHelp(StatementLineColumns())),
      &ExportStatements, app, session, chosen);
  ExportCommand(app, "statements")
      ->add_option("--provider", statements->provider_id, "only this provider");
  ExportCommand(app, "statements")
      ->add_flag("--lines", statements->lines, "what each application gets");

  const auto budget = AddExport(
      "budget", "where a program's money is, by division, item, size class or provider",
      absl::StrCat(
          "Columns by division, item or size:\n", ColumnsHelp(BudgetColumns()),
          "Sums over the applications as they stand; approved is what was approved, not less what\n"
          "later went back unspent. Columns by provider:\n",
          ColumnsHelp(ProviderBudgetColumns()),
          "An application may name several providers, so money is a provider's only from the "
          "order\n"
          "of a transfer on: the sums are over its transfers and its closed statements of the\n"
          "program; what is redeemed and on no statement yet is not in them. Last comes TOTAL.\n"),
      &ExportBudget, app, session, chosen);
  ExportCommand(app, "budget")
      ->add_option("--by", budget->by, "division, item, size or provider")
      ->required()
      ->check(CLI::IsMember({"division", "item", "size", "provider"}));
}

}  // namespace voucher::cli
