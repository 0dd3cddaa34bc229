// The model's applications: submission, withdrawal, review, approval.
#include <algorithm>

#include "tests/simulation/model.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

std::vector<int> ViolatedRules(const v1::Eligibility& rules, const v1::EnterpriseFacts& facts) {
  std::vector<int> violated;
  bool in_region = false;
  for (const std::string& area : rules.region().divisions()) {
    in_region = in_region || Covers(area, facts.division());
  }
  if (!in_region) violated.push_back(v1::ELIGIBILITY_RULE_REGION);
  if (facts.is_cloud_provider()) violated.push_back(v1::ELIGIBILITY_RULE_CLOUD_PROVIDER);
  if (!Has(rules.industry().industries(), facts.industry())) {
    violated.push_back(v1::ELIGIBILITY_RULE_INDUSTRY);
  }
  if (!Has(rules.size().sizes(), facts.size())) violated.push_back(v1::ELIGIBILITY_RULE_SIZE);
  return violated;
}

bool EvidenceIsComplete(const v1::ProgramRules& rules, const v1::Item& item,
                        const v1::SubmitApplicationRequest& request) {
  std::set<int> kinds;
  for (const auto& document : request.evidence().documents()) kinds.insert(document.kind());
  int64_t invoiced_fen = 0;
  bool in_year = true;
  for (const auto& invoice : request.evidence().invoices()) {
    invoiced_fen += invoice.amount_fen();
    in_year = in_year && invoice.issued_on().year() == rules.fiscal_year();
  }
  return in_year && invoiced_fen >= request.spend_fen() &&
         std::all_of(item.evidence().begin(), item.evidence().end(),
                     [&](int kind) { return kinds.count(kind) != 0; });
}

std::string KeyOf(const v1::Invoice& invoice) {
  return invoice.code().empty() ? invoice.number() : invoice.code() + "-" + invoice.number();
}

}  // namespace

// Caps and pools that a grant must fit, each with its amount; and the grant before them.
struct Model::Room {
  std::map<LimitKey, int64_t> caps, pools;
};

