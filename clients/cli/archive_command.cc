#include "clients/cli/archive_command.h"

#include <utility>
#include <vector>

#include "clients/cli/exit_code.h"
#include "clients/cli/failure.h"
#include "clients/cli/render.h"
#include "clients/cli/run_command.h"
#include "clients/cli/table.h"
#include "ledger/base/money.h"

namespace voucher::cli {
namespace {

// Prints the terms of the equation and whether they add up; returns that.
bool PrintEquation(const v1::Budget& budget, Session& session) {
  const std::vector<std::pair<const char*, int64_t>> terms = {
      {"budget", budget.remaining_fen()},  {"held", budget.held_fen()},
      {"vouchers", budget.voucher_fen()},  {"in transit", budget.transit_fen()},
      {"credit", budget.credit_fen()},     {"payable", budget.payable_fen()},
      {"due", budget.due_fen()},           {"paid", budget.paid_fen()},
      {"returned", budget.returned_fen()},
  };
  Table table({{""}, {""}, {"yuan", Table::kRight}});
  table.AddRow({"", "appropriated", FormatYuan(budget.appropriated_fen())});
  const char* sign = "=";
  int64_t sum_fen = 0;
  for (const auto& [name, fen] : terms) {
    table.AddRow({sign, name, FormatYuan(fen)});
    sum_fen += fen;
    sign = "+";
  }
  table.AddRow({"", "difference", FormatYuan(budget.appropriated_fen() - sum_fen)});
  const bool closed = budget.paid_fen() + budget.returned_fen() == budget.appropriated_fen();
  const bool holds = closed && sum_fen == budget.appropriated_fen();
  if (session.json) return holds;
  session.out << "\nBudget equation of " << budget.program_id() << "\n";
  table.Print(session.out, 2);
  session.out << (holds ? "  appropriated = paid + returned: holds\n"
                        : "  appropriated = paid + returned: DOES NOT HOLD\n");
  return holds;
}

}  // namespace

int ArchiveProgram(const std::string& program_id, Session& session) {
  v1::ArchiveProgramRequest request;
  const std::string request_id = EnsureRequestId(session, &request);
  request.set_program_id(program_id);
  const auto response = session.client->ArchiveProgram(request);
  if (!response.ok()) return PrintFailure(response.status(), request_id, session);
  PrintAnswer(*response, {}, session);

  v1::GetBudgetRequest books;
  books.set_program_id(program_id);
  books.set_min_sequence(response->receipt().sequence());
  const auto budget = session.client->GetBudget(books);
  if (!budget.ok()) return PrintFailure(budget.status(), "", session);
  if (session.json) PrintJson(*budget, session.out);
  return PrintEquation(budget->budget(), session) ? kOk : kRefused;
}

}  // namespace voucher::cli
