#include "ledger/machine/acts.h"

#include <algorithm>
#include <tuple>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"

#include "ledger/base/big_endian.h"
#include "ledger/machine/application_states.h"
#include "ledger/machine/applications.h"
#include "ledger/policy/refusal.h"

namespace voucher {
namespace {

// The entry of the newest of such applications that still claims and is `wanted`; 0 if there is
// none.
uint64_t NewestClaim(const Context& context, const SameApplication& same,
                     absl::FunctionRef<bool(const rows::ApplicationRow&)> wanted) {
  uint64_t newest = 0;
  context.view.Scan<tables::ApplicationsByEnterprise>(
      {same.enterprise, 0}, {same.enterprise + 1, 0},
      [&](const tables::ApplicationsByEnterprise::Key& key, const rows::PresentRow&) {
        const auto& row = *context.view.Find<tables::Applications>({std::get<1>(key)});
        if (row.program() == same.program && row.item() == same.item &&
            absl::EqualsIgnoreCase(row.project_id(), same.project_id) && wanted(row) &&
            HoldsEvidence(row)) {
          newest = std::max(newest, row.submitted_sequence());
        }
        return true;
      });
  return newest;
}

// An award is noted by its entry and document: several of one document may stand.
std::string AwardKey(uint64_t sequence, const std::string& reference) {
  return ActKey({static_cast<int64_t>(sequence)}, {reference});
}

}  // namespace

std::string ActKey(std::initializer_list<int64_t> numbers,
                   std::initializer_list<absl::string_view> texts) {
  std::string key;
  for (const int64_t number : numbers) AppendI64(number, &key);
  for (const absl::string_view text : texts) {
    AppendU32(static_cast<uint32_t>(text.size()), &key);
    key.append(text.data(), text.size());
  }
  return key;
}

std::optional<v1::Refusal> RefuseIfRepeats(uint64_t booked, uint64_t repeats) {
  if (booked == 0 || booked == repeats) return std::nullopt;
  return MakeRefusal(v1::REASON_ALREADY_BOOKED, {}, {},
                     {{"first_sequence", static_cast<int64_t>(booked)}});
}

std::optional<v1::Refusal> RefuseIfBooked(const Context& context, Act act, const std::string& key,
                                          uint64_t repeats) {
  const rows::NumberRow* booked = context.view.Find<tables::Acts>({static_cast<uint8_t>(act), key});
  return booked != nullptr ? RefuseIfRepeats(booked->number(), repeats) : std::nullopt;
}

std::optional<v1::Refusal> RefuseIfSubmitted(const Context& context, const SameApplication& same,
                                             int64_t spend_fen, uint64_t repeats) {
  const uint64_t newest = NewestClaim(context, same, [&](const rows::ApplicationRow& row) {
    return !row.awarded() && row.spend_fen() == spend_fen;
  });
  return RefuseIfRepeats(newest, repeats);
}

std::optional<v1::Refusal> RefuseIfAwarded(const Context& context, const SameApplication& same,
                                           const std::string& reference, uint64_t repeats) {
  const uint64_t newest = NewestClaim(context, same, [&](const rows::ApplicationRow& row) {
    return row.awarded() && context.view.Find<tables::Acts>(
                                {static_cast<uint8_t>(Act::kAward),
                                 AwardKey(row.submitted_sequence(), reference)}) != nullptr;
  });
  return RefuseIfRepeats(newest, repeats);
}

void BookAward(const v1::Entry& entry, const std::string& reference, EditableRows* rows) {
  BookAct(entry, Act::kAward, AwardKey(entry.sequence(), reference), rows);
}

std::optional<v1::Refusal> RefuseIfClaimedAnew(const Context& context,
                                               const rows::ApplicationRow& application) {
  const SameApplication same{application.program(), application.enterprise(), application.item(),
                             application.project_id()};
  std::optional<v1::Refusal> repeat;
  if (application.awarded()) {
    const auto sequence = static_cast<int64_t>(application.submitted_sequence());
    const auto act = static_cast<uint8_t>(Act::kAward);
    context.view.Scan<tables::Acts>(
        {act, ActKey({sequence})}, {act, ActKey({sequence + 1})},
        [&](const tables::Acts::Key& key, const rows::NumberRow&) {
          absl::string_view reference = std::get<1>(key);
          reference.remove_prefix(AwardKey(application.submitted_sequence(), "").size());
          repeat = RefuseIfAwarded(context, same, std::string(reference), 0);
          return false;
        });
  } else if (application.invoice_keys().empty()) {
    repeat = RefuseIfSubmitted(context, same, application.spend_fen(), 0);
  }
  if (!repeat) return std::nullopt;
  return IllegalState(application.state(), "the same was applied for anew", "同一事项已重新申报",
                      {{"first_sequence", repeat->numbers(0).value()}});
}

void BookAct(const v1::Entry& entry, Act act, const std::string& key, EditableRows* rows) {
  rows->PutNumber<tables::Acts>({static_cast<uint8_t>(act), key}, entry.sequence());
}

}  // namespace voucher
