#include "ledger/machine/applications.h"

#include "ledger/invariants/checker.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"
#include "ledger/policy/limits.h"

namespace voucher::invariants {

namespace {

// What the applications say of the tables that list them.
struct Listed {
  // By (program, state).
  absl::btree_map<std::pair<uint32_t, int>, uint64_t> states;
  uint64_t invoices = 0;
  uint64_t items = 0;
  uint64_t with_project = 0;
  uint64_t on_waitlists = 0;
  uint64_t scored = 0;
};

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

// A reimbursement waits for acceptance, or is unpaid or stated, and nothing of it is lost.
void CheckReimbursement(uint64_t id, const rows::ApplicationRow& row, Checker* checker) {
  if (row.voucher() != 0 || !WasApproved(row.state())) return;
  const bool gated =
      row.state() == v1::APPLICATION_STATE_APPROVED && GatedBy(checker->context, id, row) != 0;
  if (gated) {
    checker->Expect(row.program(), v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, row.enterprise(), id,
                    row.approved_fen());
  }
  const rows::UnpaidRow* unpaid =
      checker->view.Find<tables::UnpaidApplications>({row.program(), row.enterprise(), id});
  const auto stated = checker->stated.find(id);
  const int64_t sum_fen = Plus(unpaid == nullptr ? 0 : unpaid->fen(),
                               stated == checker->stated.end() ? 0 : stated->second);
  const int64_t owed_fen = gated ? 0 : row.approved_fen();
  checker->Require(
      sum_fen == owed_fen ||
          (row.state() == v1::APPLICATION_STATE_TERMINATED && sum_fen >= 0 && sum_fen < owed_fen),
      "application ", id, " has ", sum_fen, " fen unpaid or on statements, of ", owed_fen);
}

void CheckClaimsOf(uint64_t id, const rows::ApplicationRow& row, Checker* checker, Listed* listed) {
  for (const std::string& invoice : row.invoice_keys()) {
    const bool holds = HoldsInvoices(row.state());
    const bool claimed = checker->NumberOf<tables::Invoices>({invoice}) == id;
    if (holds) ++listed->invoices;
    checker->Require(
        claimed == holds, "invoice ", invoice,
        claimed ? " is still claimed by application " : " is not claimed by application ", id);
  }
  if (row.once() == v1::ONCE_SCOPE_UNSPECIFIED) return;
  const uint64_t project = row.once() == v1::ONCE_SCOPE_PROJECT ? row.project() : 0;
  const bool holds = HoldsItem(row.state());
  const bool claimed = checker->NumberOf<tables::ItemClaims>(
                           {row.enterprise(), row.program(), row.item(), project}) == id;
  if (holds) ++listed->items;
  checker->Require(
      claimed == holds, "item ", row.item(), " of program ", row.program(),
      claimed ? " is still claimed by application " : " is not claimed by application ", id);
}

void CheckLists(uint64_t id, const rows::ApplicationRow& row, Checker* checker, Listed* listed) {
  if (row.project() != 0) {
    ++listed->with_project;
    checker->Require(
        checker->view.Find<tables::ApplicationsByProject>({row.project(), id}) != nullptr &&
            checker->NumberOf<tables::ProjectNumbers>({row.enterprise(), row.project_id()}) ==
                row.project(),
        "application ", id, " is not found by its project ", row.project());
  }
  if (row.state() == v1::APPLICATION_STATE_WAITLISTED) {
    const auto waits = [&](v1::LimitKind kind, uint64_t limit, uint64_t sub) {
      ++listed->on_waitlists;
      checker->Require(
          checker->NumberOf<tables::Waitlist>(
              {row.program(), static_cast<uint8_t>(kind), limit, sub, row.queue_number()}) == id,
          "application ", id, " is not on the waitlist of ", CapName(kind), " ", limit, "/", sub);
    };
    waits(v1::LIMIT_KIND_UNSPECIFIED, 0, 0);
    for (const v1::LimitRef& limit : row.limits()) {
      if (!IsCap(limit.kind())) waits(limit.kind(), limit.id(), limit.sub());
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
    checker->Require(notice != nullptr && notice->program() == row.program() &&
                         notice->ends_unix_ns() == row.notice_ends_unix_ns(),
                     "application ", id, " does not stand on its notice ", row.notice());
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

// What the application counts in each of its limits: what it holds; after approval, what did not go
// back to the budget. What went to `returned` of a closed program stays used; the rows do not say
// how much that was.
void ExpectUse(const rows::ApplicationRow& row, Checker* checker) {
  UseBounds use;
  if (HoldsMoney(row.state())) {
    use.least_fen = use.most_fen = row.granted_fen();
  } else if (WasApproved(row.state())) {
    use.least_fen = use.most_fen = row.approved_fen();
    const rows::VoucherRow* voucher =
        row.voucher() == 0 ? nullptr : checker->view.Find<tables::Vouchers>({row.voucher()});
    if (voucher != nullptr) {
      int64_t kept_fen = Minus(row.approved_fen(), voucher->released_fen());
      kept_fen = Minus(kept_fen, voucher->redeemed_fen());
      for (const rows::ProviderClaimRow& claim : voucher->claims()) {
        kept_fen = Plus(kept_fen, claim.fen());
      }
      use.least_fen = kept_fen;
    } else if (row.state() == v1::APPLICATION_STATE_TERMINATED) {
      use.least_fen = 0;
    }
    const rows::TotalsRow* totals = checker->view.Find<tables::Totals>({row.program()});
    const bool returned = totals != nullptr &&
                          totals->class_fen_size() > v1::ACCOUNT_KIND_RETURNED &&
                          totals->class_fen(v1::ACCOUNT_KIND_RETURNED) != 0;
    if (voucher != nullptr && !returned) use.most_fen = use.least_fen;
  } else {
    return;
  }
  for (const v1::LimitRef& limit : row.limits()) {
    UseBounds& sum =
        checker
            ->limits[{row.program(), static_cast<uint8_t>(limit.kind()), limit.id(), limit.sub()}];
    sum.most_fen = Plus(sum.most_fen, use.most_fen);
    sum.least_fen = Plus(sum.least_fen, use.least_fen);
  }
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
  const uint64_t applications = checker->counters.application();
  same("applications by program",
       checker->CountRows<tables::ApplicationsByProgram>({0, 0}, {kLastProgram, 0}), applications);
  same("applications by enterprise",
       checker->CountRows<tables::ApplicationsByEnterprise>({0, 0}, {kLastId, 0}), applications);
  same("applications by project",
       checker->CountRows<tables::ApplicationsByProject>({0, 0}, {kLastId, 0}),
       listed.with_project);
  same("claims of invoices", checker->CountRows<tables::Invoices>({""}, {"\xff"}), listed.invoices);
  same("claims of items", checker->CountRows<tables::ItemClaims>({0, 0, 0, 0}, {kLastId, 0, 0, 0}),
       listed.items);
  same("places on waitlists",
       checker->CountRows<tables::Waitlist>({0, 0, 0, 0, 0}, {kLastProgram, 0, 0, 0, 0}),
       listed.on_waitlists);
  same("scored applications",
       checker->CountRows<tables::ScoredApplications>({0, 0, 0}, {kLastProgram, 0, 0}),
       listed.scored);
  same("notices by program",
       checker->CountRows<tables::NoticesByProgram>({0, 0}, {kLastProgram, 0}),
       checker->counters.notice());
}

}  // namespace

void CheckApplications(Checker* checker) {
  Listed listed;
  checker->Numbered<tables::Applications>(
      "application", checker->counters.application(),
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
        CheckClaimsOf(id, row, checker, &listed);
        CheckLists(id, row, checker, &listed);
        ExpectDeadlines(id, row, checker);
        ExpectUse(row, checker);
      });
  checker->Numbered<tables::Notices>("notice", checker->counters.notice(),
                                     [](uint64_t, const rows::NoticeRow&) {});
  CheckCounts(listed, checker);
  for (uint32_t program = 1; program <= checker->counters.program(); ++program) {
    if (const rows::ProgramRow* row = checker->view.Find<tables::Programs>({program})) {
      CheckQueue(program, *row, listed, checker);
    }
  }
}

}  // namespace voucher::invariants
