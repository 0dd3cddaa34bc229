// A programme's story, played through a real server.
#pragma once

#include <string>

#include "tests/demo/world.h"

namespace voucher::demo {

// Plays tests/scenarios/PROGRAM.table, whose balances are worked by hand, against a fresh voucherd:
// every command through its RPC, the clock through the manual clock, a SIGKILL in the middle, the
// whole ledger verified by voucher-fsck --redecide at the end. Prints one line per part and a
// table; writes summary.json. Returns true if everything was as the table says.
bool RunStory(const Options& options);

}  // namespace voucher::demo
