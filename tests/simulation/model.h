// A small second opinion on the ledger: what every command must do to limits, balances and states.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
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
  std::array<int64_t, v1::AccountKind_ARRAYSIZE> total_fen{};
  // Tranches that have not opened.
  int64_t unopened_fen = 0;
  // Applications on the waitlist, in the order of the queue.
  std::set<uint64_t> waiting;
  std::vector<uint64_t> applications;
  // The instant by which a timer goes on with the waitlist; 0 if none is set.
  int64_t waitlist_due = 0;

  const v1::ProgramRules& rules() const { return revisions.back(); }
};

// An incident, a time on a list or a blacklisting, in days since 1970-01-01; its last day is
// inclusive.
struct OnRecord {
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  int64_t last() const { return std::min(until, ended); }
  bool HoldsOn(int64_t day) const { return !withdrawn && first <= day && day <= last(); }

  uint64_t sequence = 0;  // of its entry
  bool sandbox = false;
  // One of three.
  std::optional<v1::Incident> incident;
  int listing = 0;  // v1::ListingKind
  std::optional<v1::Blacklisting> blacklisting;
  std::string reference;
  int64_t first = 0;
  // By its own words, and by what ended it.
  int64_t until = kNever;
  int64_t ended = kNever;
  bool withdrawn = false;
};

struct Enterprise {
  v1::EnterpriseFacts facts;
  std::vector<std::string> former_usccs;
  std::vector<OnRecord> records;
  // Program of the newest reminder, and the ends of the times to mend, by program.
  std::string reminded_by;
  std::map<std::string, int64_t> mended_by;
  // Days of the newest reminders, by program.
  std::map<std::string, int64_t> reminded_on;
  std::vector<uint64_t> applications;
};

struct Provider {
  std::string id;
  bool suspended = false;
  std::string name;
};

struct Account {
  uint64_t provider = 0;
  std::string number;
  uint64_t enterprise = 0;
  // Expiry and number of each voucher with credit here.
  std::set<std::pair<int64_t, uint64_t>> lots;
  // What lapsed here, by voucher.
  std::map<uint64_t, int64_t> lapsed_fen;
};

struct Application {
  uint32_t program = 0;
  size_t revision = 0;  // from 0
  uint64_t queue_number = 0;
  uint64_t enterprise = 0;
  std::string item_id;
  // The model's own number of the enterprise's project, whatever the case of its name.
  uint64_t project = 0;
  bool by_credit = false;
  bool awarded = false;
  // Set aside now.
  int64_t held_fen = 0;
  // Set aside at first, or after a correction.
  int64_t granted_fen = 0;
  // What it competes or waits for.
  int64_t wanted_fen = 0;
  int64_t approved_fen = 0;
  int state = 0;
  int stages_passed = 0;
  int score = 0;
  uint64_t voucher = 0;
  uint64_t notice = 0;
  int64_t notice_ends = 0;
  int64_t correction_due = 0;
  int64_t project_due = 0;
  // When it was approved; 0 before.
  int64_t approved_at = 0;
  bool extended = false;
  // Why it left the waitlist, a v1::Reason; 0 if it did not.
  int lapse_reason = 0;
  // Was superseded before it was taken back: claims its item no more.
  bool item_free = false;
  // Of the applicant then.
  std::string division;
  std::set<std::string> provider_ids;
  // 0 if it counts in none.
  uint64_t cluster = 0;
  // Held, approved or spent, less what went back to the budget.
  int64_t standing_fen = 0;
  // Of what was spent of it and taken back: still owed, and paid or kept back less refunded.
  int64_t receivable_fen = 0;
  int64_t recovered_fen = 0;
  // Was taken back.
  bool reclaimed = false;
  // Its invoices, and the orders that they bill.
  std::vector<std::string> claims;
  int64_t spend_fen = 0;
  // Of an award.
  std::string reference;
  // Of the entry that submitted or awarded it.
  uint64_t sequence = 0;
};

// What a provider redeemed of a voucher, net, and did not lose with the project.
struct Claim {
  int64_t fen = 0;
  // Of the last booking that changed it or made it settleable, as year x 100 + month.
  int month = 0;
};

