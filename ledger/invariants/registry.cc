#include "ledger/invariants/checker.h"

namespace voucher::invariants {

void CheckRegistry(Checker* checker) {
  checker->Numbered<tables::Enterprises>(
      "enterprise", checker->counters.enterprise(),
      [&](uint64_t number, const rows::EnterpriseRow& row) {
        checker->Require(
            checker->NumberOf<tables::EnterpriseNumbers>({row.facts().uscc()}) == number,
            "enterprise ", number, " is not found by its USCC ", row.facts().uscc());
        for (const std::string& former : row.former_usccs()) {
          checker->Require(checker->NumberOf<tables::EnterpriseNumbers>({former}) == number,
                           "enterprise ", number, " is not found by its former USCC ", former);
        }
      });
  checker->Numbered<tables::Providers>(
      "provider", checker->counters.provider(), [&](uint64_t number, const rows::ProviderRow& row) {
        checker->Require(checker->NumberOf<tables::ProviderNumbers>({row.provider_id()}) == number,
                         "provider ", number, " is not found by its name ", row.provider_id());
      });
  const uint64_t projects = checker->CountRows<tables::ProjectNumbers>({0, ""}, {kLastId, ""});
  checker->Require(projects == checker->counters.project(), projects,
                   " projects, the counter says ", checker->counters.project());
}

}  // namespace voucher::invariants
