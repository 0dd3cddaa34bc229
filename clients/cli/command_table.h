// The friendly commands of voucherctl, each one RPC, as data.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace voucher::cli {

// A word on the command line that fills a field of the request.
struct Argument {
  enum Need { kRequired, kOptional };

  // "PROGRAM" is positional, "--state" an option.
  std::string flag;
  // Path of the field (SetField). "@rules" fills the message at that path from a file in protobuf
  // text (.textproto) or JSON (any other name, or - for standard input); "@" the whole request.
  std::string field;
  std::string help;
  Need need = kRequired;
};

// A command.
struct CommandSpec {
  std::string group;  // "program" of "program open"; empty for commands that stand alone
  std::string name;
  std::string rpc;  // "ProgramService/SetProgramState"
  std::string help;
  std::vector<Argument> arguments = {};
  // Fields that the command itself sets: path and text.
  std::vector<std::pair<std::string, std::string>> fixed = {};
  // Columns of its table (PrintMessage); empty means every field.
  std::vector<std::string> columns = {};
};

// All of them, in the order of the help.
std::vector<CommandSpec> CommandTable();

// What a group is about, for the help.
std::vector<std::pair<std::string, std::string>> GroupHelp();

}  // namespace voucher::cli
