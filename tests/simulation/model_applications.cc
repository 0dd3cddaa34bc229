// The model's applications: submission, award, withdrawal, review.
#include <algorithm>

#include "tests/simulation/model.h"
#include "tests/simulation/room.h"
#include "tests/simulation/rule_reading.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {

const v1::ProgramRules& Model::RulesOf(const Application& application) const {
  return programs[application.program - 1].revisions[application.revision];
}

const v1::Item& Model::ItemOf(const Application& application) const {
  return *FindItem(RulesOf(application), application.item_id);
}

uint64_t Model::ProjectNumber(const v1::ProgramRules& rules, uint64_t enterprise,
                              const std::string& project_id) const {
  if (!CountsProjects(rules)) return 0;
  const auto known = projects.find({enterprise, project_id});
  return known != projects.end() ? known->second : projects.size() + 1;
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

uint64_t Model::Add(Application application) {
  application.revision = programs[application.program - 1].revisions.size() - 1;
  application.queue_number = programs[application.program - 1].queue_number;
  applications.push_back(std::move(application));
  const uint64_t id = applications.size();
  enterprises[applications.back().enterprise - 1].applications.push_back(id);
  for (const std::string& invoice : applications.back().invoices) invoices[invoice] = id;
  if (applications.back().state == v1::APPLICATION_STATE_WAITLISTED) {
    programs[applications.back().program - 1].waiting.insert(id);
  }
  return id;
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
  std::set<std::string> provider_ids;
  for (const v1::ProductChoice& choice : request.products()) {
    const uint64_t provider = ProviderNumber(choice.provider_id());
    const auto product = products.find({number, provider, choice.product_id()});
    provider_ids.insert(choice.provider_id());
    wrongs.If(provider == 0, v1::REASON_PROVIDER_NOT_FOUND);
    wrongs.If(product == products.end(), v1::REASON_PRODUCT_NOT_FOUND);
    wrongs.If(provider != 0 && providers[provider - 1].suspended, v1::REASON_PROVIDER_SUSPENDED);
    wrongs.If(product != products.end() && !(InForce(product->second, DayNumber(now_)) &&
                                             Has(product->second.item_ids(), request.item_id())),
              v1::REASON_PRODUCT_NOT_APPROVED);
  }
  wrongs.If(program.state != v1::PROGRAM_STATE_OPEN && program.state != v1::PROGRAM_STATE_CLOSED,
            v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(DayNumber(now_) < DayNumber(rules.window().first_day()), v1::REASON_WINDOW_NOT_OPEN);
  wrongs.If(
      now_ >= EndOfDay(rules.window().last_day()) || program.state == v1::PROGRAM_STATE_CLOSED,
      v1::REASON_WINDOW_CLOSED);
  for (const v1::Invoice& invoice : request.evidence().invoices()) {
    wrongs.If(invoices.count(KeyOf(invoice)) != 0, v1::REASON_INVOICE_ALREADY_CLAIMED);
  }
  if (item == nullptr || enterprise == 0) return wrongs.Refusal(queue_number);
  wrongs.If(!Delivers(rules, *item, request.delivery_mode()), v1::REASON_ILLEGAL_STATE);
  const std::vector<int> violated =
      ViolatedRules(rules, *item, enterprises[enterprise - 1], request.project(),
                    ClusterOf(number, enterprise) != 0, DayNumber(now_));
  wrongs.If(IsBlacklisted(enterprise, number), v1::REASON_BLACKLISTED);
  wrongs.If(!violated.empty(), v1::REASON_NOT_ELIGIBLE);
  wrongs.If(!EvidenceIsComplete(rules, *item, request.evidence(), request.spend_fen()),
            v1::REASON_EVIDENCE_MISSING);
  const uint64_t project = ProjectNumber(rules, enterprise, request.project().project_id());
  wrongs.If(IsClaimed(number, *item, enterprise, project), v1::REASON_ITEM_ALREADY_CLAIMED);

  const int64_t base = BaseFen(*item, request.spend_fen());
  wrongs.If(base == 0, v1::REASON_AMOUNT_TOO_SMALL);
  Room room = RoomFor(number, *item, enterprise, project, provider_ids);
  const std::vector<LimitKey> limits = room.limits();
  int64_t most = base;
  for (const auto& cap : room.caps) most = std::min(most, cap.second.amount_fen);
  wrongs.If(IsSuperseded(rules, enterprise, project, most), v1::REASON_SUPERSEDED_BY_HIGHER);
  const bool competes = rules.allocation() == v1::ALLOCATION_COMPETITIVE;
  if (competes) room.pools.clear();
  const Grant grant = Fit(room, base, &wrongs);
  Outcome outcome = wrongs.Refusal(queue_number);
  if (outcome.reason == v1::REASON_NOT_ELIGIBLE) outcome.rules = violated;
  if (wrongs.any()) return outcome;

  Application application;
  application.program = number;
  application.enterprise = enterprise;
  application.item_id = request.item_id();
  application.project = project;
  application.by_credit = request.delivery_mode() == v1::DELIVERY_MODE_CLOUD_CREDIT;
  application.limits = limits;
  for (const v1::Invoice& invoice : request.evidence().invoices()) {
    application.invoices.push_back(KeyOf(invoice));
  }
  application.state = competes                     ? v1::APPLICATION_STATE_COLLECTED
                      : grant.waits                ? v1::APPLICATION_STATE_WAITLISTED
                      : rules.review_stages_size() ? v1::APPLICATION_STATE_HELD
                                                   : v1::APPLICATION_STATE_LISTED;
  if (competes || grant.waits) application.wanted_fen = grant.fen;
  outcome.state = application.state;
  outcome.amount_fen = grant.fen;
  outcome.id = Add(std::move(application));
  if (project != 0) projects[{enterprise, request.project().project_id()}] = project;
  if (!competes && !grant.waits) Hold(outcome.id, grant.fen, &outcome);
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
  if (!awarded || enterprise == 0) return wrongs.Refusal(queue_number);
  wrongs.If(!Delivers(rules, *item, request.delivery_mode()), v1::REASON_ILLEGAL_STATE);
  wrongs.If(IsBlacklisted(enterprise, number), v1::REASON_BLACKLISTED);
  const std::vector<int> violated =
      ViolatedRules(rules, *item, enterprises[enterprise - 1], request.project(),
                    ClusterOf(number, enterprise) != 0, DayNumber(now_));
  wrongs.If(!violated.empty(), v1::REASON_NOT_ELIGIBLE);
  const uint64_t project = ProjectNumber(rules, enterprise, request.project().project_id());
  wrongs.If(IsClaimed(number, *item, enterprise, project), v1::REASON_ITEM_ALREADY_CLAIMED);
  Room room = RoomFor(number, *item, enterprise, project, {});
  // An award cannot wait.
  for (auto& [key, pool] : room.pools) {
    if (pool.policy == v1::ON_EXHAUSTED_WAITLIST && pool.queued) pool.left_fen = 0;
    if (pool.policy == v1::ON_EXHAUSTED_WAITLIST) pool.policy = v1::ON_EXHAUSTED_REJECT;
  }
  int64_t most = item->fixed_fen();
  for (const auto& cap : room.caps) most = std::min(most, cap.second.amount_fen);
  wrongs.If(IsSuperseded(rules, enterprise, project, most), v1::REASON_SUPERSEDED_BY_HIGHER);
  const int64_t grant = Fit(room, item->fixed_fen(), &wrongs).fen;
  Outcome outcome = wrongs.Refusal(queue_number);
  if (outcome.reason == v1::REASON_NOT_ELIGIBLE) outcome.rules = violated;
  if (wrongs.any()) return outcome;
  Application application;
  application.program = number;
  application.enterprise = enterprise;
  application.item_id = request.item_id();
  application.project = project;
  application.by_credit = request.delivery_mode() == v1::DELIVERY_MODE_CLOUD_CREDIT;
  application.awarded = true;
  application.limits = room.limits();
  application.state = outcome.state = v1::APPLICATION_STATE_LISTED;
  outcome.amount_fen = grant;
  outcome.id = Add(std::move(application));
  if (project != 0) projects[{enterprise, request.project().project_id()}] = project;
  Hold(outcome.id, grant, &outcome);
  return outcome;
}

Outcome Model::Withdraw(uint64_t id) {
  Application* application = At(&applications, id);
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
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
  wrongs.If(application->state != v1::APPLICATION_STATE_REJECTED ||
                (!stages.empty() && stages[stage].stage_id() != request.stage_id()),
            v1::REASON_ILLEGAL_STATE);
  wrongs.If(IsBlacklisted(application->enterprise, application->program), v1::REASON_BLACKLISTED);
  for (const std::string& invoice : application->invoices) {
    wrongs.If(invoices.count(invoice) != 0, v1::REASON_INVOICE_ALREADY_CLAIMED);
  }
  wrongs.If(IsClaimed(application->program, ItemOf(*application), application->enterprise,
                      application->project),
            v1::REASON_ITEM_ALREADY_CLAIMED);
  const int64_t fen = application->granted_fen;
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
  if (fen > 0) Hold(request.application_id(), fen, &outcome);
  return outcome;
}

}  // namespace voucher::simulation
