#include "absl/strings/str_cat.h"

#include "clients/import/csv_import.h"
#include "clients/import/rows.h"

namespace voucher::client {

absl::StatusOr<std::vector<RowOrError<v1::ReviewApplicationRequest>>> ParseReviews(
    absl::string_view csv) {
  return ParseRows<v1::ReviewApplicationRequest>(
      csv, {"application_id", "stage_id", "verdict"}, {"score", "opinion"},
      ImportRequestIds("reviews", "", csv),
      [](RowReader* reader, v1::ReviewApplicationRequest* request) {
        request->set_application_id(reader->Id("application_id"));
        request->set_stage_id(reader->Ascii("stage_id"));
        request->set_verdict(reader->Value<v1::ReviewVerdict>("verdict", "REVIEW_VERDICT_"));
        if (!reader->IsEmpty("score")) {
          request->set_score(reader->Points("score"));
          if (request->verdict() != v1::REVIEW_VERDICT_PASS) {
            reader->Complain("score", "is given with PASS only");
          }
        }
        if (!reader->IsEmpty("opinion") || request->verdict() == v1::REVIEW_VERDICT_REJECT) {
          request->set_opinion(reader->Text("opinion", 1'024));
        }
        return absl::StrCat(reader->Raw("application_id"), "/", reader->Raw("stage_id"));
      });
}

absl::StatusOr<std::vector<RowOrError<v1::FileObjectionRequest>>> ParseObjections(
    absl::string_view csv) {
  return ParseRows<v1::FileObjectionRequest>(
      csv, {"application_id", "reference", "reason"}, {}, ImportRequestIds("objections", "", csv),
      [](RowReader* reader, v1::FileObjectionRequest* request) {
        request->set_application_id(reader->Id("application_id"));
        request->set_reference(reader->Text("reference", 128));
        request->set_reason(reader->Text("reason", 1'024));
        return absl::StrCat(reader->Raw("application_id"), "/", reader->Raw("reference"));
      });
}

}  // namespace voucher::client
