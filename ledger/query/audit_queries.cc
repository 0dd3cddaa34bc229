#include "ledger/query/audit_queries.h"

#include <optional>

#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/base/status_macros.h"
#include "ledger/query/lookup.h"
#include "ledger/query/resources.h"

namespace voucher::query {
namespace {

// Adds the classes of a program; returns whether they sum to zero.
bool AddBalances(const std::string& program_id, const rows::TotalsRow& totals,
                 v1::GetBalancesResponse* response) {
  v1::ProgramBalances* balances = response->add_programs();
  balances->set_program_id(program_id);
  std::optional<int64_t> sum_fen = 0;
  for (int kind = 1; kind < totals.class_fen_size(); ++kind) {
    v1::ClassBalance* balance = balances->add_classes();
    balance->set_kind(static_cast<v1::AccountKind>(kind));
    balance->set_balance_fen(totals.class_fen(kind));
    if (sum_fen) sum_fen = AddFen(*sum_fen, totals.class_fen(kind));
  }
  return sum_fen == 0;
}

bool IsSandbox(const View& view, uint32_t program) {
  const uint32_t revision = MustFind<tables::Programs>(view, {program}).revision();
  return MustFind<tables::Revisions>(view, {program, revision}).rules().sandbox();
}

// The totals of `program` now, or in `past` if that is given; nullptr if there was no such program.
const rows::TotalsRow* TotalsOf(const View& view, uint32_t program,
                                const std::optional<PastTotals>& past) {
  if (past) {
    const auto found = past->programs.find(program);
    return found == past->programs.end() ? nullptr : &found->second.totals();
  }
  const rows::TotalsRow* totals = view.Find<tables::Totals>({program});
  return totals != nullptr ? totals : &rows::TotalsRow::default_instance();
}

}  // namespace

absl::Status GetBalances(const View& view, const v1::GetBalancesRequest& request,
                         OpenAnswer<v1::GetBalancesResponse> answer, EntryReader entries) {
  v1::GetBalancesResponse* const response = answer.ForEveryone();
  VOUCHER_ASSIGN_OR_RETURN(const uint64_t sequence, SequenceAsOf(view, request, entries));
  std::optional<PastTotals> past;
  if (sequence != AsOf(view)) {
    VOUCHER_ASSIGN_OR_RETURN(past, TotalsAsOf(view, sequence, entries));
  }
  bool balanced = true;
  if (!request.program_id().empty()) {
    VOUCHER_ASSIGN_OR_RETURN(const uint32_t program, FindProgram(view, request.program_id()));
    const rows::TotalsRow* totals = TotalsOf(view, program, past);
    if (totals == nullptr) {
      return absl::NotFoundError(
          absl::StrCat("There was no program ", request.program_id(), " at entry ", sequence, "."));
    }
    balanced = AddBalances(request.program_id(), *totals, response);
  } else {
    const rows::CountersRow* counters = view.Find<tables::Counters>({});
    const uint32_t last = counters == nullptr ? 0 : counters->program();
    for (uint32_t program = 1; program <= last; ++program) {
      const rows::TotalsRow* totals = TotalsOf(view, program, past);
      if (totals == nullptr || IsSandbox(view, program)) continue;
      balanced = AddBalances(ProgramId(view, program), *totals, response) && balanced;
    }
  }
  response->set_balanced(balanced);
  response->set_as_of_sequence(sequence);
  return absl::OkStatus();
}

}  // namespace voucher::query
