// Any command, sent through its RPC, with the answer in one form for all verbs.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "tests/support/api_client.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::testing {

// A command on behalf of a principal.
struct Asked {
  std::string principal;
  v1::Command command;
};

// What the ledger answered.
struct Answered {
  v1::Receipt receipt;
  // The verb's event.
  v1::Event event;
  // As in "BUDGET_EXHAUSTED"; empty if accepted.
  std::string reason;

  // All of it as bytes: two answers are the same exactly if these are.
  std::string Fingerprint() const;
};

// Sends one command through its unary RPC, with the client's retries. An answer that is neither yes
// nor no, REQUEST_ID_REUSED included, is an error.
absl::StatusOr<Answered> Send(ApiClient& client, const Asked& asked);

// Sends redemptions of one principal as a batch.
absl::StatusOr<std::vector<Answered>> SendRedemptions(
    ApiClient& client, const std::string& principal, const std::vector<const v1::Command*>& orders);

// Sends submissions as a batch.
absl::StatusOr<std::vector<Answered>> SendSubmissions(
    ApiClient& client, const std::string& principal,
    const std::vector<const v1::Command*>& applications);

}  // namespace voucher::testing
