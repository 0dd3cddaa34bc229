#include <algorithm>

#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/machine/acts.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/settlement.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

// One slip is one payment, whether it names the grant that it pays for or not.
std::string KeyOf(const v1::RecordRecoveryRequest& request, uint32_t program, uint64_t party) {
  return ActKey(
      {program, static_cast<int64_t>(party), request.has_provider_id(), request.amount_fen()},
      {request.fiscal_reference()});
}

v1::Refusal LessIsOwed(int64_t owed_fen, int64_t amount_fen) {
  return NotInThisState("less is owed", "欠款金额不足", {},
                        {{"owed_fen", owed_fen}, {"amount_fen", amount_fen}});
}

int64_t SumOf(const std::vector<Debt>& debts) {
  int64_t sum_fen = 0;
  for (const Debt& debt : debts) sum_fen = CheckedAddFen(sum_fen, debt.fen);
  return sum_fen;
}

Decision RecoverFromEnterprise(Context* context, const Context::Program& program,
                               const v1::RecordRecoveryRequest& request) {
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  const uint64_t id = request.application_id();
  const rows::ApplicationRow* application =
      id != 0 ? context->view.Find<tables::Applications>({id}) : nullptr;
  if (id != 0 && (application == nullptr || application->program() != program.number ||
                  application->enterprise() != enterprise->number)) {
    return ApplicationNotFound(id);
  }
  if (auto refusal =
          RefuseIfBooked(*context, Act::kRecovery,
                         KeyOf(request, program.number, enterprise->number), request.repeats())) {
    return *refusal;
  }
  std::vector<Debt> debts = DebtsIn(context->view, program.number, enterprise->number);
  const int64_t owed_fen = SumOf(debts);
  if (id != 0) debts = {{program.number, id, application->receivable_fen()}};
  if (debts.size() > kMaxLoweredDebts) debts.resize(kMaxLoweredDebts);
  const int64_t payable_fen = SumOf(debts);
  if (request.amount_fen() > payable_fen) return LessIsOwed(payable_fen, request.amount_fen());

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::RecoveryRecorded* recorded = event.mutable_recovery_recorded();
  recorded->set_party_number(enterprise->number);
  recorded->set_owed_fen(owed_fen - request.amount_fen());
  PostRecovered(enterprise->number, debts, request.amount_fen(), program.number, &event);
  Post(Paid(), Returned(), request.amount_fen(), &event);
  return event;
}

Decision RecoverFromProvider(Context* context, const Context::Program& program,
                             const v1::RecordRecoveryRequest& request) {
  const auto provider = context->FindProvider(request.provider_id());
  if (!provider) return MakeRefusal(v1::REASON_PROVIDER_NOT_FOUND, {}, request.provider_id());
  if (auto refusal =
          RefuseIfBooked(*context, Act::kRecovery, KeyOf(request, program.number, provider->number),
                         request.repeats())) {
    return *refusal;
  }
  // A negative balance is what it owes us.
  const v1::AccountRef payable = PayableToProvider(provider->number);
  const int64_t owed_fen = std::max<int64_t>(0, -BalanceOf(context->view, program.number, payable));
  if (request.amount_fen() > owed_fen) return LessIsOwed(owed_fen, request.amount_fen());

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::RecoveryRecorded* recorded = event.mutable_recovery_recorded();
  recorded->set_party_number(provider->number);
  recorded->set_owed_fen(owed_fen - request.amount_fen());
  Post(Paid(), payable, request.amount_fen(), &event);
  return event;
}

}  // namespace

Decision Decide(Context* context, const v1::RecordRecoveryRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  return request.has_uscc() ? RecoverFromEnterprise(context, *program, request)
                            : RecoverFromProvider(context, *program, request);
}

void Evolve(const v1::Entry& entry, const v1::RecordRecoveryRequest& request,
            const v1::RecoveryRecorded& event, EditableRows* rows) {
  BookAct(entry, Act::kRecovery, KeyOf(request, entry.program(), event.party_number()), rows);
}

}  // namespace voucher
