#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

#include "ledger/base/civil.h"
#include "ledger/base/money.h"
#include "ledger/validation/limits.h"
#include "ledger/validation/program_rules.h"
#include "ledger/validation/verb_checks.h"

namespace voucher {

void Validate(const v1::PublishProgramRequest& request, FieldChecker* check) {
  Validate(request.rules(), check);
}

void Validate(const v1::SetProgramStateRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
  if (request.state() != v1::PROGRAM_STATE_OPEN && request.state() != v1::PROGRAM_STATE_SUSPENDED &&
      request.state() != v1::PROGRAM_STATE_CLOSED) {
    check->Fail("state", "must be OPEN, SUSPENDED or CLOSED");
  }
}

void Validate(const v1::AppropriateRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
  check->Range("amount_fen", request.amount_fen(), -kMaxAmountFen, kMaxAmountFen);
  if (request.amount_fen() == 0) check->Fail("amount_fen", "must not be 0");
  check->Reference("fiscal_reference", request.fiscal_reference(), 1, kMaxReferenceBytes);
  if (!request.has_opens_on()) return;
  check->Date("opens_on", true, request.opens_on());
  if (request.amount_fen() < 0) check->Fail("opens_on", "a cut takes effect at once");
}

void Validate(const v1::PublishCalendarRequest& request, FieldChecker* check) {
  check->Range("first_year", request.first_year(), kFirstCivilYear, kLastCivilYear);
  check->Range("last_year", request.last_year(), request.first_year(), kLastCivilYear);
  check->Count("days", request.days_size(), 0, kMaxCalendarDays);
  std::optional<CivilDay> before;
  for (int i = 0; i < request.days_size(); ++i) {
    const v1::CalendarDay& day = request.days(i);
    const std::string path = absl::StrCat("days[", i, "]");
    check->Text(path + ".name", day.name(), 0, kMaxDayNameBytes);
    const auto date = check->Date(path + ".date", day.has_date(), day.date());
    if (!date) continue;
    if (date->year() < request.first_year() || date->year() > request.last_year()) {
      check->Fail(path + ".date", "lies outside the years covered");
    }
    if (before && *date <= *before) check->Fail(path + ".date", "days must ascend");
    before = date;
  }
}

void Validate(const v1::ArchiveProgramRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
}

}  // namespace voucher
