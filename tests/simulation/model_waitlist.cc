// The model's waitlists: who waits on which pool, and whose turn it is when money comes back.
#include <algorithm>
#include <set>
#include <utility>

#include "tests/simulation/model.h"
#include "tests/simulation/room.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

// What one entry promotes and lets go at most. Entries say how far they went, so that this must be
// foretold; tests/scenarios/waiting_heads.table has turns worked out by hand.
constexpr size_t kMostTurns = 256;

}  // namespace

// Waiters stand in the line of every pool that counts them, all of them in the budget's.
bool Model::StandsInLine(const Application& application, const LimitKey& pool) const {
  const auto& [program, kind, id, sub] = pool;
  if (kind == 0) return true;
  if (kind == v1::LIMIT_KIND_CLUSTER) return application.cluster == id;
  for (const v1::Pool& rule : programs[program - 1].rules().pools()) {
    if (PoolKey(rule, program) == pool) return CountsIn(application, rule);
  }
  return false;
}

// The v1::OnExhausted of a pool by the newest rules; 0 for what is no pool there.
int Model::PolicyOf(const LimitKey& limit) const {
  const auto& [program, kind, id, sub] = limit;
  const v1::ProgramRules& rules = programs[program - 1].rules();
  if (kind == 0) return rules.on_exhausted();
  if (kind == v1::LIMIT_KIND_CLUSTER) return rules.clusters().on_exhausted();
  for (const v1::Pool& pool : rules.pools()) {
    if (PoolKey(pool, program) == limit) return pool.on_exhausted();
  }
  return 0;
}

// The pools that let others wait, and where somebody with a number below `before` does.
void Model::MarkQueued(uint64_t before, Room* room) const {
  for (auto& [key, pool] : room->pools) {
    if (pool.policy != v1::ON_EXHAUSTED_WAITLIST) continue;
    for (const uint64_t id : programs[std::get<0>(key) - 1].waiting) {
      if (id >= before || pool.queued) break;
      pool.queued = StandsInLine(applications[id - 1], key);
    }
  }
}

void Model::LookAgain(uint64_t enterprise, const std::function<bool(const Application&)>& wanted) {
  for (const uint64_t id : enterprises[enterprise - 1].applications) {
    const Application& application = applications[id - 1];
    if (application.state == v1::APPLICATION_STATE_WAITLISTED && wanted(application)) {
      judged_.insert(application.program);
    }
  }
}

// After an accepted command: the waitlist of its own program goes on at once, that of another
// program to which it gave money, or where it changed somebody's turn, by a timer.
void Model::TakeTurns(Outcome* outcome) {
  if (home_ == 0 && !freed_.empty()) home_ = *freed_.begin();
  std::set<uint32_t> concerned = std::exchange(judged_, {});
  concerned.insert(freed_.begin(), freed_.end());
  for (const uint32_t program : concerned) {
    if (program != home_ && !programs[program - 1].waiting.empty()) GoOnLater(program);
  }
  if (turn_ || concerned.count(home_) != 0) Step(home_, outcome);
}

void Model::GoOnLater(uint32_t number) {
  Program& program = programs[number - 1];
  if (program.waitlist_due != 0) return;
  program.waitlist_due = now_;
  timers.insert({0, v1::TIMER_KIND_WAITLIST, number});
}

void Model::Step(uint32_t number, Outcome* outcome) {
  const Program& program = programs[number - 1];
  const v1::ProgramRules& rules = program.rules();
  const bool archived = program.state == v1::PROGRAM_STATE_ARCHIVED;
  const bool closed =
      program.state == v1::PROGRAM_STATE_CLOSED || now_ >= EndOfDay(rules.window().last_day());
  const bool over = archived || (closed && !rules.waitlist_after_cutoff());
  const std::vector<uint64_t> line(program.waiting.begin(), program.waiting.end());
  // Pools that keep back all who come after somebody who goes on waiting.
  std::set<LimitKey> blocked;
  // Of whom somebody goes on waiting; and whether one of them got something else meanwhile, so that
  // less is left under his caps.
  std::set<uint64_t> still_waits;
  bool again = false;
  for (const uint64_t id : line) {
    Application& application = applications[id - 1];
    const bool kept_back = std::any_of(blocked.begin(), blocked.end(), [&](const LimitKey& pool) {
      return StandsInLine(application, pool);
    });
    Wrongs wrongs;
    const Grant turn = kept_back && !over ? Grant{0, true} : TurnOf(application, over, &wrongs);
    if (turn.waits) {
      if (rules.on_exhausted() == v1::ON_EXHAUSTED_WAITLIST) break;
      still_waits.insert(application.enterprise);
      for (const auto& [limit, pool] : RoomOf(application).pools) {
        if (std::get<1>(limit) != 0 && PolicyOf(limit) == v1::ON_EXHAUSTED_WAITLIST) {
          blocked.insert(limit);
        }
      }
      continue;
    }
    if (outcome->promoted.size() + outcome->lapsed.size() == kMostTurns) {
      again = true;
      break;
    }
    if (wrongs.any()) {
      application.lapse_reason = wrongs.Refusal().reason;
      outcome->lapsed.push_back({static_cast<int64_t>(id), application.lapse_reason});
      MoveTo(&application, v1::APPLICATION_STATE_LAPSED);
      continue;
    }
    MoveTo(&application, RulesOf(application).review_stages().empty() ? v1::APPLICATION_STATE_LISTED
                                                                      : v1::APPLICATION_STATE_HELD);
    Hold(id, turn.fen);
    outcome->promoted.push_back({static_cast<int64_t>(id), turn.fen, application.state});
    again = again || still_waits.count(application.enterprise) != 0;
  }
  if (!again) return;
  outcome->waitlist_continues = true;
  GoOnLater(number);
}

// What a waiter gets whom nobody keeps back: all that he wants under the caps as they are now, or
// nothing yet; wrong if he never can.
Model::Grant Model::TurnOf(const Application& application, bool over, Wrongs* wrongs) const {
  wrongs->If(over, v1::REASON_WINDOW_CLOSED);
  // Of a waitlist that goes on, credit whose vouchers are over.
  if (!over && IsPastVouchers(application)) {
    wrongs->If(true, v1::REASON_VOUCHER_EXPIRED);
    return {};
  }
  wrongs->If(IsBlacklisted(application.enterprise, application.program), v1::REASON_BLACKLISTED);
  const Room room = RoomOf(application);
  RefuseIfCapReached(room, 1, wrongs);
  int64_t fen = application.wanted_fen;
  for (const auto& cap : room.caps) fen = std::min(fen, cap.second);
  wrongs->If(IsSuperseded(RulesOf(application), application.enterprise, application.project,
                          std::max<int64_t>(fen, 0)),
             v1::REASON_SUPERSEDED_BY_HIGHER);
  if (wrongs->any()) return {};
  const bool fits = std::all_of(room.pools.begin(), room.pools.end(),
                                [&](const auto& pool) { return pool.second.left_fen >= fen; });
  return {fen, !fits};
}

}  // namespace voucher::simulation
