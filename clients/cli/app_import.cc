// voucherctl import: the command of each kind of file.
#include <memory>

#include "absl/strings/str_cat.h"

#include "clients/cli/app_commands.h"
#include "clients/cli/import_command.h"
#include "clients/import/imports.h"

namespace voucher::cli {
namespace {

constexpr char kFileFooter[] =
    "UTF-8 with or without byte order mark, commas between, RFC 4180 quotes; "
    "the first line names\n"
    "the columns, in any order. Amounts are whole fen, days 2025-10-31. If a "
    "row is wrong every "
    "wrong\n"
    "row is named and nothing is sent.";

constexpr char kRepeatFooter[] =
    "Safe to repeat, by anybody and however the file was saved: what stands is "
    "told as unchanged, or\n"
    "as done before with its entry, and is no failure; what was undone since is "
    "done again.\n"
    "--request-id names the run: the same id and rows get the first answers "
    "again. --dry-run needs no\n"
    "server; where one is there it tells how the rows compare with what "
    "stands.\n";

// The command that imports a file, without its options but with the columns in
// its help.
CLI::App* AddFileCommand(const client::CsvImport& file, const std::string& more, CLI::App* app,
                         ImportOptions* options) {
  CLI::App* command = Group(app, "import")->add_subcommand(file.kind, file.help);
  command->add_option("FILE", options->file, "CSV file; - is standard input")->required();
  command->add_flag("--dry-run", options->dry_run, "only check the file; sends nothing");
  command->footer(absl::StrCat("Columns:\n", client::ColumnsHelp(file), more, kFileFooter));
  return command;
}

void AddImportCommand(const ImportKind& kind, CLI::App* app, Session* session, Chosen* chosen) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = AddFileCommand(*kind.file, kRepeatFooter, app, options.get());
  if (!kind.file->program_field.empty()) {
    command->add_option("--program", options->program_id, "program, as in hubei-2025")->required();
  }
  options->concurrency = kind.concurrency;
  command
      ->add_option("--concurrency", options->concurrency,
                   kind.batch_size > 0 ? "batches at a time; 1 keeps the order of the file"
                                       : "calls at a time; 1 keeps the order of the file")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  if (kind.batch_size > 0) {
    options->batch_size = kind.batch_size;
    command->add_option("--batch-size", options->batch_size, "rows in one call")
        ->check(CLI::Range(size_t{1}, kind.most_rows))
        ->capture_default_str();
  }
  command->callback(
      [=, import = kind.import] { chosen->run = [=] { return import(*options, *session); }; });
}

void AddStatementLinesCommand(CLI::App* app, Session* session, Chosen* chosen) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = AddFileCommand(client::StatementLineImport(),
                                     "All lines, at most 8,192, are one request and get one "
                                     "finding each: MATCHED, SILENT (not\n"
                                     "answered before), EXTRA, DOUBLE or WRONG_AMOUNT; "
                                     "transfers that no line names are missing.\n"
                                     "Split a longer statement by transfers, and say with "
                                     "--first-transfer and --last-transfer\n"
                                     "what each part covers. Findings do not change the exit "
                                     "code. Every run compares anew; with\n"
                                     "--request-id the first findings under it are shown "
                                     "again.\n",
                                     app, options.get());
  command->add_option("--provider", options->provider_id, "provider, as in huaweicloud")
      ->required();
  command->add_option("--first-transfer", options->first_transfer_id,
                      "first transfer the statement covers; the provider's first if left out");
  command->add_option("--last-transfer", options->last_transfer_id,
                      "last transfer it covers; the provider's newest if left out");
  command->add_flag("--confirm-silent", options->confirm_silent,
                    "confirm transfers without answer whose line has the right amount");
  command->callback([=] {
    chosen->needs_client = !options->dry_run;
    chosen->run = [=] { return ImportStatementLines(*options, *session); };
  });
}

}  // namespace

void AddImportCommands(CLI::App* app, Session* session, Chosen* chosen) {
  for (const ImportKind& kind : ImportKinds()) AddImportCommand(kind, app, session, chosen);
  AddStatementLinesCommand(app, session, chosen);
}

}  // namespace voucher::cli
