// Every bound on the size of a message and of its fields: what a request, program rules or a list
// may hold. The protos state them in prose, which tests/validation/limits_test.cc holds against
// these. Amounts of money: kMaxAmountFen in ledger/base/money.h; years: kFirstCivilYear and
// kLastCivilYear in ledger/base/civil.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ledger/base/money.h"

namespace voucher {

// Identifiers, in characters.
inline constexpr size_t kMaxProgramIdSize = 48;
inline constexpr size_t kMaxSlugSize = 32;     // item_id, provider_id, product_id, cluster_id.
inline constexpr size_t kMaxStageIdSize = 32;  // Of A–Z, 0–9 and '_'.
inline constexpr size_t kMaxRequestIdSize = 64;
inline constexpr size_t kMaxPrincipalSize = 64;
// What others give out: project_id, account_number, order_number, provider_reference.
inline constexpr size_t kMaxExternalIdSize = 64;

// Text of one line, in bytes of UTF-8.
inline constexpr size_t kMaxNameBytes = 256;       // Of an enterprise, provider, product, cluster.
inline constexpr size_t kMaxReferenceBytes = 128;  // Number of a document, case or payment.
inline constexpr size_t kMaxReasonBytes = 512;     // Why something is done.
inline constexpr size_t kMaxOpinionBytes = 1024;   // What a reviewer or an objector says.
inline constexpr size_t kMaxCategoryBytes = 64;    // Of a catalog product.
inline constexpr size_t kMaxDayNameBytes = 64;     // Of a day of the calendar.

// Elements of one command.
inline constexpr int kMaxInvoices = 64;
inline constexpr int kMaxBillingInvoices = 32;  // Of those, invoices that name the order they bill.
inline constexpr int kMaxDocuments = 32;
inline constexpr int kMaxChosenProducts = 32;
inline constexpr int kMaxProductItems = 16;
inline constexpr int kMaxBlacklistPrograms = 64;
inline constexpr int kMaxClusterMembers = 512;
inline constexpr int kMaxCalendarDays = 4096;
inline constexpr int kMaxNoticeApplications = 8192;
// Lines of a provider's statement; fewer if they confirm, so that the entry stays below 1 MiB and
// changes no more transfers than one message of the provider's feed holds (kMaxTransferChanges).
inline constexpr int kMaxReconciledLines = 8192;
inline constexpr int kMaxConfirmedLines = 1000;

// Numbers of a command.
inline constexpr int32_t kMaxScore = 10'000;  // Hundredths of a point.
inline constexpr int64_t kMaxRevenueFen = 1'000 * kMaxAmountFen;

// Commands of one batch, and of one message of a stream.
inline constexpr size_t kMaxBatchItems = 8192;
inline constexpr size_t kMaxStreamItems = 1024;

// Reads: rows of a page, and the default for 0; fewer of what is long. Changes in one message of
// WatchTransfers, lines in one answer of GetStatement. The pace of WatchBudget in ms.
inline constexpr int32_t kDefaultPageRows = 100;
inline constexpr int32_t kMaxPageRows = 1'000;
inline constexpr size_t kMaxNoticesPerPage = 50;
inline constexpr size_t kMaxClustersPerPage = 100;
inline constexpr int kMaxTransferChanges = 1'000;  // No entry changes more of a provider.
inline constexpr int kMaxShownStatementLines = 1'000;
inline constexpr int32_t kDefaultIntervalMs = 1'000;
inline constexpr int32_t kMinIntervalMs = 100;
inline constexpr int32_t kMaxIntervalMs = 60'000;

// Program rules.
inline constexpr size_t kMaxRulesBytes = 256 * 1024;  // All of them, serialised.
inline constexpr size_t kMaxTextBytes = 512;          // One title, document or clause.
inline constexpr size_t kMaxNoteBytes = 256;          // Why an item is not applied for.
inline constexpr int kMaxItems = 256;
inline constexpr int64_t kMaxItemNumber = 65'535;
inline constexpr int kMaxRevenueTiers = 32;
inline constexpr int kMaxPools = 1'024;
inline constexpr int kMaxDivisions = 1'024;
inline constexpr int kMaxIncidentRules = 16;
inline constexpr int kMaxReviewStages = 16;
inline constexpr int kMaxCategories = 64;  // Of one basket rule or one item.
inline constexpr int64_t kFirstFiscalYear = 2000;
inline constexpr int64_t kLastFiscalYear = 2100;
inline constexpr int64_t kMaxYears = 100;  // Of an age, incident or listing rule.
inline constexpr int64_t kMaxUpdateMonths = 24;
inline constexpr int64_t kMaxHours = 2'160;
inline constexpr int64_t kMaxNoticeDays = 60;
inline constexpr int64_t kMaxCorrectionDays = 90;
inline constexpr int64_t kMaxProjectMonths = 120;
inline constexpr int64_t kMaxCureMonths = 60;

}  // namespace voucher
