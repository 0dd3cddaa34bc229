// Words that the commands of several groups share, and the groups' tables.
#pragma once

#include <vector>

#include "clients/cli/command_table.h"

namespace voucher::cli {

using Specs = std::vector<CommandSpec>;

inline constexpr Argument::Need kOptional = Argument::kOptional;

inline Argument ProgramWord() {
  return {"PROGRAM", "program_id", "program, as in hubei-2025"};
}
inline Argument ProgramOption() {
  return {"--program", "program_id", "program, as in hubei-2025", kOptional};
}
inline Argument UsccWord() {
  return {"USCC", "uscc", "unified social credit code of the enterprise"};
}
inline Argument UsccOption() {
  return {"--uscc", "uscc", "enterprise", kOptional};
}
inline Argument ProviderWord() {
  return {"PROVIDER", "provider_id", "provider, as in huaweicloud"};
}
inline Argument ProviderOption() {
  return {"--provider", "provider_id", "only this provider", kOptional};
}
inline Argument AmountWord() {
  return {"AMOUNT", "amount_fen", "yuan, as in 1234.56"};
}
inline Argument ApplicationWord() {
  return {"APPLICATION", "application_id", "number of the application"};
}
inline Argument SandboxOption() {
  return {"--sandbox", "sandbox", "true for the world of sandboxes", kOptional};
}
inline Argument RepeatsOption() {
  return {"--repeats", "repeats", "entry that booked it before, where repeating it is meant",
          kOptional};
}
inline Argument AsOfSequence() {
  return {"--as-of-sequence", "sequence", "as it was after this ledger entry", kOptional};
}
inline Argument AsOfTime() {
  return {"--as-of", "time", "as it was at this instant, as in 2025-11-01T00:00:00+08:00",
          kOptional};
}

// Tables by group of commands; CommandTable() is all of them.
Specs ProgramCommands();
Specs EnterpriseCommands();
Specs StandingCommands();  // incidents, lists, blacklist
Specs CatalogCommands();
Specs ClusterCommands();
Specs ApplicationCommands();
Specs ReviewCommands();
Specs NoticeCommands();
Specs ProjectCommands();
Specs TransferCommands();
Specs RedemptionCommands();
Specs SettlementCommands();
Specs OperatorCommands();

}  // namespace voucher::cli
