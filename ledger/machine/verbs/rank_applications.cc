#include <limits>

#include "ledger/machine/applications.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/projects.h"
#include "ledger/machine/ranking.h"
#include "ledger/machine/verbs.h"
#include "ledger/policy/limits.h"

namespace voucher {

namespace {

// Scored applications of an item, or of all items if its number is 0; one more than can be ranked
// at most.
std::vector<Contender> ScoredApplications(const View& view, uint32_t program, uint32_t item) {
  std::vector<Contender> scored;
  const uint32_t last = item != 0 ? item : std::numeric_limits<uint32_t>::max() - 1;
  view.Scan<tables::ScoredApplications>(
      {program, item, 0}, {program, last + 1, 0},
      [&](const tables::ScoredApplications::Key& key, const rows::PresentRow&) {
        const uint64_t id = std::get<2>(key);
        const rows::ApplicationRow& row = *view.Find<tables::Applications>({id});
        scored.push_back({id, row.score(), row.queue_number()});
        return scored.size() <= kMaxRanked;
      });
  return scored;
}

// What these pools give of an amount > 0; nullopt if nothing now.
std::optional<int64_t> FitIn(std::vector<PoolRoom> pools, int64_t wanted_fen) {
  const FitResult fit = FitLimits(wanted_fen, Limits{{}, std::move(pools)});
  const auto* grant = std::get_if<FittingGrant>(&fit);
  if (grant == nullptr || grant->waits) return std::nullopt;
  return grant->granted_fen;
}

// The money that a ranking gives out on its way down, booked on a scratch state, so that whoever
// comes next meets the limits as those before have left them.
class RunningGrants {
 public:
  RunningGrants(const Context& context, const Context::Program& program)
      : scratch_(&context.view),
        context_(scratch_, context.authority, context.received_at),
        program_(program) {}

  // What the application gets now. A blacklisted one, one without room under a cap of its own or in
  // a pool of its own, or one that is not above what its project was granted, is passed over alone;
  // one whose amount the budget cannot hold is the edge.
  Offer Next(uint64_t id) {
    const rows::ApplicationRow& application = *scratch_.Find<tables::Applications>({id});
    const rows::EnterpriseRow& enterprise =
        *scratch_.Find<tables::Enterprises>({application.enterprise()});
    if (RefuseIfBlacklisted(enterprise, *program_.row, context_.received_at)) return {};
    const Limits limits = LimitsOfApplication(context_, program_, application);
    const int64_t wanted_fen = ClipToCaps(application.wanted_fen(), limits);
    if (wanted_fen <= 0 || RefuseIfHigherExists(context_, application, wanted_fen)) return {};
    const PoolRoom& budget = limits.pools.back();
    const auto own = FitIn({limits.pools.begin(), limits.pools.end() - 1}, wanted_fen);
    if (!own) return {};
    const bool is_edge = budget.available_fen < *own;
    const auto granted_fen = FitIn({budget}, *own);
    // What a pool leaves must be above what the project was granted, too.
    if (!granted_fen || RefuseIfHigherExists(context_, application, *granted_fen)) {
      return {0, is_edge};
    }
    HoldOnScratch(program_.number, id, *granted_fen, &scratch_);
    return {*granted_fen, is_edge};
  }

 private:
  EditableRows scratch_;
  const Context context_;
  const Context::Program& program_;
};

}  // namespace

Decision Decide(Context* context, const v1::RankApplicationsRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const v1::ProgramRules& rules = program->rules->rules();
  const v1::Item* item = program->rules->FindItem(request.item_id());
  if (!request.item_id().empty() && item == nullptr) {
    return MakeRefusal(v1::REASON_ITEM_NOT_FOUND, {}, request.item_id());
  }
  if (auto refusal = RefuseIfArchived(*program->row)) return *refusal;
  if (!program->rules->IsCompetitive()) {
    return NotInThisState("program that ranks no applications", "计划不采用竞争性分配");
  }
  std::vector<Contender> scored =
      ScoredApplications(context->view, program->number, item != nullptr ? item->number() : 0);
  if (scored.empty()) {
    return NotInThisState("program without a scored application", "没有已评分的申报",
                          rules.allocation_clause());
  }
  if (scored.size() > kMaxRanked) {
    return NotInThisState("more scored applications than one ranking takes: rank item by item",
                          "已评分的申报超过一次排序的上限，请按支持项分别排序",
                          rules.allocation_clause(), {{"most", static_cast<int64_t>(kMaxRanked)}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ApplicationsRanked* ranked = event.mutable_applications_ranked();
  RunningGrants grants(*context, *program);
  for (const Place& place : Rank(std::move(scored), [&](const Contender& contender) {
         return grants.Next(contender.id);
       })) {
    const rows::ApplicationRow& row = *context->view.Find<tables::Applications>({place.id});
    v1::ApplicationRank* rank = ranked->add_ranks();
    rank->set_application_id(place.id);
    rank->set_rank(place.rank);
    rank->set_granted_fen(place.granted_fen);
    rank->set_state(v1::APPLICATION_STATE_PASSED_OVER);
    if (place.granted_fen == 0) continue;
    rank->set_state(
        StateAfterHold(*context->view.Find<tables::Revisions>({row.program(), row.revision()}),
                       row.stages_passed()));
    Post(BudgetAccount(), Held(place.id), place.granted_fen, &event);
  }
  return event;
}

void Evolve(const v1::Entry&, const v1::RankApplicationsRequest&,
            const v1::ApplicationsRanked& event, EditableRows* rows) {
  for (const v1::ApplicationRank& rank : event.ranks()) {
    rows::ApplicationRow& row = rows->Edit<tables::Applications>({rank.application_id()});
    row.set_rank(rank.rank());
    row.set_granted_fen(rank.granted_fen());
    MoveApplication(rank.application_id(), rank.state(), rows);
  }
}

}  // namespace voucher
