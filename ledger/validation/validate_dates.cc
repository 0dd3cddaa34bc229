#include "ledger/validation/validate_dates.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/civil.h"
#include "ledger/validation/verbs.h"

namespace voucher {
namespace {

// Collects what lies on the wrong side of an instant. The pieces of a field's path come last and
// are put together only for a problem.
class DateChecker {
 public:
  explicit DateChecker(UnixNanos now) : now_(now) {}

  std::vector<FieldProblem> TakeProblems() && { return std::move(problems_); }

  // Not after today.
  template <class... Path>
  void Past(const v1::CivilDate& date, const Path&... path) {
    const std::optional<CivilDay> day = FromCivilDate(date);
    if (!day || *day <= Today()) return;
    Fail(absl::StrCat(path...), absl::StrCat(FormatIsoDate(*day), " lies in the future; today is ",
                                             FormatIsoDate(Today())));
  }

  // After today.
  void Future(const v1::CivilDate& date, absl::string_view path) {
    const std::optional<CivilDay> day = FromCivilDate(date);
    if (!day || *day > Today()) return;
    Fail(std::string(path),
         absl::StrCat(FormatIsoDate(*day), " does not lie in the future; today is ",
                      FormatIsoDate(Today())));
  }

  // Not after now.
  void Past(const google::protobuf::Timestamp& instant, absl::string_view path) {
    const std::optional<UnixNanos> at = FromTimestamp(instant);
    if (!at || *at <= now_) return;
    Fail(std::string(path),
         absl::StrCat(FormatRfc3339(*at, Zone::Shanghai()), " lies in the future"));
  }

 private:
  CivilDay Today() {
    if (!today_) today_ = DayOf(now_, Zone::Shanghai());
    return *today_;
  }
  void Fail(std::string field, std::string description) {
    problems_.push_back({std::move(field), std::move(description)});
  }

  const UnixNanos now_;
  std::optional<CivilDay> today_;
  std::vector<FieldProblem> problems_;
};

// Most verbs have no date that the clock judges.
template <class Request>
void Dates(const Request&, DateChecker*) {}

void Dates(const v1::AppropriateRequest& request, DateChecker* check) {
  if (request.has_opens_on()) check->Future(request.opens_on(), "opens_on");
}

void Dates(const v1::PutEnterpriseRequest& request, DateChecker* check) {
  check->Past(request.facts().registered_on(), "facts.registered_on");
  check->Past(request.facts().platform_updated_on(), "facts.platform_updated_on");
}

void Dates(const v1::RecordIncidentRequest& request, DateChecker* check) {
  check->Past(request.incident().date(), "incident.date");
}

void Dates(const v1::SetListingRequest& request, DateChecker* check) {
  check->Past(request.from(), "from");
}

void Dates(const v1::Evidence& evidence, DateChecker* check) {
  for (int i = 0; i < evidence.invoices_size(); ++i) {
    check->Past(evidence.invoices(i).issued_on(), "evidence.invoices[", i, "].issued_on");
  }
}

void Dates(const v1::SubmitApplicationRequest& request, DateChecker* check) {
  Dates(request.evidence(), check);
}

void Dates(const v1::CorrectApplicationRequest& request, DateChecker* check) {
  Dates(request.evidence(), check);
}

void Dates(const v1::RedeemRequest& request, DateChecker* check) {
  check->Past(request.usage_ended_at(), "usage_ended_at");
}

void Dates(const v1::RecordDisbursementRequest& request, DateChecker* check) {
  check->Past(request.disbursement().paid_on(), "disbursement.paid_on");
}

}  // namespace

std::vector<FieldProblem> ValidateDates(const v1::Command& command, UnixNanos received_at) {
  DateChecker check(received_at);
  switch (command.verb_case()) {
#define VOUCHER_VALIDATE_DATES(Verb, verb, EventType, event_field) \
  case v1::Command::k##Verb:                                       \
    Dates(command.verb(), &check);                                 \
    break;
    VOUCHER_VERBS(VOUCHER_VALIDATE_DATES)
#undef VOUCHER_VALIDATE_DATES
    default:
      break;
  }
  return std::move(check).TakeProblems();
}

}  // namespace voucher