struct Voucher {
  uint64_t application = 0;
  int64_t approved_fen = 0;
  int64_t available_fen = 0;
  int64_t transit_fen = 0;
  // By account.
  std::map<uint64_t, int64_t> credit_fen;
  // The same by account and by when it was confirmed; nothing that is 0.
  std::map<uint64_t, std::map<int64_t, int64_t>> confirmed_fen;
  // When the newest credit was confirmed, by account.
  std::map<uint64_t, int64_t> newest_credit;
  int64_t redeemed_fen = 0;
  // By provider.
  std::map<uint64_t, Claim> claims;
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
  // Entry that ordered it.
  uint64_t ordered = 0;
  // What makes an order the same one.
  std::string act;
};

struct Draw {
  uint64_t voucher = 0;
  int64_t amount_fen = 0;
  int64_t reversed_fen = 0;
};

struct Redemption {
  uint64_t id = 0;  // sequence of its entry
  uint32_t program = 0;
  uint64_t account = 0;
  std::string order_number;
  std::vector<Draw> draws;
  int state = 0;
  // Category of a core product; empty if it was none.
  std::string core_category;
};

struct Cluster {
  uint32_t program = 0;
  size_t revision = 0;  // from 0, of when the plan was put
  v1::Cluster plan;
  std::vector<uint64_t> members;
  int state = 0;
  int score = 0;
  int64_t pool_fen = 0;
};

// Money of a later day.
struct Tranche {
  uint32_t program = 0;
  int64_t amount_fen = 0;
};

// A public notice, and the rule that it was published under.
struct Notice {
  v1::NoticeRule rule;
  int64_t starts = 0;  // day
  int64_t ends = 0;
  std::vector<uint64_t> applications;
};

struct Calendar {
  uint32_t revision = 0;
  int first_year = 0;
  int last_year = 0;
  // Days that differ from the weekday rule, in days since 1970-01-01.
  std::map<int64_t, bool> working;
};

// Program, v1::AccountKind, provider or enterprise; and the application whose acceptance the money
// waits for, or 0.
using PayableKey = std::tuple<uint32_t, int, uint64_t, uint64_t>;

// A provider's bookings of a month that are on no statement.
struct Month {
  int64_t booked_fen = 0;
  int64_t reversed_fen = 0;
};

// What is owed for an application and on no statement, and since when.
struct Unpaid {
  int64_t fen = 0;
  int month = 0;
};

// Program, and provider or division.
using PartyKey = std::tuple<uint32_t, uint64_t, std::string>;

// How far a party's months are closed, and what it carries over.
struct Party {
  int closed_month = 0;
  int64_t carried_fen = 0;
};

struct Statement {
  PartyKey party;
  // The month that the party had closed before.
  int after_month = 0;
  int month = 0;
  int64_t booked_fen = 0;
  int64_t reversed_fen = 0;
  int64_t brought_forward_fen = 0;
  int64_t set_off_fen = 0;
  int64_t due_fen = 0;
  int64_t carried_forward_fen = 0;
  int64_t paid_fen = 0;
  int state = 0;
  // Of a district: application, due, set off.
  std::vector<std::array<int64_t, 3>> lines;
};

class Wrongs;

// The ledger as docs/standing-rules.md, docs/money-ways.md, docs/acts.md and the programme rules
// describe it, in plain containers.
// Written without the code of ledger/: it reads requests and rules as protobuf messages and nothing
// else. Numbers are dense from 1; element n-1 of a vector is number n. Instants are Unix
// nanoseconds.
class Model {
 public:
  // Decides and applies a command, well-formed by precondition.
  Outcome Apply(const v1::Command& command, const v1::Authority& who, int64_t received_at);

