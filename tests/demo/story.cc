#include "tests/demo/story.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
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
#include <nlohmann/json.hpp>

#include "clients/cpp/client.h"
#include "ledger/base/civil.h"
#include "ledger/base/money.h"
#include "ledger/base/status_macros.h"
#include "tests/demo/acknowledgements.h"
#include "tests/demo/progress.h"
#include "tests/support/child_process.h"
#include "tests/support/dev_clock.h"
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

// A refusal as it is shown.
struct StoryRefusal {
  int line = 0;
  std::string verb;
  std::string reason;
  std::string message;
  std::string message_zh;
  std::string clause;
};

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

  void EndPart();
  void PrintTable() const;
  std::string Summary(bool ok, int64_t milliseconds) const;
  void Wrong(const ScenarioStep& step, const std::string& what) {
    problems_.push_back(script_.Place(step) + what);
  }

  const Options& options_;
  const ScenarioScript script_;
  const UnixNanos start_;
  testing::ServerProcess server_;
  testing::DevClock clock_;
  std::map<std::string, std::unique_ptr<client::Client>> clients_;
  Acknowledgements acknowledgements_;

  std::string part_;
  int part_accepted_ = 0;
  std::map<std::string, int> part_refused_;
  std::string part_balances_;

  int64_t commands_ = 0, accepted_ = 0, balances_checked_ = 0, timers_ = 0;
  std::set<std::string> programs_;
  std::vector<StoryRefusal> refusals_;
  std::vector<v1::Budget> budgets_;
  int64_t kills_ = 0, acknowledged_before_kill_ = 0;
  LedgerReading ledger_;
  std::string fsck_verdict_ = "not run";
  std::vector<std::string> problems_;
};

bool Story::Run() {
  const auto started = std::chrono::steady_clock::now();
  problems_ = script_.problems;
  absl::Status status = problems_.empty() ? Play() : absl::OkStatus();
  if (status.ok() && problems_.empty()) status = VerifyAll();
  if (!status.ok()) problems_.emplace_back(status.message());
  const bool ok = problems_.empty();
  PrintTable();
  const int64_t milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(
                                   std::chrono::steady_clock::now() - started)
                                   .count();
  const std::string summary =
      (std::filesystem::path(options_.data_directory).parent_path() / "summary.json").string();
  testing::WriteWholeFile(summary, Summary(ok, milliseconds));
  absl::PrintF("\n%d s; summary in %s\n", milliseconds / 1000, summary);
  return ok;
}

absl::Status Story::Play() {
  VOUCHER_RETURN_IF_ERROR(server_.Start());
  UnixNanos now = start_;
  for (size_t i = 0; i < script_.steps.size(); ++i) {
    const ScenarioStep& step = script_.steps[i];
    if (step.part != part_) EndPart();
    part_ = step.part;
    const bool room = step.kind == ScenarioStep::kClock && step.at - now >= kRoomForKill;
    if (room && kills_ == 0 && i * 2 >= script_.steps.size()) {
      VOUCHER_RETURN_IF_ERROR(KillAndRestart());
    }
    now = step.at;
    VOUCHER_RETURN_IF_ERROR(PlayStep(step));
  }
  EndPart();
  if (kills_ == 0) problems_.emplace_back("the story leaves no room for a SIGKILL");
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
  const Message& request = RequestOf(step.command);
  const std::string path = PathOf(request);
  if (path.empty()) return absl::InternalError(absl::StrCat("no RPC takes ", step.verb));
  VOUCHER_ASSIGN_OR_RETURN(client::Client * client, As(step.who));
  const std::unique_ptr<Message> response = ResponseOf(request);
  const absl::Status status = client->Call(path, request, response.get());
  ++commands_;
  ExpectAnswer(step, status, *response);
  return absl::OkStatus();
}

