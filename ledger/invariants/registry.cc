#include "ledger/invariants/checker.h"
#include "ledger/policy/enterprise_records.h"

namespace voucher::invariants {
namespace {

void CheckRecords(uint64_t enterprise, const EnterpriseRecords& records, Checker* checker) {
  uint64_t before = 0;
  for (const v1::EnterpriseRecord& record : records) {
    const uint64_t sequence = record.sequence();
    checker->Require(sequence > before && sequence <= checker->counters.sequence(), "enterprise ",
                     enterprise, " has a record of entry ", sequence, " after that of ", before);
    before = sequence;
    checker->Require(record.record_case() != v1::EnterpriseRecord::RECORD_NOT_SET &&
                         (!record.has_listing() || record.listing().has_from()) &&
                         (!record.has_blacklisting() || record.blacklisting().has_from()),
                     "enterprise ", enterprise, " has a record of entry ", sequence,
                     " that does not say what it is and when it begins");
  }
}

// Each approval begins on a day of its own.
void CheckApprovals(const v1::Product& product, Checker* checker) {
  absl::btree_set<CivilDay> days = {*FromCivilDate(product.effective_from())};
  for (const v1::Approval& earlier : product.earlier()) {
    checker->Require(days.insert(*FromCivilDate(earlier.effective_from())).second, "product ",
                     product.provider_id(), "/", product.product_id(), " of ", product.program_id(),
                     " has two approvals from ", earlier.effective_from().ShortDebugString());
  }
}

// The ends of notices are listed as the notices say.
void CheckNoticeEnds(Checker* checker) {
  uint64_t notices = 0;
  checker->view.Scan<tables::Notices>(
      {0}, {kLastId}, [&](const tables::Notices::Key& key, const rows::NoticeRow& row) {
        const uint64_t id = std::get<0>(key);
        ++notices;
        checker->Require(
            checker->view.Find<tables::NoticeEnds>({row.ends_unix_ns(), id}) != nullptr, "notice ",
            id, " is not found by its end");
        return true;
      });
  const uint64_t ends = checker->CountRows<tables::NoticeEnds>(
      {std::numeric_limits<int64_t>::min(), 0}, {std::numeric_limits<int64_t>::max(), kLastId});
  checker->Require(ends == notices, ends, " ends of ", notices, " notices");
}

}  // namespace

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
        CheckRecords(number, row.records(), checker);
      });
  checker->Numbered<tables::Providers>(
      "provider", checker->counters.provider(), [&](uint64_t number, const rows::ProviderRow& row) {
        checker->Require(checker->NumberOf<tables::ProviderNumbers>({row.provider_id()}) == number,
                         "provider ", number, " is not found by its name ", row.provider_id());
      });
  checker->view.Scan<tables::Products>({0, 0, ""}, {kLastProgram, 0, ""},
                                       [&](const auto&, const rows::ProductRow& row) {
                                         CheckApprovals(row.product(), checker);
                                         return true;
                                       });
  CheckNoticeEnds(checker);
}

}  // namespace voucher::invariants
