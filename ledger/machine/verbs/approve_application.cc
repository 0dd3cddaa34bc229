#include "ledger/machine/applications.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::ApproveApplicationRequest& request) {
  const rows::ApplicationRow* row =
      context->view.Find<tables::Applications>({request.application_id()});
  if (row != nullptr && !MayReview(*context, *row, "APPROVE")) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, "APPROVE");
  }
  if (row == nullptr) return ApplicationNotFound(request.application_id());
  context->FindProgram(row->program());
  const CompiledRules* rules =
      context->view.Find<tables::Revisions>({row->program(), row->revision()});
  context->revision = row->revision();
  if (row->state() != v1::APPLICATION_STATE_LISTED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(row->state()));
  }
  const int64_t approved_fen =
      request.approved_fen() != 0 ? request.approved_fen() : row->granted_fen();
  if (approved_fen > row->granted_fen()) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, "LISTED, holds less than approved",
                       {{"held_fen", row->granted_fen()}, {"approved_fen", approved_fen}});
  }
  const rows::EnterpriseRow* enterprise =
      context->view.Find<tables::Enterprises>({row->enterprise()});
  if (auto refusal = CheckBlacklist(*enterprise, context->received_at)) return *refusal;
  const bool credit = row->delivery_mode() == v1::DELIVERY_MODE_CLOUD_CREDIT;
  if (credit && context->received_at >= rules->voucher_expires_at()) {
    return MakeRefusal(v1::REASON_VOUCHER_EXPIRED, rules->rules().voucher_terms().clause(), {},
                       {{"expires_unix_ns", rules->voucher_expires_at()}});
  }

  v1::Event event;
  v1::ApplicationApproved* approved = event.mutable_application_approved();
  approved->set_approved_fen(approved_fen);
  if (credit) {
    approved->set_voucher_id(context->counters().voucher() + 1);
    approved->set_expires_unix_ns(rules->voucher_expires_at());
    approved->set_lapses_unix_ns(rules->voucher_lapses_at());
    Post(Held(request.application_id()), VoucherAccount(approved->voucher_id()), approved_fen,
         &event);
  } else {
    Post(Held(request.application_id()), PayableToEnterprise(row->enterprise()), approved_fen,
         &event);
  }
  if (const int64_t rest_fen = row->granted_fen() - approved_fen; rest_fen > 0) {
    approved->set_released_fen(rest_fen);
    ReleaseHold(request.application_id(), *row, rest_fen, &event);
  }
  return event;
}

void Evolve(const v1::Entry& entry, const v1::ApproveApplicationRequest& request,
            const v1::ApplicationApproved& event, Overlay* rows) {
  rows::ApplicationRow& application = rows->Edit<tables::Applications>({request.application_id()});
  application.set_approved_fen(event.approved_fen());
  application.set_voucher(event.voucher_id());
  MoveApplication(request.application_id(), v1::APPLICATION_STATE_APPROVED, rows);
  if (event.voucher_id() == 0) return;
  const uint64_t id = event.voucher_id();
  rows->Edit<tables::Counters>({}).set_voucher(id);
  rows::VoucherRow& voucher = rows->Edit<tables::Vouchers>({id});
  voucher.set_program(entry.program());
  voucher.set_application(request.application_id());
  voucher.set_enterprise(application.enterprise());
  voucher.set_approved_fen(event.approved_fen());
  voucher.set_state(v1::VOUCHER_STATE_ACTIVE);
  voucher.set_expires_unix_ns(event.expires_unix_ns());
  voucher.set_lapses_unix_ns(event.lapses_unix_ns());
  rows->Put<tables::VouchersByProgram>({entry.program(), id}, {});
  rows->Put<tables::VouchersByEnterprise>({application.enterprise(), id}, {});
  rows->Put<tables::Timers>(
      {event.lapses_unix_ns(), static_cast<uint8_t>(v1::TIMER_KIND_VOUCHER_LAPSE), id}, {});
}

}  // namespace voucher
