// The model's applications: submission, award, withdrawal, review.
#include <algorithm>
#include <utility>

#include "tests/simulation/model.h"
#include "tests/simulation/room.h"
#include "tests/simulation/rule_reading.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

// What a submission or an award makes, without its state and what Add() fills in.
template <typename Request>
Application ApplicationOf(const Request& request, uint32_t program, uint64_t enterprise,
                          uint64_t project) {
  Application application;
  application.program = program;
  application.enterprise = enterprise;
  application.item_id = request.item_id();
  application.project = project;
  application.by_credit = request.delivery_mode() == v1::DELIVERY_MODE_CLOUD_CREDIT;
  return application;
}

}  // namespace

const v1::ProgramRules& Model::RulesOf(const Application& application) const {
  return programs[application.program - 1].revisions[application.revision];
}

const v1::Item& Model::ItemOf(const Application& application) const {
  return *FindItem(RulesOf(application), application.item_id);
}

uint64_t Model::ProjectNumber(uint64_t enterprise, std::string project_id) const {
  for (char& c : project_id) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return projects.emplace(std::make_pair(enterprise, project_id), projects.size() + 1)
      .first->second;
}

// Whether the item can be claimed only once and an application that did not end has claimed it.
bool Model::IsClaimed(uint32_t program, const v1::Item& item, uint64_t enterprise,
                      uint64_t project) const {
  if (!item.has_once()) return false;
  const auto& ids = enterprises[enterprise - 1].applications;
  return std::any_of(ids.begin(), ids.end(), [&](uint64_t id) {
    const Application& other = applications[id - 1];
    return other.program == program && other.item_id == item.item_id() &&
           (item.once().scope() == v1::ONCE_SCOPE_ENTERPRISE || other.project == project) &&
           !FreesInvoices(other.state) && other.state != v1::APPLICATION_STATE_SUPERSEDED &&
           !other.item_free;
  });
}

bool Model::IsSandbox(uint32_t program) const {
  return programs[program - 1].rules().sandbox();
}

int64_t Model::CreditPaid(uint32_t program, const v1::BilledOrder& order) const {
  int64_t fen = 0;
  for (const Redemption& redemption : redemptions) {
    if (redemption.order_number != order.order_number() ||
        accounts[redemption.account - 1].provider != ProviderNumber(order.provider_id()) ||
        IsSandbox(redemption.program) != IsSandbox(program)) {
      continue;
    }
    for (const Draw& draw : redemption.draws) fen += draw.amount_fen - draw.reversed_fen;
  }
  return fen;
}

void Model::JudgeEvidence(uint32_t program, const v1::Evidence& evidence, uint64_t self,
                          Wrongs* wrongs) const {
  for (const v1::Invoice& invoice : evidence.invoices()) {
    wrongs->If(invoice.has_order() && ProviderNumber(invoice.order().provider_id()) == 0,
               v1::REASON_PROVIDER_NOT_FOUND);
  }
  for (const std::string& claim : ClaimsOf(evidence, IsSandbox(program))) {
    const uint64_t other = ClaimerOf(claim);
    wrongs->If(other != 0 && other != self, ReasonOf(claim));
  }
}

bool Model::IsArchived(const Application& application) const {
  return programs[application.program - 1].state == v1::PROGRAM_STATE_ARCHIVED;
}

bool Model::IsPendingCredit(const Application& application) {
  static const std::set<int> kPending = {
      v1::APPLICATION_STATE_HELD,      v1::APPLICATION_STATE_RETURNED,
      v1::APPLICATION_STATE_LISTED,    v1::APPLICATION_STATE_ON_NOTICE,
      v1::APPLICATION_STATE_OBJECTED,  v1::APPLICATION_STATE_WAITLISTED,
      v1::APPLICATION_STATE_COLLECTED, v1::APPLICATION_STATE_SCORED};
  return application.by_credit && kPending.count(application.state) != 0;
}

// A timer waits for the end of a revision's vouchers while anything is pending for them.
void Model::CountPendingCredit(const Application& application, int change) {
  const std::pair<uint32_t, uint64_t> revision = {application.program, application.revision + 1};
  uint64_t& pending = pending_credit[revision];
  pending += static_cast<uint64_t>(change);
  const Timer timer = {EndOfDay(RulesOf(application).voucher_terms().expires_on()),
                       v1::TIMER_KIND_PENDING_LAPSE,
                       (uint64_t{revision.first} << 32) + revision.second};
  if (pending > 0) {
    timers.insert(timer);
  } else {
    timers.erase(timer);
  }
}

