#include "ledger/machine/context.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "ledger/base/division.h"
#include "ledger/policy/enterprise_records.h"

namespace voucher {
namespace {

std::string WithoutPrefix(absl::string_view name, absl::string_view prefix) {
  absl::ConsumePrefix(&name, prefix);
  return std::string(name);
}

}  // namespace

const rows::CountersRow& Context::counters() const {
  const rows::CountersRow* row = view.Find<tables::Counters>({});
  return row != nullptr ? *row : rows::CountersRow::default_instance();
}

std::optional<Context::Program> Context::FindProgram(const std::string& program_id) {
  const rows::NumberRow* number = view.Find<tables::ProgramNumbers>({program_id});
  if (number == nullptr) return std::nullopt;
  return FindProgram(static_cast<uint32_t>(number->number()));
}

std::optional<Context::Program> Context::FindProgram(uint32_t number) {
  const rows::ProgramRow* row = view.Find<tables::Programs>({number});
  if (row == nullptr) return std::nullopt;
  const CompiledRules* rules = view.Find<tables::Revisions>({number, row->revision()});
  VOUCHER_CHECK(rules != nullptr) << "program " << number << " without rules";
  program = number;
  revision = row->revision();
  return Program{number, row, rules};
}

std::optional<Context::Enterprise> Context::FindEnterprise(const std::string& uscc) const {
  const rows::NumberRow* number = view.Find<tables::EnterpriseNumbers>({uscc});
  if (number == nullptr) return std::nullopt;
  return Enterprise{number->number(), view.Find<tables::Enterprises>({number->number()})};
}

std::optional<Context::Provider> Context::FindProvider(const std::string& provider_id) const {
  const rows::NumberRow* number = view.Find<tables::ProviderNumbers>({provider_id});
  if (number == nullptr) return std::nullopt;
  return Provider{number->number(), view.Find<tables::Providers>({number->number()})};
}

bool Context::SpeaksForProvider(uint64_t provider) const {
  if (!HasRole(v1::ROLE_PROVIDER)) return true;
  const rows::ProviderRow* row = view.Find<tables::Providers>({provider});
  return row != nullptr && row->provider_id() == authority.provider_id();
}

bool Context::MayIssue(absl::string_view program_id) const {
  const auto& scope = authority.program_ids();
  return scope.empty() || absl::c_linear_search(scope, program_id);
}

bool Context::MayIssueOrRun(absl::string_view program_id) const {
  return HasRole(v1::ROLE_PLATFORM) || HasRole(v1::ROLE_ADMIN) || MayIssue(program_id);
}

bool Context::MayReview(absl::string_view stage, absl::Span<const uint64_t> enterprises) const {
  if (!HasRole(v1::ROLE_REVIEWER)) return true;
  const auto& stages = authority.stages();
  if (!stages.empty() && !absl::c_linear_search(stages, stage)) return false;
  const auto& divisions = authority.divisions();
  if (divisions.empty()) return true;
  return absl::c_all_of(enterprises, [&](uint64_t enterprise) {
    const rows::EnterpriseRow* row = view.Find<tables::Enterprises>({enterprise});
    return absl::c_any_of(divisions, [&](const std::string& division) {
      return DivisionCovers(division, row->facts().division());
    });
  });
}

bool Context::HasRole(v1::Role role) const {
  return absl::c_linear_search(authority.roles(), role);
}

std::optional<v1::Refusal> RefuseIfBlacklisted(const rows::EnterpriseRow& enterprise,
                                               const rows::ProgramRow& program, UnixNanos at) {
  const v1::Blacklisting* blacklisting = BlacklistingFor(
      enterprise.records(), program.sandbox(), program.program_id(), DayOf(at, Zone::Shanghai()));
  if (blacklisting == nullptr) return std::nullopt;
  return MakeRefusal(v1::REASON_BLACKLISTED, {}, blacklisting->reason());
}

std::optional<v1::Refusal> RefuseIfSucceeded(const rows::EnterpriseRow& enterprise,
                                             absl::string_view uscc) {
  const std::string& current = enterprise.facts().uscc();
  if (current == uscc) return std::nullopt;
  return NotInThisState(absl::StrCat("former USCC, now ", current),
                        absl::StrCat("原统一社会信用代码，现为", current));
}

v1::Refusal NotInThisState(absl::string_view state, absl::string_view state_zh,
                           absl::string_view clause,
                           std::initializer_list<std::pair<absl::string_view, int64_t>> numbers) {
  v1::Refusal refusal = MakeRefusal(v1::REASON_ILLEGAL_STATE, clause, state, numbers);
  refusal.set_subject_zh(std::string(state_zh));
  return refusal;
}

std::string StateName(v1::ApplicationState state) {
  return WithoutPrefix(v1::ApplicationState_Name(state), "APPLICATION_STATE_");
}
std::string StateName(v1::ProgramState state) {
  return WithoutPrefix(v1::ProgramState_Name(state), "PROGRAM_STATE_");
}
std::string StateName(v1::TransferState state) {
  return WithoutPrefix(v1::TransferState_Name(state), "TRANSFER_STATE_");
}
std::string StateName(v1::RedemptionState state) {
  return WithoutPrefix(v1::RedemptionState_Name(state), "REDEMPTION_STATE_");
}
std::string StateName(v1::ClusterState state) {
  return WithoutPrefix(v1::ClusterState_Name(state), "CLUSTER_STATE_");
}

}  // namespace voucher
