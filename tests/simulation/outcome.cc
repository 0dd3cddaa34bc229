#include "tests/simulation/outcome.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "ledger/policy/refusal_text.h"

namespace voucher::simulation {

Outcome OutcomeOf(const v1::Entry& entry) {
  Outcome outcome;
  outcome.queue_number = entry.queue_number();
  if (entry.has_refusal()) {
    outcome.reason = entry.refusal().reason();
    outcome.rules.assign(entry.refusal().rules().begin(), entry.refusal().rules().end());
    return outcome;
  }
  const v1::Event& event = entry.event();
  for (const v1::LimitDelta& delta : event.limit_deltas()) {
    const v1::LimitRef& limit = delta.limit();
    outcome.limit_deltas[{entry.program(), limit.kind(), limit.id(), limit.sub()}] +=
        delta.delta_fen();
  }
  switch (event.kind_case()) {
    case v1::Event::kProgramPublished:
      outcome.id = event.program_published().program_number();
      break;
    case v1::Event::kProgramStateSet:
      outcome.state = event.program_state_set().from();
      break;
    case v1::Event::kAppropriated:
      outcome.amount_fen = event.appropriated().budget_fen();
      break;
    case v1::Event::kEnterprisePut:
      outcome.id = event.enterprise_put().enterprise_number();
      break;
    case v1::Event::kBlacklistSet:
      outcome.id = event.blacklist_set().enterprise_number();
      break;
    case v1::Event::kProviderPut:
      outcome.id = event.provider_put().provider_number();
      break;
    case v1::Event::kProviderStateSet:
      outcome.id = event.provider_state_set().provider_number();
      break;
    case v1::Event::kProductPut:
      outcome.id = event.product_put().provider_number();
      break;
    case v1::Event::kProductWithdrawn:
      outcome.id = event.product_withdrawn().provider_number();
      break;
    case v1::Event::kCloudAccountBound:
      outcome.id = event.cloud_account_bound().account_id();
      break;
    case v1::Event::kApplicationSubmitted:
      outcome.id = event.application_submitted().application_id();
      outcome.amount_fen = event.application_submitted().granted_fen();
      outcome.state = event.application_submitted().state();
      break;
    case v1::Event::kApplicationWithdrawn:
      outcome.released_fen = event.application_withdrawn().released_fen();
      break;
    case v1::Event::kApplicationReviewed:
      outcome.released_fen = event.application_reviewed().released_fen();
      outcome.state = event.application_reviewed().state();
      break;
    case v1::Event::kApplicationApproved:
      outcome.id = event.application_approved().voucher_id();
      outcome.amount_fen = event.application_approved().approved_fen();
      outcome.released_fen = event.application_approved().released_fen();
      break;
    case v1::Event::kTransferOrdered:
      outcome.id = event.transfer_ordered().transfer_id();
      break;
    case v1::Event::kTransferConfirmed:
      outcome.amount_fen = event.transfer_confirmed().credited_fen();
      outcome.released_fen = event.transfer_confirmed().released_fen();
      break;
    case v1::Event::kTransferDeclined:
      outcome.amount_fen = event.transfer_declined().returned_fen();
      outcome.released_fen = event.transfer_declined().released_fen();
      break;
    case v1::Event::kRedeemed:
      outcome.id = event.redeemed().redemption_id();
      outcome.amount_fen = event.redeemed().amount_fen();
      outcome.exhausted_vouchers.assign(event.redeemed().exhausted_voucher_ids().begin(),
                                        event.redeemed().exhausted_voucher_ids().end());
      break;
    case v1::Event::kRedemptionReversed:
      outcome.id = event.redemption_reversed().redemption_id();
      outcome.amount_fen = event.redemption_reversed().reversed_fen();
      outcome.released_fen = event.redemption_reversed().released_fen();
      outcome.state = event.redemption_reversed().state();
      break;
    case v1::Event::kProgramCutoffReached:
      outcome.state = event.program_cutoff_reached().from();
      break;
    case v1::Event::kVoucherExpired:
      outcome.released_fen = event.voucher_expired().released_fen();
      break;
    default:
      break;
  }
  return outcome;
}

std::string Describe(const Outcome& outcome) {
  std::string text =
      outcome.reason == 0 ? "ok" : std::string(ReasonName(static_cast<v1::Reason>(outcome.reason)));
  absl::StrAppend(&text, " id=", outcome.id, " queue=", outcome.queue_number,
                  " amount=", outcome.amount_fen, " released=", outcome.released_fen,
                  " state=", outcome.state, " rules=", absl::StrJoin(outcome.rules, ","),
                  " exhausted=", absl::StrJoin(outcome.exhausted_vouchers, ","));
  for (const auto& [limit, fen] : outcome.limit_deltas) {
    absl::StrAppend(&text, " limit", std::get<1>(limit), "/", std::get<2>(limit), "/",
                    std::get<3>(limit), "=", fen);
  }
  return text;
}

}  // namespace voucher::simulation
