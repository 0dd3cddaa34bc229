// CSV files as ready requests.
//
//   std::string csv = ...;  // the whole file
//   absl::StatusOr<std::vector<RowOrError<v1::PutEnterpriseRequest>>> rows = ParseEnterprises(csv);
//   if (!rows.ok()) { ... }  // not a CSV file with the right columns
//   for (const auto& row : *rows) {
//     if (row.ok()) client->PutEnterprise(row.request);
//     else Complain(row.line, row.problems);
//   }
//
// Files are UTF-8 (a byte order mark is skipped), comma separated, with CRLF or LF line ends and
// RFC 4180 quotes; a tab at the end of a cell is dropped. The first line names the columns, in any
// order; lines before it that begin with
// '#' are comments; blank lines are skipped. Every function is pure and thread-safe.
//
// Each request carries a request_id made of a hash of the whole file (and program) and the row's
// key: importing the same file again is answered with the first outcomes, a changed file is a new
// import. A file with bad rows should therefore be mended before any of it is sent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/credit_service.pb.h"
#include "voucher/v1/program_service.pb.h"
#include "voucher/v1/registry_service.pb.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher::client {

// What is wrong with a cell and how to mend it.
struct RowProblem {
  std::string column;       // empty if the row as a whole is wrong
  std::string description;  // one English sentence
};

// A row of a file: a request, or what is wrong with it.
template <typename Request>
struct RowOrError {
  int line = 0;     // where the row begins in the file, from 1
  std::string key;  // what identifies the row in its file, as in a USCC
  Request request;  // complete if ok(), otherwise what could be read
  std::vector<RowProblem> problems;
  std::string hint;  // something to look at that is not wrong; empty if nothing

  bool ok() const { return problems.empty(); }
};

// Enterprises. Columns: uscc, name, division, size, industry, registered_on, is_cloud_provider,
// prior_year_revenue_fen; optional: uscc_check_waived, staff, platform_updated_on (empty: not
// registered on the platform). With `staff`, `hint` tells if the published SME thresholds (staff,
// prior-year revenue) suggest another size class.
// INVALID_ARGUMENT if the file is not such a CSV file; problems of rows stand in the rows.
absl::StatusOr<std::vector<RowOrError<v1::PutEnterpriseRequest>>> ParseEnterprises(
    absl::string_view csv);

// A catalog file: its providers, each once, in the order of first appearance, and its products.
struct CatalogRows {
  std::vector<RowOrError<v1::PutProviderRequest>> providers;
  std::vector<RowOrError<v1::PutProductRequest>> products;
};

// The catalog of one program. Columns: provider_id, provider_name, product_id, product_name,
// item_ids (';' between), category, effective_from, effective_until (may be empty).
// INVALID_ARGUMENT as above.
absl::StatusOr<CatalogRows> ParseCatalog(absl::string_view csv, absl::string_view program_id);

// Applications for one program. Columns: application_key, uscc, item_id, delivery_mode, spend_fen,
// project_id, products ("provider/product", ';' between), invoice_code, invoice_number,
// invoice_amount_fen, invoice_issued_on, contract_number, contract_sha256, payment_number,
// payment_sha256, item_list_number, item_list_sha256; optional: other_funding,
// completed_prior_year; document_kind, document_number, document_sha256 for a document of any kind.
// Further invoices and documents stand on the following rows with the same application_key; their
// other cells are empty or repeat the first row's. Evidence may be left empty; whether it suffices
// is for the program to say. INVALID_ARGUMENT as above.
absl::StatusOr<std::vector<RowOrError<v1::SubmitApplicationRequest>>> ParseApplications(
    absl::string_view csv, absl::string_view program_id);

// Corrected spend and evidence of returned applications. Columns: application_id, spend_fen,
// invoice_code, invoice_number, invoice_amount_fen, invoice_issued_on; optional: the documents as
// in ParseApplications. Further invoices and documents stand on the following rows with the same
// application_id. INVALID_ARGUMENT as above.
absl::StatusOr<std::vector<RowOrError<v1::CorrectApplicationRequest>>> ParseCorrections(
    absl::string_view csv);

