#include "ledger/query/resources.h"

#include <optional>
#include <tuple>

#include "absl/algorithm/container.h"

#include "ledger/base/check.h"
#include "ledger/base/clock.h"
#include "ledger/base/money.h"
#include "ledger/machine/clusters.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/notices.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/redemptions.h"
#include "ledger/machine/worlds.h"
#include "ledger/policy/enterprise_records.h"
#include "ledger/policy/refusal_text.h"

namespace voucher::query {
namespace {

// Name of the item that was applied for.
const std::string& ItemId(const View& view, const rows::ApplicationRow& application) {
  const v1::Item* item =
      MustFind<tables::Revisions>(view, {application.program(), application.revision()})
          .FindItemByNumber(application.item());
  VOUCHER_CHECK(item != nullptr) << "no item " << application.item();
  return item->item_id();
}

// True while the review chain, or what is left of it, lies ahead.
bool AwaitsReview(v1::ApplicationState state) {
  return state == v1::APPLICATION_STATE_WAITLISTED || state == v1::APPLICATION_STATE_COLLECTED ||
         state == v1::APPLICATION_STATE_SCORED || state == v1::APPLICATION_STATE_HELD ||
         state == v1::APPLICATION_STATE_RETURNED;
}

// True while an application asks for an amount and holds none.
bool IsWanting(v1::ApplicationState state) {
  return state == v1::APPLICATION_STATE_WAITLISTED || state == v1::APPLICATION_STATE_COLLECTED ||
         state == v1::APPLICATION_STATE_SCORED;
}

// Redeemed less reversed from all vouchers of an enterprise in a world.
int64_t RedeemedFen(const View& view, uint64_t enterprise, World world) {
  const bool real = world == World::kReal;
  int64_t redeemed_fen = 0;
  view.Scan<tables::VouchersByEnterprise>(
      {enterprise, real ? 0 : kSandboxNumbers + 1},
      {real ? enterprise : enterprise + 1, real ? kSandboxNumbers + 1 : 0},
      [&](const tables::VouchersByEnterprise::Key& key, const rows::PresentRow&) {
        const auto& voucher = MustFind<tables::Vouchers>(view, {std::get<1>(key)});
        redeemed_fen = CheckedAddFen(redeemed_fen, voucher.redeemed_fen());
        return true;
      });
  return redeemed_fen;
}

// Where the application stands in ranking, notice and project, as far as it got.
void FillProgress(const View& view, const rows::ApplicationRow& row, v1::Application* application) {
  application->set_score(row.score());
  application->set_rank(row.rank());
  application->set_notice_id(row.notice());
  if (const UnixNanos notice_ends = NoticeEndOf(view, row); notice_ends != 0) {
    *application->mutable_approvable_at() = ToTimestamp(notice_ends);
  }
  if (row.state() == v1::APPLICATION_STATE_RETURNED) {
    *application->mutable_correction_due_at() = ToTimestamp(row.correction_due_unix_ns());
  }
  if (row.project_due_unix_ns() != 0) {
    *application->mutable_project_due_at() = ToTimestamp(row.project_due_unix_ns());
  }
  if (IsWanting(row.state())) application->set_wanted_fen(row.wanted_fen());
}

// Why it lapsed, in sentences. The row has no clause where the vouchers of its revision were over,
// since the timer that books that reads no rules.
v1::Refusal LapseRefusal(const CompiledRules& rules, const rows::ApplicationRow& row) {
  v1::Refusal refusal = row.lapse_refusal();
  if (refusal.clause().empty()) refusal.set_clause(rules.rules().voucher_terms().clause());
  FillMessages(&refusal);
  return refusal;
}

// Whether a record ends after another: one without an end after all that have one.
bool EndsLater(const v1::EnterpriseRecord& record, const v1::EnterpriseRecord& other) {
  const std::optional<CivilDay> end = LastDayOf(record);
  const std::optional<CivilDay> other_end = LastDayOf(other);
  return other_end && (!end || *other_end < *end);
}

// What stands of the records of the real world on `day`.
void FillStanding(const EnterpriseRecords& records, CivilDay day, v1::Enterprise* enterprise) {
  const v1::EnterpriseRecord* last = nullptr;
  for (const v1::EnterpriseRecord& record : records) {
    if (!IsOf(record, /*sandbox=*/false) || !HoldsOn(record, day)) continue;
    if (record.has_incident()) *enterprise->add_incidents() = record.incident();
    if (record.has_listing() &&
        !absl::c_linear_search(enterprise->listings(), record.listing().kind())) {
      enterprise->add_listings(record.listing().kind());
    }
    if (record.has_blacklisting() && (last == nullptr || !EndsLater(*last, record))) last = &record;
  }
  absl::c_sort(*enterprise->mutable_listings());
  if (last != nullptr) *enterprise->mutable_blacklisting() = last->blacklisting();
}

}  // namespace

uint64_t AsOf(const View& view) {
  const rows::CountersRow* counters = view.Find<tables::Counters>({});
  return counters == nullptr ? 0 : counters->sequence();
}

const std::string& ProgramId(const View& view, uint32_t program) {
  return MustFind<tables::Programs>(view, {program}).program_id();
}

const std::string& ProviderId(const View& view, uint64_t provider) {
  return MustFind<tables::Providers>(view, {provider}).provider_id();
}

const std::string& Uscc(const View& view, uint64_t enterprise) {
  return MustFind<tables::Enterprises>(view, {enterprise}).facts().uscc();
}

uint64_t ProviderOfAccount(const View& view, uint64_t account) {
  return MustFind<tables::CloudAccounts>(view, {account}).provider();
}

v1::Program ProgramResource(const View& view, uint32_t number) {
  const rows::ProgramRow& row = MustFind<tables::Programs>(view, {number});
  v1::Program program;
  *program.mutable_rules() = MustFind<tables::Revisions>(view, {number, row.revision()}).rules();
  program.set_revision(row.revision());
  program.set_state(row.state());
  program.set_number(number);
  *program.mutable_cutoff_at() = ToTimestamp(row.cutoff_unix_ns());
  return program;
}

v1::Enterprise EnterpriseResource(uint64_t number, const rows::EnterpriseRow& row, UnixNanos now) {
  v1::Enterprise enterprise;
  *enterprise.mutable_facts() = row.facts();
  enterprise.set_number(number);
  FillStanding(row.records(), DayOf(now, Zone::Shanghai()), &enterprise);
  *enterprise.mutable_records() = row.records();
  *enterprise.mutable_former_usccs() = row.former_usccs();
  if (row.has_reminder()) *enterprise.mutable_reminder() = row.reminder();
  enterprise.set_receivable_fen(row.receivable_fen());
  *enterprise.mutable_other_reminders() = row.other_reminders();
  return enterprise;
}

v1::Provider ProviderResource(uint64_t number, const rows::ProviderRow& row) {
  v1::Provider provider;
  provider.set_provider_id(row.provider_id());
  provider.set_name(row.name());
  provider.set_state(row.state());
  provider.set_number(number);
  return provider;
}

v1::CloudAccount AccountResource(const View& view, uint64_t number, const rows::AccountRow& row) {
  v1::CloudAccount account;
  account.set_account_id(number);
  account.set_provider_id(ProviderId(view, row.provider()));
  account.set_account_number(row.account_number());
  account.set_uscc(Uscc(view, row.enterprise()));
  account.set_sandbox(row.sandbox());
  return account;
}

v1::Application ApplicationResource(const View& view, uint64_t number,
                                    const rows::ApplicationRow& row) {
  const CompiledRules& rules = MustFind<tables::Revisions>(view, {row.program(), row.revision()});
  v1::Application application;
  application.set_application_id(number);
  application.set_program_id(ProgramId(view, row.program()));
  application.set_queue_number(row.queue_number());
  application.set_item_id(ItemId(view, row));
  const v1::EnterpriseFacts& applicant =
      MustFind<tables::Enterprises>(view, {row.enterprise()}).facts();
  application.set_uscc(applicant.uscc());
  application.set_enterprise_name(applicant.name());
  application.set_division(applicant.division());
  application.set_size(applicant.size());
  application.set_delivery_mode(row.delivery_mode());
  application.set_spend_fen(row.spend_fen());
  application.set_granted_fen(row.granted_fen());
  application.set_approved_fen(row.approved_fen());
  application.set_state(row.state());
  const auto& stages = rules.rules().review_stages();
  if (AwaitsReview(row.state()) && row.stages_passed() < static_cast<uint32_t>(stages.size())) {
    application.set_next_stage(stages[static_cast<int>(row.stages_passed())].stage_id());
  }
  application.set_program_revision(row.revision());
  *application.mutable_received_at() = ToTimestamp(row.received_unix_ns());
  application.set_voucher_id(row.voucher());
  application.set_submitted_sequence(row.submitted_sequence());
  FillProgress(view, row, &application);
  if (row.cluster() != 0) {
    application.set_cluster_id(
        MustFind<tables::Clusters>(view, {row.cluster()}).cluster().cluster_id());
  }
  for (const uint64_t provider : row.providers()) {
    application.add_provider_ids(ProviderId(view, provider));
  }
  application.set_project_id(row.project_id());
  application.set_enterprise_redeemed_fen(
      RedeemedFen(view, row.enterprise(), WorldOfNumber(number)));
  if (row.has_lapse_refusal()) {
    *application.mutable_lapse_refusal() = LapseRefusal(rules, row);
  }
  return application;
}

v1::Notice NoticeResource(const View& view, uint64_t number, const rows::NoticeRow& row) {
  v1::Notice notice;
  notice.set_notice_id(number);
  notice.set_program_id(ProgramId(view, row.program()));
  *notice.mutable_starts_on() = row.starts_on();
  *notice.mutable_last_day() = row.last_day();
  *notice.mutable_ends_at() = ToTimestamp(row.ends_unix_ns());
  *notice.mutable_application_ids() = row.applications();
  return notice;
}

v1::ClusterStatus ClusterResource(const View& view, uint64_t number, const rows::ClusterRow& row) {
  v1::ClusterStatus cluster;
  *cluster.mutable_cluster() = row.cluster();
  cluster.set_state(row.state());
  cluster.set_number(number);
  cluster.set_score(row.score());
  cluster.set_rank(row.rank());
  cluster.set_pool_fen(row.pool_fen());
  cluster.set_used_fen(StandingInPool(view, row.program(), ClusterLimit(number)));
  return cluster;
}

v1::Voucher VoucherResource(const View& view, uint64_t number, const rows::VoucherRow& row) {
  v1::Voucher voucher;
  voucher.set_voucher_id(number);
  voucher.set_program_id(ProgramId(view, row.program()));
  voucher.set_application_id(row.application());
  voucher.set_uscc(Uscc(view, row.enterprise()));
  voucher.set_approved_fen(row.approved_fen());
  voucher.set_available_fen(row.available_fen());
  voucher.set_in_transit_fen(row.in_transit_fen());
  voucher.set_credit_fen(row.credit_fen());
  voucher.set_redeemed_fen(row.redeemed_fen());
  voucher.set_released_fen(row.released_fen());
  voucher.set_item_id(ItemId(view, MustFind<tables::Applications>(view, {row.application()})));
  voucher.set_state(row.state());
  *voucher.mutable_expires_at() = ToTimestamp(row.expires_unix_ns());
  return voucher;
}

v1::Transfer TransferResource(const View& view, uint64_t number, const rows::TransferRow& row) {
  v1::Transfer transfer;
  transfer.set_transfer_id(number);
  transfer.set_program_id(ProgramId(view, row.program()));
  transfer.set_voucher_id(row.voucher());
  transfer.set_account_id(row.account());
  transfer.set_amount_fen(row.amount_fen());
  transfer.set_state(row.state());
  *transfer.mutable_answer_due_at() = ToTimestamp(row.answer_due_unix_ns());
  transfer.set_provider_reference(row.provider_reference());
  transfer.set_decline_reason(row.decline_reason());
  transfer.set_ordered_sequence(row.ordered_sequence());
  return transfer;
}

v1::Redemption RedemptionResource(const View& view, const v1::Entry& entry) {
  const v1::RedeemRequest& order = entry.command().redeem();
  const rows::ReversalRow* reversal = view.Find<tables::Reversals>({entry.sequence()});
  v1::Redemption redemption;
  redemption.set_redemption_id(entry.sequence());
  redemption.set_program_id(order.program_id());
  redemption.set_account_id(order.account_id());
  redemption.set_product_id(order.product_id());
  redemption.set_order_number(order.order_number());
  redemption.set_amount_fen(entry.event().redeemed().amount_fen());
  *redemption.mutable_draws() = DrawsOf(entry, reversal);
  int64_t reversed_fen = 0;
  for (const v1::Draw& draw : redemption.draws()) reversed_fen += draw.reversed_fen();
  redemption.set_reversed_fen(reversed_fen);
  redemption.set_state(StateOf(reversal));
  *redemption.mutable_usage_ended_at() = order.usage_ended_at();
  return redemption;
}

v1::CreditLot CreditLotResource(const View& view, const rows::CreditRow& row) {
  v1::CreditLot lot;
  lot.set_voucher_id(row.voucher());
  lot.set_program_id(ProgramId(view, row.program()));
  lot.set_amount_fen(row.amount_fen());
  *lot.mutable_expires_at() = ToTimestamp(row.expires_unix_ns());
  return lot;
}

}  // namespace voucher::query
