#include "ledger/validation/compiled_rules.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"

#include "ledger/base/check.h"

namespace voucher {
namespace {

struct VoucherInstants {
  UnixNanos expires_at = 0;
  UnixNanos lapses_at = 0;
};

CivilDay DayOrDie(const v1::CivilDate& date) {
  const std::optional<CivilDay> day = FromCivilDate(date);
  VOUCHER_CHECK(day.has_value()) << date.ShortDebugString();
  return *day;
}

Zone ZoneOrDie(absl::string_view name) {
  const absl::StatusOr<Zone> zone = Zone::Find(name);
  VOUCHER_CHECK(zone.ok()) << name;
  return *zone;
}

}  // namespace

struct CompiledRules::State {
  explicit State(v1::ProgramRules program_rules)
      : rules(std::move(program_rules)),
        zone(ZoneOrDie(rules.time_zone())),
        opens_at(StartOfDay(DayOrDie(rules.window().first_day()), zone)),
        cutoff_at(StartOfDay(DayOrDie(rules.window().last_day()) + 1, zone)) {
    for (const v1::Item& item : rules.items()) {
      items_by_id.emplace(item.item_id(), &item);
      items_by_number.emplace(item.number(), &item);
    }
    if (rules.has_voucher_terms()) {
      const v1::VoucherTerms& terms = rules.voucher_terms();
      const UnixNanos expires_at = StartOfDay(DayOrDie(terms.expires_on()) + 1, zone);
      voucher = {expires_at, expires_at + terms.redemption_grace_hours() * kNanosPerHour};
    }
  }

  const v1::ProgramRules rules;
  const Zone zone;
  const UnixNanos opens_at;
  const UnixNanos cutoff_at;
  std::optional<VoucherInstants> voucher;
  // Views and pointers into `rules`; only looked up, never iterated.
  absl::flat_hash_map<absl::string_view, const v1::Item*> items_by_id;
  absl::flat_hash_map<uint32_t, const v1::Item*> items_by_number;
};

CompiledRules::CompiledRules(v1::ProgramRules rules)
    : state_(std::make_shared<const State>(std::move(rules))) {}

const CompiledRules::State& CompiledRules::state() const {
  VOUCHER_CHECK(state_ != nullptr) << "no rules";
  return *state_;
}

const v1::ProgramRules& CompiledRules::rules() const {
  return state().rules;
}
Zone CompiledRules::zone() const {
  return state().zone;
}
UnixNanos CompiledRules::opens_at() const {
  return state().opens_at;
}
UnixNanos CompiledRules::cutoff_at() const {
  return state().cutoff_at;
}

const v1::Item* CompiledRules::FindItem(absl::string_view item_id) const {
  const auto found = state().items_by_id.find(item_id);
  return found == state().items_by_id.end() ? nullptr : found->second;
}

const v1::Item* CompiledRules::FindItemByNumber(uint32_t number) const {
  const auto found = state().items_by_number.find(number);
  return found == state().items_by_number.end() ? nullptr : found->second;
}

bool CompiledRules::AllowsDelivery(const v1::Item& item, v1::DeliveryMode mode) const {
  const auto& modes =
      item.delivery_modes().empty() ? rules().delivery_modes() : item.delivery_modes();
  return std::find(modes.begin(), modes.end(), mode) != modes.end();
}

bool CompiledRules::IsCompetitive() const {
  return rules().allocation() == v1::ALLOCATION_COMPETITIVE;
}

UnixNanos CompiledRules::voucher_expires_at() const {
  VOUCHER_CHECK(state().voucher.has_value()) << rules().program_id();
  return state().voucher->expires_at;
}

UnixNanos CompiledRules::voucher_lapses_at() const {
  VOUCHER_CHECK(state().voucher.has_value()) << rules().program_id();
  return state().voucher->lapses_at;
}

int64_t CompiledRules::transfer_answer_nanos() const {
  VOUCHER_CHECK(state().voucher.has_value()) << rules().program_id();
  return rules().voucher_terms().transfer_answer_hours() * kNanosPerHour;
}

}  // namespace voucher
