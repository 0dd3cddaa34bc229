// Incidents, listings and blacklist entries: what is on record about an enterprise.
#include "clients/import/imports.h"

namespace voucher::client {
namespace {

ImportColumn UsccColumn() {
  return {"uscc", Presence::kRequired, "uscc", "unified social credit code of the enterprise"};
}

}  // namespace

const ImportOf<v1::RecordIncidentRequest>& IncidentImport() {
  static const auto* const kImport = new ImportOf<v1::RecordIncidentRequest>({
      .kind = "incidents",
      .help = "add incidents to enterprises' records",
      .key = {"uscc", "kind", "date", "reference"},
      .columns = {UsccColumn(),
                  {"kind", Presence::kRequired, "incident.kind", "what kind it is"},
                  {"date", Presence::kRequired, "incident.date", "day"},
                  {"reference", Presence::kRequired, "incident.reference",
                   "number of the document that tells of it"},
                  {"severity", Presence::kOptional, "incident.severity", "how bad it was"},
                  SandboxColumn(),
                  RepeatsColumn()},
  });
  return *kImport;
}

const ImportOf<v1::SetListingRequest>& ListingImport() {
  static const auto* const kImport = new ImportOf<v1::SetListingRequest>({
      .kind = "listings",
      .help = "put enterprises on lists, or take them off",
      .key = {"uscc", "kind", "reference", "from"},
      .columns = {UsccColumn(),
                  {"kind", Presence::kRequired, "kind", "which list"},
                  {"listed", Presence::kRequired, "listed", "true puts on, false takes off"},
                  {"reference", Presence::kOptional, "reference",
                   "number of the document that it rests on"},
                  {"from", Presence::kOptional, "from",
                   "first day on the list; empty means today, and where it is taken off"},
                  {"until", Presence::kOptional, "until",
                   "last day on the list; empty if there is none"},
                  SandboxColumn(),
                  RepeatsColumn()},
  });
  return *kImport;
}

const ImportOf<v1::SetBlacklistRequest>& BlacklistImport() {
  static const auto* const kImport = new ImportOf<v1::SetBlacklistRequest>(
      {
          .kind = "blacklist",
          .help = "blacklist enterprises, or lift blacklistings",
          .key = {"uscc", "reference", "from"},
          .columns = {UsccColumn(),
                      {"reason", Presence::kMayBeEmpty, "blacklisting.reason",
                       "why; needed unless it is lifted"},
                      {"reference", Presence::kOptional, "blacklisting.reference",
                       "number of the document that it rests on"},
                      {"from", Presence::kOptional, "blacklisting.from",
                       "first day; empty means the day on which it is recorded"},
                      {"until", Presence::kOptional, "blacklisting.until",
                       "last day; empty if there is none"},
                      {"program_ids", Presence::kOptional, "blacklisting.program_ids",
                       "programs with ';' between, as in hubei-2025;harbin-2022; empty means all",
                       &ReadTexts},
                      {"lifted", Presence::kOptional, "",
                       "true lifts all blacklistings; the columns of one are then empty",
                       &LookAtFlag},
                      SandboxColumn(),
                      RepeatsColumn()},
      },
      [](FirstRow* row, v1::SetBlacklistRequest* request) {
        if (row->Cell("lifted") != "true") return;
        for (const absl::string_view column :
             {"reason", "reference", "from", "until", "program_ids"}) {
          if (row->Cell(column).empty()) continue;
          row->Complain(column, "must be empty where the blacklisting is lifted");
        }
        request->clear_blacklisting();
      });
  return *kImport;
}

}  // namespace voucher::client
