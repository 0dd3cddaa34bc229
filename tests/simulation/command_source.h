// Random commands that make sense often enough to go deep, and are wrong often enough to be refused
// in every way.
#ifndef TESTS_SIMULATION_COMMAND_SOURCE_H_
#define TESTS_SIMULATION_COMMAND_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/model.h"
#include "tests/simulation/random.h"
#include "tests/simulation/world.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::simulation {

// Looks at the model for things to act on; never changes it.
class CommandSource {
 public:
  // `quota` are the rules of the synthetic program as first published. All must outlive this.
  CommandSource(const v1::ProgramRules& hubei, const v1::ProgramRules& quota, const Model* model,
                Random* random);

  // The next command, well-formed at `now`.
  Sent Next(int64_t now);

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

  const v1::ProgramRules& hubei_;
  const v1::ProgramRules& quota_;
  const Model& model_;
  Random& random_;
  int64_t now_ = 0;
  int64_t ids_ = 0;
  std::vector<v1::Invoice> used_invoices_;
};

}  // namespace voucher::simulation

#endif  // TESTS_SIMULATION_COMMAND_SOURCE_H_
