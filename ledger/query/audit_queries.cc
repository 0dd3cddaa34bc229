#include "ledger/query/audit_queries.h"

#include <optional>

#include "ledger/base/money.h"
#include "ledger/base/status_macros.h"
#include "ledger/query/lookup.h"
#include "ledger/query/resources.h"

namespace voucher::query {
namespace {

// Adds the classes of a program; returns whether they sum to zero.
bool AddProgram(const View& view, uint32_t program, v1::GetBalancesResponse* response) {
  v1::ProgramBalances* balances = response->add_programs();
  balances->set_program_id(ProgramId(view, program));
  const rows::TotalsRow* totals = view.Find<tables::Totals>({program});
  if (totals == nullptr) return true;
  std::optional<int64_t> sum_fen = 0;
  for (int kind = 1; kind < totals->class_fen_size(); ++kind) {
    v1::ClassBalance* balance = balances->add_classes();
    balance->set_kind(static_cast<v1::AccountKind>(kind));
    balance->set_balance_fen(totals->class_fen(kind));
    if (sum_fen) sum_fen = AddFen(*sum_fen, totals->class_fen(kind));
  }
  return sum_fen == 0;
}

}  // namespace

absl::Status GetBalances(const View& view, const v1::Authority&,
                         const v1::GetBalancesRequest& request, v1::GetBalancesResponse* response) {
  bool balanced = true;
  if (!request.program_id().empty()) {
    VOUCHER_ASSIGN_OR_RETURN(const uint32_t program, FindProgram(view, request.program_id()));
    balanced = AddProgram(view, program, response);
  } else {
    const rows::CountersRow* counters = view.Find<tables::Counters>({});
    const uint32_t last = counters == nullptr ? 0 : counters->program();
    for (uint32_t program = 1; program <= last; ++program) {
      balanced = AddProgram(view, program, response) && balanced;
    }
  }
  response->set_balanced(balanced);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

}  // namespace voucher::query
