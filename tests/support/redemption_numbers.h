// Tests number redemptions as they make them, the ledger by their entries.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "google/protobuf/message.h"

namespace voucher::testing {

class RedemptionNumbers {
 public:
  // Takes the event of an accepted command; a redemption's is noted, once.
  void Note(const google::protobuf::Message& event) {
    const auto* field = event.GetDescriptor()->FindFieldByName("redemption_id");
    if (field == nullptr || event.GetDescriptor()->name() != "Redeemed") return;
    const uint64_t id = event.GetReflection()->GetUInt64(event, field);
    if (id != 0 && NumberOf(id) == id) ids_.push_back(id);
  }

  // The id of the nth redemption, from 1; n if there are not so many.
  uint64_t IdOf(uint64_t n) const { return n - 1 < ids_.size() ? ids_[n - 1] : n; }
  // Which redemption it is; the id if it is none.
  uint64_t NumberOf(uint64_t id) const {
    const auto found = std::find(ids_.begin(), ids_.end(), id);
    return found != ids_.end() ? static_cast<uint64_t>(found - ids_.begin()) + 1 : id;
  }

  // Replaces the number in a request by the id, and the ids in an event by numbers.
  void ToIds(google::protobuf::Message* request) const {
    Replace(
        "redemption_id", [&](uint64_t n) { return IdOf(n); }, request);
  }
  void ToNumbers(google::protobuf::Message* event) const {
    const auto number_of = [&](uint64_t id) { return NumberOf(id); };
    Replace("redemption_id", number_of, event);
    Replace("previous_redemption_id", number_of, event);
  }

 private:
  template <class Function>
  static void Replace(const char* name, const Function& function,
                      google::protobuf::Message* message) {
    const auto* field = message->GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) return;
    const auto* reflection = message->GetReflection();
    reflection->SetUInt64(message, field, function(reflection->GetUInt64(*message, field)));
  }

  std::vector<uint64_t> ids_;
};

}  // namespace voucher::testing
