// A program that uses every kind of rule, for tests.
#pragma once

#include "ledger/policy/eligibility.h"
#include "voucher/v1/program.pb.h"
#include "voucher/v1/registry.pb.h"

namespace voucher {

// Program "synthetic-2023", window 2023-07-31 to 2023-12-31, region 420115, industry INDUSTRIAL or
// SOFTWARE_IT, at least 1 full year old, no other funding; SAFETY at LARGER and ADMIN_SANCTION at
// GENERAL block for 3 years; ABNORMAL_OPERATION blocks. Item "new" (number 1): 30 %, revenue tiers
// ≥ 1,000,000,000 yuan → 1,000,000 and ≥ 20,000,000 → 300,000, ≥ 12,000,000 → 100,000 for
// INDUSTRIAL only. Item "renewal" (2): 50 %, at most 100,000, project completed in the year before,
// not LARGE. Item "starter" (3): fixed 2,000. Caps: enterprise 1,000,000 a year, project 400,000.
// Pools: DIVISION 420100, PROVIDER acme, ITEM renewal.
v1::ProgramRules SyntheticProgram();

// An enterprise that meets all of it: 420115, SMALL, INDUSTRIAL, registered 2020-06-01, revenue
// 50,000,000 yuan, nothing on record.
v1::Enterprise EligibleEnterprise();

// A project that meets all of it: completed in the year before, no other funding.
v1::Project EligibleProject();

// The enterprise as the policy reads it; valid as long as the enterprise.
Applicant ApplicantOf(const v1::Enterprise& enterprise);

// A date.
v1::CivilDate Date(int year, int month, int day);

}  // namespace voucher
