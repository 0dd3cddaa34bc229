#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "voucher/v1/credit.pb.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// What the entries of redemptions and reversals add up to: what CheckInvariants holds rows to,
// which do not repeat them. Memory grows with accounts, their vouchers and redemptions of which
// something was reversed.
struct RedemptionSums {
  // Takes the next entry. `named` is the entry that EntryNamedBy its command; null if there is
  // none.
  void Add(const v1::Entry& entry, const v1::Entry* named);

  uint64_t redemptions = 0;
  // Drawn less reversed, by (account, voucher).
  absl::btree_map<std::pair<uint64_t, uint64_t>, int64_t> net_fen;
  // The same of core products, by (program, account, category).
  absl::btree_map<std::tuple<uint32_t, uint64_t, std::string>, int64_t> core_fen;
  // Last redemption, by account.
  absl::btree_map<uint64_t, uint64_t> last;
  // Draws of the redemptions of which something was reversed.
  absl::btree_map<uint64_t, google::protobuf::RepeatedPtrField<v1::Draw>> reversed;
  // Entries that do not fit themselves or those before them, a sentence each; not all of them, if
  // there are more than kMaxInvariantFindings.
  std::vector<std::string> findings;

 private:
  template <class... Parts>
  void Require(bool holds, const Parts&... parts);
  void AddRedemption(const v1::Entry& entry);
  void AddReversal(const v1::Entry& entry, const v1::Entry* named);
};

}  // namespace voucher