// Credit whose vouchers are over, which a timer of the same instant may not have lapsed yet.
bool Model::IsPastVouchers(const Application& application) const {
  const v1::ProgramRules& rules = RulesOf(application);
  return application.by_credit && rules.has_voucher_terms() &&
         now_ >= EndOfDay(rules.voucher_terms().expires_on());
}

uint64_t Model::ClaimerOf(const std::string& claim) const {
  const auto known = claims.find(claim);
  return known != claims.end() ? known->second : 0;
}

uint64_t Model::NewestClaim(uint64_t enterprise,
                            const std::function<bool(const Application&)>& wanted) const {
  uint64_t newest = 0;
  for (const uint64_t id : enterprises[enterprise - 1].applications) {
    const Application& application = applications[id - 1];
    const bool overtaken =
        application.state == v1::APPLICATION_STATE_SUPERSEDED && application.approved_at == 0;
    if (wanted(application) && !overtaken && !FreesInvoices(application.state)) {
      newest = std::max(newest, application.sequence);
    }
  }
  return newest;
}

uint64_t Model::Add(Application application) {
  application.sequence = sequence;
  application.revision = programs[application.program - 1].revisions.size() - 1;
  application.queue_number = programs[application.program - 1].queue_number;
  application.division = enterprises[application.enterprise - 1].facts.division();
  application.cluster = ClusterOf(application.program, application.enterprise);
  applications.push_back(std::move(application));
  const uint64_t id = applications.size();
  enterprises[applications.back().enterprise - 1].applications.push_back(id);
  programs[applications.back().program - 1].applications.push_back(id);
  for (const std::string& claim : applications.back().claims) claims[claim] = id;
  if (IsPendingCredit(applications.back())) CountPendingCredit(applications.back(), 1);
  if (applications.back().state == v1::APPLICATION_STATE_WAITLISTED) {
    programs[applications.back().program - 1].waiting.insert(id);
  }
  return id;
}

// Less is left under the caps of others of the enterprise that wait in the program.
void Model::HoldAnew(uint64_t id, int64_t fen) {
  Hold(id, fen);
  home_ = applications[id - 1].program;
  LookAgain(applications[id - 1].enterprise,
            [&](const Application& other) { return other.program == home_; });
}

void Model::RefuseProducts(const v1::SubmitApplicationRequest& request, uint32_t program,
                           Wrongs* wrongs) const {
  for (const v1::ProductChoice& choice : request.products()) {
    const uint64_t provider = ProviderNumber(choice.provider_id());
    const auto product = products.find({program, provider, choice.product_id()});
    wrongs->If(provider == 0, v1::REASON_PROVIDER_NOT_FOUND);
    wrongs->If(product == products.end(), v1::REASON_PRODUCT_NOT_FOUND);
    wrongs->If(provider != 0 && providers[provider - 1].suspended, v1::REASON_PROVIDER_SUSPENDED);
    wrongs->If(product != products.end() &&
                   !Has(ApprovedOn(product->second, DayNumber(now_)).item_ids(), request.item_id()),
               v1::REASON_PRODUCT_NOT_APPROVED);
  }
}

void Model::RefuseOutsideWindow(const Program& program, Wrongs* wrongs) const {
  const v1::Window& window = program.rules().window();
  wrongs->If(program.state != v1::PROGRAM_STATE_OPEN && program.state != v1::PROGRAM_STATE_CLOSED,
             v1::REASON_PROGRAM_NOT_OPEN);
  wrongs->If(DayNumber(now_) < DayNumber(window.first_day()), v1::REASON_WINDOW_NOT_OPEN);
  wrongs->If(now_ >= EndOfDay(window.last_day()) || program.state == v1::PROGRAM_STATE_CLOSED,
             v1::REASON_WINDOW_CLOSED);
}