  std::vector<Program> programs;
  std::vector<Enterprise> enterprises;
  // Enterprise by every code that it has or had.
  std::map<std::string, uint64_t> usccs;
  std::vector<Provider> providers;
  std::vector<Account> accounts;
  std::vector<Application> applications;
  std::vector<Voucher> vouchers;
  std::vector<Transfer> transfers;
  std::vector<Redemption> redemptions;
  uint64_t sequence = 0;  // of the last entry
  // Program, provider, product_id.
  std::map<std::tuple<uint32_t, uint64_t, std::string>, v1::Product> products;
  std::map<std::pair<uint64_t, std::string>, uint64_t> orders;
  // Application, by what it claims.
  std::map<std::string, uint64_t> claims;
  // The entry that booked it last, by what makes an act the same one.
  std::map<std::string, uint64_t> acts;
  // Of an enterprise and a name in lower case.
  mutable std::map<std::pair<uint64_t, std::string>, uint64_t> projects;
  std::map<PayableKey, int64_t> payable_fen;
  // Program, provider, month as year x 100 + month.
  std::map<std::tuple<uint32_t, uint64_t, int>, Month> months;
  // Program, enterprise, application.
  std::map<std::tuple<uint32_t, uint64_t, uint64_t>, Unpaid> unpaid;
  std::map<PartyKey, Party> parties;
  std::vector<Statement> statements;
  // What enterprises owe, by enterprise and program; never 0.
  std::map<std::pair<uint64_t, uint32_t>, int64_t> receivable_fen;
  // Core products bought, by program, enterprise and category.
  std::map<std::tuple<uint32_t, uint64_t, std::string>, int64_t> basket_fen;
  std::vector<Cluster> clusters;
  std::vector<Tranche> tranches;
  Calendar calendar;
  std::vector<Notice> notices;
  std::set<Timer> timers;
  // Applications that are pending for credit, by program and revision (from 1).
  std::map<std::pair<uint32_t, uint64_t>, uint64_t> pending_credit;
  // Queue number up to which they were looked through for their lapse, where a timer goes on.
  std::map<std::pair<uint32_t, uint64_t>, uint64_t> looked_through;

  LimitKey PoolKey(const v1::Pool& pool, uint32_t program) const;
  bool CountsIn(const Application& application, const v1::Pool& pool) const;
  // What stands of all grants that a pool of the newest rules counts.
  int64_t StandingInPool(uint32_t program, const v1::Pool& pool) const;

  // 0 if there is none.
  uint32_t ProgramNumber(const std::string& program_id) const;
  uint64_t EnterpriseNumber(const std::string& uscc) const;
  uint64_t ProviderNumber(const std::string& provider_id) const;

 private:
  // What is left under the caps and in the pools that a grant must fit.
  struct Room;
  // What it gets, or how much it waits for.
  struct Grant {
    int64_t fen = 0;
    bool waits = false;
  };

