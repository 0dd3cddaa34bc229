#include "clients/cli/app.h"

#include <algorithm>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include <CLI/CLI.hpp>

#include "clients/cli/app_commands.h"
#include "clients/cli/archive_command.h"
#include "clients/cli/call_command.h"
#include "clients/cli/command_table.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/failure.h"
#include "clients/cli/notice_command.h"
#include "clients/cli/quote_command.h"
#include "clients/cli/run_command.h"
#include "clients/cli/transfer_order.h"

namespace voucher::cli {
namespace {

constexpr char kFooter[] =
    "Amounts are yuan (1,234.56), scores points (88.5), days 2025-10-31, months 2025-10,\n"
    "instants 2025-10-31T23:59:59+08:00.\n"
    "Exit codes: 0 done; 1 refused by the ledger; 2 wrong usage or malformed input;\n"
    "3 unavailable: the outcome is unknown, repeat with the same request id.";

void AddGlobalFlags(CLI::App* app, Session* session) {
  app->add_option("--server", session->server, "HOST:PORT")
      ->envname("VOUCHER_SERVER")
      ->capture_default_str();
  app->add_option("--principal", session->principal,
                  "who calls; read by servers in development mode only")
      ->envname("VOUCHER_PRINCIPAL");
  app->add_flag("--json", session->json, "print protobuf JSON");
  app->add_option("--deadline", session->deadline_seconds, "longest time for a call, in seconds")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app->add_option("--request-id", session->request_id,
                  "id of a mutation; the same id again gets the first answer");
}

void AddTableCommand(const CommandSpec& spec, CLI::App* app, Session* session, Chosen* chosen) {
  CLI::App* command = Group(app, spec.group)->add_subcommand(spec.name, spec.help);
  struct State {
    std::map<std::string, std::string> words;
    int limit = 100;
  };
  auto state = std::make_shared<State>();
  for (const Argument& argument : spec.arguments) {
    CLI::Option* option = command->add_option_function<std::string>(
        argument.flag,
        [state, flag = argument.flag](const std::string& text) { state->words[flag] = text; },
        argument.help);
    option->required(argument.need == Argument::kRequired);
  }
  if (IsPaged(spec)) {
    command->add_option("--limit", state->limit, "most rows")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
  }
  command->callback(
      [=] { chosen->run = [=] { return Run(spec, state->words, state->limit, *session); }; });
}

void AddCallCommand(CLI::App* app, Session* session, Chosen* chosen) {
  CLI::App* command = app->add_subcommand("call", "call any RPC with protobuf JSON");
  auto rpc = std::make_shared<std::string>();
  auto data = std::make_shared<std::string>();
  command->add_option("RPC", *rpc, "Service/Method, as in ProgramService/GetBudget")->required();
  command->add_option("--data", *data, "request as JSON, @FILE or - for standard input");
  command->callback([=] { chosen->run = [=] { return CallByName(*rpc, *data, *session); }; });
}

void AddCalendarCommand(CLI::App* app, Session* session, Chosen* chosen) {
  CLI::App* command =
      Group(app, "calendar")->add_subcommand("publish", "publish the working-day calendar");
  auto file = std::make_shared<std::string>();
  auto first = std::make_shared<int>();
  auto last = std::make_shared<int>();
  command->add_option("FILE", *file, "CSV: date,kind,name")->required();
  command->add_option("--first-year", *first, "first year it is complete for")->required();
  command->add_option("--last-year", *last, "last year it is complete for")->required();
  command->callback(
      [=] { chosen->run = [=] { return PublishCalendar(*file, *first, *last, *session); }; });
}

void AddQuoteCommand(CLI::App* app, Session* session, Chosen* chosen) {
  CLI::App* command =
      app->add_subcommand("quote", "what hypothetical applications would get, as JSON lines");
  auto file = std::make_shared<std::string>();
  auto concurrency = std::make_shared<size_t>(16);
  command->add_option("--file", *file, "one application a line (JSON); - is standard input")
      ->required();
  command->add_option("--concurrency", *concurrency, "calls at a time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->callback(
      [=] { chosen->run = [=] { return QuoteFile(*file, *concurrency, *session); }; });
}

void AddTransferPrintCommand(CLI::App* app, Session* session, Chosen* chosen) {
  CLI::App* command =
      Group(app, "transfer")->add_subcommand("print", "show a transfer as an order to print");
  auto transfer = std::make_shared<uint64_t>();
  command->add_option("TRANSFER", *transfer, "number of the transfer")->required();
  command->footer("Plain text in Chinese, at most 80 columns wide in a fixed-width font.");
  command->callback([=] { chosen->run = [=] { return PrintTransferOrder(*transfer, *session); }; });
}

void AddArchiveCommand(CLI::App* app, Session* session, Chosen* chosen) {
  CLI::App* command = Group(app, "program")
                          ->add_subcommand("archive",
                                           "close the year of a closed program, return what is "
                                           "left, and show its budget equation");
  auto program_id = std::make_shared<std::string>();
  command->add_option("PROGRAM", *program_id, "program, as in hubei-2025")->required();
  command->callback([=] { chosen->run = [=] { return ArchiveProgram(*program_id, *session); }; });
}

void AddNoticePublishCommand(CLI::App* app, Session* session, Chosen* chosen) {
  CLI::App* command =
      Group(app, "notice")->add_subcommand("publish", "put applications on public notice");
  auto options = std::make_shared<NoticeOptions>();
  command->add_option("PROGRAM", options->program_id, "program, as in hubei-2025")->required();
  CLI::Option_group* which = command->add_option_group("which", "exactly one of");
  which->add_option("--ids", options->application_ids, "these applications, commas between")
      ->delimiter(',');
  which->add_option("--file", options->file,
                    "CSV file with the column application_id; - is standard input");
  which->add_flag("--listed", options->listed, "every application that is LISTED");
  which->require_option(1);
  command->add_flag("--dry-run", options->dry_run, "only say how many there are");
  command->footer(
      "A notice is all or nothing and has at most 8,192 applications; LISTED ones go on "
      "as many notices as they need.");
  command->callback([=] {
    chosen->needs_client = !options->dry_run || options->listed;
    chosen->run = [=] { return PublishNotice(*options, *session); };
  });
}

}  // namespace

CLI::App* Group(CLI::App* app, const std::string& name) {
  if (name.empty()) return app;
  const auto existing =
      app->get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
  if (!existing.empty()) return existing.front();
  for (const auto& [group, help] : GroupHelp()) {
    if (group == name) return app->add_subcommand(name, help)->require_subcommand(1);
  }
  return app->add_subcommand(name)->require_subcommand(1);
}

int RunApp(const std::vector<std::string>& words, Session& session) {
  CLI::App app("The voucher ledger's command line.", "voucherctl");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  AddGlobalFlags(&app, &session);

  Chosen chosen;
  for (const CommandSpec& spec : CommandTable()) AddTableCommand(spec, &app, &session, &chosen);
  AddTransferPrintCommand(&app, &session, &chosen);
  AddArchiveCommand(&app, &session, &chosen);
  AddNoticePublishCommand(&app, &session, &chosen);
  AddWatchCommands(&app, &session, &chosen);
  AddCalendarCommand(&app, &session, &chosen);
  AddImportCommands(&app, &session, &chosen);
  AddExportCommands(&app, &session, &chosen);
  AddQuoteCommand(&app, &session, &chosen);
  AddCallCommand(&app, &session, &chosen);

  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::RequiredError& error) {
    // CLI11 misses the subcommand before it sees that a word is none.
    const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
    if (unknown.empty()) return app.exit(error, session.out, session.err), kMalformed;
    return Malformed(absl::StrCat("no command '", unknown.front(), "'; see --help"), session);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, session.out, session.err) == 0 ? kOk : kMalformed;
  }
  if (chosen.needs_client) {
    if (absl::Status status = session.Connect(); !status.ok()) {
      return Malformed(status.message(), session);
    }
  }
  return chosen.run();
}

}  // namespace voucher::cli
