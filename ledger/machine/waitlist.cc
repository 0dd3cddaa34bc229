#include "ledger/machine/waitlist.h"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/btree_set.h"
#include "absl/strings/match.h"

#include "ledger/machine/applications.h"
#include "ledger/machine/context.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/machine.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/projects.h"
#include "ledger/machine/waitlist_index.h"
#include "ledger/policy/clause.h"

namespace voucher {
namespace {

bool GivesBack(const v1::Posting& posting) {
  return posting.to().kind() == v1::ACCOUNT_KIND_BUDGET;
}

bool IsOver(v1::ProgramState state) {
  return state == v1::PROGRAM_STATE_CLOSED || state == v1::PROGRAM_STATE_ARCHIVED;
}

// Whether somebody's turn can have come with this entry, or the waitlist can have ended, whoever
// waits.
bool ConcernsWaitlist(const v1::Entry& entry) {
  const v1::Event& event = entry.event();
  switch (event.kind_case()) {
    case v1::Event::kWaitlistContinued:
    case v1::Event::kProgramPublished:
    case v1::Event::kProgramCutoffReached:
    case v1::Event::kApplicationWithdrawn:
    case v1::Event::kPendingLapsed:
    case v1::Event::kProgramArchived:
      return true;
    case v1::Event::kProgramStateSet:
      return IsOver(entry.command().set_program_state().state());
    default:
      break;
  }
  return absl::c_any_of(event.postings(), [](const v1::Posting& posting) {
    return posting.program() == 0 && GivesBack(posting);
  });
}

// Applications of one enterprise whose turn rests on what an entry changed, though it gave nothing
// back: who can never be granted any more must not keep others waiting.
struct Touched {
  uint64_t enterprise = 0;  // 0: nobody's
  // Only those of one world; of one project.
  std::optional<bool> sandbox;
  std::optional<std::string> project_id;
};

// Those whose enterprise was barred or has other facts, by which its caps are, or for whose project
// something was approved. An end of a bar changes no turn: who was barred at his has left.
Touched TouchedBy(const View& view, const v1::Entry& entry) {
  const v1::Event& event = entry.event();
  const v1::Command& command = entry.command();
  const auto is_sandbox = [&](uint32_t program) {
    return view.Find<tables::Programs>({program})->sandbox();
  };
  Touched touched;
  if (event.has_blacklist_set() && command.set_blacklist().has_blacklisting()) {
    touched.enterprise = event.blacklist_set().enterprise_number();
    touched.sandbox = command.set_blacklist().sandbox();
  } else if (event.has_reclaimed() && command.reclaim().has_blacklisting()) {
    touched.enterprise = event.reclaimed().enterprise_number();
    touched.sandbox = is_sandbox(entry.program());
  } else if (event.has_enterprise_put() && !event.enterprise_put().unchanged()) {
    touched.enterprise = event.enterprise_put().enterprise_number();
  } else if (event.has_application_approved()) {
    const rows::ApplicationRow& approved =
        *view.Find<tables::Applications>({command.approve_application().application_id()});
    touched.enterprise = approved.enterprise();
    touched.sandbox = is_sandbox(approved.program());
    touched.project_id = approved.project_id();
  }
  return touched;
}

// The enterprise of which an entry reserved a grant, so that less is left under its caps in the
// program; 0 if it reserved none. A ranking is of a program without a waitlist.
uint64_t ReservedFor(const View& before, const v1::Entry& entry) {
  const v1::Event& event = entry.event();
  const bool reserves = absl::c_any_of(event.postings(), [](const v1::Posting& posting) {
    return posting.from().kind() == v1::ACCOUNT_KIND_BUDGET &&
           posting.to().kind() == v1::ACCOUNT_KIND_HELD;
  });
  if (!reserves) return 0;
  if (event.has_application_submitted()) return event.application_submitted().enterprise_number();
  if (event.has_grant_awarded()) return event.grant_awarded().enterprise_number();
  if (!event.has_application_reviewed()) return 0;
  return before.Find<tables::Applications>({entry.command().review_application().application_id()})
      ->enterprise();
}

// Whether anybody waits in any program; programs are few.
bool AnybodyWaits(const View& view) {
  for (uint32_t program = view.Find<tables::Counters>({})->program(); program > 0; --program) {
    if (view.Find<tables::Programs>({program})->waitlisted() > 0) return true;
  }
  return false;
}

// The programs in which one of them waits.
absl::btree_set<uint32_t> ProgramsOfWaiters(const View& view, const Touched& touched) {
  absl::btree_set<uint32_t> programs;
  if (touched.enterprise == 0 || !AnybodyWaits(view)) return programs;
  view.Scan<tables::ApplicationsByEnterprise>(
      {touched.enterprise, 0}, {touched.enterprise + 1, 0},
      [&](const tables::ApplicationsByEnterprise::Key& key, const rows::PresentRow&) {
        const auto& row = *view.Find<tables::Applications>({std::get<1>(key)});
        if (row.state() != v1::APPLICATION_STATE_WAITLISTED) return true;
        if (touched.project_id && !absl::EqualsIgnoreCase(row.project_id(), *touched.project_id)) {
          return true;
        }
        const bool sandbox = view.Find<tables::Programs>({row.program()})->sandbox();
        if (!touched.sandbox || *touched.sandbox == sandbox) programs.insert(row.program());
        return true;
      });
  return programs;
}

// Whether the entry changed the turn of somebody who waits in its program.
bool TouchesWaiter(const View& before, const v1::Entry& entry) {
  Touched touched = TouchedBy(before, entry);
  if (touched.enterprise == 0) touched.enterprise = ReservedFor(before, entry);
  return ProgramsOfWaiters(before, touched).contains(entry.program());
}

// The waiters of a program in the order of the queue, read in parts, since whoever reads may take
// those it has seen off the list.
class Queue {
 public:
  Queue(const View& view, uint32_t program) : view_(view), program_(program) {}

