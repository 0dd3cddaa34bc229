// What the parts of the model share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

#include "tests/simulation/model.h"

namespace voucher::simulation {

inline constexpr int64_t kHour = 3'600'000'000'000;

// The refusals of a command. The one that counts is that which reasons.proto declares first.
class Wrongs {
 public:
  void If(bool wrong, v1::Reason reason) {
    if (wrong && (first_ == 0 || Place(reason) < Place(first_))) first_ = reason;
  }
  bool any() const { return first_ != 0; }
  Outcome Refusal(uint64_t queue_number = 0) const {
    Outcome outcome;
    outcome.reason = first_;
    outcome.queue_number = queue_number;
    return outcome;
  }

 private:
  static int Place(int reason) {
    return v1::Reason_descriptor()->FindValueByNumber(reason)->index();
  }

  int first_ = 0;
};

template <typename List, typename Value>
bool Has(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Element `number` - 1, or nullptr.
template <typename T>
T* At(std::vector<T>* list, uint64_t number) {
  return number >= 1 && number <= list->size() ? &(*list)[number - 1] : nullptr;
}

// A division code XXYY00 covers all that begin with XXYY, XX0000 all that begin with XX.
inline bool Covers(const std::string& area, const std::string& division) {
  const size_t digits = area.substr(2) == "0000" ? 2 : area.substr(4) == "00" ? 4 : 6;
  return area.substr(0, digits) == division.substr(0, digits);
}

inline const v1::Item* FindItem(const v1::ProgramRules& rules, const std::string& item_id) {
  for (const v1::Item& item : rules.items()) {
    if (item.item_id() == item_id) return &item;
  }
  return nullptr;
}

// States that free the invoices; with SUPERSEDED those that free the item.
inline bool FreesInvoices(int state) {
  return state == v1::APPLICATION_STATE_WITHDRAWN || state == v1::APPLICATION_STATE_REJECTED ||
         state == v1::APPLICATION_STATE_LAPSED || state == v1::APPLICATION_STATE_PASSED_OVER;
}

// Whether a transfer waits for its answer.
inline bool IsOpen(const Transfer& transfer) {
  return transfer.state == v1::TRANSFER_STATE_ORDERED ||
         transfer.state == v1::TRANSFER_STATE_OVERDUE;
}

// Whether a catalog product is in force on a day.
inline bool InForce(const v1::Product& product, int64_t day) {
  return DayNumber(product.effective_from()) <= day &&
         (!product.has_effective_until() || day <= DayNumber(product.effective_until()));
}

// A catalog product as it was approved on a day; without a category if it was not.
inline v1::Product ApprovedOn(const v1::Product& product, int64_t day) {
  if (InForce(product, day)) return product;
  v1::Product approved;
  for (const v1::Approval& earlier : product.earlier()) {
    v1::Product then;
    then.set_category(earlier.category());
    *then.mutable_item_ids() = earlier.item_ids();
    *then.mutable_effective_from() = earlier.effective_from();
    if (earlier.has_effective_until()) *then.mutable_effective_until() = earlier.effective_until();
    if (InForce(then, day)) approved = then;
  }
  return approved;
}

}  // namespace voucher::simulation
