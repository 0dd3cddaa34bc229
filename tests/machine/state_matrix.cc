#include "tests/machine/state_matrix.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <gtest/gtest.h>

#include "ledger/policy/refusal_text.h"

namespace voucher {
namespace {

// What comes of one cell; notes the verb in `verbs`.
std::string Outcome(const StateMachine& machine, const Build& build, const std::string& row,
                    const Command& command, std::set<int>* verbs) {
  TestWorld world;
  const uint64_t id = build(&world);
  world.FireTimers();  // a deadline that passed is booked before any command
  const std::string before = machine.NameOf(machine.state_of(world, id));
  EXPECT_EQ(before, row.substr(0, row.find('/')));
  const v1::Entry entry = command(&world, id);
  verbs->insert(entry.command().verb_case());
  const std::string after = machine.NameOf(machine.state_of(world, id));
  for (const std::string& finding : world.Findings()) ADD_FAILURE() << finding;
  if (!entry.has_refusal()) return after;
  EXPECT_EQ(after, before) << "a refusal changed the state";
  EXPECT_FALSE(entry.refusal().clause().empty()) << entry.ShortDebugString();
  const v1::Refusal& refusal = entry.refusal();
  if (refusal.reason() == v1::REASON_ILLEGAL_STATE &&
      (refusal.subject() == before || absl::StartsWith(refusal.subject(), before + ", "))) {
    return "!";
  }
  return std::string(ReasonName(refusal.reason()));
}

}  // namespace

std::string StateMachine::NameOf(int number) const {
  std::string prefix = states->FindValueByNumber(0)->name();
  prefix.resize(prefix.size() - std::string("UNSPECIFIED").size());
  return states->FindValueByNumber(number)->name().substr(prefix.size());
}

void CheckMatrix(const StateMachine& machine) {
  std::set<std::string> states_listed;
  std::set<std::string> rows_listed;
  std::set<int> verbs;
  std::vector<std::string> columns;
  for (const absl::string_view line : absl::StrSplit(machine.grid, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> cells = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (columns.empty()) {
      columns = cells;
      ASSERT_EQ(columns.size(), machine.commands.size());
      for (size_t i = 0; i < columns.size(); ++i) EXPECT_EQ(columns[i], machine.commands[i].first);
      continue;
    }
    const std::string& row = cells[0];
    ASSERT_EQ(cells.size(), columns.size() + 1) << row << " lacks cells";
    ASSERT_EQ(machine.rows.count(row), 1u) << row;
    states_listed.insert(row.substr(0, row.find('/')));
    rows_listed.insert(row);
    for (size_t i = 0; i < columns.size(); ++i) {
      SCOPED_TRACE(row + " × " + columns[i]);
      EXPECT_EQ(Outcome(machine, machine.rows.at(row), row, machine.commands[i].second, &verbs),
                cells[i + 1]);
    }
  }
  EXPECT_EQ(rows_listed.size(), machine.rows.size()) << "a row is built and not listed";
  for (int i = 1; i < machine.states->value_count(); ++i) {
    const std::string state = machine.NameOf(machine.states->value(i)->number());
    EXPECT_EQ(states_listed.count(state), 1u) << state << " has no row";
  }
  const google::protobuf::Descriptor* command = v1::Command::descriptor();
  for (int i = 0; i < command->field_count() && !machine.id_field.empty(); ++i) {
    const google::protobuf::Descriptor* request = command->field(i)->message_type();
    if (request->FindFieldByName(machine.id_field) == nullptr &&
        request->FindFieldByName(machine.id_field + "s") == nullptr) {
      continue;
    }
    EXPECT_EQ(verbs.count(command->field(i)->number()), 1u) << request->name() << " has no column";
  }
}

Build Later(Build build, std::string day) {
  return [build = std::move(build), day = std::move(day)](TestWorld* world) {
    const uint64_t id = build(world);
    world->MoveTo(day);
    return id;
  };
}

uint64_t Rise(TestWorld* world, const std::string& mode) {
  world->Open(kHighest, "rise-2025");
  const uint64_t id = world->Apply("rise-2025", "high", 200'000, mode);  // 100,000 fen
  world->Accepted("approve_application", id);
  return id;
}

std::string Confirmation(uint64_t transfer) {
  return absl::StrCat("transfer_id: ", transfer, " provider_reference: 'CR-1'");
}

std::string Order(const std::string& number, const std::string& amount) {
  return absl::StrCat("program_id: 'rise-2025' account_id: 1 product_id: 'ecs' order_number: '",
                      number, "' usage_ended_at { seconds: 1748217600 } ", amount);
}

uint64_t Used(TestWorld* world, int64_t transferred_fen) {
  Rise(world, "CLOUD_CREDIT");
  world->Accept("order_transfer",
                absl::StrCat("voucher_id: 1 account_id: 1 amount_fen: ", transferred_fen));
  world->Accept("confirm_transfer", Confirmation(1));
  world->Accept("redeem", Order("O-1", "amount_fen: 10000"));
  return 1;
}

uint64_t StatementClosed(TestWorld* world) {
  Rise(world, "REIMBURSEMENT");
  world->MoveTo("2025-06-02");
  return world
      ->Accept("close_statement",
               "program_id: 'rise-2025' division: '420100' period { year: 2025 month: 5 }")
      .statement_closed()
      .statement_id();
}

std::string Payment(uint64_t statement, int64_t fen) {
  return absl::StrCat("statement_id: ", statement, " disbursement { amount_fen: ", fen,
                      " fiscal_reference: 'F-2' paid_on { year: 2025 month: 6 day: 1 } }");
}

uint64_t StatementPaid(TestWorld* world) {
  const uint64_t id = StatementClosed(world);
  world->Accept("record_disbursement", Payment(id, 100'000));
  return id;
}

}  // namespace voucher