  // The next application; 0 at the end.
  uint64_t Next() {
    if (next_ == part_.size()) ReadPart();
    return next_ < part_.size() ? part_[next_++] : 0;
  }

 private:
  void ReadPart() {
    part_.clear();
    next_ = 0;
    view_.Scan<tables::Waitlist>(WaitlistKey(program_, LimitId{}, last_ + 1),
                                 WaitlistKey(program_, LimitId{}, kLastQueueNumber),
                                 [&](const tables::Waitlist::Key& key, const rows::NumberRow& row) {
                                   last_ = std::get<4>(key);
                                   part_.push_back(row.number());
                                   return part_.size() < kMaxWaitlistStep;
                                 });
  }

  const View& view_;
  const uint32_t program_;
  uint64_t last_ = 0;
  std::vector<uint64_t> part_;
  size_t next_ = 0;
};

// One step along the waitlist of a program, on a scratch state that begins after the entry.
class Step {
 public:
  Step(const v1::Entry& entry, UnixNanos at, EditableRows* scratch)
      : entry_(entry),
        scratch_(scratch),
        context_(*scratch, v1::Authority::default_instance(), at),
        program_(*context_.FindProgram(entry.program())) {
    const v1::ProgramRules& rules = program_.rules->rules();
    if (rules.on_exhausted() == v1::ON_EXHAUSTED_WAITLIST) strict_.push_back(LimitId{});
    for (const v1::Pool& pool : rules.pools()) {
      if (pool.on_exhausted() != v1::ON_EXHAUSTED_WAITLIST) continue;
      if (const auto list = PoolId(context_, *program_.rules, pool)) strict_.push_back(*list);
    }
  }