void Story::ExpectAnswer(const ScenarioStep& step, const absl::Status& status,
                         const Message& response) {
  const std::vector<std::string> words = absl::StrSplit(step.expected, absl::MaxSplits(' ', 1));
  if (status.ok()) {
    ++accepted_;
    ++part_accepted_;
    const auto& receipt = static_cast<const v1::Receipt&>(Part(response, "receipt"));
    const Message& request = RequestOf(step.command);
    acknowledgements_.Add(request.GetReflection()->GetString(
                              request, request.GetDescriptor()->FindFieldByName("request_id")),
                          receipt);
    if (words[0] != "ok" && words[0] != "REPLAY") {
      return Wrong(step, "accepted: " + response.ShortDebugString());
    }
    if (words.size() > 1) {
      const std::string missing = MissingFields(Part(response, "event"), words[1]);
      if (!missing.empty()) Wrong(step, missing);
    }
    return;
  }
  if (const auto refused = client::RefusedOf(status)) return ExpectRefusal(step, *refused);
  const auto bad_fields = client::BadFieldsOf(status);
  const std::string got =
      bad_fields.empty() ? status.ToString() : absl::StrCat("MALFORMED ", bad_fields[0].field());
  ++part_refused_["MALFORMED"];
  if (got != step.expected) Wrong(step, "got " + got);
}

void Story::ExpectRefusal(const ScenarioStep& step, const client::Refused& refused) {
  const std::string reason = ReasonName(refused.reason);
  const v1::Refusal& refusal = refused.refusal;
  ++part_refused_[reason];
  refusals_.push_back(
      {step.line, step.verb, reason, refusal.message(), refusal.message_zh(), refusal.clause()});
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
  ++balances_checked_;
  const std::vector<std::string> words = absl::StrSplit(step.balances, ' ', absl::SkipEmpty());
  const std::string wanted = absl::StrJoin(words, " ");
  if (got != wanted) Wrong(step, absl::StrCat("balances ", got, ", expected ", wanted));
  programs_.insert(words[0]);
  part_balances_ = wanted;
  return absl::OkStatus();
}

absl::Status Story::KillAndRestart() {
  acknowledged_before_kill_ = static_cast<int64_t>(acknowledgements_.size());
  clients_.clear();
  server_.Kill();
  ++kills_;
  server_.config().mutable_development()->mutable_manual_clock()->set_start(clock_.RestartAt());
  absl::PrintF("  SIGKILL after %d acknowledged decisions, restart\n", acknowledged_before_kill_);
  // The story's clock moves by months in no time, so the last mark is old.
  return server_.Start({"--confirm-clock"});
}

absl::Status Story::VerifyAll() {
  VOUCHER_ASSIGN_OR_RETURN(client::Client * observer, As("auditor"));
  for (const std::string& program : programs_) {
    v1::GetBudgetRequest request;
    request.set_program_id(program);
    VOUCHER_ASSIGN_OR_RETURN(const v1::GetBudgetResponse response, observer->GetBudget(request));
    budgets_.push_back(response.budget());
  }
  testing::ApiClient auditor(server_.endpoint(), "auditor");
  VOUCHER_ASSIGN_OR_RETURN(ledger_, ReadLedger(auditor, acknowledgements_));
  if (ledger_.lost_acknowledgements != 0) problems_.emplace_back("acknowledgements were lost");
  if (ledger_.bad_hashes != 0) problems_.emplace_back("entries have a wrong hash");
  auditor.Disconnect();
  clients_.clear();
  clock_.Pause();
  VOUCHER_RETURN_IF_ERROR(server_.Terminate());
  VOUCHER_ASSIGN_OR_RETURN(const testing::ProgramResult fsck,
                           testing::RunProgram({options_.bin_directory + "/voucher-fsck",
                                                "--redecide", options_.data_directory},
                                               std::chrono::minutes(2)));
  fsck_verdict_ = fsck.exit_code == 0 ? "clean" : absl::StrCat("exit code ", fsck.exit_code);
  if (fsck.exit_code != 0) {
    problems_.push_back(absl::StrCat("voucher-fsck: ", fsck.stdout_text, "\n", fsck.stderr_text));
  }
  return absl::OkStatus();
}