  Outcome Decide(const v1::Command& command);
  Outcome Publish(const v1::ProgramRules& rules);
  void RefuseIfIdentityChanges(const Program& program, const v1::ProgramRules& rules,
                               Wrongs* wrongs) const;
  void RefuseIfBelowUse(uint32_t number, const v1::ProgramRules& rules, Wrongs* wrongs) const;
  Outcome SetState(const v1::SetProgramStateRequest& request);
  Outcome Appropriate(const v1::AppropriateRequest& request);
  Outcome Put(const v1::EnterpriseFacts& facts);
  Outcome Put(const v1::PutProviderRequest& request);
  Outcome Succeed(const v1::SucceedEnterpriseRequest& request);
  Outcome Blacklist(const v1::SetBlacklistRequest& request);
  Outcome SetProvider(const v1::SetProviderStateRequest& request);
  Outcome PutProduct(const v1::Product& product);
  Outcome WithdrawProduct(const v1::WithdrawProductRequest& request);
  Outcome Bind(const v1::BindCloudAccountRequest& request);
  Outcome Publish(const v1::PublishCalendarRequest& request);
  Outcome Record(const v1::RecordIncidentRequest& request);
  Outcome SetListing(const v1::SetListingRequest& request);
  Outcome EndRecord(const v1::EndRecordRequest& request);
  OnRecord RecordOf(const v1::Blacklisting& blacklisting) const;
  void PutOnRecord(uint64_t enterprise, OnRecord record);
  // Puts it on record unless that was done before.
  Outcome Tell(const std::string& uscc, OnRecord record, bool sandbox, uint64_t repeats);
  // Ends all of a list, or with 0 all blacklistings, of a world with the day before.
  Outcome Lift(const std::string& uscc, bool sandbox, int listing);
  void ExtendNotices(Outcome* outcome);
  // Commands of the lifecycle, by request.
  Outcome ApplyLifecycle(const v1::Command& command);
  Outcome Submit(const v1::SubmitApplicationRequest& request);
  Outcome Award(const v1::AwardGrantRequest& request);
  Outcome Withdraw(uint64_t id);
  Outcome Review(const v1::ReviewApplicationRequest& request);
  Outcome Uphold(const v1::ReviewApplicationRequest& request, Application* application);
  Outcome Return(uint64_t id);
  Outcome Correct(const v1::CorrectApplicationRequest& request);
  Outcome Announce(const v1::PublishNoticeRequest& request);
  Outcome Object(uint64_t id);
  Outcome Resolve(const v1::ResolveObjectionRequest& request);
  Outcome Rank(const v1::RankApplicationsRequest& request);
  Outcome Put(const v1::Cluster& plan);
  Outcome Review(const v1::ReviewClusterRequest& request);
  Outcome Rank(const v1::RankClustersRequest& request);
  Outcome Approve(const v1::ApproveApplicationRequest& request);
  Outcome Accept(const v1::AcceptProjectRequest& request);
  Outcome Extend(const v1::ExtendProjectRequest& request);
  Outcome Terminate(uint64_t id);
  // Commands of the settlement, by request.
  Outcome ApplySettlement(const v1::Command& command);
  Outcome Close(const v1::CloseStatementRequest& request);
  Outcome CloseForProvider(Statement* statement);
  Outcome CloseForDistrict(Statement* statement);
  Outcome Disburse(const v1::RecordDisbursementRequest& request);
  Outcome Recover(const v1::RecordRecoveryRequest& request);
  Outcome Archive(const v1::ArchiveProgramRequest& request);
  Outcome Remind(const v1::RemindEnterpriseRequest& request);
  Outcome Reclaim(const v1::ReclaimRequest& request);
  Outcome Reconcile(const v1::ReconcileTransfersRequest& request);
  Outcome Order(const v1::OrderTransferRequest& request);
  Outcome Answer(uint64_t id, bool confirmed);
  Outcome Redeem(const v1::RedeemRequest& request);
  Outcome Reverse(const v1::ReverseRedemptionRequest& request);
  Outcome Fire(const v1::TimerDue& timer);

  // What stands of all grants of a program that match.
  int64_t Standing(uint32_t program, const std::function<bool(const Application&)>& matches) const;
  int64_t StandingUnder(int kind, uint32_t program, const v1::Item& item, uint64_t enterprise,
                        uint64_t project) const;
  LimitKey CapKey(int kind, uint32_t program, const v1::Item& item, uint64_t enterprise,
                  uint64_t project) const;
  void AddPool(const v1::Pool& pool, uint32_t program, Room* room) const;
  void AddShared(uint32_t program, uint64_t cluster, Room* room) const;
  void AddMember(uint32_t program, uint64_t cluster, uint64_t enterprise, const v1::Item& item,
                 Room* room) const;
  Room RoomFor(uint32_t program, const v1::Item& item, uint64_t enterprise, uint64_t project,
               const std::set<std::string>& provider_ids) const;
  Room RoomOf(const Application& application) const;
  static void RefuseIfCapReached(const Room& room, int64_t least_fen, Wrongs* wrongs);
  static Grant Fit(const Room& room, int64_t fen, Wrongs* wrongs);
  static int64_t WouldGet(const Room& room, int64_t fen);
  void Hold(uint64_t id, int64_t fen);
  // The same beside a waitlist.
  void HoldAnew(uint64_t id, int64_t fen);
  uint64_t Add(Application application);
  // The products that an application names, and the days on which it may come.
  void RefuseProducts(const v1::SubmitApplicationRequest& request, uint32_t program,
                      Wrongs* wrongs) const;
  void RefuseOutsideWindow(const Program& program, Wrongs* wrongs) const;

