#include "ledger/query/quote_request.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "ledger/base/civil.h"
#include "ledger/base/clock.h"
#include "ledger/base/division.h"
#include "ledger/base/money.h"

namespace voucher::query {
namespace {

using Problems = std::vector<std::string>;

// As large as a registered enterprise's.
constexpr int64_t kMaxRevenueFen = 1'000 * kMaxAmountFen;

void ValidateAmount(absl::string_view field, int64_t fen, int64_t least, int64_t most,
                    Problems* problems) {
  if (fen >= least && fen <= most) return;
  problems->push_back(absl::StrCat(field, " is ", fen, " and must be ", least, " to ", most));
}

void ValidateDate(absl::string_view field, bool present, const v1::CivilDate& date,
                  Problems* problems) {
  if (present && FromCivilDate(date)) return;
  problems->push_back(absl::StrCat(field, " must be a real day of the years 1900 to 2199"));
}

void ValidateFacts(const v1::EnterpriseFacts& facts, Problems* problems) {
  if (!IsDivisionCode(facts.division())) {
    problems->push_back("facts.division must be a division code of six digits");
  }
  if (facts.size() == 0 || !v1::EnterpriseSize_IsValid(facts.size())) {
    problems->push_back("facts.size must be a size class");
  }
  if (facts.industry() == 0 || !v1::Industry_IsValid(facts.industry())) {
    problems->push_back("facts.industry must be an industry");
  }
  ValidateDate("facts.registered_on", facts.has_registered_on(), facts.registered_on(), problems);
  if (facts.has_platform_updated_on()) {
    ValidateDate("facts.platform_updated_on", true, facts.platform_updated_on(), problems);
  }
  ValidateAmount("facts.prior_year_revenue_fen", facts.prior_year_revenue_fen(), 0, kMaxRevenueFen,
                 problems);
}

void ValidateHypothesis(const v1::QuoteRequest& request, Problems* problems) {
  ValidateFacts(request.facts(), problems);
  for (const v1::Incident& incident : request.incidents()) {
    if (incident.kind() == 0 || !v1::IncidentKind_IsValid(incident.kind()) ||
        !v1::IncidentSeverity_IsValid(incident.severity())) {
      problems->push_back("incidents need a known kind, and a known severity or none");
    }
    ValidateDate("incidents.date", incident.has_date(), incident.date(), problems);
  }
  for (const int listing : request.listings()) {
    if (listing == 0 || !v1::ListingKind_IsValid(listing)) {
      problems->push_back("listings must be known lists");
    }
  }
  ValidateAmount("already_granted_fen", request.already_granted_fen(), 0, kMaxAmountFen, problems);
  if (request.has_received_at() && !FromTimestamp(request.received_at())) {
    problems->push_back("received_at is no instant between 1677 and 2262");
  }
}

}  // namespace

absl::Status ValidateQuoteRequest(const v1::QuoteRequest& request) {
  Problems problems;
  if (request.program_id().empty()) problems.push_back("program_id is empty");
  if (request.item_id().empty()) problems.push_back("item_id is empty");
  ValidateAmount("spend_fen", request.spend_fen(), 1, kMaxAmountFen, &problems);
  if (request.has_facts()) {
    ValidateHypothesis(request, &problems);
  } else {
    if (request.uscc().empty()) problems.push_back("give uscc, or facts for a hypothetical quote");
    if (request.incidents_size() > 0 || request.listings_size() > 0 || request.blacklisted() ||
        request.has_received_at() || request.already_granted_fen() != 0) {
      problems.push_back(
          "incidents, listings, blacklisted, received_at and already_granted_fen go with facts "
          "only");
    }
  }
  if (problems.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(absl::StrJoin(problems, "; "), "."));
}

}  // namespace voucher::query
