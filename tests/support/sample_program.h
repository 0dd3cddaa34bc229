// A small, real program for tests over gRPC: hubei-2025 with a handful of enterprises.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "tests/support/api_client.h"

namespace voucher::testing {

// What PrepareProgram publishes: the program's name, its only provider, and one product of it that
// is approved for every stage from 2025-01-01 on.
inline constexpr char kProgramId[] = "hubei-2025";
inline constexpr char kProviderId[] = "huaweicloud";
inline constexpr char kProductId[] = "ecs";
// Where the clock of these tests starts: inside the program's window.
inline constexpr char kInsideWindow[] = "2025-10-30T10:00:00+08:00";

// A valid USCC in Wuhan (420106), another for every n in 0–9,999,999.
std::string SampleUscc(int n);

// An eligible enterprise: small, industrial, registered 2015-03-01 in Wuhan.
v1::PutEnterpriseRequest SampleEnterprise(int n);

// A complete application of enterprise `n` at stage "resource" (20 %), by voucher. `number` makes
// its request_id ("apply-NUMBER") and its invoice unique.
v1::SubmitApplicationRequest SampleApplication(int n, int64_t number, int64_t spend_fen);

// An order of the sample product, of usage that ended 2025-10-30T00:00:00+08:00, under request_id
// and order number `order`.
v1::RedeemRequest SampleOrder(uint64_t account_id, absl::string_view order, int64_t amount_fen);

// Publishes deploy/programs/hubei-2025.textproto, with credit that also pays for earlier usage,
// since the clock of most tests stands still; appropriates `appropriated_fen`, opens the
// program and registers the provider, its product and enterprises 0 to `enterprises` - 1. The
// server must know the principals of TestConfig. The working directory is the repository root.
absl::Status PrepareProgram(ApiClient* client, int64_t appropriated_fen, int enterprises);

// Carries a new application of enterprise `n` to its voucher: submission of `spend_fen`, the whole
// review chain, approval. Returns the voucher. Request ids carry `number`.
absl::StatusOr<uint64_t> CarryToVoucher(ApiClient* client, int n, int64_t number,
                                        int64_t spend_fen);

// Carries a new application further, to credit in a cloud account that the enterprise binds:
// transfer of the whole voucher, confirmation. Returns the account.
absl::StatusOr<uint64_t> CarryToCredit(ApiClient* client, int n, int64_t number, int64_t spend_fen);

}  // namespace voucher::testing
