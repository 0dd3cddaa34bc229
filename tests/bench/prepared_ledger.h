// Ledgers that the figures start from: made once, kept, and copied for every run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace voucher::bench {

// The account that all orders go to in the figures of a hot account; the others follow it.
inline constexpr uint64_t kHotAccount = 1;
// Cloud accounts that share a voucher.
inline constexpr int kAccountsPerVoucher = 10;
// What an application of the figures is granted; the yearly cap of its enterprise allows 1,000.
inline constexpr int64_t kGrantFen = 20'000;

// The first of the enterprises (tests/support/sample_program.h) that have not applied yet; before
// it come the owner of the hot account and those of the others.
constexpr int FirstApplicant(int accounts) {
  return 1 + accounts / kAccountsPerVoucher;
}

// A closed ledger: hubei-2025, open and amply funded, one provider, `accounts` cloud accounts with
// credit (ten to a voucher) after the hot one, which has a voucher of its own, `applicants`
// enterprises that have not applied yet, and then redemptions, spread at random, up to `entries`.
struct PreparedLedger {
  std::string directory;
  int accounts = 0;
  int applicants = 0;
  uint64_t entries = 0;
  // Redemptions in it; orders are numbered from here on.
  uint64_t redemptions = 0;
};

struct LedgerBuilding {
  std::string bin_directory;
  // Where prepared ledgers are kept.
  std::string directory;
  // Told what is going on.
  std::function<void(absl::string_view line)> say;
};

// The prepared ledger with that many accounts and at least that many entries (0: no redemptions).
// One kept from an earlier run is taken if it was made by code that records and evolves in the same
// way: its name carries a digest of the versions, the messages and the rules; others are removed.
absl::StatusOr<PreparedLedger> PrepareLedger(const LedgerBuilding& building, int accounts,
                                             uint64_t entries);

// A copy in `to`, which must not exist. Table files are linked, since nobody ever changes one.
absl::Status CopyLedger(const PreparedLedger& ledger, const std::string& to);

}  // namespace voucher::bench
