#include "ledger/query/program_figures.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/machine/clusters.h"
#include "ledger/machine/context.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/waitlist_index.h"
#include "ledger/query/program_queries.h"

namespace voucher::query {
namespace {

int64_t GrantedFen(const v1::Budget& b) {
  return b.voucher_fen() + b.transit_fen() + b.credit_fen() + b.payable_fen() + b.due_fen() +
         b.paid_fen() + b.returned_fen();
}

void FillClusters(const View& view, ProgramFigures* figures) {
  const uint32_t program = figures->number;
  view.Scan<tables::ClustersByProgram>(
      {program, 0}, {program + 1, 0},
      [&](const tables::ClustersByProgram::Key& key, const rows::PresentRow&) {
        const uint64_t number = std::get<1>(key);
        const rows::ClusterRow* row = view.Find<tables::Clusters>({number});
        ++figures->clusters[row->state()];
        if (row->state() == v1::CLUSTER_STATE_APPROVED) {
          figures->approved_clusters.push_back(
              {row->cluster().cluster_id(), row->pool_fen(),
               StandingInPool(view, program, ClusterLimit(number))});
        }
        return true;
      });
}

void FillTransfers(const View& view, ProgramFigures* figures) {
  const auto* totals = view.Find<tables::Totals>({figures->number});
  if (totals == nullptr) return;
  const int states = std::min(totals->transfers_size(), v1::TransferState_ARRAYSIZE);
  for (int state = 0; state < states; ++state) figures->transfers[state] = totals->transfers(state);
}

uint64_t CountWaiting(const View& view, uint32_t program, const LimitId& list) {
  uint64_t waiting = 0;
  view.Scan<tables::Waitlist>(WaitlistKey(program, list, 0),
                              WaitlistKey(program, list, kLastQueueNumber),
                              [&](const tables::Waitlist::Key&, const rows::NumberRow&) {
                                return ++waiting < kMaxWaitersCounted;
                              });
  return waiting;
}

// The whole program's first: whoever has the smallest queue number is first on all its lists.
int64_t MissingForTheFirst(const Context& context, const Context::Program& program) {
  const View& view = context.view;
  const uint64_t queue_number = FirstOnWaitlist(view, program.number, LimitId{});
  const auto* first = view.Find<tables::Waitlist>({program.number, 0, 0, 0, queue_number});
  const auto* application = view.Find<tables::Applications>({first->number()});
  const Limits limits = LimitsOfApplication(context, program, *application);
  const int64_t clipped_fen = ClipToCaps(application->wanted_fen(), limits);
  // With nothing left under a cap it leaves the list when money comes back, not before.
  const int64_t needed_fen = clipped_fen > 0 ? clipped_fen : application->wanted_fen();
  int64_t room_fen = std::numeric_limits<int64_t>::max();
  for (const PoolRoom& pool : limits.pools) room_fen = std::min(room_fen, pool.available_fen);
  return needed_fen - room_fen;
}

void FillWaitlist(const Context& context, const Context::Program& program,
                  ProgramFigures* figures) {
  figures->waitlisted = program.row->waitlisted();
  if (figures->waitlisted == 0) return;
  for (const v1::Pool& pool : program.rules->rules().pools()) {
    const std::optional<LimitId> list = PoolId(context, *program.rules, pool);
    if (!list) continue;
    figures->waiters.push_back(
        {pool.scope(), pool.key(), CountWaiting(context.view, program.number, *list)});
  }
  figures->waitlist_missing_fen = MissingForTheFirst(context, program);
}

// nullopt where views are damaged: a scrape shows what it can.
std::optional<ProgramFigures> FiguresOf(const View& view, uint32_t number, UnixNanos now) {
  ProgramFigures figures;
  Context context(view, v1::Authority::default_instance(), now);
  const auto program = context.FindProgram(number);
  if (!program || !FillBudget(view, program->row->program_id(), &figures.budget).ok()) {
    return std::nullopt;
  }
  figures.number = number;
  figures.sandbox = program->rules->rules().sandbox();
  figures.granted_fen = GrantedFen(figures.budget);
  figures.until_cutoff_ns = program->row->cutoff_unix_ns() - now;
  figures.has_clusters = program->rules->rules().has_clusters();
  FillClusters(view, &figures);
  FillTransfers(view, &figures);
  FillWaitlist(context, *program, &figures);
  return figures;
}

}  // namespace

std::vector<ProgramFigures> FiguresOfPrograms(const View& view, UnixNanos now) {
  const auto* counters = view.Find<tables::Counters>({});
  const uint32_t programs = counters == nullptr ? 0 : counters->program();
  std::vector<ProgramFigures> all;
  for (uint32_t number = 1; number <= programs; ++number) {
    if (auto figures = FiguresOf(view, number, now)) all.push_back(*std::move(figures));
  }
  return all;
}

}  // namespace voucher::query
