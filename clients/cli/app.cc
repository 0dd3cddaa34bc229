#include "clients/cli/app.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include <CLI/CLI.hpp>

#include "clients/cli/call_command.h"
#include "clients/cli/command_table.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/failure.h"
#include "clients/cli/import_command.h"
#include "clients/cli/quote_command.h"
#include "clients/cli/run_command.h"

namespace voucher::cli {
namespace {

constexpr char kFooter[] =
    "Amounts are yuan (1,234.56), days 2025-10-31, instants 2025-10-31T23:59:59+08:00.\n"
    "Exit codes: 0 done; 1 refused by the ledger; 2 wrong usage or malformed input;\n"
    "3 unavailable: the outcome is unknown, repeat with the same request id.";

// What to run once the line is parsed; whether it needs a connection.
struct Chosen {
  std::function<int()> run;
  bool needs_client = true;
};

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

// The subcommand of `app` that holds a group; made on first use.
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

void AddWatchCommand(CLI::App* app, Session* session, Chosen* chosen) {
  CLI::App* command =
      Group(app, "budget")->add_subcommand("watch", "show the budget again after every change");
  auto program = std::make_shared<std::string>();
  auto interval_ms = std::make_shared<int>(1'000);
  command->add_option("PROGRAM", *program, "program, as in hubei-2025")->required();
  command->add_option("--interval-ms", *interval_ms, "least time between two lines")
      ->check(CLI::Range(100, 60'000))
      ->capture_default_str();
  command->callback(
      [=] { chosen->run = [=] { return WatchBudget(*program, *interval_ms, *session); }; });
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

void AddImportCommand(const char* name, const char* help, bool has_program, bool has_batches,
                      int (*import)(const ImportOptions&, Session&), CLI::App* app,
                      Session* session, Chosen* chosen) {
  CLI::App* command = Group(app, "import")->add_subcommand(name, help);
  auto options = std::make_shared<ImportOptions>();
  options->concurrency = has_batches ? 1 : 8;
  command->add_option("FILE", options->file, "CSV file; - is standard input")->required();
  if (has_program) {
    command->add_option("--program", options->program_id, "program, as in hubei-2025")->required();
  }
  command->add_flag("--dry-run", options->dry_run, "only check the file; needs no server");
  command
      ->add_option(
          "--concurrency", options->concurrency,
          has_batches ? "batches at a time; 1 keeps the order of the file" : "calls at a time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  if (has_batches) {
    command->add_option("--batch-size", options->batch_size, "applications in one call")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
  }
  command->callback([=] {
    chosen->needs_client = !options->dry_run;
    chosen->run = [=] { return import(*options, *session); };
  });
}

}  // namespace

int RunApp(const std::vector<std::string>& words, Session& session) {
  CLI::App app("The voucher ledger's command line.", "voucherctl");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  AddGlobalFlags(&app, &session);

  Chosen chosen;
  for (const CommandSpec& spec : CommandTable()) AddTableCommand(spec, &app, &session, &chosen);
  AddWatchCommand(&app, &session, &chosen);
  AddCalendarCommand(&app, &session, &chosen);
  AddImportCommand("enterprises", "register enterprises", false, false, &ImportEnterprises, &app,
                   &session, &chosen);
  AddImportCommand("catalog", "register providers and products", true, false, &ImportCatalog, &app,
                   &session, &chosen);
  AddImportCommand("applications", "submit applications in batches", true, true,
                   &ImportApplications, &app, &session, &chosen);
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
