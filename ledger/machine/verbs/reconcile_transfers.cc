#include <cstddef>
#include <limits>

#include "absl/container/flat_hash_set.h"

#include "ledger/machine/transfers.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/worlds.h"

namespace voucher {

namespace {

constexpr int kMaxMissing = 8192;

uint64_t ProviderOfTransfer(const View& view, const rows::TransferRow& transfer) {
  return view.Find<tables::CloudAccounts>({transfer.account()})->provider();
}

bool MayIssueTransfer(const Context& context, const rows::TransferRow& transfer) {
  const rows::ProgramRow* program = context.view.Find<tables::Programs>({transfer.program()});
  return context.MayIssue(program->program_id());
}

// Where the transfers end that the statement covers: those of the world of its first one.
uint64_t EndOfStatement(const v1::ReconcileTransfersRequest& request) {
  const uint64_t last = WorldOfNumber(request.first_transfer_id()) == World::kReal
                            ? kSandboxNumbers
                            : std::numeric_limits<uint64_t>::max() - 1;
  const bool ends = request.last_transfer_id() != 0 && request.last_transfer_id() < last;
  return (ends ? request.last_transfer_id() : last) + 1;
}

// What a line says about a transfer of the provider that was not declined.
v1::ReconciliationFinding FindingOf(const rows::TransferRow& transfer, int64_t amount_fen) {
  if (amount_fen != transfer.amount_fen()) return v1::RECONCILIATION_FINDING_WRONG_AMOUNT;
  return WaitsForAnswer(transfer) ? v1::RECONCILIATION_FINDING_SILENT
                                  : v1::RECONCILIATION_FINDING_MATCHED;
}

// Confirms a silent transfer. The entry is about the program of the first one confirmed.
void ConfirmSilent(Context* context, const rows::TransferRow& transfer, v1::ReconciledLine* line,
                   v1::Event* event) {
  if (context->program == 0) context->FindProgram(transfer.program());
  const bool same = transfer.program() == context->program;
  const OpenTransfer open = OpenTransferOf(context->view, transfer);
  if (PostConfirmation(*context, line->transfer_id(), open, event, same ? 0 : transfer.program())) {
    line->set_credited_fen(transfer.amount_fen());
  } else {
    line->set_released_fen(transfer.amount_fen());
  }
  v1::TransfersReconciled* reconciled = event->mutable_transfers_reconciled();
  reconciled->set_confirmed(reconciled->confirmed() + 1);
}

// The transfer that a line names; nullptr if the provider has no such transfer.
const rows::TransferRow* TransferOf(const View& view, uint64_t provider,
                                    const v1::StatementLineOfTransfer& line) {
  const rows::TransferRow* transfer = view.Find<tables::Transfers>({line.transfer_id()});
  if (transfer == nullptr || ProviderOfTransfer(view, *transfer) != provider) return nullptr;
  return transfer;
}

}  // namespace

Decision Decide(Context* context, const v1::ReconcileTransfersRequest& request) {
  if (context->HasRole(v1::ROLE_PROVIDER) &&
      context->authority.provider_id() != request.provider_id()) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, request.provider_id());
  }
  const auto provider = context->FindProvider(request.provider_id());
  if (!provider) return MakeRefusal(v1::REASON_PROVIDER_NOT_FOUND, {}, request.provider_id());
  for (const v1::StatementLineOfTransfer& said : request.lines()) {
    const rows::TransferRow* transfer = TransferOf(context->view, provider->number, said);
    if (transfer != nullptr && !MayIssueTransfer(*context, *transfer)) {
      return MakeRefusal(v1::REASON_PERMISSION_DENIED, {},
                         context->view.Find<tables::Programs>({transfer->program()})->program_id());
    }
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::TransfersReconciled* reconciled = event.mutable_transfers_reconciled();
  absl::flat_hash_set<uint64_t> named;
  for (int i = 0; i < request.lines_size(); ++i) {
    const v1::StatementLineOfTransfer& said = request.lines(i);
    v1::ReconciledLine* line = reconciled->add_lines();
    line->set_line(static_cast<uint32_t>(i));
    line->set_finding(v1::RECONCILIATION_FINDING_EXTRA);
    const rows::TransferRow* transfer = TransferOf(context->view, provider->number, said);
    if (transfer == nullptr) continue;
    line->set_transfer_id(said.transfer_id());
    line->set_ledger_fen(transfer->amount_fen());
    if (transfer->state() == v1::TRANSFER_STATE_DECLINED) continue;
    if (!named.insert(said.transfer_id()).second) {
      line->set_finding(v1::RECONCILIATION_FINDING_DOUBLE);
      continue;
    }
    line->set_finding(FindingOf(*transfer, said.amount_fen()));
    if (request.confirm_silent() && line->finding() == v1::RECONCILIATION_FINDING_SILENT) {
      ConfirmSilent(context, *transfer, line, &event);
    }
  }

  const tables::TransfersByProvider::Key end{provider->number, EndOfStatement(request)};
  context->view.Scan<tables::TransfersByProvider>(
      {provider->number, request.first_transfer_id()}, end,
      [&](const tables::TransfersByProvider::Key& key, const rows::PresentRow&) {
        const uint64_t id = std::get<1>(key);
        const rows::TransferRow* transfer = context->view.Find<tables::Transfers>({id});
        if (transfer->state() != v1::TRANSFER_STATE_DECLINED && !named.contains(id) &&
            MayIssueTransfer(*context, *transfer)) {
          reconciled->add_missing_transfer_ids(id);
        }
        return reconciled->missing_transfer_ids_size() < kMaxMissing;
      });
  return event;
}

void Evolve(const v1::Entry& entry, const v1::ReconcileTransfersRequest& request,
            const v1::TransfersReconciled& event, EditableRows* rows) {
  for (const v1::ReconciledLine& line : event.lines()) {
    if (line.credited_fen() == 0 && line.released_fen() == 0) continue;
    AnswerTransfer(entry, line.transfer_id(), v1::TRANSFER_STATE_CONFIRMED, rows)
        .set_provider_reference(request.lines(static_cast<int>(line.line())).provider_reference());
  }
}

}  // namespace voucher
