#include <limits>

#include "absl/container/btree_map.h"

#include "ledger/base/money.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"
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

// The money that a ranking gives out on its way down, on top of what the ledger has booked.
class RunningGrants {
 public:
  RunningGrants(const Context& context, const Context::Program& program)
      : context_(context), program_(program) {}

  // What the application gets now. A blacklisted one, or one without room under a cap of its own,
  // is passed over alone; one that a pool has no room for is the edge.
  Offer Next(const rows::ApplicationRow& application) {
    const rows::EnterpriseRow& enterprise =
        *context_.view.Find<tables::Enterprises>({application.enterprise()});
    if (RefuseIfBlacklisted(enterprise, program_.row->program_id(), context_.received_at))
      return {};
    Limits limits = LimitsOfApplication(context_, program_, application);
    for (CapRoom& cap : limits.caps) cap.used_fen = CheckedAddFen(cap.used_fen, granted_[cap.id]);
    for (PoolRoom& pool : limits.pools) {
      pool.available_fen = CheckedSubtractFen(pool.available_fen, granted_[pool.id]);
    }
    const int64_t wanted_fen = ClipToCaps(application.wanted_fen(), limits);
    if (wanted_fen <= 0) return {};
    const FitResult fit = FitLimits(wanted_fen, limits);
    const auto* grant = std::get_if<FittingGrant>(&fit);
    if (grant == nullptr || grant->waits) return {0, true};
    Add(LimitId{}, grant->granted_fen);
    for (const v1::LimitRef& limit : application.limits()) {
      Add(LimitId::FromRef(limit), grant->granted_fen);
    }
    return {grant->granted_fen, grant->granted_fen < wanted_fen};
  }

  // The changes of all limits that the granted ones count in, in the order of their ids.
  void AddDeltas(v1::Event* event) const {
    for (const auto& [id, fen] : granted_) {
      if (id == LimitId{} || fen == 0) continue;  // the budget's account is its limit
      v1::LimitDelta* delta = event->add_limit_deltas();
      *delta->mutable_limit() = id.ToRef();
      delta->set_delta_fen(fen);
    }
  }

 private:
  void Add(const LimitId& id, int64_t fen) { granted_[id] = CheckedAddFen(granted_[id], fen); }

  const Context& context_;
  const Context::Program& program_;
  absl::btree_map<LimitId, int64_t> granted_;
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
         return grants.Next(*context->view.Find<tables::Applications>({contender.id}));
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
  grants.AddDeltas(&event);
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
