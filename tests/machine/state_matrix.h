// What the tests of the state machines share: each state of a machine × each command that addresses
// it, one cell each.
//
// A grid is the whole table of a machine. A cell is the state after the command; "!" is
// ILLEGAL_STATE that names the current state, with all timers booked that are due; another word is
// the reason of the refusal. A row "STATE/circumstance" is a second row of STATE. Every state of
// the enum has a row, and every verb whose request names the thing by its id a column: a cell that
// is missing fails the test.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"

#include "tests/machine/world.h"

namespace voucher {

// How to make one state: returns what is in it.
using Build = std::function<uint64_t(TestWorld*)>;
using Command = std::function<v1::Entry(TestWorld*, uint64_t id)>;

struct StateMachine {
  const google::protobuf::EnumDescriptor* states;
  // Field by which requests name the thing; empty if they do it otherwise.
  std::string id_field;
  std::function<int(const TestWorld&, uint64_t id)> state_of;
  std::map<std::string, Build> rows;
  std::vector<std::pair<std::string, Command>> commands;
  std::string grid;

  // Short name of a state, as in "HELD".
  std::string NameOf(int number) const;
};

// Plays every cell of the grid in a world of its own.
void CheckMatrix(const StateMachine& machine);

// What `build` makes, and then it is `day`.
Build Later(Build build, std::string day);

// Steps that several machines begin with. Those that return a number return what they made.

// An approved application of enterprise 1 in rise-2025: 100,000 fen as voucher 1 (CLOUD_CREDIT) or
// owed (REIMBURSEMENT).
uint64_t Rise(TestWorld* world, const std::string& mode);
// Fields that confirm a transfer.
std::string Confirmation(uint64_t transfer);
// Fields of a redemption from account 1.
std::string Order(const std::string& number, const std::string& amount);
// Voucher 1 of 100,000 fen, of which `transferred_fen` are in account 1; 10,000 of them are
// redeemed.
uint64_t Used(TestWorld* world, int64_t transferred_fen);
// A statement of enterprise 1's reimbursement of 100,000 fen in May.
uint64_t StatementClosed(TestWorld* world);
// Fields of a disbursement.
std::string Payment(uint64_t statement, int64_t fen);
// The same statement, paid in full.
uint64_t StatementPaid(TestWorld* world);

}  // namespace voucher
