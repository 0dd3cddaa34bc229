#include "tests/simulation/comparison.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

#include "ledger/machine/grants.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/machine.h"
#include "ledger/machine/redemptions.h"
#include "tests/simulation/differences.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

void ComparePrograms(const View& view, const Model& model, Differences* differences) {
  for (uint32_t number = 1; number <= model.programs.size(); ++number) {
    const Program& program = model.programs[number - 1];
    const auto* row = view.Find<tables::Programs>({number});
    if (row == nullptr) return differences->Missing("program", number);
    differences->Equal("program state", number, program.state, static_cast<int>(row->state()));
    differences->Equal("revision", number, program.revisions.size(), row->revision());
    differences->Equal("queue number", number, program.queue_number, row->queue_number());
    differences->Equal("cutoff", number, EndOfDay(program.rules().window().last_day()),
                       row->cutoff_unix_ns());
  }
  for (uint32_t number = 1; number <= model.programs.size(); ++number) {
    const v1::ProgramRules& rules = model.programs[number - 1].rules();
    const Context context(view, v1::Authority::default_instance(), 0);
    const auto* row = view.Find<tables::Programs>({number});
    const auto* compiled = view.Find<tables::Revisions>({number, row->revision()});
    for (const v1::Pool& pool : rules.pools()) {
      const auto id = PoolId(context, *compiled, pool);
      differences->Equal(absl::StrCat("use of pool ", pool.key(), " of program"), number,
                         model.StandingInPool(number, pool),
                         id ? StandingInPool(view, number, *id) : 0);
    }
  }
}

// What stands of each enterprise in each program, which caps count.
void CompareStanding(const View& view, const Model& model, Differences* differences) {
  std::map<std::pair<uint32_t, uint64_t>, int64_t> sums;
  for (const Application& application : model.applications) {
    sums[{application.program, application.enterprise}] += application.standing_fen;
  }
  for (const auto& [key, fen] : sums) {
    differences->Equal(absl::StrCat("what stands in program ", key.first, " of enterprise"),
                       key.second, fen, StandingOf(view, key.first, key.second));
  }
}

// The application that the rows give a claim of the model, "[trial ]invoice KEY" or "[trial ]order
// PROVIDER NUMBER".
uint64_t ClaimedBy(const View& view, const Model& model, absl::string_view claim) {
  const uint8_t world = absl::ConsumePrefix(&claim, "trial ") ? 1 : 0;
  if (absl::ConsumePrefix(&claim, "invoice ")) {
    const auto* row = view.Find<tables::Invoices>({world, claim});
    return row != nullptr ? row->number() : 0;
  }
  absl::ConsumePrefix(&claim, "order ");
  const auto space = claim.find(' ');
  const uint64_t provider = model.ProviderNumber(std::string(claim.substr(0, space)));
  const auto* row = view.Find<tables::Orders>({world, provider, claim.substr(space + 1)});
  return row != nullptr ? row->application() : 0;
}

int64_t CountClaims(const View& view) {
  int64_t claims = 0;
  view.Scan<tables::Invoices>({0, ""}, {2, ""}, [&](const auto&, const rows::NumberRow&) {
    ++claims;
    return true;
  });
  view.Scan<tables::Orders>({0, 0, ""}, {2, 0, ""}, [&](const auto&, const rows::OrderRow& row) {
    if (row.application() != 0) ++claims;
    return true;
  });
  return claims;
}