  bool StandsInLine(const Application& application, const LimitKey& pool) const;
  int PolicyOf(const LimitKey& limit) const;
  void MarkQueued(uint64_t before, Room* room) const;
  // Notes where one of these applications of an enterprise waits: its turn may be another one now.
  void LookAgain(uint64_t enterprise, const std::function<bool(const Application&)>& wanted);
  void TakeTurns(Outcome* outcome);
  void GoOnLater(uint32_t program);
  void Step(uint32_t program, Outcome* outcome);
  Grant TurnOf(const Application& application, bool over, Wrongs* wrongs) const;

  const v1::ProgramRules& RulesOf(const Application& application) const;
  const v1::Item& ItemOf(const Application& application) const;
  uint64_t ClusterOf(uint32_t program, uint64_t enterprise) const;
  uint64_t ProjectNumber(uint64_t enterprise, std::string project_id) const;
  bool IsClaimed(uint32_t program, const v1::Item& item, uint64_t enterprise,
                 uint64_t project) const;
  int64_t StatedOf(const Application& application) const;
  // What was spent of a grant, or is owed for it, and was not taken back.
  int64_t UsedOf(const Application& application) const;
  // The same with what it may still spend.
  int64_t StandsOf(const Application& application) const;
  // What was granted for a project, as a program with a highest-only rule counts it.
  struct Project {
    std::vector<uint64_t> standing;
    std::vector<uint64_t> ended;
    int64_t fen = 0;
  };
  Project Granted(uint32_t program, uint64_t enterprise, uint64_t project) const;
  bool IsSuperseded(const v1::ProgramRules& rules, uint64_t enterprise, uint64_t project,
                    int64_t would_fen) const;
  // Who holds money beside an approval and can never be approved after it.
  std::vector<uint64_t> Overtaken(const Application& approved, const std::vector<uint64_t>& lower,
                                  int64_t approved_fen) const;
  // Grants that an approval replaces under a highest-only rule. Takes off what it would approve
  // what was used of them and of those that ended.
  std::vector<uint64_t> LowerGrants(const Application& application, int64_t* fen,
                                    Wrongs* wrongs) const;
  // Makes the voucher of an approved application; its number.
  uint64_t Issue(uint64_t id, int64_t fen);
  // Hands over what was approved and is not kept back, as a voucher or as a debt to the enterprise;
  // `replaced` may keep an application that gets nothing from being settled.
  void HandOver(uint64_t id, int64_t kept_fen, const std::vector<uint64_t>& replaced,
                Outcome* outcome);
  // Ends a grant that a higher one replaces.
  void Supersede(uint64_t id, Outcome* outcome);
  // What other grants of a project take of what its cost bears.
  int64_t GrantedBeside(const Application& application) const;
  void TakeBackAbove(int64_t excess, Application* application, Outcome* outcome);
  // Applications that were replaced in the project of one that a highest-only rule judges, the
  // newest first; none for another.
  std::vector<uint64_t> Replaced(const Application& application) const;
  // Whether something owed for one of them waits.
  bool AnyWaits(const std::vector<uint64_t>& ids) const;
  // Ends the wait for an acceptance that never comes, and says what became of whom, two parts each:
  // application, settleable, released; application, owed.
  std::vector<std::array<int64_t, 3>> EndWait(const Application& application, bool reclaimed);
  // What an acceptance makes of those it replaced, of which so much is too much, in the same words.
  std::vector<std::array<int64_t, 3>> AcceptReplaced(const Application& application,
                                                     int64_t excess);

