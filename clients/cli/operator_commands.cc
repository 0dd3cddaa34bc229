#include "clients/cli/command_words.h"

namespace voucher::cli {

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
      {"",
       "balances",
       "AuditService/GetBalances",
       "show the trial balance",
       {ProgramOption(), AsOfSequence(), AsOfTime()}},
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

}  // namespace voucher::cli
