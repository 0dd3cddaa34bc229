#include <algorithm>

#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

// ILLEGAL_STATE if the party owes less than it paid back, or less was disbursed in the program.
std::optional<v1::Refusal> RefuseIfMoreThanOwed(const Context& context, uint32_t program,
                                                int64_t owed_fen, int64_t amount_fen) {
  if (amount_fen > owed_fen) {
    return NotInThisState("less is owed", "欠款金额不足", {},
                          {{"owed_fen", owed_fen}, {"amount_fen", amount_fen}});
  }
  const int64_t paid_fen = BalanceOf(context.view, program, Paid());
  if (amount_fen > paid_fen) {
    return NotInThisState("less was disbursed", "已拨付金额不足", {},
                          {{"paid_fen", paid_fen}, {"amount_fen", amount_fen}});
  }
  return std::nullopt;
}

}  // namespace

Decision Decide(Context* context, const v1::RecordRecoveryRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const int64_t amount_fen = request.amount_fen();
  uint64_t party = 0;
  int64_t owed_fen = 0;
  if (request.has_uscc()) {
    const auto enterprise = context->FindEnterprise(request.uscc());
    if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
    party = enterprise->number;
    owed_fen = BalanceOf(context->view, program->number, Receivable(party));
  } else {
    const auto provider = context->FindProvider(request.provider_id());
    if (!provider) return MakeRefusal(v1::REASON_PROVIDER_NOT_FOUND, {}, request.provider_id());
    party = provider->number;
    // A negative balance is what it owes us.
    owed_fen =
        std::max<int64_t>(0, -BalanceOf(context->view, program->number, PayableToProvider(party)));
  }
  if (auto refusal = RefuseIfMoreThanOwed(*context, program->number, owed_fen, amount_fen)) {
    return *refusal;
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::RecoveryRecorded* recorded = event.mutable_recovery_recorded();
  recorded->set_party_number(party);
  recorded->set_owed_fen(owed_fen - amount_fen);
  if (request.has_uscc()) {
    Post(Receivable(party), Recovery(), amount_fen, &event);
    Post(Paid(), Returned(), amount_fen, &event);
  } else {
    Post(Paid(), PayableToProvider(party), amount_fen, &event);
  }
  return event;
}

void Evolve(const v1::Entry&, const v1::RecordRecoveryRequest&, const v1::RecoveryRecorded&,
            EditableRows*) {
  // The postings say all.
}

}  // namespace voucher
