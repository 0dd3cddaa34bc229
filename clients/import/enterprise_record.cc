// Incidents, listings and blacklist entries: what is on record about an enterprise.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "clients/import/csv_import.h"
#include "clients/import/rows.h"

namespace voucher::client {
namespace {

constexpr size_t kMostProgramId = 48;

void ReadProgramIds(RowReader* reader, v1::Blacklisting* blacklisting) {
  if (reader->IsEmpty("program_ids")) return;
  for (absl::string_view program : absl::StrSplit(reader->Raw("program_ids"), ';')) {
    if (program.empty() || program.size() > kMostProgramId) {
      reader->Complain("program_ids",
                       "must be programs with ';' between, as in hubei-2025;harbin-2022, or empty");
      return;
    }
    blacklisting->add_program_ids(std::string(program));
  }
}

void ReadBlacklisting(RowReader* reader, v1::SetBlacklistRequest* request) {
  if (!reader->Flag("lifted", true)) {
    v1::Blacklisting& blacklisting = *request->mutable_blacklisting();
    blacklisting.set_reason(reader->Text("reason", 512));
    if (!reader->IsEmpty("until")) *blacklisting.mutable_until() = reader->Date("until");
    ReadProgramIds(reader, &blacklisting);
    return;
  }
  for (absl::string_view column : {"reason", "until", "program_ids"}) {
    if (!reader->IsEmpty(column)) {
      reader->Complain(column, "must be empty where the blacklisting is lifted");
    }
  }
}

}  // namespace

// Whether an enterprise is registered, the ledger knows: the check digit is left to it.
absl::StatusOr<std::vector<RowOrError<v1::RecordIncidentRequest>>> ParseIncidents(
    absl::string_view csv) {
  return ParseRows<v1::RecordIncidentRequest>(
      csv, {"uscc", "kind", "date", "reference"}, {"severity"},
      ImportRequestIds("incidents", "", csv),
      [](RowReader* reader, v1::RecordIncidentRequest* request) {
        request->set_uscc(reader->Uscc("uscc", true));
        v1::Incident& incident = *request->mutable_incident();
        incident.set_kind(reader->Value<v1::IncidentKind>("kind", "INCIDENT_KIND_"));
        *incident.mutable_date() = reader->Date("date");
        incident.set_reference(reader->Text("reference", 128));
        if (!reader->IsEmpty("severity")) {
          incident.set_severity(
              reader->Value<v1::IncidentSeverity>("severity", "INCIDENT_SEVERITY_"));
        }
        return absl::StrCat(reader->Raw("uscc"), "/", reader->Raw("kind"), "/", reader->Raw("date"),
                            "/", reader->Raw("reference"));
      });
}

absl::StatusOr<std::vector<RowOrError<v1::SetListingRequest>>> ParseListings(
    absl::string_view csv) {
  return ParseRows<v1::SetListingRequest>(
      csv, {"uscc", "kind", "listed"}, {}, ImportRequestIds("listings", "", csv),
      [](RowReader* reader, v1::SetListingRequest* request) {
        request->set_uscc(reader->Uscc("uscc", true));
        request->set_kind(reader->Value<v1::ListingKind>("kind", "LISTING_KIND_"));
        request->set_listed(reader->Flag("listed", false));
        return absl::StrCat(reader->Raw("uscc"), "/", reader->Raw("kind"));
      });
}

absl::StatusOr<std::vector<RowOrError<v1::SetBlacklistRequest>>> ParseBlacklist(
    absl::string_view csv) {
  return ParseRows<v1::SetBlacklistRequest>(
      csv, {"uscc", "reason"}, {"until", "program_ids", "lifted"},
      ImportRequestIds("blacklist", "", csv),
      [](RowReader* reader, v1::SetBlacklistRequest* request) {
        request->set_uscc(reader->Uscc("uscc", true));
        ReadBlacklisting(reader, request);
        return std::string(reader->Raw("uscc"));
      });
}

}  // namespace voucher::client
