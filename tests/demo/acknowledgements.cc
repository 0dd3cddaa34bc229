#include "tests/demo/acknowledgements.h"

#include <map>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "ledger/base/sha256.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::demo {
namespace {

// The request_id of whatever verb the command holds; empty for timers.
std::string RequestIdIn(const v1::Command& command) {
  const google::protobuf::Reflection* reflection = command.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> set;
  reflection->ListFields(command, &set);
  if (set.size() != 1) return "";
  const google::protobuf::Message& request = reflection->GetMessage(command, set.front());
  const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
  return field == nullptr ? "" : request.GetReflection()->GetString(request, field);
}

}  // namespace

void Acknowledgements::Add(absl::string_view request_id, const v1::Receipt& receipt) {
  MutexLock lock(mutex_);
  list_.push_back({std::string(request_id), receipt.sequence(), receipt.leaf_hash()});
}

size_t Acknowledgements::size() const {
  MutexLock lock(mutex_);
  return list_.size();
}

std::vector<Acknowledged> Acknowledgements::List() const {
  MutexLock lock(mutex_);
  return list_;
}

std::string ReasonName(v1::Reason reason) {
  const std::string name = v1::Reason_Name(reason);
  return std::string(absl::StripPrefix(absl::string_view(name), "REASON_"));
}

absl::StatusOr<LedgerReading> ReadLedger(testing::ApiClient& auditor,
                                         const Acknowledgements& acknowledgements) {
  struct Found {
    std::string request_id;
    std::string leaf_hash;
  };
  std::vector<Found> ledger(1);
  std::map<std::string, uint64_t> by_reason;
  LedgerReading reading;
  v1::ListEntriesRequest request;
  request.set_first_sequence(1);
  request.set_page_size(1000);
  while (request.first_sequence() != 0) {
    const auto page = auditor.Call(testing::kRpc<v1::ListEntriesResponse>, request);
    if (!page.ok()) return absl::InternalError("ListEntries: " + testing::Describe(page.status));
    for (const v1::RecordedEntry& recorded : page.response.recorded()) {
      const v1::Entry& entry = recorded.entry();
      const Hash leaf = Sha256Of({absl::string_view("\0", 1), recorded.stored()});
      if (recorded.receipt().leaf_hash() != AsBytes(leaf) || entry.sequence() != ledger.size()) {
        ++reading.bad_hashes;
      }
      ledger.push_back({RequestIdIn(entry.command()), std::string(AsBytes(leaf))});
      if (entry.command().has_timer_due()) ++reading.timers;
      if (entry.has_refusal()) {
        ++reading.refused;
        ++by_reason[ReasonName(entry.refusal().reason())];
      } else {
        ++reading.accepted;
      }
    }
    request.set_first_sequence(page.response.next_sequence());
  }
  reading.entries = ledger.size() - 1;
  reading.by_reason.assign(by_reason.begin(), by_reason.end());
  for (const Acknowledged& acknowledged : acknowledgements.List()) {
    const bool there = acknowledged.sequence < ledger.size() &&
                       ledger[acknowledged.sequence].request_id == acknowledged.request_id &&
                       ledger[acknowledged.sequence].leaf_hash == acknowledged.leaf_hash;
    if (!there) ++reading.lost_acknowledgements;
  }
  return reading;
}

}  // namespace voucher::demo
