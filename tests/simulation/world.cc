#include "tests/simulation/world.h"

#include <fstream>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "ledger/base/uscc.h"
#include "tests/support/shipped_program.h"

namespace voucher::simulation {

std::vector<std::string> SimulatedIds() {
  const std::vector<std::string> shipped = ShippedProgramIds();
  std::vector<std::string> ids;
  std::ifstream first("tests/simulation/first_programs.txt");
  for (std::string id; std::getline(first, id);) {
    if (absl::c_linear_search(shipped, id)) ids.push_back(id);
  }
  for (const std::string& id : shipped) {
    if (!absl::c_linear_search(ids, id)) ids.push_back(id);
  }
  return ids;
}

v1::Authority Principal(absl::string_view name, v1::Role role) {
  v1::Authority who;
  who.set_principal(std::string(name));
  who.add_roles(role);
  return who;
}

v1::Authority Platform() {
  return Principal("platform", v1::ROLE_PLATFORM);
}

std::string Uscc(uint64_t number) {
  const std::string first_17 = absl::StrFormat("91420111MA%07d", number);
  return first_17 + *UsccCheckCharacter(first_17);
}

v1::CivilDate Date(int year, int month, int day) {
  v1::CivilDate date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

v1::Product ProductOf(const v1::ProgramRules& rules, const std::string& provider_id,
                      const std::string& product_id) {
  v1::Product product;
  product.set_program_id(rules.program_id());
  product.set_provider_id(provider_id);
  product.set_product_id(product_id);
  product.set_name("云产品");
  product.set_category(product_id == "ecs" ? "云服务" : product_id == "rds" ? "计算" : "研发设计");
  for (const v1::Item& item : rules.items()) product.add_item_ids(item.item_id());
  *product.mutable_effective_from() = Date(2025, 1, 1);
  return product;
}

v1::ProgramRules Moved(v1::ProgramRules rules) {
  v1::CivilDate first = Date(2025, 6, 1);
  v1::CivilDate last = Date(2025, 12, 31);
  v1::CivilDate expires = last;
  if (rules.program_id() == "hubei-2025") {
    first = rules.window().first_day();
    last = rules.window().last_day();
  } else if (rules.program_id() == "harbin-2022") {
    last = Date(2025, 9, 30);
    expires = Date(2025, 11, 30);
  } else if (rules.program_id() == "jiangxia-2023") {
    last = Date(2025, 11, 15);
    expires = Date(2025, 12, 20);
  }
  rules.set_fiscal_year(2025);
  *rules.mutable_window()->mutable_first_day() = first;
  *rules.mutable_window()->mutable_last_day() = last;
  if (rules.has_voucher_terms()) *rules.mutable_voucher_terms()->mutable_expires_on() = expires;
  return rules;
}

v1::ProgramRules QuotaRules(const v1::ProgramRules& hubei, Random* random) {
  v1::ProgramRules rules = hubei;
  rules.set_program_id("quota-2025");
  *rules.mutable_window()->mutable_first_day() = Date(2025, 6, 1);
  *rules.mutable_window()->mutable_last_day() = Date(2025, 6, 30);
  rules.clear_delivery_modes();
  rules.add_delivery_modes(v1::DELIVERY_MODE_CLOUD_CREDIT);
  rules.mutable_review_stages()->DeleteSubrange(2, rules.review_stages_size() - 2);
  rules.mutable_items(2)->set_cap_fen(60'000);
  rules.mutable_set_off()->set_clause("决定");
  rules.clear_caps();
  auto add_cap = [&](v1::CapScope scope, int64_t fen) {
    v1::Cap* cap = rules.add_caps();
    cap->set_scope(scope);
    cap->set_amount_fen(fen);
    cap->set_clause("决定");
  };
  add_cap(v1::CAP_SCOPE_ENTERPRISE_YEAR, 200'000);
  add_cap(v1::CAP_SCOPE_ENTERPRISE_ITEM_YEAR, 90'000);
  add_cap(v1::CAP_SCOPE_PROJECT, 120'000);
  auto add_pool = [&](v1::PoolScope scope, const std::string& key, int64_t fen) {
    v1::Pool* pool = rules.add_pools();
    pool->set_scope(scope);
    pool->set_key(key);
    pool->set_amount_fen(fen);
    pool->set_on_exhausted(v1::ON_EXHAUSTED_REJECT);
    pool->set_clause("决定");
  };
  add_pool(v1::POOL_SCOPE_DIVISION, "420111", 300'000);
  add_pool(v1::POOL_SCOPE_DIVISION, "420100", 1'000'000);
  add_pool(v1::POOL_SCOPE_PROVIDER, "huaweicloud", 400'000);
  add_pool(v1::POOL_SCOPE_PROVIDER, "aliyun", 300'000);
  add_pool(v1::POOL_SCOPE_ITEM, "capability", 200'000);
  rules.mutable_pools(3)->set_on_exhausted(v1::ON_EXHAUSTED_PARTIAL);
  if (random->Percent(50)) {
    rules.mutable_project()->set_months(1);
    rules.mutable_project()->set_extension_months(2);
    rules.mutable_project()->set_clause("决定");
    rules.mutable_acceptance()->add_evidence(v1::DOCUMENT_KIND_ACCEPTANCE_REPORT);
    rules.mutable_acceptance()->set_gates_settlement(random->Percent(70));
    rules.mutable_acceptance()->set_clause("决定");
  }
  v1::VoucherTerms* terms = rules.mutable_voucher_terms();
  *terms->mutable_expires_on() = Date(2025, 7, static_cast<int>(random->Between(1, 8)));
  if (random->Percent(30)) *terms->mutable_expires_on() = rules.window().last_day();
  terms->set_redemption_grace_hours(static_cast<int>(random->Below(3)) * 24);
  terms->set_transfer_answer_hours(48);
  return rules;
}

v1::ProgramRules WaitingRules(const v1::ProgramRules& hubei, Random* random) {
  v1::ProgramRules rules = hubei;
  rules.set_program_id("waiting-2025");
  *rules.mutable_window()->mutable_first_day() = Date(2025, 6, 1);
  *rules.mutable_window()->mutable_last_day() = Date(2025, 6, 25);
  // In a third of the lives pools alone let others wait.
  const bool on_budget = random->Below(3) > 0;
  rules.set_on_exhausted(on_budget             ? v1::ON_EXHAUSTED_WAITLIST
                         : random->Percent(50) ? v1::ON_EXHAUSTED_PARTIAL
                                               : v1::ON_EXHAUSTED_REJECT);
  rules.set_waitlist_after_cutoff(random->Percent(40));
  rules.mutable_caps(0)->set_amount_fen(random->Percent(50) ? 40'000 : 100'000);
  const int64_t pool_fen = random->Percent(50) ? 120'000 : 2'000'000;
  auto add_pool = [&](v1::PoolScope scope, const std::string& key, v1::OnExhausted policy) {
    v1::Pool* pool = rules.add_pools();
    pool->set_scope(scope);
    pool->set_key(key);
    pool->set_amount_fen(pool_fen);
    pool->set_on_exhausted(policy);
    pool->set_clause("决定");
  };
  add_pool(v1::POOL_SCOPE_DIVISION, "420111", v1::ON_EXHAUSTED_WAITLIST);
  add_pool(v1::POOL_SCOPE_PROVIDER, "aliyun",
           on_budget ? v1::ON_EXHAUSTED_PARTIAL : v1::ON_EXHAUSTED_WAITLIST);
  add_pool(v1::POOL_SCOPE_ITEM, "ecosystem", v1::ON_EXHAUSTED_REJECT);
  rules.mutable_review_stages()->DeleteSubrange(1, rules.review_stages_size() - 1);
  if (random->Percent(40)) rules.clear_review_stages();
  if (random->Percent(60)) {
    // Together with Harbin's, whose grants are higher.
    rules.mutable_highest_only()->set_clause("决定");
    rules.mutable_eligibility()->mutable_region()->add_divisions("230100");
  }
  rules.mutable_cure()->set_months(1);
  rules.mutable_cure()->set_clause("决定");
  rules.mutable_set_off()->set_clause("决定");
  if (random->Percent(30)) {
    rules.mutable_acceptance()->set_gates_settlement(random->Percent(50));
    rules.mutable_acceptance()->set_clause("决定");
  }
  v1::VoucherTerms* terms = rules.mutable_voucher_terms();
  *terms->mutable_expires_on() = Date(2025, 7, static_cast<int>(random->Between(4, 12)));
  terms->set_redemption_grace_hours(static_cast<int>(random->Below(3)) * 24);
  terms->set_transfer_answer_hours(48);
  return rules;
}

namespace {

// Enough for a while, little enough to be exhausted.
int64_t FirstBudgetFen(const v1::ProgramRules& rules) {
  if (rules.program_id() == "quota-2025") return 900'000;
  if (rules.program_id() == "waiting-2025") {
    return rules.on_exhausted() == v1::ON_EXHAUSTED_WAITLIST ? 30'000 : 600'000;
  }
  return rules.program_id() == "hubei-2025" ? 20'000'000 : 250'000'000;
}

v1::EnterpriseFacts FactsOf(int64_t i) {
  // Jiangmen's clusters need ten enterprises.
  const char* const divisions[] = {"420111", "440703", "420115", "230102", "440704",
                                   "420106", "440703", "230108", "420115", "440781"};
  v1::EnterpriseFacts facts;
  facts.set_uscc(Uscc(static_cast<uint64_t>(i + 1)));
  facts.set_name("测试有限公司");
  facts.set_division(i == 5 ? "430100" : divisions[i % 10]);
  facts.set_size(i % 17 == 6 ? v1::ENTERPRISE_SIZE_LARGE : v1::ENTERPRISE_SIZE_SMALL);
  facts.set_industry(i == 5       ? v1::INDUSTRY_OTHER
                     : i % 3 == 0 ? v1::INDUSTRY_INDUSTRIAL
                                  : v1::INDUSTRY_SOFTWARE_IT);
  facts.set_is_cloud_provider(i % 19 == 7);
  *facts.mutable_registered_on() = i % 11 == 4 ? Date(2024, 7, 10) : Date(2015, 6, 1);
  // 12 million to 1.2 billion yuan, and sometimes less than any tier.
  const int64_t revenues[] = {1'199'999'999, 1'200'000'000, 5'000'000'000, 60'000'000'000,
                              120'000'000'000};
  facts.set_prior_year_revenue_fen(revenues[i / 2 % 5]);
  if (i % 4 != 0) *facts.mutable_platform_updated_on() = Date(2025, 5, 20);
  return facts;
}

}  // namespace

std::vector<Sent> Opening(const std::vector<v1::ProgramRules>& programs, Random* random) {
  int64_t ids = 0;
  auto id = [&] { return absl::StrCat("opening-", ++ids); };
  std::vector<Sent> all;
  auto add = [&](v1::Authority who = Platform()) {
    all.push_back({std::move(who), {}});
    return &all.back().command;
  };
  for (const v1::ProgramRules& rules : programs) {
    v1::PublishProgramRequest* publish = add()->mutable_publish_program();
    publish->set_request_id(id());
    *publish->mutable_rules() = rules;
    v1::AppropriateRequest* money =
        add(Principal("finance", v1::ROLE_FINANCE))->mutable_appropriate();
    money->set_request_id(id());
    money->set_program_id(rules.program_id());
    money->set_amount_fen(FirstBudgetFen(rules));
    money->set_fiscal_reference("鄂财企发〔2025〕12号");
  }
  for (const char* provider_id : kProviderIds) {
    v1::PutProviderRequest* provider = add()->mutable_put_provider();
    provider->set_request_id(id());
    provider->set_provider_id(provider_id);
    provider->set_name(provider_id);
  }
  const int64_t enterprises = random->Between(45, 70);
  for (int64_t i = 0; i < enterprises; ++i) {
    v1::PutEnterpriseRequest* put = add()->mutable_put_enterprise();
    put->set_request_id(id());
    *put->mutable_facts() = FactsOf(i);
  }
  for (const v1::ProgramRules& rules : programs) {
    for (const char* provider_id : kProviderIds) {
      for (const char* product_id : kProductIds) {
        v1::PutProductRequest* put = add()->mutable_put_product();
        put->set_request_id(id());
        *put->mutable_product() = ProductOf(rules, provider_id, product_id);
      }
    }
  }
  for (int64_t i = 0; i < enterprises * 2; ++i) {
    v1::BindCloudAccountRequest* bind = add()->mutable_bind_cloud_account();
    bind->set_request_id(id());
    bind->set_provider_id(kProviderIds[static_cast<size_t>(i / 2 + i) % 3]);
    bind->set_account_number(absl::StrCat("acct-", i));
    bind->set_uscc(Uscc(static_cast<uint64_t>(i / 2 + 1)));
  }
  return all;
}

}  // namespace voucher::simulation
