// From an empty directory to the cutoff.
#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/base/status_macros.h"
#include "tests/demo/world.h"

namespace voucher::demo {
namespace {

using testing::ApiClient;
using testing::kRpc;

constexpr absl::string_view kLastMillisecond = "2025-10-31T23:59:59.999+08:00";
constexpr absl::string_view kCutoff = "2025-11-01T00:00:00+08:00";

bool IsBefore(const google::protobuf::Timestamp& a, const google::protobuf::Timestamp& b) {
  return a.seconds() != b.seconds() ? a.seconds() < b.seconds() : a.nanos() < b.nanos();
}

// `count` registered enterprises that apply, spread over the first half of the applications.
std::vector<std::string> SomeApplicants(const Input& input, size_t count) {
  std::set<std::string> registered;
  for (const auto& request : input.enterprises) registered.insert(request.facts().uscc());
  std::vector<std::string> chosen;
  const size_t step = input.applications.size() / 2 / count;
  for (size_t i = 0; chosen.size() < count && i < input.applications.size(); ++i) {
    const std::string& uscc = input.applications[i].uscc();
    if (i >= chosen.size() * step && registered.erase(uscc) == 1) chosen.push_back(uscc);
  }
  return chosen;
}

// Gives some applicants what the eligibility rules look for: incidents, a list, the blacklist.
absl::Status RecordBlemishes(World* world, ApiClient& platform) {
  const std::vector<std::string> chosen = SomeApplicants(world->input, 9);
  for (size_t i = 0; i < chosen.size(); ++i) {
    const std::string& uscc = chosen[i];
    const std::string id = absl::StrCat("blemish-", i);
    if (i % 3 == 0) {
      v1::RecordIncidentRequest request;
      request.set_request_id(id);
      request.set_uscc(uscc);
      request.mutable_incident()->set_kind(v1::INCIDENT_KIND_SAFETY);
      request.mutable_incident()->set_severity(v1::INCIDENT_SEVERITY_MAJOR);
      request.mutable_incident()->mutable_date()->set_year(2024);
      request.mutable_incident()->mutable_date()->set_month(6);
      request.mutable_incident()->mutable_date()->set_day(15);
      request.mutable_incident()->set_reference(absl::StrCat("武应急〔2024〕", 10 + i, "号"));
      VOUCHER_RETURN_IF_ERROR(world->recorder.NoteAccepted(
          "RecordIncident", id, platform.Call(kRpc<v1::RecordIncidentResponse>, request)));
      world->expectations.RecordBlemish(uscc);
    } else if (i % 3 == 1) {
      v1::SetListingRequest request;
      request.set_request_id(id);
      request.set_uscc(uscc);
      request.set_kind(v1::LISTING_KIND_SERIOUS_DISHONESTY);
      request.set_listed(true);
      VOUCHER_RETURN_IF_ERROR(world->recorder.NoteAccepted(
          "SetListing", id, platform.Call(kRpc<v1::SetListingResponse>, request)));
      world->expectations.RecordBlemish(uscc);
    } else {
      v1::SetBlacklistRequest request;
      request.set_request_id(id);
      request.set_uscc(uscc);
      request.mutable_blacklisting()->set_reason("虚构发票 invented invoices");
      VOUCHER_RETURN_IF_ERROR(world->recorder.NoteAccepted(
          "SetBlacklist", id, platform.Call(kRpc<v1::SetBlacklistResponse>, request)));
      world->expectations.Blacklist(uscc);
    }
  }
  return absl::OkStatus();
}

// Holds the answers, in the order of the queue, against the policy worked out independently, and
// the queue numbers and times of the receipts against the ledger's order.
void CheckRush(World* world) {
  std::sort(world->cases.begin(), world->cases.end(), [](const Case& a, const Case& b) {
    return a.receipt.sequence() < b.receipt.sequence();
  });
  uint64_t number = 0;
  const v1::Receipt* before = nullptr;
  int64_t differing = 0;
  for (const Case& c : world->cases) {
    const bool in_order =
        c.receipt.queue_number() == ++number &&
        (before == nullptr || !IsBefore(c.receipt.received_at(), before->received_at()));
    if (!in_order) ++world->findings.queue_inversions;
    before = &c.receipt;
    const Expected expected = world->expectations.Submit(*c.request, c.receipt.received_at());
    if (expected.reason == c.reason && expected.granted_fen == c.granted_fen) continue;
    if (++differing > 5) continue;
    world->Expect(false, absl::StrCat("queue number ", number, " (", c.request->request_id(),
                                      "): got '", c.reason, "' ", c.granted_fen, " fen, must be '",
                                      expected.reason, "' ", expected.granted_fen, " fen"));
  }
  world->ExpectEqual(differing, 0, "outcomes of the rush that differ from the policy");
  world->ExpectEqual(world->findings.queue_inversions, 0, "queue inversions");
}

absl::Status SubmitCase(World* world, ApiClient& client,
                        const v1::SubmitApplicationRequest& request, Case* c) {
  const auto reply = client.As("platform").Call(kRpc<v1::SubmitApplicationResponse>, request);
  VOUCHER_RETURN_IF_ERROR(world->recorder.Note("SubmitApplication", request.request_id(), reply));
  c->request = &request;
  c->receipt = reply.receipt();
  c->reason = reply.reason();
  if (reply.ok()) {
    c->application_id = reply.response.event().application_id();
    c->granted_fen = reply.response.event().granted_fen();
  }
  return absl::OkStatus();
}

absl::Status Withdraw(World* world, ApiClient& platform, Case* c) {
  v1::WithdrawApplicationRequest request;
  request.set_request_id(absl::StrCat("withdraw-", c->application_id));
  request.set_application_id(c->application_id);
  const auto reply = platform.Call(kRpc<v1::WithdrawApplicationResponse>, request);
  VOUCHER_RETURN_IF_ERROR(
      world->recorder.NoteAccepted("WithdrawApplication", request.request_id(), reply));
  c->withdrawn = true;
  c->released_fen = reply.response.event().released_fen();
  world->ExpectEqual(c->released_fen, c->granted_fen, "released by a withdrawal");
  world->expectations.Release(*c->request, c->released_fen, /*all=*/true);
  return absl::OkStatus();
}

// Accepted cases with the largest grants first.
std::vector<size_t> LargestAccepted(const World& world) {
  std::vector<size_t> accepted;
  for (size_t i = 0; i < world.cases.size(); ++i) {
    if (world.cases[i].application_id != 0) accepted.push_back(i);
  }
  std::stable_sort(accepted.begin(), accepted.end(), [&world](size_t a, size_t b) {
    return world.cases[a].granted_fen > world.cases[b].granted_fen;
  });
  return accepted;
}

absl::Status AwaitClosed(World* world, ApiClient& platform) {
  v1::GetProgramRequest request;
  request.set_program_id(world->input.rules.program_id());
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  while (std::chrono::steady_clock::now() < give_up) {
    const auto reply = platform.Call(kRpc<v1::GetProgramResponse>, request);
    if (reply.ok() && reply.response.program().state() == v1::PROGRAM_STATE_CLOSED) {
      return absl::OkStatus();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return absl::DeadlineExceededError("the cutoff timer did not close the program");
}

}  // namespace

absl::Status StartAndPublish(World* world) {
  world->progress.Begin("start voucherd, publish");
  VOUCHER_RETURN_IF_ERROR(world->server.Start());
  world->clock.Run();
  ApiClient platform = world->Client("platform");

  v1::PublishProgramRequest publish;
  publish.set_request_id("publish");
  *publish.mutable_rules() = world->input.rules;
  VOUCHER_RETURN_IF_ERROR(world->recorder.NoteAccepted(
      "PublishProgram", "publish", platform.Call(kRpc<v1::PublishProgramResponse>, publish)));

  v1::AppropriateRequest appropriate;
  appropriate.set_request_id("appropriate");
  appropriate.set_program_id(world->input.rules.program_id());
  appropriate.set_amount_fen(kAppropriatedFen);
  appropriate.set_fiscal_reference("鄂财企指〔2025〕1号 (demonstration)");
  ApiClient finance = world->Client("finance");
  const auto appropriated = finance.Call(kRpc<v1::AppropriateResponse>, appropriate);
  VOUCHER_RETURN_IF_ERROR(world->recorder.NoteAccepted("Appropriate", "appropriate", appropriated));
  world->ExpectEqual(appropriated.response.event().budget_fen(), kAppropriatedFen,
                     "budget after the appropriation");
  world->progress.End(absl::StrCat(world->input.rules.program_id(), " with ",
                                   FormatYuan(kAppropriatedFen), " yuan, 2025-10-31 09:00"));
  return absl::OkStatus();
}

absl::Status ImportRegistry(World* world) {
  const Input& input = world->input;
  world->progress.Begin("import registry",
                        static_cast<int64_t>(input.providers.size() + input.products.size() +
                                             input.enterprises.size()),
                        "rows");
  ApiClient platform = world->Client("platform");
  for (const auto& request : input.providers) {
    VOUCHER_RETURN_IF_ERROR(
        world->recorder.NoteAccepted("PutProvider", request.request_id(),
                                     platform.Call(kRpc<v1::PutProviderResponse>, request)));
    world->progress.Add();
  }
  VOUCHER_RETURN_IF_ERROR(
      world->fleet.ForEach(input.products.size(), [&](ApiClient& client, size_t i) {
        const auto& request = input.products[i];
        world->progress.Add();
        return world->recorder.NoteAccepted(
            "PutProduct", request.request_id(),
            client.As("platform").Call(kRpc<v1::PutProductResponse>, request));
      }));
  VOUCHER_RETURN_IF_ERROR(
      world->fleet.ForEach(input.enterprises.size(), [&](ApiClient& client, size_t i) {
        const auto& request = input.enterprises[i];
        world->progress.Add();
        return world->recorder.NoteAccepted(
            "PutEnterprise", request.request_id(),
            client.As("platform").Call(kRpc<v1::PutEnterpriseResponse>, request));
      }));
  VOUCHER_RETURN_IF_ERROR(RecordBlemishes(world, platform));
  world->progress.End(absl::StrCat(WithSeparators(static_cast<int64_t>(input.enterprises.size())),
                                   " enterprises, ", input.providers.size(), " providers, ",
                                   input.products.size(), " products"));
  return absl::OkStatus();
}

absl::Status RushOpening(World* world) {
  const auto& applications = world->input.applications;
  world->progress.Begin("opening rush", static_cast<int64_t>(applications.size()), "applications");
  ApiClient platform = world->Client("platform");
  v1::SetProgramStateRequest open;
  open.set_request_id("open");
  open.set_program_id(world->input.rules.program_id());
  open.set_state(v1::PROGRAM_STATE_OPEN);
  VOUCHER_RETURN_IF_ERROR(world->recorder.NoteAccepted(
      "SetProgramState", "open", platform.Call(kRpc<v1::SetProgramStateResponse>, open)));

  world->cases.resize(applications.size());
  VOUCHER_RETURN_IF_ERROR(
      world->fleet.ForEach(applications.size(), [&](ApiClient& client, size_t i) {
        world->progress.Add();
        return SubmitCase(world, client, applications[i], &world->cases[i]);
      }));
  CheckRush(world);
  int64_t accepted = 0, exhausted = 0;
  for (const Case& c : world->cases) {
    accepted += c.application_id != 0 ? 1 : 0;
    exhausted += c.reason == "BUDGET_EXHAUSTED" ? 1 : 0;
  }
  world->Expect(exhausted > 0, "the pool was not exhausted");
  world->progress.End(absl::StrCat(world->fleet.size(), " clients: ", WithSeparators(accepted),
                                   " accepted, ", WithSeparators(exhausted),
                                   " came after the money was gone"));
  return absl::OkStatus();
}

absl::Status PassCutoff(World* world) {
  world->progress.Begin("cutoff");
  ApiClient platform = world->Client("platform");
  world->clock.Pause();
  const std::vector<size_t> largest = LargestAccepted(*world);
  if (largest.size() < 2) return absl::InternalError("fewer than two accepted applications");

  // Two withdrawals, so that money is there on both sides of the cutoff.
  std::vector<v1::SubmitApplicationRequest> again;
  for (size_t i = 0; i < 2; ++i) {
    VOUCHER_RETURN_IF_ERROR(Withdraw(world, platform, &world->cases[largest[i]]));
    again.push_back(*world->cases[largest[i]].request);
    again.back().set_request_id(absl::StrCat("again-", i));
  }
  VOUCHER_RETURN_IF_ERROR(world->clock.MoveTo(kLastMillisecond));
  Case in_time;
  VOUCHER_RETURN_IF_ERROR(SubmitCase(world, platform, again[0], &in_time));
  Expected expected = world->expectations.Submit(again[0], in_time.receipt.received_at());
  world->Expect(in_time.reason == expected.reason && in_time.reason.empty() &&
                    in_time.granted_fen == expected.granted_fen,
                "an application at 23:59:59.999 must be accepted, got " + in_time.reason);

  VOUCHER_RETURN_IF_ERROR(world->clock.MoveTo(kCutoff));
  std::vector<v1::SubmitApplicationRequest> late(static_cast<size_t>(world->fleet.size()),
                                                 again[1]);
  std::vector<Case> too_late(late.size());
  VOUCHER_RETURN_IF_ERROR(world->fleet.ForEach(late.size(), [&](ApiClient& client, size_t i) {
    late[i].set_request_id(absl::StrCat("late-", i));
    return SubmitCase(world, client, late[i], &too_late[i]);
  }));
  for (const Case& c : too_late) {
    world->Expect(c.reason == "WINDOW_CLOSED",
                  "an application at 00:00:00.000 must be refused, got '" + c.reason + "'");
  }
  VOUCHER_RETURN_IF_ERROR(world->clock.MoveBy(kNanosPerSecond));
  VOUCHER_RETURN_IF_ERROR(AwaitClosed(world, platform));
  world->progress.End(absl::StrCat("23:59:59.999 accepted ", FormatYuan(in_time.granted_fen),
                                   " yuan; 00:00:00.000: ", too_late.size(),
                                   " requests, WINDOW_CLOSED with ",
                                   FormatYuan(world->expectations.remaining_fen()), " yuan left"));

  // Lives as long as the cases that point to it.
  auto kept = std::make_shared<const v1::SubmitApplicationRequest>(again[0]);
  world->extra_requests.push_back(kept);
  in_time.request = kept.get();
  world->cases.push_back(in_time);
  return absl::OkStatus();
}

}  // namespace voucher::demo
