#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

#include "ledger/machine/verbs.h"
#include "ledger/policy/enterprise_records.h"

namespace voucher {
namespace {

// The record of that entry; nullptr if the enterprise has none.
const v1::EnterpriseRecord* FindRecord(const rows::EnterpriseRow& enterprise, uint64_t sequence) {
  const auto found = absl::c_find_if(enterprise.records(), [&](const v1::EnterpriseRecord& record) {
    return record.sequence() == sequence;
  });
  return found != enterprise.records().end() ? &*found : nullptr;
}

// ILLEGAL_STATE if it was withdrawn, or cannot end on the day that is asked for.
std::optional<v1::Refusal> RefuseIfOver(const v1::EnterpriseRecord& record,
                                        const v1::EndRecordRequest& request) {
  if (record.withdrawn()) return NotInThisState("withdrawn", "已撤销");
  if (!request.has_last_day()) return std::nullopt;
  const CivilDay last_day = *FromCivilDate(request.last_day());
  if (EndedBefore(record, last_day + 1)) {
    const std::string ended = FormatIsoDate(*LastDayOf(record));
    return NotInThisState(absl::StrCat("ended on ", ended), absl::StrCat("已于", ended, "结束"));
  }
  if (last_day < FirstDayOf(record)) {
    const std::string begins = FormatIsoDate(FirstDayOf(record));
    return NotInThisState(absl::StrCat("begins on ", begins), absl::StrCat("自", begins, "起"));
  }
  return std::nullopt;
}

}  // namespace

Decision Decide(Context* context, const v1::EndRecordRequest& request) {
  const auto enterprise = context->FindEnterprise(request.uscc());
  const v1::EnterpriseRecord* record =
      enterprise ? FindRecord(*enterprise->row, request.sequence()) : nullptr;
  if (record != nullptr && record->has_blacklisting() && !context->HasRole(v1::ROLE_PLATFORM) &&
      !context->HasRole(v1::ROLE_ADMIN)) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, absl::StrCat(request.sequence()));
  }
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  if (record == nullptr) {
    return MakeRefusal(v1::REASON_RECORD_NOT_FOUND, {}, absl::StrCat(request.sequence()));
  }
  if (auto refusal = RefuseIfOver(*record, request)) return *refusal;

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_record_ended()->set_enterprise_number(enterprise->number);
  return event;
}

void Evolve(const v1::Entry&, const v1::EndRecordRequest& request, const v1::RecordEnded& event,
            EditableRows* rows) {
  rows::EnterpriseRow& row = rows->Edit<tables::Enterprises>({event.enterprise_number()});
  for (v1::EnterpriseRecord& record : *row.mutable_records()) {
    if (record.sequence() != request.sequence()) continue;
    if (request.has_last_day()) {
      *record.mutable_ended_on() = request.last_day();
    } else {
      record.set_withdrawn(true);
    }
  }
}

}  // namespace voucher