void CompareApplications(const View& view, const Model& model, Differences* differences) {
  for (uint64_t number = 1; number <= model.applications.size(); ++number) {
    const Application& application = model.applications[number - 1];
    const auto* row = view.Find<tables::Applications>({number});
    if (row == nullptr) return differences->Missing("application", number);
    auto equal = [&](absl::string_view what, int64_t want, int64_t got) {
      differences->Equal(absl::StrCat(what, " of application"), number, want, got);
    };
    equal("program", application.program, row->program());
    equal("revision", static_cast<int64_t>(application.revision) + 1, row->revision());
    equal("queue number", static_cast<int64_t>(application.queue_number),
          static_cast<int64_t>(row->queue_number()));
    equal("enterprise", static_cast<int64_t>(application.enterprise),
          static_cast<int64_t>(row->enterprise()));
    equal("granted", application.granted_fen, row->granted_fen());
    equal("wanted", application.wanted_fen, row->wanted_fen());
    equal("approved", application.approved_fen, row->approved_fen());
    equal("standing", application.standing_fen, row->standing_fen());
    equal("score", application.score, row->score());
    const auto* notice = view.Find<tables::Notices>({row->notice()});
    equal("notice end", application.notice_ends, notice != nullptr ? notice->ends_unix_ns() : 0);
    equal("correction deadline", application.correction_due, row->correction_due_unix_ns());
    equal("project deadline", application.project_due, row->project_due_unix_ns());
    equal("state", application.state, row->state());
    equal("stages", application.stages_passed, row->stages_passed());
    equal("voucher", static_cast<int64_t>(application.voucher),
          static_cast<int64_t>(row->voucher()));
    equal("why it lapsed", application.lapse_reason, row->lapse_refusal().reason());
    equal("owed back", application.receivable_fen,
          BalanceFen(view, application.program, v1::ACCOUNT_KIND_RECEIVABLE, application.enterprise,
                     number));
    equal("recovered", application.recovered_fen, row->recovered_fen());
    equal("reclaimed", application.reclaimed ? 1 : 0, row->reclaimed() ? 1 : 0);
    equal("held", application.held_fen,
          BalanceFen(view, application.program, v1::ACCOUNT_KIND_HELD, number));
  }
  for (const auto& [claim, application] : model.claims) {
    differences->Equal(claim, 0, application, ClaimedBy(view, model, claim));
  }
  differences->Equal(
      "claims of evidence", 0,
      absl::c_count_if(model.claims, [](const auto& claim) { return claim.second != 0; }),
      CountClaims(view));
}

void CompareVouchers(const View& view, const Model& model, Differences* differences) {
  for (uint64_t number = 1; number <= model.vouchers.size(); ++number) {
    const Voucher& voucher = model.vouchers[number - 1];
    const uint32_t program = model.applications[voucher.application - 1].program;
    const auto* row = view.Find<tables::Vouchers>({number});
    if (row == nullptr) return differences->Missing("voucher", number);
    auto equal = [&](absl::string_view what, int64_t want, int64_t got) {
      differences->Equal(absl::StrCat(what, " of voucher"), number, want, got);
    };
    int64_t credit = 0;
    for (const auto& [account, fen] : voucher.credit_fen) {
      credit += fen;
      equal("credit", fen, BalanceFen(view, program, v1::ACCOUNT_KIND_CREDIT, account, number));
    }
    equal("approved", voucher.approved_fen, row->approved_fen());
    equal("available", voucher.available_fen, row->available_fen());
    equal("balance", voucher.available_fen,
          BalanceFen(view, program, v1::ACCOUNT_KIND_VOUCHER, number));
    equal("transit", voucher.transit_fen, row->in_transit_fen());
    equal("credit", credit, row->credit_fen());
    equal("redeemed", voucher.redeemed_fen, row->redeemed_fen());
    equal("released", voucher.released_fen, row->released_fen());
    for (const auto& claim : row->claims()) {
      const auto known = voucher.claims.find(claim.provider());
      const Claim want = known != voucher.claims.end() ? known->second : Claim{};
      equal("claim", want.fen, claim.fen());
      if (want.fen > 0) equal("month of the claim", want.month, claim.month());
    }
    equal("claims",
          absl::c_count_if(voucher.claims, [](const auto& claim) { return claim.second.fen != 0; }),
          absl::c_count_if(row->claims(), [](const auto& claim) { return claim.fen() != 0; }));
    equal("state", voucher.state, row->state());
    equal("expiry", voucher.expires, row->expires_unix_ns());
    equal("lapse", voucher.lapses, row->lapses_unix_ns());
    equal("sum", voucher.approved_fen,
          voucher.available_fen + voucher.transit_fen + credit + voucher.redeemed_fen +
              voucher.released_fen);
  }
}

