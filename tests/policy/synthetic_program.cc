#include "tests/policy/synthetic_program.h"

#include "google/protobuf/text_format.h"

#include "ledger/base/check.h"

namespace voucher {
namespace {

constexpr char kProgram[] = R"pb(
  program_id: "synthetic-2023"
  title_zh: "试验计划"
  title_en: "Synthetic program"
  document: "Test 2023"
  time_zone: "Asia/Shanghai"
  fiscal_year: 2023
  window {
    first_day { year: 2023 month: 7 day: 31 }
    last_day { year: 2023 month: 12 day: 31 }
    clause: "Art. window"
  }
  eligibility {
    region { divisions: "420115" clause: "Art. region" }
    exclude_cloud_providers { clause: "Art. cloud" }
    industry {
      industries: INDUSTRY_INDUSTRIAL
      industries: INDUSTRY_SOFTWARE_IT
      clause: "Art. industry"
    }
    age { full_years: 1 clause: "Art. age" }
    no_other_funding { clause: "Art. funding" }
    incidents {
      kinds: INCIDENT_KIND_SAFETY
      minimum_severity: INCIDENT_SEVERITY_LARGER
      years: 3
      clause: "Art. accidents"
    }
    incidents {
      kinds: INCIDENT_KIND_ADMIN_SANCTION
      minimum_severity: INCIDENT_SEVERITY_GENERAL
      years: 3
      clause: "Art. sanctions"
    }
    listing { kinds: LISTING_KIND_ABNORMAL_OPERATION clause: "Art. listing" }
  }
  items {
    item_id: "new"
    number: 1
    title_zh: "新建"
    rate_bps: 3000
    revenue_tiers { minimum_revenue_fen: 100000000000 cap_fen: 100000000 }
    revenue_tiers { minimum_revenue_fen: 2000000000 cap_fen: 30000000 }
    revenue_tiers {
      minimum_revenue_fen: 1200000000
      cap_fen: 10000000
      industries: INDUSTRY_INDUSTRIAL
    }
    clause: "Art. new"
  }
  items {
    item_id: "renewal"
    number: 2
    title_zh: "续用"
    rate_bps: 5000
    cap_fen: 10000000
    eligibility {
      size {
        sizes: ENTERPRISE_SIZE_MICRO
        sizes: ENTERPRISE_SIZE_SMALL
        sizes: ENTERPRISE_SIZE_MEDIUM
        clause: "Art. size"
      }
      prior_year_project { clause: "Art. prior" }
    }
    evidence: DOCUMENT_KIND_CONTRACT
    evidence: DOCUMENT_KIND_PAYMENT_PROOF
    invoices_required: true
    clause: "Art. renewal"
  }
  items { item_id: "starter" number: 3 title_zh: "启动券" fixed_fen: 200000 clause: "Art. starter" }
  caps { scope: CAP_SCOPE_PROJECT amount_fen: 40000000 clause: "Art. project" }
  caps { scope: CAP_SCOPE_ENTERPRISE_YEAR amount_fen: 100000000 clause: "Art. year" }
  on_exhausted: ON_EXHAUSTED_REJECT
  budget_clause: "Art. budget"
  pools {
    scope: POOL_SCOPE_DIVISION
    key: "420100"
    amount_fen: 500000000
    on_exhausted: ON_EXHAUSTED_REJECT
    clause: "Art. division"
  }
  pools {
    scope: POOL_SCOPE_PROVIDER
    key: "acme"
    amount_fen: 300000000
    on_exhausted: ON_EXHAUSTED_REJECT
    clause: "Art. provider"
  }
  pools {
    scope: POOL_SCOPE_ITEM
    key: "renewal"
    amount_fen: 100000000
    on_exhausted: ON_EXHAUSTED_REJECT
    clause: "Art. item"
  }
  review_stages { stage_id: "DISTRICT" title_zh: "区审" clause: "Art. review" }
  delivery_modes: DELIVERY_MODE_REIMBURSEMENT
  delivery_modes: DELIVERY_MODE_CLOUD_CREDIT
  voucher_terms {
    expires_on { year: 2024 month: 2 day: 29 }
    redemption_grace_hours: 72
    transfer_answer_hours: 120
    clause: "Art. terms"
  }
  invoices_in_fiscal_year: true
  non_transferable_clause: "Art. transfer"
)pb";

}  // namespace

v1::ProgramRules SyntheticProgram() {
  v1::ProgramRules rules;
  VOUCHER_CHECK(google::protobuf::TextFormat::ParseFromString(kProgram, &rules));
  return rules;
}

v1::Enterprise EligibleEnterprise() {
  v1::Enterprise enterprise;
  v1::EnterpriseFacts* facts = enterprise.mutable_facts();
  facts->set_division("420115");
  facts->set_size(v1::ENTERPRISE_SIZE_SMALL);
  facts->set_industry(v1::INDUSTRY_INDUSTRIAL);
  *facts->mutable_registered_on() = Date(2020, 6, 1);
  facts->set_prior_year_revenue_fen(5'000'000'000);
  return enterprise;
}

v1::Project EligibleProject() {
  v1::Project project;
  project.set_completed_prior_year(true);
  return project;
}

Applicant ApplicantOf(const v1::Enterprise& enterprise) {
  return {enterprise.facts(), enterprise.records(), false, false};
}

v1::CivilDate Date(int year, int month, int day) {
  v1::CivilDate date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

}  // namespace voucher