// Decisions of a review. Columns: application_id, stage_id, verdict (PASS, REJECT or
// UPHOLD_APPEAL); optional: score (points as in 88.5, with PASS only), opinion (needed to reject).
// INVALID_ARGUMENT as above.
absl::StatusOr<std::vector<RowOrError<v1::ReviewApplicationRequest>>> ParseReviews(
    absl::string_view csv);

// Objections to applications on notice. Columns: application_id, reference, reason.
// INVALID_ARGUMENT as above.
absl::StatusOr<std::vector<RowOrError<v1::FileObjectionRequest>>> ParseObjections(
    absl::string_view csv);

// Acceptances of projects. Columns: application_id, document_kind, document_number,
// document_sha256; further documents stand on the following rows with the same application_id.
// INVALID_ARGUMENT as above.
absl::StatusOr<std::vector<RowOrError<v1::AcceptProjectRequest>>> ParseAcceptances(
    absl::string_view csv);

// Applications by number. Column: application_id. INVALID_ARGUMENT if the file or any row is wrong:
// a notice is published for all of them or for none.
absl::StatusOr<std::vector<uint64_t>> ParseApplicationIds(absl::string_view csv);

// A provider's confirmations. Columns: transfer_id, provider_reference. INVALID_ARGUMENT as above.
absl::StatusOr<std::vector<RowOrError<v1::ConfirmTransferRequest>>> ParseConfirmations(
    absl::string_view csv);

// Lines of a provider's statement of credited transfers. Columns: transfer_id, amount_fen,
// provider_reference. The same transfer may stand there twice: that is for the ledger to find.
// `request` has no request_id, since all lines are one request. INVALID_ARGUMENT as above.
absl::StatusOr<std::vector<RowOrError<v1::StatementLineOfTransfer>>> ParseStatementLines(
    absl::string_view csv);

// Plans of clusters of one program. Columns: cluster_id, cluster_name, lead_uscc, lead_name,
// requested_fen, member_uscc, planned_cost_fen; optional: document_kind, document_number,
// document_sha256. Further members and documents stand on the following rows with the same
// cluster_id. INVALID_ARGUMENT as above.
absl::StatusOr<std::vector<RowOrError<v1::PutClusterRequest>>> ParseClusters(
    absl::string_view csv, absl::string_view program_id);

// Incidents. Columns: uscc, kind, date, reference; optional: severity. INVALID_ARGUMENT as above.
absl::StatusOr<std::vector<RowOrError<v1::RecordIncidentRequest>>> ParseIncidents(
    absl::string_view csv);

// Listings. Columns: uscc, kind, listed (true puts on, false takes off). INVALID_ARGUMENT as above.
absl::StatusOr<std::vector<RowOrError<v1::SetListingRequest>>> ParseListings(absl::string_view csv);

// Blacklist entries. Columns: uscc, reason; optional: until, program_ids (';' between; empty means
// all), lifted (true lifts a blacklisting; reason, until and program_ids are then empty).
// INVALID_ARGUMENT as above.
absl::StatusOr<std::vector<RowOrError<v1::SetBlacklistRequest>>> ParseBlacklist(
    absl::string_view csv);

// Payments against statements. Columns: statement_id, amount_fen, fiscal_reference, paid_on.
// INVALID_ARGUMENT as above.
absl::StatusOr<std::vector<RowOrError<v1::RecordDisbursementRequest>>> ParseDisbursements(
    absl::string_view csv);

// Days of a working-day calendar that differ from the weekday rule. Columns: date, kind (holiday or
// workday), name. INVALID_ARGUMENT if the file or any row is wrong: a calendar is published whole.
absl::StatusOr<std::vector<v1::CalendarDay>> ParseCalendarDays(absl::string_view csv);

}  // namespace voucher::client