void CompareTransfers(const View& view, const Model& model, Differences* differences) {
  for (uint64_t number = 1; number <= model.transfers.size(); ++number) {
    const Transfer& transfer = model.transfers[number - 1];
    const auto* row = view.Find<tables::Transfers>({number});
    if (row == nullptr) return differences->Missing("transfer", number);
    differences->Equal("transfer state", number, transfer.state, static_cast<int>(row->state()));
    differences->Equal("transfer amount", number, transfer.amount_fen, row->amount_fen());
    differences->Equal("transfer answer", number, transfer.answer_due, row->answer_due_unix_ns());
    differences->Equal("transit", number, IsOpen(transfer) ? transfer.amount_fen : 0,
                       BalanceFen(view, row->program(), v1::ACCOUNT_KIND_TRANSIT, number));
  }
  for (uint64_t number = 1; number <= model.accounts.size(); ++number) {
    const Account& account = model.accounts[number - 1];
    const auto* row = view.Find<tables::CloudAccounts>({number});
    if (row == nullptr) return differences->Missing("account", number);
    // Voucher, time of the confirmation and amount of each lot.
    std::vector<std::string> lots, row_lots, lapsed, row_lapsed;
    for (const auto& lot : account.lots) {
      for (const auto& [at, fen] : model.vouchers[lot.second - 1].confirmed_fen.at(number)) {
        lots.push_back(absl::StrCat(lot.second, "/", at, "/", fen));
      }
    }
    for (const auto& lot : row->credits()) {
      row_lots.push_back(
          absl::StrCat(lot.voucher(), "/", lot.credited_unix_ns(), "/", lot.amount_fen()));
    }
    differences->Equal("lots of account", number, absl::StrJoin(lots, ","),
                       absl::StrJoin(row_lots, ","));
    for (const auto& [voucher, fen] : account.lapsed_fen) {
      lapsed.push_back(absl::StrCat(voucher, "/", fen));
    }
    for (const auto& lot : row->lapsed()) {
      row_lapsed.push_back(absl::StrCat(lot.voucher(), "/", lot.amount_fen()));
    }
    std::sort(lapsed.begin(), lapsed.end());
    std::sort(row_lapsed.begin(), row_lapsed.end());
    differences->Equal("lapsed in account", number, absl::StrJoin(lapsed, ","),
                       absl::StrJoin(row_lapsed, ","));
    differences->Equal("owner of account", number, account.enterprise, row->enterprise());
  }
}

void CompareRedemptions(const View& view, const testing::EntryBook& entries, const Model& model,
                        Differences* differences) {
  for (const Redemption& redemption : model.redemptions) {
    const rows::ReversalRow* reversal = view.Find<tables::Reversals>({redemption.id});
    differences->Equal("redemption state", redemption.id, redemption.state,
                       static_cast<int>(StateOf(reversal)));
    const auto draws = DrawsOf(*entries.Find(redemption.id), reversal);
    differences->Equal("draws", redemption.id, static_cast<int>(redemption.draws.size()),
                       draws.size());
    for (int i = 0; i < draws.size(); ++i) {
      const Draw& draw = redemption.draws[static_cast<size_t>(i)];
      differences->Equal("draw", redemption.id, draw.voucher, draws[i].voucher_id());
      differences->Equal("draw", redemption.id, draw.amount_fen, draws[i].amount_fen());
      differences->Equal("draw reversed", redemption.id, draw.reversed_fen,
                         draws[i].reversed_fen());
    }
  }
}

void CompareBaskets(const View& view, const Model& model, Differences* differences) {
  for (const auto& [key, fen] : model.basket_fen) {
    const auto& [program, enterprise, category] = key;
    const auto* row = view.Find<tables::Baskets>({program, enterprise});
    int64_t got = 0;
    for (int i = 0; row != nullptr && i < row->categories_size(); ++i) {
      if (row->categories(i).category() == category) got = row->categories(i).fen();
    }
    differences->Equal("basket of enterprise", enterprise, fen, got);
  }
  int64_t categories = 0;
  view.Scan<tables::Baskets>({0, 0}, {std::numeric_limits<uint32_t>::max(), 0},
                             [&](const auto&, const rows::BasketRow& row) {
                               categories += absl::c_count_if(
                                   row.categories(), [](const auto& c) { return c.fen() != 0; });
                               return true;
                             });
  differences->Equal(
      "categories in baskets", 0,
      absl::c_count_if(model.basket_fen, [](const auto& bought) { return bought.second != 0; }),
      categories);
}

void CompareClusters(const View& view, const Model& model, Differences* differences) {
  for (uint64_t number = 1; number <= model.clusters.size(); ++number) {
    const Cluster& cluster = model.clusters[number - 1];
    const auto* row = view.Find<tables::Clusters>({number});
    if (row == nullptr) return differences->Missing("cluster", number);
    differences->Equal("state of cluster", number, cluster.state, static_cast<int>(row->state()));
    differences->Equal("score of cluster", number, cluster.score, row->score());
    differences->Equal("pool of cluster", number, cluster.pool_fen, row->pool_fen());
    differences->Equal("members of cluster", number, absl::StrJoin(cluster.members, ","),
                       absl::StrJoin(row->members(), ","));
  }
}

