#include "tests/support/quote_vectors.h"

#include <string>
#include <variant>

#include "gtest/gtest.h"

#include "ledger/policy/eligibility.h"
#include "ledger/policy/limits.h"
#include "ledger/policy/refusal.h"
#include "ledger/policy/refusal_text.h"
#include "ledger/policy/subsidy.h"
#include "ledger/policy/window.h"
#include "ledger/validation/compiled_rules.h"
#include "tests/support/shipped_program.h"

namespace voucher {
namespace {

// The incidents, and lists on which it stands since `day`.
EnterpriseRecords RecordsOf(const v1::QuoteRequest& request, const v1::CivilDate& day) {
  EnterpriseRecords records;
  for (const v1::Incident& incident : request.incidents()) {
    *records.Add()->mutable_incident() = incident;
  }
  for (const int kind : request.listings()) {
    v1::Listing* listing = records.Add()->mutable_listing();
    listing->set_kind(static_cast<v1::ListingKind>(kind));
    *listing->mutable_from() = day;
  }
  return records;
}

// The hypothetical decision in the documented order of precedence, with unlimited pools. What the
// vectors do not state, the platform and the clusters, counts as met.
FitResult Quote(const CompiledRules& rules, const v1::QuoteRequest& request) {
  const v1::Item* item = rules.FindItem(request.item_id());
  if (item == nullptr) return MakeRefusal(v1::REASON_ITEM_NOT_FOUND);
  const UnixNanos received_at = *FromTimestamp(request.received_at());
  if (auto refusal = RefuseIfOutsideWindow(rules, received_at)) return *refusal;
  if (request.blacklisted()) return MakeRefusal(v1::REASON_BLACKLISTED);
  v1::EnterpriseFacts facts = request.facts();
  *facts.mutable_platform_updated_on() = ToCivilDate(DayOf(received_at, rules.zone()));
  const EnterpriseRecords records =
      RecordsOf(request, ToCivilDate(DayOf(received_at, rules.zone())));
  const Applicant applicant{facts, records, false, true};
  if (auto refusal = RefuseIfIneligible(rules, *item, applicant, request.project(), received_at)) {
    return *refusal;
  }
  if (auto refusal = RefuseIfTooSmall(*item, request.spend_fen())) return *refusal;
  Limits limits;
  for (const CapRule& cap : CapsFor(rules, *item, facts)) {
    const int64_t used_fen =
        cap.kind == v1::LIMIT_KIND_ENTERPRISE_YEAR ? request.already_granted_fen() : 0;
    limits.caps.push_back({{cap.kind}, cap.amount_fen, used_fen, cap.clause});
  }
  return FitLimits(BaseAmountFen(*item, request.spend_fen()), limits);
}

std::string Outcome(const FitResult& result) {
  if (const auto* grant = std::get_if<FittingGrant>(&result)) return OutcomeOf(grant->granted_fen);
  return OutcomeOf(std::get<v1::Refusal>(result));
}

TEST(QuoteVectorsTest, EveryVectorHoldsOfTheShippedPrograms) {
  for (const std::string& program_id : ShippedProgramIds()) {
    const absl::StatusOr<v1::ProgramRules> rules = ReadShippedProgram(program_id);
    ASSERT_TRUE(rules.ok()) << rules.status();
    const CompiledRules program(*rules);
    const absl::StatusOr<std::vector<QuoteVector>> vectors = ReadQuoteVectors(program_id);
    ASSERT_TRUE(vectors.ok()) << vectors.status();
    for (const QuoteVector& vector : *vectors) {
      const FitResult result = Quote(program, vector.request);
      EXPECT_EQ(Outcome(result), vector.expected) << vector.id;
      if (const auto* refusal = std::get_if<v1::Refusal>(&result)) {
        v1::Refusal filled = *refusal;
        FillMessages(&filled);
        EXPECT_NE(filled.message(), "") << vector.id;
        EXPECT_NE(filled.message_zh(), "") << vector.id;
      }
    }
  }
}

}  // namespace
}  // namespace voucher
