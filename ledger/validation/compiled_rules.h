// The rules of one program revision, parsed once for the many submissions they judge.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"

#include "ledger/base/civil.h"
#include "ledger/base/clock.h"
#include "voucher/v1/program.pb.h"

namespace voucher {

// Immutable; a copy is a reference count. Thread-safe. Pointers and references it hands out live as
// long as any copy.
class CompiledRules {
 public:
  // Holds no rules: only to be assigned to.
  CompiledRules() = default;

  // Compiles rules in which ValidateRules finds no problem; dates or a zone that cannot be read
  // abort.
  explicit CompiledRules(v1::ProgramRules rules);

  const v1::ProgramRules& rules() const;
  Zone zone() const;

  // First instant of the application window.
  UnixNanos opens_at() const;
  // First instant after the application window: the start of the day after its last day.
  UnixNanos cutoff_at() const;

  // The item of this name, or nullptr.
  const v1::Item* FindItem(absl::string_view item_id) const;
  // The item of this number, or nullptr.
  const v1::Item* FindItemByNumber(uint32_t number) const;

  // Whether an application for `item`, an item of these rules, may choose this way of delivery.
  bool AllowsDelivery(const v1::Item& item, v1::DeliveryMode mode) const;

  // Whether applications compete: they are collected, scored and ranked.
  bool IsCompetitive() const;

  // The functions below need voucher terms (checked), which a program with CLOUD_CREDIT has.

  // First instant at which a voucher is expired: the start of the day after expires_on.
  UnixNanos voucher_expires_at() const;
  // First instant after the grace, when usage before the expiry can no longer be redeemed.
  UnixNanos voucher_lapses_at() const;
  // Time a provider has to answer a transfer order.
  int64_t transfer_answer_nanos() const;

 private:
  struct State;
  const State& state() const;

  std::shared_ptr<const State> state_;
};

}  // namespace voucher