  // Promotes, or ends the waitlist if it is over. Adds to `event`.
  void Run(v1::Event* event) {
    const bool closed =
        IsOver(program_.row->state()) || context_.received_at >= program_.row->cutoff_unix_ns();
    const bool over = program_.row->state() == v1::PROGRAM_STATE_ARCHIVED ||
                      (closed && !program_.rules->rules().waitlist_after_cutoff());
    Queue queue(*scratch_, program_.number);
    for (uint64_t id = queue.Next(); id != 0; id = queue.Next()) {
      const rows::ApplicationRow& application = *scratch_->Find<tables::Applications>({id});
      Turn turn = over ? Turn(EndOfWaitlist()) : TurnOf(application);
      if (std::holds_alternative<Waits>(turn)) {
        waits_.insert(application.enterprise());
        KeepBackOthers(application);
        // The budget's list is everybody's.
        if (absl::c_linear_search(blocked_, LimitId{})) break;
        continue;
      }
      if (IsFull()) {
        step_.set_continues(true);
        break;
      }
      if (const auto* granted_fen = std::get_if<int64_t>(&turn)) {
        Promote(id, application, *granted_fen, event);
      } else {
        Lapse(id, application, std::get<v1::Refusal>(std::move(turn)));
      }
    }
    if (step_.ByteSizeLong() > 0) *event->mutable_waitlist() = std::move(step_);
  }

 private:
  // What the turn of an application brings: it goes on waiting, it gets so much (> 0 fen), or it
  // can never be granted and leaves.
  struct Waits {};
  using Turn = std::variant<Waits, int64_t, v1::Refusal>;

  bool IsFull() const {
    return static_cast<size_t>(step_.promotions_size() + step_.lapsed_application_ids_size()) >=
           kMaxWaitlistStep;
  }

  bool IsKeptBack(const rows::ApplicationRow& application) const {
    return absl::c_any_of(ListsOf(application), [&](const LimitId& list) {
      return absl::c_linear_search(blocked_, list);
    });
  }

  // Whether nobody passes another on this list: its pool's policy is WAITLIST.
  bool IsStrict(const LimitId& list) const {
    if (list.kind == v1::LIMIT_KIND_CLUSTER) {
      return program_.rules->rules().clusters().on_exhausted() == v1::ON_EXHAUSTED_WAITLIST;
    }
    return absl::c_linear_search(strict_, list);
  }

  void KeepBackOthers(const rows::ApplicationRow& application) {
    for (const LimitId& list : ListsOf(application)) {
      if (IsStrict(list) && !absl::c_linear_search(blocked_, list)) blocked_.push_back(list);
    }
  }

  v1::Refusal EndOfWaitlist() const {
    return MakeRefusal(v1::REASON_WINDOW_CLOSED, program_.rules->rules().window().clause());
  }

  Turn TurnOf(const rows::ApplicationRow& application) const {
    if (IsKeptBack(application)) return Waits();
    if (HasMissedVouchers(*scratch_, application, context_.received_at)) {
      return MakeRefusal(v1::REASON_VOUCHER_EXPIRED);
    }
    const rows::EnterpriseRow& enterprise =
        *scratch_->Find<tables::Enterprises>({application.enterprise()});
    if (auto refusal = RefuseIfBlacklisted(enterprise, *program_.row, context_.received_at)) {
      return *std::move(refusal);
    }
    const Limits limits = LimitsOfApplication(context_, program_, application);
    const int64_t granted_fen = ClipToCaps(application.wanted_fen(), limits);
    if (auto refusal =
            RefuseIfHigherExists(context_, application, std::max<int64_t>(granted_fen, 0))) {
      return *std::move(refusal);
    }
    if (auto refusal = RefuseIfCapReached(limits.caps)) return *std::move(refusal);
    const bool fits = absl::c_all_of(
        limits.pools, [&](const PoolRoom& pool) { return pool.available_fen >= granted_fen; });
    if (!fits) return Waits();
    return granted_fen;
  }

  void Lapse(uint64_t id, const rows::ApplicationRow& application, v1::Refusal refusal) {
    FillClause(scratch_->Find<tables::Revisions>({application.program(), application.revision()}),
               &refusal);
    step_.add_lapsed_application_ids(id);
    *step_.add_lapse_refusals() = std::move(refusal);
    MoveApplication(id, v1::APPLICATION_STATE_LAPSED, scratch_);
  }

