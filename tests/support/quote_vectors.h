// The hypothetical applications of tests/vectors/PROGRAM/quotes.jsonl.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "voucher/v1/program_service.pb.h"
#include "voucher/v1/reasons.pb.h"

namespace voucher {

// One line.
struct QuoteVector {
  // As in "hubei-2025/0000".
  std::string id;
  // A hypothetical quote: facts, incidents, listings, project, instant.
  v1::QuoteRequest request;
  // The outcome that it must have, as OutcomeOf writes it.
  std::string expected;
};

// Every program has at least so many.
inline constexpr size_t kLeastQuoteVectors = 120;

// All lines of a program in order, read relative to the repository root. NOT_FOUND without a file;
// INVALID_ARGUMENT, naming the line, for one that is not understood to the last field or is of
// another program, and for too few of them.
absl::StatusOr<std::vector<QuoteVector>> ReadQuoteVectors(const std::string& program_id);

// A grant, as in "20000000 fen".
std::string OutcomeOf(int64_t grant_fen);
// A refusal, as in "WINDOW_CLOSED" or "NOT_ELIGIBLE: region, size".
std::string OutcomeOf(const v1::Refusal& refusal);

}  // namespace voucher
