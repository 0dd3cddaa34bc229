// A small second opinion on the ledger: what every command must do to limits, balances and states.
#ifndef TESTS_SIMULATION_MODEL_H_
#define TESTS_SIMULATION_MODEL_H_

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/simulation/outcome.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::simulation {

// Due instant, kind and id of a timer, in the order in which timers are booked.
using Timer = std::tuple<int64_t, int, uint64_t>;

struct Program {
  std::vector<v1::ProgramRules> revisions;
  int state = 0;
  uint64_t queue_number = 0;
  // By v1::AccountKind.
  std::array<int64_t, 10> total_fen{};

  const v1::ProgramRules& rules() const { return revisions.back(); }
};

struct Enterprise {
  v1::EnterpriseFacts facts;
  bool blacklisted = false;
  // Last day, in days since 1970-01-01.
  int64_t blacklisted_until = 0;
  int64_t payable_fen = 0;
};

struct Provider {
  std::string id;
  bool suspended = false;
  int64_t payable_fen = 0;
};

struct Account {
  uint64_t provider = 0;
  std::string number;
  uint64_t enterprise = 0;
  // Expiry and number of each voucher with credit here.
  std::set<std::pair<int64_t, uint64_t>> lots;
};

struct Application {
  uint32_t program = 0;
  size_t revision = 0;  // from 0
  uint64_t queue_number = 0;
  uint64_t enterprise = 0;
  bool by_credit = false;
  int64_t held_fen = 0;
  int64_t granted_fen = 0;
  int64_t approved_fen = 0;
  int state = 0;
  int stages_passed = 0;
  uint64_t voucher = 0;
  std::vector<LimitKey> limits;
  std::vector<std::string> invoices;
};

struct Voucher {
  uint64_t application = 0;
  int64_t approved_fen = 0;
  int64_t available_fen = 0;
  int64_t transit_fen = 0;
  // By account.
  std::map<uint64_t, int64_t> credit_fen;
  int64_t redeemed_fen = 0;
  int64_t released_fen = 0;
  int state = 0;
  int64_t expires = 0;
  int64_t lapses = 0;
};

struct Transfer {
  uint64_t voucher = 0;
  uint64_t account = 0;
  int64_t amount_fen = 0;
  int state = 0;
  int64_t answer_due = 0;
};

struct Draw {
  uint64_t voucher = 0;
  int64_t amount_fen = 0;
  int64_t reversed_fen = 0;
};

struct Redemption {
  uint32_t program = 0;
  uint64_t account = 0;
  std::string order_number;
  std::vector<Draw> draws;
  int state = 0;
};

// The ledger as design.md §2–§4 and §8 and the programme rules describe it, in plain containers.
// Written without the code of ledger/: it reads requests and rules as protobuf messages and nothing
// else. Numbers are dense from 1; element n-1 of a vector is number n. Instants are Unix
// nanoseconds. Rules on age, incidents, listings and revenue are left to the tests of
// ledger/policy.
class Model {
 public:
  // Decides and applies a command, well-formed by precondition.
  Outcome Apply(const v1::Command& command, const v1::Authority& who, int64_t received_at);

  std::vector<Program> programs;
  std::vector<Enterprise> enterprises;
  std::vector<Provider> providers;
  std::vector<Account> accounts;
  std::vector<Application> applications;
  std::vector<Voucher> vouchers;
  std::vector<Transfer> transfers;
  std::vector<Redemption> redemptions;
  // Program, provider, product_id.
  std::map<std::tuple<uint32_t, uint64_t, std::string>, v1::Product> products;
  std::map<std::pair<uint64_t, std::string>, uint64_t> orders;
  std::map<std::string, uint64_t> invoices;
  std::map<std::pair<uint32_t, std::string>, uint64_t> projects;
  std::map<LimitKey, int64_t> used_fen;
  std::set<Timer> timers;

  // 0 if there is none.
  uint32_t ProgramNumber(const std::string& program_id) const;
  uint64_t EnterpriseNumber(const std::string& uscc) const;
  uint64_t ProviderNumber(const std::string& provider_id) const;

 private:
  Outcome Publish(const v1::ProgramRules& rules);
  Outcome SetState(const v1::SetProgramStateRequest& request);
  Outcome Appropriate(const v1::AppropriateRequest& request);
  Outcome Blacklist(const v1::SetBlacklistRequest& request);
  Outcome SetProvider(const v1::SetProviderStateRequest& request);
  Outcome PutProduct(const v1::Product& product);
  Outcome WithdrawProduct(const v1::WithdrawProductRequest& request);
  Outcome Bind(const v1::BindCloudAccountRequest& request);
  Outcome Submit(const v1::SubmitApplicationRequest& request);
  Outcome Withdraw(uint64_t id);
  Outcome Review(const v1::ReviewApplicationRequest& request);
  Outcome Approve(const v1::ApproveApplicationRequest& request);
  Outcome Order(const v1::OrderTransferRequest& request);
  Outcome Answer(uint64_t id, bool confirmed);
  Outcome Redeem(const v1::RedeemRequest& request);
  Outcome Reverse(const v1::ReverseRedemptionRequest& request);
  Outcome Fire(const v1::TimerDue& timer);

  LimitKey PoolKey(const v1::Pool& pool, uint32_t program) const;
  struct Room;
  Room RoomFor(const v1::SubmitApplicationRequest& request, uint32_t program,
               uint64_t enterprise) const;
  void Move(uint32_t program, v1::AccountKind from, v1::AccountKind to, int64_t fen);
  void AddCredit(uint64_t voucher, uint64_t account, int64_t fen);
  void GiveBack(Application* application, v1::AccountKind from, int64_t fen, Outcome* outcome);
  void EndHold(Application* application, int state, Outcome* outcome);
  bool IsDead(const Voucher& voucher) const;
  bool IsBlacklisted(const Enterprise& enterprise) const;
  bool MayActFor(uint64_t provider) const;
  bool MayReview(const Application& application, const std::string& stage) const;

  // Of the command at hand.
  const v1::Authority* who_ = nullptr;
  int64_t now_ = 0;
};

// The first instant of the day after `date` in China.
int64_t EndOfDay(const v1::CivilDate& date);
// Days since 1970-01-01 of a date, and of an instant in China.
int64_t DayNumber(const v1::CivilDate& date);
int64_t DayNumber(int64_t instant);
v1::CivilDate DateOf(int64_t day_number);
// When vouchers of these rules lapse: their expiry and the grace.
int64_t LapseOf(const v1::ProgramRules& rules);

}  // namespace voucher::simulation

#endif  // TESTS_SIMULATION_MODEL_H_
