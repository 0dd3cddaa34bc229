// Building v1::Refusal.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

#include "voucher/v1/reasons.pb.h"

namespace voucher {

// A refusal with its facts; `message` and `message_zh` stay empty, since entries never store them
// (see refusal_text.h). The name of a number ends with its unit: "_fen", "_bps", "_unix_ns".
inline v1::Refusal MakeRefusal(
    v1::Reason reason, absl::string_view clause = {}, absl::string_view subject = {},
    std::initializer_list<std::pair<absl::string_view, int64_t>> numbers = {}) {
  v1::Refusal refusal;
  refusal.set_reason(reason);
  refusal.set_clause(std::string(clause));
  refusal.set_subject(std::string(subject));
  for (const auto& [name, value] : numbers) {
    v1::RefusalNumber* number = refusal.add_numbers();
    number->set_name(std::string(name));
    number->set_value(value);
  }
  return refusal;
}

}  // namespace voucher
