// Real programs beside sandboxes that live the same life.
#pragma once

#include <string>

#include "tests/support/entry_book.h"

namespace voucher::simulation {

// Repeats a life of real programs in an empty ledger, and right after each command and timer does
// the same once more to sandbox twins of the programs. Whatever is real must come out as it did
// without the twins, and each twin as its original: a sandbox neither touches the real world nor
// has other rules. Returns the first difference; empty if there is none.
std::string CompareTwins(const testing::EntryBook& life);

}  // namespace voucher::simulation
