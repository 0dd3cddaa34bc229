// The parts of voucherctl's command line.
#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "clients/cli/session.h"

namespace voucher::cli {

// What to run once the line is parsed; whether it needs a connection.
struct Chosen {
  std::function<int()> run;
  bool needs_client = true;
};

// The subcommand of `app` that holds a group; made on first use.
CLI::App* Group(CLI::App* app, const std::string& name);

// Each adds its commands to `app`; all arguments must outlive the parsing.
void AddImportCommands(CLI::App* app, Session* session, Chosen* chosen);
void AddExportCommands(CLI::App* app, Session* session, Chosen* chosen);
void AddWatchCommands(CLI::App* app, Session* session, Chosen* chosen);

}  // namespace voucher::cli
