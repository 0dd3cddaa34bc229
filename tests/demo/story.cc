#include "tests/demo/story.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"

#include "clients/cpp/client.h"
#include "ledger/base/civil.h"
#include "ledger/base/status_macros.h"
#include "tests/demo/acknowledgements.h"
#include "tests/demo/story_report.h"
#include "tests/support/child_process.h"
#include "tests/support/dev_clock.h"
#include "tests/support/redemption_numbers.h"
#include "tests/support/scenario_script.h"
#include "tests/support/server_process.h"

namespace voucher::demo {
namespace {

using google::protobuf::Message;

// A kill needs the server's clock to go on by more than a second until the next command.
constexpr int64_t kRoomForKill = 60 * kNanosPerSecond;
constexpr std::chrono::seconds kTimerPatience{20};

// The unary RPC that takes this request, as "/voucher.v1.CreditService/Redeem".
std::string PathOf(const Message& request) {
  const auto* file = request.GetDescriptor()->file();
  for (int s = 0; s < file->service_count(); ++s) {
    for (int m = 0; m < file->service(s)->method_count(); ++m) {
      const auto* method = file->service(s)->method(m);
      if (method->input_type() == request.GetDescriptor() && !method->server_streaming()) {
        return absl::StrCat("/", file->service(s)->full_name(), "/", method->name());
      }
    }
  }
  return "";
}

std::unique_ptr<Message> ResponseOf(const Message& request) {
  const auto* file = request.GetDescriptor()->file();
  std::string name = request.GetDescriptor()->full_name();
  name.replace(name.rfind("Request"), 7, "Response");
  const auto* type = file->pool()->FindMessageTypeByName(name);
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// The message in `field` of `message`.
const Message& Part(const Message& message, const char* field) {
  return message.GetReflection()->GetMessage(message,
                                             message.GetDescriptor()->FindFieldByName(field));
}

const Message& RequestOf(const v1::Command& command) {
  const auto* field = v1::Command::GetReflection()->GetOneofFieldDescriptor(
      command, v1::Command::descriptor()->FindOneofByName("verb"));
  return v1::Command::GetReflection()->GetMessage(command, field);
}

config::v1::ServerConfig ConfigFor(const ScenarioScript& script, const Options& options,
                                   const std::string& start) {
  config::v1::ServerConfig config = testing::TestConfig(options.data_directory, start, {});
  config.clear_principals();
  const auto add = [&config](const v1::Authority& who) {
    config::v1::Principal* principal = config.add_principals();
    principal->set_name(who.principal());
    *principal->mutable_roles() = who.roles();
    principal->set_provider_id(who.provider_id());
    *principal->mutable_divisions() = who.divisions();
    *principal->mutable_stages() = who.stages();
    *principal->mutable_program_ids() = who.program_ids();
  };
  for (const auto& [name, who] : script.authorities) add(who);
  for (const auto& [name, role] :
       {std::make_pair("admin", v1::ROLE_ADMIN), std::make_pair("auditor", v1::ROLE_AUDITOR)}) {
    if (script.authorities.count(name) != 0) continue;
    v1::Authority who;
    who.set_principal(name);
    who.add_roles(role);
    add(who);
  }
  return config;
}

class Story {
 public:
  Story(const Options& options, ScenarioScript script)
      : options_(options),
        script_(std::move(script)),
        start_(StartOf(script_)),
        server_(options.bin_directory + "/voucherd",
                std::filesystem::path(options.data_directory).parent_path().string(),
                ConfigFor(script_, options, FormatRfc3339(start_, Zone::Shanghai()))),
        clock_(server_.endpoint(), start_) {}

  bool Run();

 private:
  static UnixNanos StartOf(const ScenarioScript& script) {
    for (const ScenarioStep& step : script.steps) {
      if (step.kind == ScenarioStep::kClock) return step.at;
    }
    return 0;
  }

  absl::Status Play();
  absl::Status PlayStep(const ScenarioStep& step);
  absl::Status PlayCommand(const ScenarioStep& step);
  void ExpectAnswer(const ScenarioStep& step, const absl::Status& status, const Message& response);
  void ExpectRefusal(const ScenarioStep& step, const client::Refused& refused);
  absl::Status AwaitTimers(const ScenarioStep& step);
  absl::Status ExpectBalances(const ScenarioStep& step);
  absl::StatusOr<std::string> BalancesOf(const std::string& expected);
  absl::Status KillAndRestart();
  absl::Status VerifyAll();
  absl::StatusOr<client::Client*> As(const std::string& who);

  void Wrong(const ScenarioStep& step, const std::string& what) {
    report_.Wrong(script_.Place(step) + what);
  }

  const Options& options_;
  const ScenarioScript script_;
  const UnixNanos start_;
  testing::ServerProcess server_;
  testing::DevClock clock_;
  std::map<std::string, std::unique_ptr<client::Client>> clients_;
  Acknowledgements acknowledgements_;
  testing::RedemptionNumbers redemptions_;

  std::string part_;
  int64_t timers_ = 0;
  std::set<std::string> programs_;
  StoryReport report_;
};

bool Story::Run() {
  const auto started = std::chrono::steady_clock::now();
  report_.problems = script_.problems;
  absl::Status status = report_.problems.empty() ? Play() : absl::OkStatus();
  if (status.ok() && report_.problems.empty()) status = VerifyAll();
  if (!status.ok()) report_.Wrong(std::string(status.message()));
  report_.PrintTable();
  const int64_t milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(
                                   std::chrono::steady_clock::now() - started)
                                   .count();
  const std::string summary =
      (std::filesystem::path(options_.data_directory).parent_path() / "summary.json").string();
  testing::WriteWholeFile(summary, report_.Summary(options_.program_id, milliseconds));
  absl::PrintF("\n%d s; summary in %s\n", milliseconds / 1000, summary);
  return report_.problems.empty();
}

absl::Status Story::Play() {
  VOUCHER_RETURN_IF_ERROR(server_.Start());
  UnixNanos now = start_;
  for (size_t i = 0; i < script_.steps.size(); ++i) {
    const ScenarioStep& step = script_.steps[i];
    if (step.part != part_) report_.BeginPart(step.part);
    part_ = step.part;
    const bool room = step.kind == ScenarioStep::kClock && step.at - now >= kRoomForKill;
    if (room && report_.kills == 0 && i * 2 >= script_.steps.size()) {
      VOUCHER_RETURN_IF_ERROR(KillAndRestart());
    }
    now = step.at;
    VOUCHER_RETURN_IF_ERROR(PlayStep(step));
  }
  report_.EndPart();
  if (report_.kills == 0) report_.Wrong("the story leaves no room for a SIGKILL");
  return absl::OkStatus();
}

absl::Status Story::PlayStep(const ScenarioStep& step) {
  switch (step.kind) {
    case ScenarioStep::kCommand:
      VOUCHER_RETURN_IF_ERROR(PlayCommand(step));
      return ExpectBalances(step);
    case ScenarioStep::kClock:
      return clock_.MoveTo(step.at);
    case ScenarioStep::kTimers:
      VOUCHER_RETURN_IF_ERROR(AwaitTimers(step));
      return ExpectBalances(step);
    case ScenarioStep::kRow:
      break;  // not part of the public API: the scenario test looks at it
  }
  return absl::OkStatus();
}

absl::StatusOr<client::Client*> Story::As(const std::string& who) {
  std::unique_ptr<client::Client>& known = clients_[who];
  if (known == nullptr) {
    client::Options options;
    options.principal = who;
    VOUCHER_ASSIGN_OR_RETURN(known,
                             client::Client::Connect(server_.endpoint()->Get().address, options));
  }
  return known.get();
}

absl::Status Story::PlayCommand(const ScenarioStep& step) {
  const std::unique_ptr<Message> sent(RequestOf(step.command).New());
  Message& request = *sent;
  request.CopyFrom(RequestOf(step.command));
  redemptions_.ToIds(&request);
  const std::string path = PathOf(request);
  if (path.empty()) return absl::InternalError(absl::StrCat("no RPC takes ", step.verb));
  VOUCHER_ASSIGN_OR_RETURN(client::Client * client, As(step.who));
  const std::unique_ptr<Message> response = ResponseOf(request);
  const absl::Status status = client->Call(path, request, response.get());
  ++report_.commands;
  ExpectAnswer(step, status, *response);
  return absl::OkStatus();
}

void Story::ExpectAnswer(const ScenarioStep& step, const absl::Status& status,
                         const Message& response) {
  const std::vector<std::string> words = absl::StrSplit(step.expected, absl::MaxSplits(' ', 1));
  if (status.ok()) {
    report_.Accept();
    const auto& receipt = static_cast<const v1::Receipt&>(Part(response, "receipt"));
    const Message& request = RequestOf(step.command);
    acknowledgements_.Add(request.GetReflection()->GetString(
                              request, request.GetDescriptor()->FindFieldByName("request_id")),
                          receipt);
    if (words[0] != "ok" && words[0] != "REPLAY") {
      return Wrong(step, "accepted: " + response.ShortDebugString());
    }
    const std::unique_ptr<Message> event(Part(response, "event").New());
    event->CopyFrom(Part(response, "event"));
    redemptions_.Note(*event);
    redemptions_.ToNumbers(event.get());
    if (words.size() > 1) {
      const std::string missing = MissingFields(*event, words[1]);
      if (!missing.empty()) Wrong(step, missing);
    }
    return;
  }
  if (const auto refused = client::RefusedOf(status)) return ExpectRefusal(step, *refused);
  const auto bad_fields = client::BadFieldsOf(status);
  const std::string got =
      bad_fields.empty() ? status.ToString() : absl::StrCat("MALFORMED ", bad_fields[0].field());
  report_.Malformed();
  if (got != step.expected) Wrong(step, "got " + got);
}

void Story::ExpectRefusal(const ScenarioStep& step, const client::Refused& refused) {
  const std::string reason = ReasonName(refused.reason);
  const v1::Refusal& refusal = refused.refusal;
  report_.Refuse(step.verb, reason, refusal);
  if (refused.receipt) {
    const Message& request = RequestOf(step.command);
    acknowledgements_.Add(request.GetReflection()->GetString(
                              request, request.GetDescriptor()->FindFieldByName("request_id")),
                          *refused.receipt);
    if (refusal.clause().empty()) Wrong(step, "a refusal without a clause");
  }
  if (!absl::StartsWith(step.expected + " ", reason + " ")) {
    Wrong(step, absl::StrCat("refused: ", reason, ": ", refusal.message()));
  }
}

absl::Status Story::AwaitTimers(const ScenarioStep& step) {
  int64_t expected = 0;
  if (!absl::SimpleAtoi(step.expected, &expected)) return absl::InternalError("no number");
  timers_ += expected;
  VOUCHER_ASSIGN_OR_RETURN(client::Client * client, As("auditor"));
  const auto give_up = std::chrono::steady_clock::now() + kTimerPatience;
  const uint64_t wanted = acknowledgements_.size() + static_cast<uint64_t>(timers_);
  uint64_t sequence = 0;
  while (std::chrono::steady_clock::now() < give_up) {
    VOUCHER_ASSIGN_OR_RETURN(const v1::GetStatusResponse status, client->GetStatus({}));
    sequence = status.as_of_sequence();
    if (sequence >= wanted) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (sequence != wanted) {
    Wrong(step, absl::StrCat("the ledger has ", sequence, " entries, expected ", wanted));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Story::BalancesOf(const std::string& expected) {
  VOUCHER_ASSIGN_OR_RETURN(client::Client * client, As("auditor"));
  v1::GetBalancesRequest request;
  const std::vector<std::string> words = absl::StrSplit(expected, ' ', absl::SkipEmpty());
  request.set_program_id(words[0]);
  VOUCHER_ASSIGN_OR_RETURN(const v1::GetBalancesResponse response, client->GetBalances(request));
  if (!response.balanced()) return absl::InternalError("the books do not balance");
  std::map<int, int64_t> class_fen;
  for (const auto& c : response.programs(0).classes()) class_fen[c.kind()] = c.balance_fen();
  return BalancesLike(expected, class_fen);
}

absl::Status Story::ExpectBalances(const ScenarioStep& step) {
  if (step.balances.empty()) return absl::OkStatus();
  VOUCHER_ASSIGN_OR_RETURN(const std::string got, BalancesOf(step.balances));
  const std::vector<std::string> words = absl::StrSplit(step.balances, ' ', absl::SkipEmpty());
  const std::string wanted = absl::StrJoin(words, " ");
  if (got != wanted) Wrong(step, absl::StrCat("balances ", got, ", expected ", wanted));
  programs_.insert(words[0]);
  report_.Balances(wanted);
  return absl::OkStatus();
}

absl::Status Story::KillAndRestart() {
  report_.acknowledged_before_kill = static_cast<int64_t>(acknowledgements_.size());
  clients_.clear();
  server_.Kill();
  ++report_.kills;
  server_.config().mutable_development()->mutable_manual_clock()->set_start(clock_.RestartAt());
  absl::PrintF("  SIGKILL after %d acknowledged decisions, restart\n",
               report_.acknowledged_before_kill);
  // The story's clock moves by months in no time, so the last mark is old.
  return server_.Start({"--confirm-clock"});
}

absl::Status Story::VerifyAll() {
  VOUCHER_ASSIGN_OR_RETURN(client::Client * observer, As("auditor"));
  for (const std::string& program : programs_) {
    v1::GetBudgetRequest request;
    request.set_program_id(program);
    VOUCHER_ASSIGN_OR_RETURN(const v1::GetBudgetResponse response, observer->GetBudget(request));
    report_.budgets.push_back(response.budget());
  }
  testing::ApiClient auditor(server_.endpoint(), "auditor");
  VOUCHER_ASSIGN_OR_RETURN(report_.ledger, ReadLedger(auditor, acknowledgements_));
  if (report_.ledger.lost_acknowledgements != 0) report_.Wrong("acknowledgements were lost");
  if (report_.ledger.bad_hashes != 0) report_.Wrong("entries have a wrong hash");
  auditor.Disconnect();
  clients_.clear();
  clock_.Pause();
  VOUCHER_RETURN_IF_ERROR(server_.Terminate());
  VOUCHER_ASSIGN_OR_RETURN(const testing::ProgramResult fsck,
                           testing::RunProgram({options_.bin_directory + "/voucher-fsck",
                                                "--redecide", options_.data_directory},
                                               std::chrono::minutes(2)));
  report_.fsck_verdict = fsck.exit_code == 0 ? "clean" : absl::StrCat("exit code ", fsck.exit_code);
  if (fsck.exit_code != 0) {
    report_.Wrong(absl::StrCat("voucher-fsck: ", fsck.stdout_text, "\n", fsck.stderr_text));
  }
  return absl::OkStatus();
}

}  // namespace

bool RunStory(const Options& options) {
  ScenarioScript script =
      ReadScenario(absl::StrCat("tests/scenarios/", options.program_id, ".table"));
  absl::PrintF("%s\n", script.path);
  return Story(options, std::move(script)).Run();
}

}  // namespace voucher::demo