  void Move(uint32_t program, v1::AccountKind from, v1::AccountKind to, int64_t fen);
  void AddCredit(uint64_t voucher, uint64_t account, int64_t fen);
  void NoteLapse(uint64_t voucher, uint64_t account, int64_t fen);
  struct Purse;
  Purse LookIntoPurse(uint32_t program, uint64_t account, const v1::Product& product,
                      int64_t usage) const;
  void Spend(uint64_t voucher, uint64_t account, int64_t fen, Outcome* outcome);
  void Unspend(uint64_t voucher, uint64_t account, int64_t fen, Outcome* outcome);
  bool HasBought(uint32_t program, uint64_t enterprise, const v1::ProgramRules& rules) const;
  int64_t EndTransfer(uint64_t id, bool confirmed, Outcome* outcome);
  void Owe(const PayableKey& account, uint64_t application, int64_t fen);
  void OweBack(uint64_t enterprise, uint32_t program, int64_t fen);
  int64_t OwedBack(uint64_t enterprise, uint32_t program) const;
  // Lowers debts of an enterprise that are `wanted`, the oldest first, by at most `fen`; returns by
  // how much.
  int64_t LowerDebts(uint64_t enterprise, int64_t fen,
                     const std::function<bool(const Application&)>& wanted);
  // Lowers those in all programs of the world of `program`.
  int64_t SetOff(uint64_t enterprise, uint32_t program, int64_t fen);
  bool IsArchived(const Application& application) const;
  static bool IsPendingCredit(const Application& application);
  void CountPendingCredit(const Application& application, int change);
  void LapsePending(const v1::TimerDue& timer, Outcome* outcome);
  void SettleVouchers(uint32_t program, uint64_t provider, Outcome* outcome);
  int64_t WaitingFen(uint32_t program, int kind, uint64_t party) const;
  void SettleLines(const Statement& statement, Outcome* outcome);
  bool IsUnpaid(uint32_t program, uint64_t provider, int month) const;
  bool OwesProviders(const Voucher& voucher) const;
  bool IsSettled(const Voucher& voucher) const;
  void GiveBack(Application* application, v1::AccountKind from, int64_t fen, Outcome* outcome);
  void EndHold(Application* application, int state, Outcome* outcome);
  void MoveTo(Application* application, int state);
  uint64_t IdOf(const Application& application) const;
  // Where a claim that arises now for the application waits: itself, or 0.
  uint64_t GateOf(const Application& application) const;
  // Payables that wait for the application's acceptance.
  std::vector<PayableKey> Gated(const Application& application) const;
  int64_t OpenGate(Application* application);
  void Empty(uint64_t voucher, Outcome* outcome);
  void EndProject(Application* application, int state);
  void Release(Application* application, Outcome* outcome);

  bool IsDead(const Voucher& voucher) const;
  bool IsBlacklisted(uint64_t enterprise, uint32_t program) const;
  bool MayActFor(uint64_t provider) const;
  bool MayReview(const Application& application, const std::string& stage) const;
  bool IsSandbox(uint32_t program) const;
  // What credit paid of an order in the world of the program.
  int64_t CreditPaid(uint32_t program, const v1::BilledOrder& order) const;
  // What is wrong with evidence that an application brings, `self` if it has brought some already.
  void JudgeEvidence(uint32_t program, const v1::Evidence& evidence, uint64_t self,
                     Wrongs* wrongs) const;
  bool IsPastVouchers(const Application& application) const;
  // Who claims it; 0 if nobody does.
  uint64_t ClaimerOf(const std::string& claim) const;
  // The newest application of the enterprise that still claims and is `wanted`: its entry, or 0.
  uint64_t NewestClaim(uint64_t enterprise,
                       const std::function<bool(const Application&)>& wanted) const;

  // Of the command at hand.
  const v1::Authority* who_ = nullptr;
  int64_t now_ = 0;
  // When the timer at hand was due; 0 if there is none.
  int64_t timer_due_ = 0;
  // The program that it is about, as far as its waitlist needs to know; 0 means the freed one.
  uint32_t home_ = 0;
  // Whether somebody's turn may have come there though no money came back.
  bool turn_ = false;
  // Programs to whose budget money came back.
  std::set<uint32_t> freed_;
  // Programs where somebody waits whose turn may be another one now.
  std::set<uint32_t> judged_;
};

// The first instant of the day after `date` in China.
int64_t EndOfDay(const v1::CivilDate& date);
// Days since 1970-01-01 of a date, and of an instant in China.
int64_t DayNumber(const v1::CivilDate& date);
int64_t DayNumber(int64_t instant);
v1::CivilDate DateOf(int64_t day_number);
// Month of an instant in China, as year x 100 + month.
int MonthOf(int64_t instant);
// When vouchers of these rules lapse: their expiry and the grace.
int64_t LapseOf(const v1::ProgramRules& rules);

}  // namespace voucher::simulation
