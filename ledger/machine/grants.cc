#include "ledger/machine/grants.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "ledger/base/division.h"
#include "ledger/base/money.h"
#include "ledger/base/proto_enum.h"
#include "ledger/base/text.h"
#include "ledger/machine/accounts.h"
#include "ledger/machine/postings.h"

namespace voucher {
namespace {

using EnterpriseGrant = rows::EnterpriseGrantsRow::Grants;
using ProgramGrant = rows::ProgramGrantsRow::Grants;

template <class Counts>
int64_t SumOf(const View& view, uint32_t program, uint64_t enterprise, Counts counts) {
  const auto* row = view.Find<tables::EnterpriseGrants>({program, enterprise});
  int64_t sum_fen = 0;
  if (row == nullptr) return sum_fen;
  for (const EnterpriseGrant& grant : row->grants()) {
    if (counts(grant)) sum_fen = CheckedAddFen(sum_fen, grant.fen());
  }
  return sum_fen;
}

// Adds to the element of `list` that stands for `key`, in order; nothing left of it takes it away.
template <class List, class KeyOf, class Key, class Name>
void AddTo(List* list, KeyOf key_of, const Key& key, int64_t delta_fen, Name name) {
  auto place = std::lower_bound(list->begin(), list->end(), key,
                                [&](const auto& grant, const Key& k) { return key_of(grant) < k; });
  if (place == list->end() || key_of(*place) != key) {
    const auto index = place - list->begin();
    name(list->Add());
    std::rotate(list->begin() + index, list->end() - 1, list->end());
    place = list->begin() + index;
  }
  place->set_fen(CheckedAddFen(place->fen(), delta_fen));
  VOUCHER_CHECK(place->fen() >= 0) << "a limit would count " << place->fen() << " fen";
  if (place->fen() == 0) list->erase(place);
}

int64_t TotalOf(const rows::EnterpriseGrantsRow& row) {
  int64_t total_fen = 0;
  for (const EnterpriseGrant& grant : row.grants()) {
    total_fen = CheckedAddFen(total_fen, grant.fen());
  }
  return total_fen;
}

void CountForEnterprise(const rows::ApplicationRow& application, int64_t delta_fen,
                        EditableRows* rows) {
  const auto key_of = [](const EnterpriseGrant& grant) {
    return std::make_tuple(grant.item(), absl::string_view(grant.project_id()), grant.cluster());
  };
  const std::string project_id = ProjectKey(application.project_id());
  const uint32_t program = application.program();
  const uint64_t enterprise = application.enterprise();
  auto& row = rows->Edit<tables::EnterpriseGrants>({program, enterprise});
  const int64_t before_fen = TotalOf(row);
  AddTo(row.mutable_grants(), key_of,
        std::make_tuple(application.item(), absl::string_view(project_id), application.cluster()),
        delta_fen, [&](EnterpriseGrant* added) {
          added->set_item(application.item());
          added->set_project_id(project_id);
          added->set_cluster(application.cluster());
        });
  const int64_t after_fen = CheckedAddFen(before_fen, delta_fen);
  if (before_fen > 0) rows->Erase<tables::EnterprisesByGrants>({program, -before_fen, enterprise});
  if (after_fen > 0) rows->Put<tables::EnterprisesByGrants>({program, -after_fen, enterprise}, {});
}

// The application whose money an account holds; 0 if none.
uint64_t ApplicationOf(const View& view, const v1::AccountRef& ref) {
  switch (ref.kind()) {
    case v1::ACCOUNT_KIND_HELD:
      return ref.id();
    case v1::ACCOUNT_KIND_VOUCHER:
      return view.Find<tables::Vouchers>({ref.id()})->application();
    case v1::ACCOUNT_KIND_CREDIT:
      return view.Find<tables::Vouchers>({ref.sub()})->application();
    case v1::ACCOUNT_KIND_TRANSIT: {
      const uint64_t voucher = view.Find<tables::Transfers>({ref.id()})->voucher();
      return view.Find<tables::Vouchers>({voucher})->application();
    }
    case v1::ACCOUNT_KIND_PAYABLE_PROVIDER:
    case v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE:
      return ref.sub();
    case v1::ACCOUNT_KIND_UNSPECIFIED:
    case v1::ACCOUNT_KIND_TREASURY:
    case v1::ACCOUNT_KIND_BUDGET:
    case v1::ACCOUNT_KIND_RETURNED:
    case v1::ACCOUNT_KIND_DUE:
    case v1::ACCOUNT_KIND_PAID:
    case v1::ACCOUNT_KIND_RECEIVABLE:
    case v1::ACCOUNT_KIND_RECOVERY:
      VOUCHER_PROTO_SENTINELS(v1::AccountKind)
      break;
  }
  return 0;
}

template <class List, class Counts>
int64_t SumIn(const List& list, Counts counts) {
  int64_t sum_fen = 0;
  for (const ProgramGrant& grant : list) {
    if (counts(grant.id())) sum_fen = CheckedAddFen(sum_fen, grant.fen());
  }
  return sum_fen;
}

}  // namespace

int64_t StandingOf(const View& view, uint32_t program, uint64_t enterprise) {
  const auto* row = view.Find<tables::EnterpriseGrants>({program, enterprise});
  return row != nullptr ? TotalOf(*row) : 0;
}

int64_t StandingOfItem(const View& view, uint32_t program, uint64_t enterprise, uint32_t item) {
  return SumOf(view, program, enterprise,
               [&](const EnterpriseGrant& grant) { return grant.item() == item; });
}

int64_t StandingOfProject(const View& view, uint32_t program, uint64_t enterprise,
                          absl::string_view project_id) {
  return SumOf(view, program, enterprise,
               [&](const EnterpriseGrant& grant) { return grant.project_id() == project_id; });
}

int64_t StandingInCluster(const View& view, uint32_t program, uint64_t enterprise,
                          uint64_t cluster) {
  return SumOf(view, program, enterprise,
               [&](const EnterpriseGrant& grant) { return grant.cluster() == cluster; });
}

int64_t StandingInPool(const View& view, uint32_t program, const LimitId& pool) {
  const auto* row = view.Find<tables::ProgramGrants>({program});
  return row != nullptr ? StandingInPool(*row, pool) : 0;
}

int64_t StandingInPool(const rows::ProgramGrantsRow& grants, const LimitId& pool) {
  const auto same = [&](uint64_t id) { return id == pool.id; };
  switch (pool.kind) {
    case v1::LIMIT_KIND_DIVISION:
      return SumIn(grants.divisions(), [&](uint64_t division) {
        return DivisionCovers(static_cast<uint32_t>(pool.id), static_cast<uint32_t>(division));
      });
    case v1::LIMIT_KIND_PROVIDER:
      return SumIn(grants.providers(), same);
    case v1::LIMIT_KIND_ITEM:
      return SumIn(grants.items(), same);
    case v1::LIMIT_KIND_CLUSTER:
      return SumIn(grants.clusters(), same);
    case v1::LIMIT_KIND_UNSPECIFIED:
    case v1::LIMIT_KIND_ENTERPRISE_YEAR:
    case v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR:
    case v1::LIMIT_KIND_PROJECT:
    case v1::LIMIT_KIND_CLUSTER_MEMBER:
      VOUCHER_PROTO_SENTINELS(v1::LimitKind)
      break;
  }
  VOUCHER_CHECK(false) << "no pool: limit kind " << pool.kind;
  return 0;
}

int64_t StandingUnderCap(const View& view, uint32_t program, v1::LimitKind kind,
                         uint64_t enterprise, uint32_t item, absl::string_view project_id) {
  switch (kind) {
    case v1::LIMIT_KIND_ENTERPRISE_YEAR:
      return StandingOf(view, program, enterprise);
    case v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR:
      return StandingOfItem(view, program, enterprise, item);
    case v1::LIMIT_KIND_PROJECT:
      return StandingOfProject(view, program, enterprise, project_id);
    case v1::LIMIT_KIND_UNSPECIFIED:
    case v1::LIMIT_KIND_DIVISION:
    case v1::LIMIT_KIND_PROVIDER:
    case v1::LIMIT_KIND_ITEM:
    case v1::LIMIT_KIND_CLUSTER:
    case v1::LIMIT_KIND_CLUSTER_MEMBER:
      VOUCHER_PROTO_SENTINELS(v1::LimitKind)
      break;
  }
  VOUCHER_CHECK(false) << "no cap of the rules: limit kind " << kind;
  return 0;
}

absl::btree_map<uint64_t, int64_t> GrantChanges(const View& view, const v1::Entry& entry) {
  absl::btree_map<uint64_t, int64_t> changed_fen;
  for (const v1::Posting& posting : entry.event().postings()) {
    const bool grants = posting.from().kind() == v1::ACCOUNT_KIND_BUDGET;
    const bool gives_back = posting.to().kind() == v1::ACCOUNT_KIND_BUDGET;
    if (!grants && !gives_back) continue;
    const uint64_t application = ApplicationOf(view, grants ? posting.to() : posting.from());
    if (application == 0) continue;
    int64_t& fen = changed_fen[application];
    fen = CheckedAddFen(fen, grants ? posting.amount_fen() : -posting.amount_fen());
  }
  return changed_fen;
}

void CountInPools(const rows::ApplicationRow& application, int64_t delta_fen,
                  rows::ProgramGrantsRow* grants) {
  const auto add = [&](auto* list, uint64_t id) {
    AddTo(
        list, [](const ProgramGrant& grant) { return grant.id(); }, id, delta_fen,
        [&](ProgramGrant* added) { added->set_id(id); });
  };
  add(grants->mutable_divisions(), application.division());
  for (const uint64_t provider : application.providers())
    add(grants->mutable_providers(), provider);
  add(grants->mutable_items(), application.item());
  if (application.cluster() != 0) add(grants->mutable_clusters(), application.cluster());
}

void CountGrants(const v1::Entry& entry, EditableRows* rows) {
  for (const auto& [id, delta_fen] : GrantChanges(*rows, entry)) {
    if (delta_fen == 0) continue;
    rows::ApplicationRow& application = rows->Edit<tables::Applications>({id});
    application.set_standing_fen(CheckedAddFen(application.standing_fen(), delta_fen));
    CountForEnterprise(application, delta_fen, rows);
    CountInPools(application, delta_fen,
                 &rows->Edit<tables::ProgramGrants>({application.program()}));
  }
}

void HoldOnScratch(uint32_t program, uint64_t application, int64_t fen, EditableRows* scratch) {
  v1::Entry grant;
  grant.set_program(program);
  Post(BudgetAccount(), Held(application), fen, grant.mutable_event());
  ApplyPostings(grant, scratch);
  CountGrants(grant, scratch);
}

}  // namespace voucher
