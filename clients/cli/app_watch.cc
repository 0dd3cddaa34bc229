// voucherctl budget watch, entry watch, transfer watch.
#include <memory>

#include "clients/cli/app_commands.h"
#include "clients/cli/watch_command.h"

namespace voucher::cli {
namespace {

void AddWatchOptions(CLI::App* command, WatchOptions* options) {
  command->add_option("--from", options->from_sequence,
                      "first ledger entry wanted; the first there is if left out");
  command->add_option("--count", options->count, "stop after so many lines; never if left out");
  command->footer(
      "Goes on until interrupted. One line each, or one JSON object with --json. Broken "
      "connections\n"
      "are opened again where they broke; at the end it says how to resume.");
}

}  // namespace

void AddWatchCommands(CLI::App* app, Session* session, Chosen* chosen) {
  CLI::App* budget =
      Group(app, "budget")->add_subcommand("watch", "show the budget again after every change");
  auto program = std::make_shared<std::string>();
  auto interval_ms = std::make_shared<int>(1'000);
  budget->add_option("PROGRAM", *program, "program, as in hubei-2025")->required();
  budget->add_option("--interval-ms", *interval_ms, "least time between two lines")
      ->check(CLI::Range(100, 60'000))
      ->capture_default_str();
  budget->callback(
      [=] { chosen->run = [=] { return WatchBudget(*program, *interval_ms, *session); }; });

  CLI::App* entry =
      Group(app, "entry")
          ->add_subcommand("watch", "show ledger entries, those that are still to come too");
  auto entry_options = std::make_shared<WatchOptions>();
  AddWatchOptions(entry, entry_options.get());
  entry->callback([=] { chosen->run = [=] { return WatchEntries(*entry_options, *session); }; });

  CLI::App* transfer =
      Group(app, "transfer")
          ->add_subcommand(
              "watch", "show changes of a provider's transfers, those that are still to come too");
  auto transfer_options = std::make_shared<WatchOptions>();
  auto provider = std::make_shared<std::string>();
  transfer->add_option("--provider", *provider, "provider; a provider's own may be left out");
  AddWatchOptions(transfer, transfer_options.get());
  transfer->callback([=] {
    chosen->run = [=] { return WatchTransfers(*provider, *transfer_options, *session); };
  });
}

}  // namespace voucher::cli
