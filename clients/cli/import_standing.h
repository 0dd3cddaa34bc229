// What of a file stands in the ledger already: for dry runs, and to tell a row that was refused
// because it is done from one that is not.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "clients/cpp/client.h"
#include "ledger/base/mutex.h"

namespace voucher::cli {

// What stands of one row.
struct Standing {
  enum Kind {
    kUnknown,     // nothing that can be read tells
    kNew,         // rows of registers
    kChanged,     //
    kUnchanged,   //
    kNotDone,     // rows that are acts
    kDoneBefore,  //
  };
  Kind kind = kUnknown;
  uint64_t sequence = 0;  // of kDoneBefore: the entry that did it; 0 if that cannot be read
  std::string shown_by;   // of kDoneBefore: what shows it, as "transfer 3 is CONFIRMED"
};

// "new", "done before": the words of reports.
absl::string_view WordOf(Standing::Kind kind);

// Reads what stands. Thread-safe. The client must outlive it.
class StandingReader {
 public:
  StandingReader(const client::Client& client, client::CallOptions call)
      : client_(client), call_(std::move(call)) {}

  // What stands of a request in an answer that includes the entry `min_sequence`. Errors are those
  // of reads; NOT_FOUND if what an act is about is not there.
  //
  // An act is found by what it says, not by who did it. A record counts while nothing ended or
  // withdrew it. An application of the same enterprise, item, project, delivery, providers and
  // spend is the same while it is alive; a review counts as done if the application is past its
  // stage, with its score if it has one; a correction, if the application is no longer returned and
  // has its spend.
  absl::StatusOr<Standing> Of(const v1::PutEnterpriseRequest& request, uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::PutProviderRequest& request, uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::PutProductRequest& request, uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::PutClusterRequest& request, uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::RecordIncidentRequest& request, uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::SetListingRequest& request, uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::SetBlacklistRequest& request, uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::SubmitApplicationRequest& request,
                              uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::CorrectApplicationRequest& request,
                              uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::ReviewApplicationRequest& request,
                              uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::FileObjectionRequest& request, uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::AcceptProjectRequest& request, uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::ConfirmTransferRequest& request, uint64_t min_sequence = 0);
  absl::StatusOr<Standing> Of(const v1::RecordDisbursementRequest& request,
                              uint64_t min_sequence = 0);

  // What stands of a request that was refused because of the application `application_id`.
  absl::StatusOr<Standing> OfNamed(const v1::SubmitApplicationRequest& request,
                                   uint64_t application_id, uint64_t min_sequence);

 private:
  absl::StatusOr<v1::Enterprise> Enterprise(const std::string& uscc, uint64_t min_sequence) const;
  absl::StatusOr<v1::Application> Application(uint64_t application_id, uint64_t min_sequence) const;
  absl::StatusOr<v1::ProgramRules> Rules(const std::string& program_id) VOUCHER_EXCLUDES(mutex_);

  const client::Client& client_;
  const client::CallOptions call_;

  Mutex mutex_;
  // Read once each, when first asked for.
  std::map<std::string, v1::ProgramRules> rules_ VOUCHER_GUARDED_BY(mutex_);
  std::optional<std::map<std::string, std::string>> providers_ VOUCHER_GUARDED_BY(mutex_);
  std::map<std::string, std::map<std::string, v1::Product>> catalogs_ VOUCHER_GUARDED_BY(mutex_);
};

}  // namespace voucher::cli
