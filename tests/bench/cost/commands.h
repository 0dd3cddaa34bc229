// Commands in numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

#include "voucher/v1/entry.pb.h"

namespace voucher::bench {

// The chain of hubei-2025.
inline constexpr const char* kReviewStages[] = {"DISTRICT", "EXPERT", "AUDIT", "CITY", "PROVINCE"};

// make(0) to make(count - 1).
std::vector<v1::Command> MakeCommands(int count, absl::FunctionRef<v1::Command(int n)> make);

// Of enterprise `enterprise` for a grant of `grant_fen`; `number` makes its ids and its invoice
// unique.
v1::Command Application(int enterprise, int number, int64_t grant_fen);

// Of a stage that passes.
v1::Command PassReview(uint64_t application, const std::string& stage);

// Order `number` of 1 yuan, with names as long as real ones.
v1::Command Order(uint64_t account, int number);

}  // namespace voucher::bench