  void Promote(uint64_t id, const rows::ApplicationRow& application, int64_t granted_fen,
               v1::Event* event) {
    const CompiledRules& judging =
        *scratch_->Find<tables::Revisions>({application.program(), application.revision()});
    v1::Promotion* promotion = step_.add_promotions();
    promotion->set_application_id(id);
    promotion->set_granted_fen(granted_fen);
    promotion->set_state(StateAfterHold(judging, application.stages_passed()));
    const v1::ApplicationState state = promotion->state();
    Post(BudgetAccount(), Held(id), granted_fen, event);
    // What it got is gone from the caps of one that was looked at before.
    if (waits_.contains(application.enterprise())) step_.set_continues(true);
    HoldOnScratch(entry_.program(), id, granted_fen, scratch_);
    MoveApplication(id, state, scratch_);
  }

  const v1::Entry& entry_;
  EditableRows* const scratch_;
  Context context_;
  const Context::Program program_;
  // The budget and the pools whose policy is WAITLIST, without clusters.
  std::vector<LimitId> strict_;
  // Strict lists on which somebody goes on waiting.
  std::vector<LimitId> blocked_;
  // Enterprises of which somebody goes on waiting.
  absl::btree_set<uint64_t> waits_;
  v1::WaitlistStep step_;
};

// Due before everything else: no other entry of the program may come first.
void ContinueLater(uint32_t program, UnixNanos as_of, EditableRows* rows) {
  rows::ProgramRow& row = rows->Edit<tables::Programs>({program});
  if (row.waitlist_continues()) return;
  row.set_waitlist_continues(true);
  row.set_waitlist_as_of_unix_ns(as_of);
  rows->Put<tables::Timers>({0, static_cast<uint8_t>(v1::TIMER_KIND_WAITLIST), program}, {});
}

}  // namespace

void StepWaitlist(const View& before, v1::Entry* entry) {
  if (!entry->has_event() || entry->program() == 0) return;
  const rows::ProgramRow* program = before.Find<tables::Programs>({entry->program()});
  if (program == nullptr || program->waitlisted() == 0) return;
  if (!ConcernsWaitlist(*entry) && !TouchesWaiter(before, *entry)) return;
  EditableRows scratch(&before);
  Evolve(*entry, &scratch);
  Step(*entry, WaitlistInstant(*entry), &scratch).Run(entry->mutable_event());
}

UnixNanos WaitlistInstant(const v1::Entry& entry) {
  if (entry.event().has_waitlist_continued()) {
    return entry.event().waitlist_continued().as_of_unix_ns();
  }
  return entry.command().has_timer_due() ? entry.command().timer_due().due_unix_ns()
                                         : entry.received_unix_ns();
}

void EvolveWaitlist(const v1::Entry& entry, EditableRows* rows) {
  const v1::Event& event = entry.event();
  for (const v1::Promotion& promotion : event.waitlist().promotions()) {
    rows->Edit<tables::Applications>({promotion.application_id()})
        .set_granted_fen(promotion.granted_fen());
    MoveApplication(promotion.application_id(), promotion.state(), rows);
  }
  for (int i = 0; i < event.waitlist().lapsed_application_ids_size(); ++i) {
    const uint64_t id = event.waitlist().lapsed_application_ids(i);
    *rows->Edit<tables::Applications>({id}).mutable_lapse_refusal() =
        event.waitlist().lapse_refusals(i);
    MoveApplication(id, v1::APPLICATION_STATE_LAPSED, rows);
  }
  const UnixNanos as_of = WaitlistInstant(entry);
  if (event.waitlist().continues()) ContinueLater(entry.program(), as_of, rows);
  const auto note = [&](uint32_t program) {
    if (program == 0 || program == entry.program()) return;
    if (rows->Find<tables::Programs>({program})->waitlisted() == 0) return;
    ContinueLater(program, as_of, rows);
  };
  for (const v1::Posting& posting : event.postings()) {
    if (GivesBack(posting)) note(posting.program());
  }
  for (const uint32_t program : ProgramsOfWaiters(*rows, TouchedBy(*rows, entry))) note(program);
}

}  // namespace voucher
