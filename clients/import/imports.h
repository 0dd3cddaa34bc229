// Every kind of CSV file that there is. The columns stand where the import is defined.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "clients/import/csv_import.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/credit_service.pb.h"
#include "voucher/v1/program_service.pb.h"
#include "voucher/v1/registry_service.pb.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher::client {

// With a staff column, `hint` tells if the published SME thresholds (staff, prior-year revenue)
// suggest another size class.
const ImportOf<v1::PutEnterpriseRequest>& EnterpriseImport();
const ImportOf<v1::RecordIncidentRequest>& IncidentImport();
const ImportOf<v1::SetListingRequest>& ListingImport();
const ImportOf<v1::SetBlacklistRequest>& BlacklistImport();
const ImportOf<v1::PutClusterRequest>& ClusterImport();
// Its rows are more than a product: read it with ParseCatalog.
const ImportOf<v1::PutProductRequest>& CatalogImport();

// Whether evidence suffices is for the program to say.
const ImportOf<v1::SubmitApplicationRequest>& ApplicationImport();
const ImportOf<v1::CorrectApplicationRequest>& CorrectionImport();
const ImportOf<v1::ReviewApplicationRequest>& ReviewImport();
const ImportOf<v1::FileObjectionRequest>& ObjectionImport();
const ImportOf<v1::AcceptProjectRequest>& AcceptanceImport();

const ImportOf<v1::ConfirmTransferRequest>& ConfirmationImport();
const ImportOf<v1::RecordDisbursementRequest>& DisbursementImport();

// Of whole files, for ParseWholeFile: applications of a notice, lines of a provider's statement of
// credited transfers (one transfer may stand there twice: that is for the ledger to find), days of
// a working-day calendar that differ from the weekday rule.
const ImportOf<v1::PublishNoticeRequest>& NoticeImport();
const ImportOf<v1::ReconcileTransfersRequest>& StatementLineImport();
const ImportOf<v1::PublishCalendarRequest>& CalendarImport();

// A catalog file: its providers, each once, in the order of first appearance, and its products.
struct CatalogRows {
  std::vector<RowOrError<v1::PutProviderRequest>> providers;
  std::vector<RowOrError<v1::PutProductRequest>> products;
};

// The catalog of one program. Problems of providers stand in the products' rows. INVALID_ARGUMENT
// as ParseRows.
absl::StatusOr<CatalogRows> ParseCatalog(absl::string_view csv, const ImportScope& scope);

}  // namespace voucher::client
