// The books compared, the whole ledger read, the server stopped and its directory verified.
#include <atomic>
#include <chrono>
#include <map>

#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/base/status_macros.h"
#include "tests/demo/world.h"
#include "tests/support/child_process.h"

namespace voucher::demo {
namespace {

using testing::ApiClient;
using testing::kRpc;

// The sums of all answers about applications and transfers.
void SumCases(World* world) {
  for (const Case& c : world->cases) {
    world->sums.granted += c.granted_fen;
    world->sums.released += c.released_fen;
    (c.voucher_id != 0 ? world->sums.vouchers : world->sums.reimbursed) += c.approved_fen;
    world->sums.ordered += c.ordered_fen;
    world->sums.confirmed += c.confirmed_fen;
    world->sums.declined += c.declined_fen;
  }
}

// What each class of accounts must hold after those answers.
std::map<v1::AccountKind, int64_t> ExpectedClasses(const World& world) {
  const Sums& s = world.sums;
  int64_t held_fen = 0;
  for (const Case& c : world.cases) {
    if (c.approved_fen == 0) held_fen += c.granted_fen - c.released_fen;
  }
  return {
      {v1::ACCOUNT_KIND_TREASURY, -kAppropriatedFen},
      {v1::ACCOUNT_KIND_BUDGET, kAppropriatedFen - s.granted + s.released},
      {v1::ACCOUNT_KIND_HELD, held_fen},
      {v1::ACCOUNT_KIND_VOUCHER, s.vouchers - s.ordered + s.declined},
      {v1::ACCOUNT_KIND_TRANSIT, s.ordered - s.confirmed - s.declined},
      {v1::ACCOUNT_KIND_CREDIT, s.confirmed - s.redeemed + s.reversed},
      {v1::ACCOUNT_KIND_PAYABLE_PROVIDER, s.redeemed - s.reversed},
      {v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, s.reimbursed},
      {v1::ACCOUNT_KIND_RETURNED, 0},
  };
}

absl::Status CompareBalances(World* world) {
  v1::GetBalancesRequest request;
  request.set_program_id(world->input.rules.program_id());
  ApiClient auditor = world->Client("auditor");
  const auto reply = auditor.Call(kRpc<v1::GetBalancesResponse>, request);
  if (!reply.ok()) return absl::InternalError("GetBalances: " + testing::Describe(reply.status));
  world->Expect(reply.response.balanced(), "GetBalances says that the books do not balance");
  world->ExpectEqual(reply.response.programs_size(), 1, "programs in GetBalances");
  if (reply.response.programs_size() != 1) return absl::OkStatus();
  std::map<v1::AccountKind, int64_t> actual;
  for (const auto& c : reply.response.programs(0).classes()) actual[c.kind()] = c.balance_fen();
  for (const auto& [kind, expected_fen] : ExpectedClasses(*world)) {
    world->ExpectEqual(actual[kind], expected_fen,
                       absl::StrCat("balance of ", v1::AccountKind_Name(kind), " in fen"));
  }
  return absl::OkStatus();
}

absl::Status CompareBudget(World* world) {
  v1::GetBudgetRequest request;
  request.set_program_id(world->input.rules.program_id());
  ApiClient observer = world->Client("observer");
  const auto reply = observer.Call(kRpc<v1::GetBudgetResponse>, request);
  if (!reply.ok()) return absl::InternalError("GetBudget: " + testing::Describe(reply.status));
  const v1::Budget& b = world->findings.budget = reply.response.budget();
  world->ExpectEqual(b.appropriated_fen(), kAppropriatedFen, "appropriated");
  world->ExpectEqual(b.remaining_fen() + b.held_fen() + b.voucher_fen() + b.transit_fen() +
                         b.credit_fen() + b.payable_fen() + b.returned_fen(),
                     b.appropriated_fen(), "the terms of the budget equation together");
  world->ExpectEqual(b.remaining_fen(), world->expectations.remaining_fen(),
                     "remaining budget against the policy worked out independently");
  world->ExpectEqual(b.payable_fen(),
                     world->sums.redeemed - world->sums.reversed + world->sums.reimbursed,
                     "payable against the answers");
  world->findings.oversold_fen = std::max<int64_t>(0, -world->expectations.lowest_remaining_fen());
  world->ExpectEqual(world->findings.oversold_fen, 0, "oversold fen");
  return absl::OkStatus();
}

absl::Status CompareAccounts(World* world) {
  std::atomic<int64_t> wrong{0};
  VOUCHER_RETURN_IF_ERROR(
      world->fleet.ForEach(world->accounts.size(), [&](ApiClient& client, size_t i) {
        const Account& account = world->accounts[i];
        v1::GetCreditRequest request;
        request.set_account_id(account.account_id);
        const auto reply =
            client.As("provider-" + account.provider_id).Call(kRpc<v1::GetCreditResponse>, request);
        if (!reply.ok()) return absl::InternalError(testing::Describe(reply.status));
        if (reply.response.total_fen() != account.credit_fen) ++wrong;
        world->progress.Add();
        return absl::OkStatus();
      }));
  world->ExpectEqual(wrong, 0, "accounts whose credit differs from the answers");
  return absl::OkStatus();
}

}  // namespace

absl::Status ReplayAcknowledged(World* world) {
  std::atomic<int64_t> lost{0};
  world->progress.Begin("replay applications", 0, "applications");
  VOUCHER_RETURN_IF_ERROR(world->fleet.ForEach(world->cases.size(), [&](ApiClient& client,
                                                                        size_t i) {
    const Case& c = world->cases[i];
    const auto reply = client.As("platform").Call(kRpc<v1::SubmitApplicationResponse>, *c.request);
    world->progress.Add();
    const bool same = reply.recorded() && reply.reason() == c.reason &&
                      reply.receipt().SerializeAsString() == c.receipt.SerializeAsString() &&
                      reply.response.event().application_id() == c.application_id;
    if (!same) ++lost;
    return absl::OkStatus();
  }));
  world->findings.replayed += world->progress.done();
  world->findings.lost_acknowledgements += lost;
  world->progress.End(absl::StrCat(lost.load(), " answered otherwise than at first"));
  return absl::OkStatus();
}

absl::Status CompareBooks(World* world) {
  world->progress.Begin("compare the books", static_cast<int64_t>(world->accounts.size()),
                        "accounts");
  SumCases(world);
  VOUCHER_RETURN_IF_ERROR(CompareAccounts(world));
  VOUCHER_RETURN_IF_ERROR(CompareBalances(world));
  VOUCHER_RETURN_IF_ERROR(CompareBudget(world));
  world->progress.End(absl::StrCat(FormatYuan(world->sums.redeemed), " yuan redeemed"));
  return absl::OkStatus();
}

absl::Status ReadWholeLedger(World* world) {
  world->progress.Begin("read the whole ledger", 0, "entries");
  ApiClient auditor = world->Client("auditor");
  VOUCHER_ASSIGN_OR_RETURN(world->findings.ledger,
                           ReadLedger(auditor, world->recorder.acknowledgements()));
  const LedgerReading& ledger = world->findings.ledger;
  world->progress.Add(static_cast<int64_t>(ledger.entries));
  world->findings.lost_acknowledgements += static_cast<int64_t>(ledger.lost_acknowledgements);
  world->ExpectEqual(world->findings.lost_acknowledgements, 0, "lost acknowledgements");
  world->ExpectEqual(static_cast<int64_t>(ledger.bad_hashes), 0, "entries with a wrong hash");
  // Every entry that is no timer's was acknowledged to somebody here, and once.
  world->ExpectEqual(static_cast<int64_t>(ledger.entries - ledger.timers),
                     static_cast<int64_t>(world->recorder.acknowledgements().size()),
                     "entries that are not timers");
  std::map<std::string, int64_t> refused;
  for (const auto& [verb_and_reason, count] : world->recorder.counts()) {
    if (!verb_and_reason.second.empty()) refused[verb_and_reason.second] += count;
  }
  refused.erase("REQUEST_ID_REUSED");  // answered, not recorded
  std::map<std::string, int64_t> recorded(ledger.by_reason.begin(), ledger.by_reason.end());
  world->Expect(refused == recorded, "refusals in the ledger differ from those answered");
  world->progress.End(absl::StrCat(
      WithSeparators(static_cast<int64_t>(world->recorder.acknowledgements().size())),
      " acknowledgements held against it, ", world->findings.lost_acknowledgements, " lost"));
  return absl::OkStatus();
}

absl::Status StopAndVerify(World* world) {
  world->progress.Begin("SIGTERM, voucher-fsck");
  world->clock.Pause();
  // The clients go first: gRPC's drain waits 20 s for idle connections that nobody polls.
  world->fleet.Disconnect();
  VOUCHER_RETURN_IF_ERROR(world->server.Terminate());
  VOUCHER_ASSIGN_OR_RETURN(const testing::ProgramResult fsck,
                           testing::RunProgram({world->options.bin_directory + "/voucher-fsck",
                                                "--redecide", world->options.data_directory},
                                               std::chrono::minutes(5)));
  world->findings.fsck_verdict =
      fsck.exit_code == 0 ? "clean" : absl::StrCat("exit code ", fsck.exit_code);
  world->Expect(fsck.exit_code == 0,
                absl::StrCat("voucher-fsck --redecide ended with code ", fsck.exit_code, ":\n",
                             fsck.stdout_text, fsck.stderr_text));
  world->progress.End(world->findings.fsck_verdict);
  return absl::OkStatus();
}

}  // namespace voucher::demo