Outcome Model::Submit(const v1::SubmitApplicationRequest& request) {
  Wrongs wrongs;
  const uint32_t number = ProgramNumber(request.program_id());
  wrongs.If(number == 0, v1::REASON_PROGRAM_NOT_FOUND);
  if (number == 0) return wrongs.Refusal();
  Program& program = programs[number - 1];
  const uint64_t queue_number = ++program.queue_number;
  const v1::ProgramRules& rules = program.rules();
  const v1::Item* item = FindItem(rules, request.item_id());
  const uint64_t enterprise = EnterpriseNumber(request.uscc());
  wrongs.If(item == nullptr || item->has_not_applied_for(), v1::REASON_ITEM_NOT_FOUND);
  wrongs.If(enterprise == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  RefuseProducts(request, number, &wrongs);
  RefuseOutsideWindow(program, &wrongs);
  JudgeEvidence(number, request.evidence(), 0, &wrongs);
  if (item == nullptr || enterprise == 0) return wrongs.Refusal(queue_number);
  wrongs.If(!Delivers(rules, *item, request.delivery_mode()), v1::REASON_ILLEGAL_STATE);
  const std::vector<int> violated =
      ViolatedRules(rules, *item, enterprises[enterprise - 1], request.project(),
                    ClusterOf(number, enterprise) != 0, DayNumber(now_));
  wrongs.If(IsBlacklisted(enterprise, number), v1::REASON_BLACKLISTED);
  wrongs.If(!violated.empty(), v1::REASON_NOT_ELIGIBLE);
  wrongs.If(!EvidenceIsComplete(rules, *item, request.evidence(), request.spend_fen(),
                                [&](const auto& order) { return CreditPaid(number, order); }),
            v1::REASON_EVIDENCE_MISSING);
  const uint64_t project = ProjectNumber(enterprise, request.project().project_id());
  const uint64_t before = NewestClaim(enterprise, [&](const Application& other) {
    return !other.awarded && other.program == number && other.item_id == request.item_id() &&
           other.project == project && other.spend_fen == request.spend_fen();
  });
  wrongs.If(request.evidence().invoices().empty() && before != 0 && before != request.repeats(),
            v1::REASON_ALREADY_BOOKED);
  wrongs.If(IsClaimed(number, *item, enterprise, project), v1::REASON_ITEM_ALREADY_CLAIMED);

  const int64_t base = BaseFen(*item, request.spend_fen());
  wrongs.If(base == 0, v1::REASON_AMOUNT_TOO_SMALL);
  std::set<std::string> provider_ids;
  for (const v1::ProductChoice& choice : request.products()) {
    provider_ids.insert(choice.provider_id());
  }
  Room room = RoomFor(number, *item, enterprise, project, provider_ids);
  const bool competes = rules.allocation() == v1::ALLOCATION_COMPETITIVE;
  if (competes) room.pools.clear();
  const Grant grant = Fit(room, base, &wrongs);
  wrongs.If(IsSuperseded(rules, enterprise, project, WouldGet(room, base)),
            v1::REASON_SUPERSEDED_BY_HIGHER);
  Outcome outcome = wrongs.Refusal(queue_number);
  if (outcome.reason == v1::REASON_NOT_ELIGIBLE) outcome.rules = violated;
  if (wrongs.any()) return outcome;

  Application application = ApplicationOf(request, number, enterprise, project);
  application.provider_ids = provider_ids;
  application.claims = ClaimsOf(request.evidence(), IsSandbox(number));
  application.spend_fen = request.spend_fen();
  application.state = competes                     ? v1::APPLICATION_STATE_COLLECTED
                      : grant.waits                ? v1::APPLICATION_STATE_WAITLISTED
                      : rules.review_stages_size() ? v1::APPLICATION_STATE_HELD
                                                   : v1::APPLICATION_STATE_LISTED;
  if (competes || grant.waits) application.wanted_fen = grant.fen;
  outcome.state = application.state;
  outcome.amount_fen = grant.fen;
  outcome.id = Add(std::move(application));
  if (!competes && !grant.waits) HoldAnew(outcome.id, grant.fen);
  return outcome;
}

Outcome Model::Award(const v1::AwardGrantRequest& request) {
  Wrongs wrongs;
  const uint32_t number = ProgramNumber(request.program_id());
  wrongs.If(number == 0, v1::REASON_PROGRAM_NOT_FOUND);
  if (number == 0) return wrongs.Refusal();
  Program& program = programs[number - 1];
  const uint64_t queue_number = ++program.queue_number;
  const v1::ProgramRules& rules = program.rules();
  const v1::Item* item = FindItem(rules, request.item_id());
  const uint64_t enterprise = EnterpriseNumber(request.uscc());
  const bool awarded = item != nullptr && item->not_applied_for().awarded();
  wrongs.If(!awarded, v1::REASON_ITEM_NOT_FOUND);
  wrongs.If(enterprise == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  wrongs.If(program.state != v1::PROGRAM_STATE_OPEN && program.state != v1::PROGRAM_STATE_CLOSED,
            v1::REASON_PROGRAM_NOT_OPEN);
  const bool past_vouchers = request.delivery_mode() == v1::DELIVERY_MODE_CLOUD_CREDIT &&
                             rules.has_voucher_terms() &&
                             now_ >= EndOfDay(rules.voucher_terms().expires_on());
  wrongs.If(past_vouchers, v1::REASON_VOUCHER_EXPIRED);
  if (!awarded || enterprise == 0) return wrongs.Refusal(queue_number);
  wrongs.If(!Delivers(rules, *item, request.delivery_mode()), v1::REASON_ILLEGAL_STATE);
  wrongs.If(IsBlacklisted(enterprise, number), v1::REASON_BLACKLISTED);
  const std::vector<int> violated =
      ViolatedRules(rules, *item, enterprises[enterprise - 1], request.project(),
                    ClusterOf(number, enterprise) != 0, DayNumber(now_));
  wrongs.If(!violated.empty(), v1::REASON_NOT_ELIGIBLE);
  const uint64_t project = ProjectNumber(enterprise, request.project().project_id());
  const uint64_t before = NewestClaim(enterprise, [&](const Application& other) {
    return other.awarded && other.program == number && other.item_id == request.item_id() &&
           other.project == project && other.reference == request.reference();
  });
  wrongs.If(before != 0 && before != request.repeats(), v1::REASON_ALREADY_BOOKED);
  wrongs.If(IsClaimed(number, *item, enterprise, project), v1::REASON_ITEM_ALREADY_CLAIMED);
  Room room = RoomFor(number, *item, enterprise, project, {});
  // An award cannot wait.
  for (auto& [key, pool] : room.pools) {
    if (pool.policy == v1::ON_EXHAUSTED_WAITLIST && pool.queued) pool.left_fen = 0;
    if (pool.policy == v1::ON_EXHAUSTED_WAITLIST) pool.policy = v1::ON_EXHAUSTED_REJECT;
  }
  const int64_t grant = Fit(room, item->fixed_fen(), &wrongs).fen;
  wrongs.If(IsSuperseded(rules, enterprise, project, WouldGet(room, item->fixed_fen())),
            v1::REASON_SUPERSEDED_BY_HIGHER);
  Outcome outcome = wrongs.Refusal(queue_number);
  if (outcome.reason == v1::REASON_NOT_ELIGIBLE) outcome.rules = violated;
  if (wrongs.any()) return outcome;
  Application application = ApplicationOf(request, number, enterprise, project);
  application.awarded = true;
  application.reference = request.reference();
  application.state = outcome.state = v1::APPLICATION_STATE_LISTED;
  outcome.amount_fen = grant;
  outcome.id = Add(std::move(application));
  HoldAnew(outcome.id, grant);
  return outcome;
}

Outcome Model::Withdraw(uint64_t id) {
  Application* application = At(&applications, id);
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  wrongs.If(application != nullptr && IsArchived(*application), v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(application != nullptr && application->held_fen == 0 &&
                application->state != v1::APPLICATION_STATE_WAITLISTED &&
                application->state != v1::APPLICATION_STATE_COLLECTED &&
                application->state != v1::APPLICATION_STATE_SCORED,
            v1::REASON_ILLEGAL_STATE);
  Outcome outcome = wrongs.Refusal();
  if (wrongs.any()) return outcome;
  EndHold(application, v1::APPLICATION_STATE_WITHDRAWN, &outcome);
  // It may have kept others back.
  home_ = application->program;
  turn_ = true;
  return outcome;
}

Outcome Model::Review(const v1::ReviewApplicationRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  if (application == nullptr) return wrongs.Refusal();
  const auto& stages = RulesOf(*application).review_stages();
  wrongs.If(!MayReview(*application, request.stage_id()), v1::REASON_PERMISSION_DENIED);
  wrongs.If(IsArchived(*application), v1::REASON_PROGRAM_NOT_OPEN);
  if (request.verdict() == v1::REVIEW_VERDICT_UPHOLD_APPEAL) {
    return wrongs.any() ? wrongs.Refusal() : Uphold(request, application);
  }
  const bool competes = application->state == v1::APPLICATION_STATE_COLLECTED;
  const bool passes = request.verdict() == v1::REVIEW_VERDICT_PASS;
  const bool reviewable = competes || application->state == v1::APPLICATION_STATE_HELD;
  wrongs.If(!reviewable, v1::REASON_ILLEGAL_STATE);
  if (!reviewable) return wrongs.Refusal();
  const v1::ReviewStage& stage = stages[application->stages_passed];
  const bool scores = competes && stage.scores();
  wrongs.If(stage.stage_id() != request.stage_id(), v1::REASON_ILLEGAL_STATE);
  wrongs.If(passes && scores != (request.score() > 0), v1::REASON_ILLEGAL_STATE);
  wrongs.If(passes && IsBlacklisted(application->enterprise, application->program),
            v1::REASON_BLACKLISTED);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  if (!passes) {
    EndHold(application, v1::APPLICATION_STATE_REJECTED, &outcome);
  } else {
    ++application->stages_passed;
    if (scores) application->score = request.score();
    if (scores) application->state = v1::APPLICATION_STATE_SCORED;
    if (!competes && application->stages_passed == stages.size()) {
      application->state = v1::APPLICATION_STATE_LISTED;
    }
  }
  outcome.state = application->state;
  return outcome;
}

// An appeal: the application goes on where it was rejected, if its money is still there.
Outcome Model::Uphold(const v1::ReviewApplicationRequest& request, Application* application) {
  const auto& stages = RulesOf(*application).review_stages();
  const bool listed = application->awarded || application->stages_passed == stages.size();
  const int stage = listed ? stages.size() - 1 : application->stages_passed;
  Wrongs wrongs;
  const v1::ProgramRules& rules = RulesOf(*application);
  // A voucher could not be issued any more.
  const bool past_vouchers = application->by_credit && rules.has_voucher_terms() &&
                             now_ >= EndOfDay(rules.voucher_terms().expires_on());
  wrongs.If(application->state != v1::APPLICATION_STATE_REJECTED || past_vouchers ||
                (!stages.empty() && stages[stage].stage_id() != request.stage_id()),
            v1::REASON_ILLEGAL_STATE);
  wrongs.If(IsBlacklisted(application->enterprise, application->program), v1::REASON_BLACKLISTED);
  for (const std::string& claim : application->claims) {
    if (application->state != v1::APPLICATION_STATE_REJECTED) break;  // it has them itself
    wrongs.If(ClaimerOf(claim) != 0, ReasonOf(claim));
    // What credit pays of an order since then nobody has taken off.
    for (const Redemption& redemption : redemptions) {
      const std::string& provider_id = providers[accounts[redemption.account - 1].provider - 1].id;
      wrongs.If(redemption.id > application->sequence &&
                    claim == OrderClaim(provider_id, redemption.order_number,
                                        IsSandbox(redemption.program)),
                v1::REASON_ORDER_ALREADY_REDEEMED);
    }
  }
  wrongs.If(IsClaimed(application->program, ItemOf(*application), application->enterprise,
                      application->project),
            v1::REASON_ITEM_ALREADY_CLAIMED);
  // It was applied for anew, or awarded anew by the same document.
  wrongs.If(application->state == v1::APPLICATION_STATE_REJECTED &&
                NewestClaim(application->enterprise,
                            [&](const Application& other) {
                              const bool same = application->awarded
                                                    ? other.reference == application->reference
                                                    : other.spend_fen == application->spend_fen &&
                                                          application->claims.empty();
                              return same && other.awarded == application->awarded &&
                                     other.program == application->program &&
                                     other.item_id == application->item_id &&
                                     other.project == application->project;
                            }) != 0,
            v1::REASON_ILLEGAL_STATE);
  const int64_t fen = application->granted_fen;
  wrongs.If(IsSuperseded(RulesOf(*application), application->enterprise, application->project,
                         fen > 0 ? fen : application->wanted_fen),
            v1::REASON_SUPERSEDED_BY_HIGHER);
  if (fen > 0) {
    // All or nothing, under the caps too.
    Room room = RoomOf(*application);
    RefuseIfCapReached(room, fen, &wrongs);
    room.caps.clear();
    for (auto& [key, pool] : room.pools) {
      if (pool.policy == v1::ON_EXHAUSTED_WAITLIST && pool.queued) pool.left_fen = 0;
      pool.policy = v1::ON_EXHAUSTED_REJECT;
    }
    Fit(room, fen, &wrongs);
  }
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.state = fen == 0 ? v1::APPLICATION_STATE_COLLECTED
                  : listed ? v1::APPLICATION_STATE_LISTED
                           : v1::APPLICATION_STATE_HELD;
  MoveTo(application, outcome.state);
  if (fen > 0) HoldAnew(request.application_id(), fen);
  return outcome;
}

}  // namespace voucher::simulation