void Story::EndPart() {
  if (part_.empty()) return;
  std::vector<std::string> refused;
  for (const auto& [reason, count] : part_refused_) {
    refused.push_back(count == 1 ? reason : absl::StrCat(count, " ", reason));
  }
  absl::PrintF("  %s\n      %d accepted%s%s\n", part_, part_accepted_,
               refused.empty() ? "" : "; refused: ", absl::StrJoin(refused, ", "));
  if (!part_balances_.empty()) {
    const std::vector<std::string> words = absl::StrSplit(part_balances_, ' ');
    std::string text;
    for (size_t i = 1; i < words.size(); ++i) {
      int64_t fen = 0;
      if (absl::SimpleAtoi(words[i], &fen) && fen != 0) {
        absl::StrAppend(&text, text.empty() ? "" : ", ", kBalanceColumns[i - 1], " ",
                        FormatYuan(fen));
      }
    }
    absl::PrintF("      %s: %s\n", words[0], text);
  }
  std::fflush(stdout);
  part_accepted_ = 0;
  part_refused_.clear();
  part_balances_.clear();
}

void Story::PrintTable() const {
  absl::PrintF("\nRefused, and why\n");
  std::set<std::pair<std::string, std::string>> shown;
  for (const StoryRefusal& refusal : refusals_) {
    if (!shown.insert({refusal.verb, refusal.reason}).second) continue;
    absl::PrintF("  %s: %s\n      %s\n      %s\n      %s\n", refusal.verb, refusal.reason,
                 refusal.message, refusal.message_zh, refusal.clause);
  }
  for (const v1::Budget& b : budgets_) {
    absl::PrintF("\nBudget equation of %s, yuan\n  %-22s   %20s\n", b.program_id(), "appropriated",
                 FormatYuan(b.appropriated_fen()));
    const char* sign = "=";
    for (const auto& [name, fen] :
         std::vector<std::pair<const char*, int64_t>>{{"remaining", b.remaining_fen()},
                                                      {"held", b.held_fen()},
                                                      {"voucher", b.voucher_fen()},
                                                      {"transit", b.transit_fen()},
                                                      {"credit", b.credit_fen()},
                                                      {"payable", b.payable_fen()},
                                                      {"due", b.due_fen()},
                                                      {"paid", b.paid_fen()},
                                                      {"returned", b.returned_fen()}}) {
      absl::PrintF("  %-22s %s %20s\n", name, sign, FormatYuan(fen));
      sign = "+";
    }
  }
  absl::PrintF("\nProof\n");
  const auto line = [](const char* what, int64_t n) {
    absl::PrintF("  %-46s %12s\n", what, WithSeparators(n));
  };
  line("commands", commands_);
  line("  of them accepted", accepted_);
  line("balances compared with those worked by hand", balances_checked_);
  line("entries in the ledger", static_cast<int64_t>(ledger_.entries));
  line("acknowledged before the SIGKILL", acknowledged_before_kill_);
  line("lost acknowledgements", static_cast<int64_t>(ledger_.lost_acknowledgements));
  absl::PrintF("  %-46s %12s\n", "voucher-fsck --redecide", fsck_verdict_);
  for (const std::string& problem : problems_) absl::PrintF("\nWRONG: %s\n", problem);
  std::fflush(stdout);
}

std::string Story::Summary(bool ok, int64_t milliseconds) const {
  nlohmann::ordered_json refused = nlohmann::ordered_json::object();
  for (const StoryRefusal& refusal : refusals_) {
    nlohmann::ordered_json& count = refused[refusal.reason];
    count = count.is_null() ? 1 : count.get<int>() + 1;
  }
  const nlohmann::ordered_json summary = {
      {"ok", ok},
      {"program", options_.program_id},
      {"milliseconds", milliseconds},
      {"commands", commands_},
      {"accepted", accepted_},
      {"refused", std::move(refused)},
      {"balances_checked", balances_checked_},
      {"ledger_entries", ledger_.entries},
      {"kills", kills_},
      {"acknowledged_before_kill", acknowledged_before_kill_},
      {"lost_acknowledgements", ledger_.lost_acknowledgements},
      {"fsck", fsck_verdict_},
      {"problems", problems_},
  };
  return summary.dump(2) + "\n";
}

}  // namespace

bool RunStory(const Options& options) {
  ScenarioScript script =
      ReadScenario(absl::StrCat("tests/scenarios/", options.program_id, ".table"));
  absl::PrintF("%s\n", script.path);
  return Story(options, std::move(script)).Run();
}

}  // namespace voucher::demo
