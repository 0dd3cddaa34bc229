// What must come of the demonstration, worked out a second time from the policy text and the files
// alone: it shares no code with the ledger.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "google/protobuf/timestamp.pb.h"

#include "tests/demo/input.h"

namespace voucher::demo {

// What a submission comes to.
struct Expected {
  std::string reason;       // as in "BUDGET_EXHAUSTED"; empty if accepted
  int64_t granted_fen = 0;  // if accepted
};

// The Wuhan notice of 2025-05-20 as far as applications go: who may apply, 20/30/40/50 % by stage,
// 200,000 yuan per enterprise and year, first come, first served until exhausted, until October 31.
class Expectations {
 public:
  Expectations(const Input& input, int64_t appropriated_fen);

  // Facts recorded besides the files.
  void Blacklist(const std::string& uscc) { blacklisted_.insert(uscc); }
  // A major accident of the last three years, or an entry for serious dishonesty.
  void RecordBlemish(const std::string& uscc) { blemished_.insert(uscc); }

  // The outcome of the next submission in the order of the queue; books it.
  Expected Submit(const v1::SubmitApplicationRequest& request,
                  const google::protobuf::Timestamp& received_at);

  // Money of an accepted application comes back. `all` also frees its invoices.
  void Release(const v1::SubmitApplicationRequest& request, int64_t released_fen, bool all);

  // Budget that nobody has.
  int64_t remaining_fen() const { return remaining_fen_; }
  // Least budget there ever was; negative means oversold.
  int64_t lowest_remaining_fen() const { return lowest_remaining_fen_; }

 private:
  using ProductKey = std::pair<std::string, std::string>;  // provider_id, product_id

  std::string Refuse(const v1::SubmitApplicationRequest& request,
                     const google::protobuf::Timestamp& received_at) const;

  std::map<std::string, v1::EnterpriseFacts> enterprises_;
  std::set<std::string> providers_;
  std::map<ProductKey, v1::Product> products_;
  std::set<std::string> blacklisted_;
  std::set<std::string> blemished_;
  std::set<std::string> claimed_invoices_;
  std::map<std::string, int64_t> granted_by_enterprise_;
  int64_t remaining_fen_;
  int64_t lowest_remaining_fen_;
};

}  // namespace voucher::demo
