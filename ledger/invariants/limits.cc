#include "ledger/policy/limits.h"

#include <algorithm>
#include <optional>

#include "ledger/invariants/checker.h"
#include "ledger/machine/limit_refs.h"

namespace voucher::invariants {

namespace {

std::string LimitName(const tables::Limits::Key& key) {
  const auto& [program, kind, id, sub] = key;
  return absl::StrCat("limit ", CapName(static_cast<v1::LimitKind>(kind)), " ", id, "/", sub,
                      " of program ", program);
}

// The amount of a limit in the newest rules, or of a cluster's pool; nullopt if they state none.
std::optional<int64_t> LimitAmount(const tables::Limits::Key& key, const Checker& checker) {
  const auto& [program, kind, id, sub] = key;
  if (kind == v1::LIMIT_KIND_CLUSTER) {
    const rows::ClusterRow* cluster = checker.view.Find<tables::Clusters>({id});
    return cluster == nullptr ? 0 : cluster->pool_fen();
  }
  const rows::ProgramRow* row = checker.view.Find<tables::Programs>({program});
  const CompiledRules* rules =
      row == nullptr ? nullptr : checker.view.Find<tables::Revisions>({program, row->revision()});
  if (rules == nullptr) return std::nullopt;
  std::optional<int64_t> least;
  const auto lower = [&](int64_t amount_fen) {
    least = least ? std::min(*least, amount_fen) : amount_fen;
  };
  for (const v1::Cap& cap : rules->rules().caps()) {
    if (CapKind(cap.scope()) == kind) lower(cap.amount_fen());
  }
  if (kind == v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR) {
    const v1::Item* item = rules->FindItemByNumber(static_cast<uint32_t>(sub));
    if (item != nullptr && item->cap_fen() > 0 && item->cap_scope() != v1::CAP_SCOPE_PROJECT) {
      lower(item->cap_fen());
    }
  }
  for (const v1::Pool& pool : rules->rules().pools()) {
    const std::optional<v1::LimitRef> ref = PoolRef(checker.context, *rules, pool);
    if (ref && ref->kind() == kind && ref->id() == id && ref->sub() == sub) {
      lower(pool.amount_fen());
    }
  }
  return least;
}

}  // namespace

void CheckLimits(Checker* checker) {
  checker->view.Scan<tables::Limits>(
      {0, 0, 0, 0}, {kLastProgram, kLastKind, kLastId, kLastId},
      [&](const tables::Limits::Key& key, const rows::LimitRow& row) {
        const auto found = checker->limits.find(key);
        const UseBounds use = found == checker->limits.end() ? UseBounds{} : found->second;
        if (found != checker->limits.end()) checker->limits.erase(found);
        checker->Require(row.used_fen() >= use.least_fen && row.used_fen() <= use.most_fen,
                         LimitName(key), " has ", row.used_fen(),
                         " fen used, its applications add up to ", use.least_fen);
        const std::optional<int64_t> amount_fen = LimitAmount(key, *checker);
        checker->Require(!amount_fen || row.used_fen() <= *amount_fen, LimitName(key), " has ",
                         row.used_fen(), " fen used of ", amount_fen.value_or(0));
        return true;
      });
  for (const auto& [key, use] : checker->limits) {
    checker->Require(use.least_fen == 0, LimitName(key), " has no row, its applications add up to ",
                     use.least_fen);
  }
}

}  // namespace voucher::invariants
