// Random commands that make sense often enough to go deep, and are wrong often enough to be refused
// in every way.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/model.h"
#include "tests/simulation/random.h"
#include "tests/simulation/world.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::simulation {

// Looks at the model for things to act on; never changes it.
class CommandSource {
 public:
  // `programs` are the rules as first published: the shipped ones, then the one with quotas, then
  // the one with waitlists. All must outlive this.
  CommandSource(const std::vector<v1::ProgramRules>* programs, const Model* model, Random* random);

  // The next command, well-formed at `now`.
  Sent Next(int64_t now);

 private:
  // One that was not made before, and one that was, under another request_id.
  Sent Fresh();
  Sent Again();
  void Submit(Sent* sent);
  void AddEvidence(const v1::Item* item, int64_t spend_fen, v1::Evidence* evidence);
  void NameInvoice(v1::Invoice* invoice);
  void NameOrder(v1::Invoice* invoice);
  void Withdraw(Sent* sent);
  void Review(Sent* sent);
  void Uphold(Sent* sent);
  void Award(Sent* sent);
  void Return(Sent* sent);
  void Correct(Sent* sent);
  void Announce(Sent* sent);
  void Object(Sent* sent);
  void Resolve(Sent* sent);
  void Rank(Sent* sent);
  void PutCluster(Sent* sent);
  void ReviewCluster(Sent* sent);
  void RankClusters(Sent* sent);
  void Accept(Sent* sent);
  void Extend(Sent* sent);
  void Terminate(Sent* sent);
  void Approve(Sent* sent);
  void Order(Sent* sent);
  void Confirm(Sent* sent);
  void Decline(Sent* sent);
  void Redeem(Sent* sent);
  void Reverse(Sent* sent);
  void Appropriate(Sent* sent);
  void SetProgramState(Sent* sent);
  void Revise(Sent* sent);
  void SetBlacklist(Sent* sent);
  void SetProviderState(Sent* sent);
  void PutProduct(Sent* sent);
  void WithdrawProduct(Sent* sent);
  void Bind(Sent* sent);
  void MoveEnterprise(Sent* sent);
  void Succeed(Sent* sent);
  void PublishCalendar(Sent* sent);
  void RecordIncident(Sent* sent);
  void SetListing(Sent* sent);
  void EndRecord(Sent* sent);
  void Close(Sent* sent);
  void Disburse(Sent* sent);
  void Recover(Sent* sent);
  void Reclaim(Sent* sent);
  void Remind(Sent* sent);
  void Reconcile(Sent* sent);
  void Archive(Sent* sent);
  void WindDown(Sent* sent);
  void EndYear(uint32_t program, Sent* sent);
  void EndPayable(const PayableKey& account, int64_t fen, Sent* sent);

  // A number in `list`, likely one that is `wanted` and recent; sometimes one that is not there.
  template <typename T, typename Wanted>
  uint64_t PickNumber(const std::vector<T>& list, Wanted wanted) {
    if (list.empty() || random_.Below(200) == 0) return list.size() + 1 + random_.Below(3);
    uint64_t number = 0;
    for (int tries = 0; tries < 25; ++tries) {
      const uint64_t recent = std::min<uint64_t>(list.size(), 400);
      number = random_.Percent(70) ? list.size() - random_.Below(recent)
                                   : 1 + random_.Below(list.size());
      if (wanted(number, list[number - 1])) break;
    }
    return number;
  }
  uint64_t PickApplication(int state);
  // Null if there is none.
  const Application* Find(uint64_t application) const;
  const v1::ProgramRules& RulesOf(const Application& application) const;
  const v1::ProgramRules& SomeProgram();
  // Most often one that the program's region rule covers.
  std::string SomeUsccFor(const v1::ProgramRules& rules);
  bool TakesApplications(const v1::ProgramRules& of) const;
  uint64_t PickOpenTransfer();
  uint64_t PickAccountOf(uint64_t enterprise);
  v1::Authority AsProvider(uint64_t account);
  v1::Product SomeProduct();
  std::string SomeProgramId();
  // Of the small amounts.
  bool IsSynthetic(const std::string& program_id) const;
  // Of a closed synthetic program whose vouchers are over; 0 if there is none.
  uint32_t ProgramToEnd() const;
  v1::CivilMonth LastMonth() const;
  std::string SomeUscc();
  std::string SomeProviderId();
  std::string NextId(const char* prefix);

  const std::vector<v1::ProgramRules>& programs_;
  const v1::ProgramRules& quota_;
  const v1::ProgramRules& waiting_;
  const Model& model_;
  Random& random_;
  int64_t now_ = 0;
  int64_t ids_ = 0;
  std::vector<v1::Invoice> used_invoices_;
  // Orders that invoices bill, redeemed or not.
  std::vector<v1::BilledOrder> billed_orders_;
  // Commands that can be repeated, with the sequence of their entries, by verb: rare ones are
  // repeated as often as others.
  std::map<int, std::vector<std::pair<Sent, uint64_t>>> repeatable_;
};

}  // namespace voucher::simulation
