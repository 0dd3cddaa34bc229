// Reads of ProgramService.
#pragma once

#include <string>

#include "absl/status/status.h"

#include "ledger/base/clock.h"
#include "ledger/query/as_of.h"
#include "ledger/query/scope.h"
#include "ledger/state/view.h"
#include "voucher/v1/program_service.pb.h"

namespace voucher::query {

// Every function of this room answers one read RPC from one view and has the same shape: the
// request is well-formed (ValidateRead of ledger/validation/reads.h); `answer` knows who asks and
// gives the response to fill in (scope.h), which is empty on entry, complete with as_of_sequence on
// OK and unspecified otherwise. A function reads `view` from the calling thread only, and never
// waits: min_sequence is the caller's business.
//
// Errors, each one English sentence that says how to mend the request: INVALID_ARGUMENT with its
// field (BadFieldError: a page_token of another request, a provider_id that only a PROVIDER may
// leave out), NOT_FOUND (a thing that is named is not there), PERMISSION_DENIED (a PROVIDER asks
// about what is not its own).
//
// Lists come in key order, from indexes. A list with a state filter looks at no more than
// kMaxExamined rows per page, so a page may be short, even empty, and still carry a next_page_token
// (paging.h).

absl::Status GetProgram(const View& view, const v1::GetProgramRequest& request,
                        OpenAnswer<v1::GetProgramResponse> answer);

absl::Status ListPrograms(const View& view, const v1::ListProgramsRequest& request,
                          OpenAnswer<v1::ListProgramsResponse> answer);

absl::Status GetCalendar(const View& view, const v1::GetCalendarRequest& request,
                         OpenAnswer<v1::GetCalendarResponse> answer);

// What an application received at `now` would get; with facts, received at request.received_at if
// that is given. An unknown program, item or enterprise is a refusal in the response, as it would
// be for an application, not an error. Refusals come in the order of SubmitApplication; evidence,
// invoices and products are not part of a quote.
absl::Status Quote(const View& view, const v1::QuoteRequest& request,
                   OpenAnswer<v1::QuoteResponse> answer, UnixNanos now);

// As of an earlier sequence or time, from the totals kept then and `entries`.
absl::Status GetBudget(const View& view, const v1::GetBudgetRequest& request,
                       OpenAnswer<v1::GetBudgetResponse> answer, EntryReader entries);

// The budget of a program for GetBudget, WatchBudget and metrics. NOT_FOUND if there is no
// such program.
absl::Status FillBudget(const View& view, const std::string& program_id, v1::Budget* budget);

}  // namespace voucher::query