void CompareTimers(const View& view, const Model& model, Differences* differences) {
  const auto pending = TimersDue(view, std::numeric_limits<int64_t>::max(), SIZE_MAX);
  std::set<Timer> timers;
  for (const v1::TimerDue& timer : pending) {
    timers.insert({timer.due_unix_ns(), timer.kind(), timer.id()});
  }
  differences->Equal("timers", 0, model.timers.size(), timers.size());
  for (const Timer& timer : model.timers) {
    if (timers.count(timer) == 0) differences->Missing("timer of", std::get<2>(timer));
  }
}

// What the model counted on the way against what its parts hold.
void CompareModelWithItself(const Model& model, Differences* differences) {
  std::vector<std::array<int64_t, v1::AccountKind_ARRAYSIZE>> sums(model.programs.size());
  for (const Application& application : model.applications) {
    sums[application.program - 1][v1::ACCOUNT_KIND_HELD] += application.held_fen;
  }
  for (const Voucher& voucher : model.vouchers) {
    auto& sum = sums[model.applications[voucher.application - 1].program - 1];
    sum[v1::ACCOUNT_KIND_VOUCHER] += voucher.available_fen;
    sum[v1::ACCOUNT_KIND_TRANSIT] += voucher.transit_fen;
    for (const auto& credit : voucher.credit_fen) {
      sum[v1::ACCOUNT_KIND_CREDIT] += credit.second;
    }
  }
  for (const auto& [key, fen] : model.payable_fen) {
    sums[std::get<0>(key) - 1][static_cast<size_t>(std::get<1>(key))] += fen;
  }
  for (const Statement& statement : model.statements) {
    sums[std::get<0>(statement.party) - 1][v1::ACCOUNT_KIND_DUE] +=
        statement.due_fen - statement.paid_fen;
  }
  for (const auto& [key, fen] : model.receivable_fen) {
    sums[key.second - 1][v1::ACCOUNT_KIND_RECEIVABLE] += fen;
  }
  for (size_t i = 0; i < sums.size(); ++i) {
    int64_t all = 0;
    for (const int64_t fen : model.programs[i].total_fen) all += fen;
    differences->Equal("money of program", i + 1, 0, all);
    for (const int kind :
         {v1::ACCOUNT_KIND_HELD, v1::ACCOUNT_KIND_VOUCHER, v1::ACCOUNT_KIND_TRANSIT,
          v1::ACCOUNT_KIND_CREDIT, v1::ACCOUNT_KIND_PAYABLE_PROVIDER,
          v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, v1::ACCOUNT_KIND_DUE, v1::ACCOUNT_KIND_RECEIVABLE}) {
      const auto k = static_cast<size_t>(kind);
      differences->Equal(absl::StrCat("model's own total of class ", kind), i + 1, sums[i][k],
                         model.programs[i].total_fen[k]);
    }
  }
}

}  // namespace

std::vector<std::string> CompareTotals(const View& view, const Model& model) {
  Differences differences;
  for (uint32_t number = 1; number <= model.programs.size(); ++number) {
    const auto* row = view.Find<tables::Totals>({number});
    for (int kind = 1; kind < v1::AccountKind_ARRAYSIZE; ++kind) {
      const int64_t fen = row != nullptr && kind < row->class_fen_size() ? row->class_fen(kind) : 0;
      const int64_t expected = model.programs[number - 1].total_fen[static_cast<size_t>(kind)];
      if (fen != expected) {
        differences.Equal(v1::AccountKind_Name(static_cast<v1::AccountKind>(kind)), number,
                          expected, fen);
      }
    }
  }
  return std::move(differences).Take();
}

std::vector<std::string> CompareAll(const View& view, const testing::EntryBook& entries,
                                    const Model& model) {
  Differences differences;
  CompareModelWithItself(model, &differences);
  ComparePrograms(view, model, &differences);
  CompareApplications(view, model, &differences);
  CompareStanding(view, model, &differences);
  CompareVouchers(view, model, &differences);
  CompareTransfers(view, model, &differences);
  CompareRedemptions(view, entries, model, &differences);
  CompareBaskets(view, model, &differences);
  CompareSettlement(view, model, &differences);
  CompareWaitlists(view, model, &differences);
  CompareClusters(view, model, &differences);
  CompareTimers(view, model, &differences);
  return std::move(differences).Take();
}

}  // namespace voucher::simulation
