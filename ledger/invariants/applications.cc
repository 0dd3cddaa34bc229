#include "ledger/machine/applications.h"

#include "ledger/base/text.h"
#include "ledger/invariants/checker.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/waitlist_index.h"
#include "ledger/machine/worlds.h"
#include "ledger/policy/limits.h"

namespace voucher::invariants {

namespace {

// What the applications say of the tables that list them.
struct Listed {
  // By (program, state).
  absl::btree_map<std::pair<uint32_t, int>, uint64_t> states;
  uint64_t invoices = 0;
  uint64_t orders = 0;
  uint64_t on_waitlists = 0;
  uint64_t scored = 0;
};

// Of what was redeemed of a voucher: what providers lost with the project.
int64_t UnsettledOf(const rows::VoucherRow& voucher) {
  int64_t claimed_fen = 0;
  for (const rows::ProviderClaimRow& claim : voucher.claims()) {
    claimed_fen = Plus(claimed_fen, claim.fen());
  }
  return Minus(voucher.redeemed_fen(), claimed_fen);
}

// True once it was approved: what was granted counts as far as it did not go back.
bool WasApproved(v1::ApplicationState state) {
  return state == v1::APPLICATION_STATE_APPROVED || state == v1::APPLICATION_STATE_ACCEPTED ||
         state == v1::APPLICATION_STATE_SETTLED || state == v1::APPLICATION_STATE_SUPERSEDED ||
         state == v1::APPLICATION_STATE_TERMINATED;
}

void CheckMoney(uint64_t id, const rows::ApplicationRow& row, Checker* checker) {
  checker->Require(row.approved_fen() >= 0 && row.approved_fen() <= row.granted_fen(),
                   "application ", id, " was granted ", row.granted_fen(), " and approved with ",
                   row.approved_fen(), " fen");
  const bool wanting = row.state() == v1::APPLICATION_STATE_WAITLISTED ||
                       row.state() == v1::APPLICATION_STATE_COLLECTED ||
                       row.state() == v1::APPLICATION_STATE_SCORED;
  checker->Require(
      wanting ? row.granted_fen() == 0 && row.wanted_fen() > 0
              : row.granted_fen() > 0 || !(HoldsMoney(row.state()) || WasApproved(row.state())),
      "application ", id, " is ", StateName(row.state()), " with ", row.granted_fen(),
      " fen granted and ", row.wanted_fen(), " fen wanted");
  if (HoldsMoney(row.state())) {
    checker->Expect(row.program(), v1::ACCOUNT_KIND_HELD, id, 0, row.granted_fen());
  }
}

// Whether an acceptance can come for what waits of a replaced grant: that of a grant of its project
// which a highest-only rule judged and whose own acceptance gates settlement.
bool IsAwaited(uint64_t id, const rows::ApplicationRow& row, Checker* checker) {
  bool awaited = false;
  const View& view = checker->view;
  view.Scan<tables::ApplicationsByEnterprise>(
      {row.enterprise(), 0}, {row.enterprise() + 1, 0},
      [&](const tables::ApplicationsByEnterprise::Key& key, const rows::PresentRow&) {
        const uint64_t other_id = std::get<1>(key);
        const rows::ApplicationRow* other = view.Find<tables::Applications>({other_id});
        if (other == nullptr || WorldOfNumber(other_id) != WorldOfNumber(id) ||
            other->state() != v1::APPLICATION_STATE_APPROVED ||
            ProjectKey(other->project_id()) != ProjectKey(row.project_id())) {
          return true;
        }
        const CompiledRules* rules =
            view.Find<tables::Revisions>({other->program(), other->revision()});
        awaited = rules != nullptr && rules->rules().has_highest_only() &&
                  rules->rules().acceptance().gates_settlement();
        return !awaited;
      });
  return awaited;
}

// What waits of a replaced grant waits for a grant that can still be accepted, or end: only by its
// own rules anything waited, and no way out of APPROVED leaves it behind.
void CheckReplaced(uint64_t id, const rows::ApplicationRow& row, Checker* checker) {
  if (row.state() != v1::APPLICATION_STATE_SUPERSEDED) return;
  const View& view = checker->view;
  int64_t waiting_fen = BalanceOf(view, row.program(), PayableToEnterprise(row.enterprise(), id));
  if (const rows::VoucherRow* voucher = view.Find<tables::Vouchers>({row.voucher()})) {
    for (const rows::ProviderClaimRow& claim : voucher->claims()) {
      waiting_fen = Plus(waiting_fen,
                         BalanceOf(view, row.program(), PayableToProvider(claim.provider(), id)));
    }
  }
  if (waiting_fen == 0) return;
  const CompiledRules* rules = view.Find<tables::Revisions>({row.program(), row.revision()});
  checker->Require(rules != nullptr && rules->rules().acceptance().gates_settlement() &&
                       IsAwaited(id, row, checker),
                   "application ", id, " was replaced and ", waiting_fen,
                   " fen of it wait for the acceptance of no grant of its project");
}

// A reimbursement waits for acceptance, its own or that of the grant that replaced it, or is unpaid
// or stated, and nothing of it is lost but what went back when the project ended, or was accepted
// at a lower cost. What waits of a replaced one is all of it.
void CheckReimbursement(uint64_t id, const rows::ApplicationRow& row, Checker* checker) {
  if (row.delivery_mode() == v1::DELIVERY_MODE_CLOUD_CREDIT || !WasApproved(row.state())) return;
  const bool waits =
      row.state() == v1::APPLICATION_STATE_SUPERSEDED &&
      BalanceOf(checker->view, row.program(), PayableToEnterprise(row.enterprise(), id)) != 0;
  const bool gated = waits || (row.state() == v1::APPLICATION_STATE_APPROVED &&
                               GatedBy(checker->view, id, row) != 0);
  if (gated) {
    checker->Expect(row.program(), v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, row.enterprise(), id,
                    row.approved_fen());
  }
  const rows::UnpaidRow* unpaid =
      checker->view.Find<tables::UnpaidApplications>({row.program(), row.enterprise(), id});
  const int64_t sum_fen = Plus(unpaid == nullptr ? 0 : unpaid->fen(), row.stated_fen());
  const int64_t owed_fen = gated ? 0 : row.approved_fen();
  const bool whole = row.state() == v1::APPLICATION_STATE_APPROVED;
  checker->Require(sum_fen == owed_fen || (!whole && sum_fen >= 0 && sum_fen < owed_fen),
                   "application ", id, " has ", sum_fen, " fen unpaid or on statements, of ",
                   owed_fen);
}

void CheckClaimsOf(uint64_t id, const rows::ApplicationRow& row, Checker* checker, Listed* listed) {
  for (const std::string& invoice : row.invoice_keys()) {
    const uint64_t claimer = checker->NumberOf<tables::Invoices>({Key(WorldOfNumber(id)), invoice});
    const bool claimed = claimer == id;
    if (claimed) ++listed->invoices;
    checker->Require(
        claimed == HoldsEvidence(row), "invoice ", invoice,
        claimed ? " is still claimed by application " : " is not claimed by application ", id);
  }
  for (const rows::BilledOrderRow& billed : row.orders()) {
    const rows::OrderRow* order = checker->view.Find<tables::Orders>(
        {Key(WorldOfNumber(id)), billed.provider(), billed.order_number()});
    const bool claimed = order != nullptr && order->application() == id;
    if (claimed) ++listed->orders;
    checker->Require(
        claimed == HoldsEvidence(row), "order ", billed.order_number(),
        claimed ? " is still claimed by application " : " is not claimed by application ", id);
  }
}

void CheckLists(uint64_t id, const rows::ApplicationRow& row, Checker* checker, Listed* listed) {
  if (row.state() == v1::APPLICATION_STATE_WAITLISTED) {
    for (const LimitId& list : ListsOf(row)) {
      ++listed->on_waitlists;
      checker->Require(checker->NumberOf<tables::Waitlist>(
                           WaitlistKey(row.program(), list, row.queue_number())) == id,
                       "application ", id, " is not on the waitlist of ", CapName(list.kind), " ",
                       list.id, "/", list.sub);
    }
  }
  if (row.state() == v1::APPLICATION_STATE_SCORED) {
    ++listed->scored;
    checker->Require(
        checker->view.Find<tables::ScoredApplications>({row.program(), row.item(), id}) != nullptr,
        "application ", id, " is scored and not listed so");
  }
  if (row.notice() != 0) {
    const rows::NoticeRow* notice = checker->view.Find<tables::Notices>({row.notice()});
    checker->Require(notice != nullptr && notice->program() == row.program(), "application ", id,
                     " does not stand on its notice ", row.notice());
  }
  const bool noticed = row.state() == v1::APPLICATION_STATE_ON_NOTICE ||
                       row.state() == v1::APPLICATION_STATE_OBJECTED;
  checker->Require(!noticed || row.notice() != 0, "application ", id, " is ",
                   StateName(row.state()), " without a notice");
}

void ExpectDeadlines(uint64_t id, const rows::ApplicationRow& row, Checker* checker) {
  if (row.state() == v1::APPLICATION_STATE_RETURNED) {
    checker->timers.insert({row.correction_due_unix_ns(), v1::TIMER_KIND_CORRECTION, id});
  }
  if (row.state() == v1::APPLICATION_STATE_APPROVED && row.extended()) {
    checker->timers.insert({row.project_due_unix_ns(), v1::TIMER_KIND_PROJECT, id});
  }
}

// What stands of the application's grant: what it holds; after approval, what did not go back to
// the budget. What went to `returned` of a closed program still stands; the rows do not say how
// much that was, so that there are bounds.
void CheckStanding(uint64_t id, const rows::ApplicationRow& row, Checker* checker) {
  int64_t least_fen = 0;
  int64_t most_fen = 0;
  if (HoldsMoney(row.state())) {
    least_fen = most_fen = row.granted_fen();
  } else if (WasApproved(row.state())) {
    // An acceptance that takes a reimbursement back lowers what is approved.
    most_fen = row.voucher() == 0 ? row.granted_fen() : row.approved_fen();
    const rows::VoucherRow* voucher =
        row.voucher() == 0 ? nullptr : checker->view.Find<tables::Vouchers>({row.voucher()});
    if (voucher != nullptr) least_fen = Minus(voucher->redeemed_fen(), UnsettledOf(*voucher));
    if (voucher == nullptr) least_fen = row.stated_fen();
  }
  checker->Require(row.standing_fen() >= least_fen && row.standing_fen() <= most_fen,
                   "application ", id, " counts ", row.standing_fen(), " fen, it can count ",
                   least_fen, " to ", most_fen);
  if (row.standing_fen() == 0) return;
  int64_t& sum_fen = checker->standing_fen[{row.program(), row.enterprise(), row.item(),
                                            ProjectKey(row.project_id()), row.cluster()}];
  sum_fen = Plus(sum_fen, row.standing_fen());
  CountInPools(row, row.standing_fen(), &checker->pools[row.program()]);
}

void CheckQueue(uint32_t program, const rows::ProgramRow& row, const Listed& listed,
                Checker* checker) {
  const rows::TotalsRow* totals = checker->view.Find<tables::Totals>({program});
  uint64_t accepted = 0;
  for (int state = 1; state < v1::ApplicationState_ARRAYSIZE; ++state) {
    const auto found = listed.states.find({program, state});
    const uint64_t count = found == listed.states.end() ? 0 : found->second;
    const uint64_t stored =
        totals != nullptr && state < totals->applications_size() ? totals->applications(state) : 0;
    checker->Require(count == stored, "program ", program, " counts ", stored,
                     " applications in state ", StateName(static_cast<v1::ApplicationState>(state)),
                     ", there are ", count);
    accepted += count;
    if (state == v1::APPLICATION_STATE_WAITLISTED) {
      checker->Require(row.waitlisted() == count, "program ", program, " counts ", row.waitlisted(),
                       " on its waitlist, there are ", count);
    }
  }
  checker->Require(accepted + row.refused_submissions() == row.queue_number(), "program ", program,
                   " has ", accepted, " accepted and ", row.refused_submissions(),
                   " refused submissions, but its last queue number is ", row.queue_number());
}

void CheckCounts(const Listed& listed, Checker* checker) {
  const auto same = [&](const char* what, uint64_t rows, uint64_t expected) {
    checker->Require(rows == expected, rows, " ", what, " of ", expected);
  };
  const uint64_t applications = checker->CountOf(&rows::DenseNumbers::application);
  same("applications by program",
       checker->CountRows<tables::ApplicationsByProgram>({0, 0}, {kLastProgram, 0}), applications);
  same("applications by enterprise",
       checker->CountRows<tables::ApplicationsByEnterprise>({0, 0}, {kLastId, 0}), applications);
  same("claims of invoices", checker->CountRows<tables::Invoices>({0, ""}, {kLastKind, ""}),
       listed.invoices);
  uint64_t orders = 0;
  checker->view.Scan<tables::Orders>({0, 0, ""}, {kLastKind, 0, ""},
                                     [&](const auto&, const rows::OrderRow& row) {
                                       if (row.application() != 0) ++orders;
                                       return true;
                                     });
  same("claims of orders", orders, listed.orders);
  same("places on waitlists",
       checker->CountRows<tables::Waitlist>({0, 0, 0, 0, 0}, {kLastProgram, 0, 0, 0, 0}),
       listed.on_waitlists);
  same("scored applications",
       checker->CountRows<tables::ScoredApplications>({0, 0, 0}, {kLastProgram, 0, 0}),
       listed.scored);
  same("notices by program",
       checker->CountRows<tables::NoticesByProgram>({0, 0}, {kLastProgram, 0}),
       checker->CountOf(&rows::DenseNumbers::notice));
}

}  // namespace

void CheckApplications(Checker* checker) {
  Listed listed;
  checker->Numbered<tables::Applications>(
      "application", &rows::DenseNumbers::application,
      [&](uint64_t id, const rows::ApplicationRow& row) {
        ++listed.states[{row.program(), row.state()}];
        checker->Require(
            checker->NumberOf<tables::ApplicationsByProgram>({row.program(), row.queue_number()}) ==
                id,
            "application ", id, " is not found by its queue number ", row.queue_number());
        checker->Require(
            checker->view.Find<tables::ApplicationsByEnterprise>({row.enterprise(), id}) != nullptr,
            "application ", id, " is not found by its enterprise");
        CheckMoney(id, row, checker);
        CheckReimbursement(id, row, checker);
        CheckReplaced(id, row, checker);
        CheckClaimsOf(id, row, checker, &listed);
        CheckLists(id, row, checker, &listed);
        ExpectDeadlines(id, row, checker);
        CheckStanding(id, row, checker);
      });
  checker->Numbered<tables::Notices>("notice", &rows::DenseNumbers::notice,
                                     [](uint64_t, const rows::NoticeRow&) {});
  CheckCounts(listed, checker);
  for (uint32_t program = 1; program <= checker->counters.program(); ++program) {
    if (const rows::ProgramRow* row = checker->view.Find<tables::Programs>({program})) {
      CheckQueue(program, *row, listed, checker);
    }
  }
}

}  // namespace voucher::invariants