Model::Room Model::RoomFor(const v1::SubmitApplicationRequest& request, uint32_t program,
                           uint64_t enterprise) const {
  const v1::ProgramRules& rules = programs[program - 1].rules();
  const v1::Item& item = *FindItem(rules, request.item_id());
  const auto known = projects.find({program, request.project().project_id()});
  const uint64_t project = known != projects.end() ? known->second : projects.size() + 1;
  const LimitKey per_item = {program, v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR, enterprise,
                             item.number()};
  Room room;
  for (const v1::Cap& cap : rules.caps()) {
    LimitKey key = per_item;
    if (cap.scope() == v1::CAP_SCOPE_ENTERPRISE_YEAR) {
      key = {program, v1::LIMIT_KIND_ENTERPRISE_YEAR, enterprise, 0};
    } else if (cap.scope() == v1::CAP_SCOPE_PROJECT) {
      key = {program, v1::LIMIT_KIND_PROJECT, project, 0};
    }
    room.caps[key] = cap.amount_fen();
  }
  if (item.cap_fen() > 0) {
    const auto cap = room.caps.emplace(per_item, item.cap_fen()).first;
    cap->second = std::min(cap->second, item.cap_fen());
  }
  for (const v1::Pool& pool : rules.pools()) {
    bool matches = pool.scope() == v1::POOL_SCOPE_ITEM && pool.key() == item.item_id();
    matches |= pool.scope() == v1::POOL_SCOPE_DIVISION &&
               Covers(pool.key(), enterprises[enterprise - 1].facts.division());
    for (const v1::ProductChoice& choice : request.products()) {
      matches |= pool.scope() == v1::POOL_SCOPE_PROVIDER && pool.key() == choice.provider_id();
    }
    if (matches) room.pools[PoolKey(pool, program)] = pool.amount_fen();
  }
  return room;
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
  wrongs.If(item == nullptr, v1::REASON_ITEM_NOT_FOUND);
  wrongs.If(enterprise == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  for (const v1::ProductChoice& choice : request.products()) {
    const uint64_t provider = ProviderNumber(choice.provider_id());
    const auto product = products.find({number, provider, choice.product_id()});
    wrongs.If(provider == 0, v1::REASON_PROVIDER_NOT_FOUND);
    wrongs.If(product == products.end(), v1::REASON_PRODUCT_NOT_FOUND);
    wrongs.If(provider != 0 && providers[provider - 1].suspended, v1::REASON_PROVIDER_SUSPENDED);
    wrongs.If(product != products.end() && !(InForce(product->second, DayNumber(now_)) &&
                                             Has(product->second.item_ids(), request.item_id())),
              v1::REASON_PRODUCT_NOT_APPROVED);
  }
  wrongs.If(
      program.state == v1::PROGRAM_STATE_DRAFT || program.state == v1::PROGRAM_STATE_SUSPENDED,
      v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(DayNumber(now_) < DayNumber(rules.window().first_day()), v1::REASON_WINDOW_NOT_OPEN);
  wrongs.If(
      now_ >= EndOfDay(rules.window().last_day()) || program.state == v1::PROGRAM_STATE_CLOSED,
      v1::REASON_WINDOW_CLOSED);
  wrongs.If(!Has(rules.delivery_modes(), request.delivery_mode()), v1::REASON_ILLEGAL_STATE);
  for (const v1::Invoice& invoice : request.evidence().invoices()) {
    wrongs.If(invoices.count(KeyOf(invoice)) != 0, v1::REASON_INVOICE_ALREADY_CLAIMED);
  }
  if (item == nullptr || enterprise == 0) return wrongs.Refusal(queue_number);
  const v1::EnterpriseFacts& facts = enterprises[enterprise - 1].facts;
  const std::vector<int> violated = ViolatedRules(rules.eligibility(), facts);
  wrongs.If(IsBlacklisted(enterprises[enterprise - 1]), v1::REASON_BLACKLISTED);
  wrongs.If(!violated.empty(), v1::REASON_NOT_ELIGIBLE);
  wrongs.If(!EvidenceIsComplete(rules, *item, request), v1::REASON_EVIDENCE_MISSING);

  const int64_t spend = request.spend_fen();
  int64_t grant = spend / 10'000 * item->rate_bps() + spend % 10'000 * item->rate_bps() / 10'000;
  wrongs.If(grant == 0, v1::REASON_AMOUNT_TOO_SMALL);
  const Room room = RoomFor(request, number, enterprise);
  auto used = [&](const LimitKey& key) {
    const auto it = used_fen.find(key);
    return it != used_fen.end() ? it->second : 0;
  };
  for (const auto& [key, amount] : room.caps) {
    const int64_t left = amount - used(key);
    wrongs.If(left == 0, std::get<1>(key) == v1::LIMIT_KIND_PROJECT
                             ? v1::REASON_PROJECT_CAP_REACHED
                             : v1::REASON_ENTERPRISE_CAP_REACHED);
    grant = std::min(grant, left);
  }
  for (const auto& [key, amount] : room.pools) {
    wrongs.If(grant > amount - used(key), v1::REASON_QUOTA_EXHAUSTED);
  }
  wrongs.If(grant > program.total_fen[v1::ACCOUNT_KIND_BUDGET], v1::REASON_POOL_EXHAUSTED);
  Outcome outcome = wrongs.Refusal(queue_number);
  if (outcome.reason == v1::REASON_NOT_ELIGIBLE) outcome.rules = violated;
  if (wrongs.any()) return outcome;

  Application application;
  application.program = number;
  application.revision = program.revisions.size() - 1;
  application.queue_number = queue_number;
  application.enterprise = enterprise;
  application.by_credit = request.delivery_mode() == v1::DELIVERY_MODE_CLOUD_CREDIT;
  application.held_fen = application.granted_fen = grant;
  application.state = v1::APPLICATION_STATE_HELD;
  for (const auto* limits : {&room.caps, &room.pools}) {
    for (const auto& limit : *limits) {
      const LimitKey& key = limit.first;
      application.limits.push_back(key);
      used_fen[key] += grant;
      outcome.limit_deltas[key] = grant;
      if (std::get<1>(key) == v1::LIMIT_KIND_PROJECT) {
        projects[{number, request.project().project_id()}] = std::get<2>(key);
      }
    }
  }
  Move(number, v1::ACCOUNT_KIND_BUDGET, v1::ACCOUNT_KIND_HELD, grant);
  outcome.id = applications.size() + 1;
  for (const v1::Invoice& invoice : request.evidence().invoices()) {
    invoices[KeyOf(invoice)] = outcome.id;
    application.invoices.push_back(KeyOf(invoice));
  }
  outcome.amount_fen = grant;
  outcome.state = application.state;
  applications.push_back(std::move(application));
  return outcome;
}

Outcome Model::Withdraw(uint64_t id) {
  Application* application = At(&applications, id);
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  wrongs.If(application != nullptr && application->held_fen == 0, v1::REASON_ILLEGAL_STATE);
  Outcome outcome = wrongs.Refusal();
  if (!wrongs.any()) EndHold(application, v1::APPLICATION_STATE_WITHDRAWN, &outcome);
  return outcome;
}

Outcome Model::Review(const v1::ReviewApplicationRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  if (application == nullptr) return wrongs.Refusal();
  const auto& stages =
      programs[application->program - 1].revisions[application->revision].review_stages();
  wrongs.If(!MayReview(*application, request.stage_id()), v1::REASON_PERMISSION_DENIED);
  wrongs.If(application->state != v1::APPLICATION_STATE_HELD ||
                stages[application->stages_passed].stage_id() != request.stage_id(),
            v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  if (request.verdict() == v1::REVIEW_VERDICT_REJECT) {
    EndHold(application, v1::APPLICATION_STATE_REJECTED, &outcome);
  } else if (++application->stages_passed == stages.size()) {
    application->state = v1::APPLICATION_STATE_LISTED;
  }
  outcome.state = application->state;
  return outcome;
}

Outcome Model::Approve(const v1::ApproveApplicationRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  if (application == nullptr) return wrongs.Refusal();
  const uint32_t program = application->program;
  const v1::ProgramRules& rules = programs[program - 1].revisions[application->revision];
  Enterprise& enterprise = enterprises[application->enterprise - 1];
  const int64_t expires = EndOfDay(rules.voucher_terms().expires_on());
  wrongs.If(!MayReview(*application, "APPROVE"), v1::REASON_PERMISSION_DENIED);
  wrongs.If(application->state != v1::APPLICATION_STATE_LISTED ||
                request.approved_fen() > application->held_fen,
            v1::REASON_ILLEGAL_STATE);
  wrongs.If(IsBlacklisted(enterprise), v1::REASON_BLACKLISTED);
  wrongs.If(application->by_credit && now_ >= expires, v1::REASON_VOUCHER_EXPIRED);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.amount_fen = request.approved_fen() != 0 ? request.approved_fen() : application->held_fen;
  application->state = v1::APPLICATION_STATE_APPROVED;
  application->approved_fen = outcome.amount_fen;
  application->held_fen -= outcome.amount_fen;
  if (application->by_credit) {
    Move(program, v1::ACCOUNT_KIND_HELD, v1::ACCOUNT_KIND_VOUCHER, outcome.amount_fen);
    Voucher voucher;
    voucher.application = request.application_id();
    voucher.approved_fen = voucher.available_fen = outcome.amount_fen;
    voucher.state = v1::VOUCHER_STATE_ACTIVE;
    voucher.expires = expires;
    voucher.lapses = LapseOf(rules);
    vouchers.push_back(voucher);
    outcome.id = application->voucher = vouchers.size();
    timers.insert({voucher.lapses, v1::TIMER_KIND_VOUCHER_LAPSE, outcome.id});
  } else {
    Move(program, v1::ACCOUNT_KIND_HELD, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, outcome.amount_fen);
    enterprise.payable_fen += outcome.amount_fen;
  }
  GiveBack(application, v1::ACCOUNT_KIND_HELD, application->held_fen, &outcome);
  return outcome;
}

}  // namespace voucher::simulation
