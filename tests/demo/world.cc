#include "tests/demo/world.h"

#include <filesystem>

#include "ledger/base/civil.h"

namespace voucher::demo {
namespace {

constexpr int kClients = 64;
constexpr absl::string_view kOpensAt = "2025-10-31T09:00:00+08:00";

std::vector<std::string> ProviderIds(const Input& input) {
  std::vector<std::string> ids;
  for (const auto& provider : input.providers) ids.push_back(provider.provider_id());
  return ids;
}

}  // namespace

void Recorder::Count(absl::string_view verb, absl::string_view reason) {
  MutexLock lock(mutex_);
  ++counts_[{std::string(verb), std::string(reason)}];
}

Recorder::Counts Recorder::counts() const {
  MutexLock lock(mutex_);
  return counts_;
}

void Recorder::NoteOutcome(const v1::RedeemOutcome& outcome) {
  acknowledgements_.Add(outcome.request_id(), outcome.receipt());
  Count("Redeem", outcome.has_refusal() ? ReasonName(outcome.refusal().reason()) : "");
}

World::World(Options options_in, Input input_in)
    : options(std::move(options_in)),
      input(std::move(input_in)),
      server(options.bin_directory + "/voucherd",
             std::filesystem::path(options.data_directory).parent_path().string(),
             testing::TestConfig(options.data_directory, kOpensAt, ProviderIds(input))),
      clock(server.endpoint(), ParseRfc3339(kOpensAt).value()),
      fleet(server.endpoint(), kClients),
      expectations(input, kAppropriatedFen) {}

void World::Expect(bool holds, absl::string_view problem) {
  if (!holds) findings.problems.emplace_back(problem);
}

void World::ExpectEqual(int64_t actual, int64_t expected, absl::string_view what) {
  if (actual == expected) return;
  findings.problems.push_back(
      absl::StrCat(what, ": is ", WithSeparators(actual), ", must be ", WithSeparators(expected)));
}

}  // namespace voucher::demo
