// Random commands that make sense often enough to go deep, and are wrong often enough to be refused
// in every way.
#ifndef TESTS_SIMULATION_COMMAND_SOURCE_H_
#define TESTS_SIMULATION_COMMAND_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/model.h"
#include "tests/simulation/random.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::simulation {

struct Sent {
  v1::Authority who;
  v1::Command command;
};

// Looks at the model for things to act on; never changes it.
class CommandSource {
 public:
  // `hubei` are the rules of deploy/programs/hubei-2025.textproto. All three must outlive this.
  CommandSource(const v1::ProgramRules& hubei, const Model* model, Random* random);

  // What comes before all else: two programs (drafts), enterprises, providers, catalogs, accounts
  // and a little money.
  std::vector<Sent> Opening();

  // The next command, well-formed at `now`.
  Sent Next(int64_t now);

  // The same command made malformed, and the field that CheckCommand must name.
  std::string Break(v1::Command* command, int64_t now);

 private:
  void Submit(Sent* sent);
  void AddEvidence(v1::SubmitApplicationRequest* request);
  void Withdraw(Sent* sent);
  void Review(Sent* sent);
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

  template <typename T, typename Wanted>
  uint64_t PickNumber(const std::vector<T>& list, Wanted wanted);
  bool TakesApplications(const v1::ProgramRules& of) const;
  uint64_t PickOpenTransfer();
  uint64_t PickAccountOf(uint64_t enterprise);
  v1::Authority AsProvider(uint64_t account);
  v1::Product SomeProduct();
  std::string SomeProgramId();
  std::string SomeUscc();
  std::string SomeProviderId();
  std::string NextId(const char* prefix);

  v1::ProgramRules hubei_, quota_;
  const Model& model_;
  Random& random_;
  int64_t now_ = 0;
  int64_t ids_ = 0;
  std::vector<v1::Invoice> used_invoices_;
};

// The rules of the synthetic program: hubei's with every scope of cap and pool, small amounts, a
// short window and vouchers that expire soon after it.
v1::ProgramRules QuotaRules(const v1::ProgramRules& hubei, Random* random);

}  // namespace voucher::simulation

#endif  // TESTS_SIMULATION_COMMAND_SOURCE_H_
