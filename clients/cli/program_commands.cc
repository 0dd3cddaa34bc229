#include "clients/cli/command_words.h"

namespace voucher::cli {

Specs ProgramCommands() {
  const auto set_state = [](const char* name, const char* state, const char* help) {
    return CommandSpec{
        "program",         name, "ProgramService/SetProgramState", help, {ProgramWord()},
        {{"state", state}}};
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
      {"program",
       "get",
       "ProgramService/GetProgram",
       "show a program and its rules",
       {ProgramWord()}},
      set_state("open", "OPEN", "open a draft, or resume a suspended program"),
      set_state("suspend", "SUSPENDED", "take no applications until opened again"),
      set_state("close", "CLOSED", "take no applications any more"),
      {"",
       "appropriate",
       "ProgramService/Appropriate",
       "add money to a program's budget, or (negative) cut it",
       {ProgramWord(),
        {"AMOUNT", "amount_fen", "yuan; negative cuts"},
        {"--reference", "fiscal_reference", "number of the fiscal document"},
        {"--opens-on", "opens_on", "day from which it can be granted; at once if left out",
         kOptional},
        RepeatsOption()}},
      {"calendar", "get", "ProgramService/GetCalendar", "show the working-day calendar in force"},
      {"budget",
       "get",
       "ProgramService/GetBudget",
       "show what is left and where the rest is",
       {ProgramWord(), AsOfSequence(), AsOfTime()}},
  };
}

}  // namespace voucher::cli
