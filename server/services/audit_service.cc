#include <algorithm>

#include "absl/strings/str_cat.h"

#include "ledger/query/audit_queries.h"
#include "ledger/validation/limits.h"
#include "server/rpc/read.h"
#include "server/services/recorded_entries.h"
#include "server/services/services.h"
#include "server/services/watch_entries.h"
#include "voucher/v1/audit_service.pb.h"

namespace voucher {

namespace {

void GetEntry(const UnaryCall& call) {
  v1::GetEntryRequest request;
  if (!ParseRead(call, &request)) return;
  WithSnapshot(call, request.min_sequence(),
               [request](const UnaryCall& ready, const ReadSnapshot& snapshot) {
                 v1::GetEntryResponse response;
                 google::protobuf::RepeatedPtrField<v1::RecordedEntry> found;
                 const absl::Status status =
                     request.sequence() > snapshot.sequence()
                         ? absl::NotFoundError(
                               absl::StrCat("the ledger has entries 1 to ", snapshot.sequence()))
                         : AddEntries(*ready.call_context().ledger, request.sequence(),
                                      request.sequence(), 1, &found);
                 if (!status.ok()) return ready.Fail(OperatingStatus(status));
                 response.mutable_recorded()->Swap(&found[0]);
                 response.set_as_of_sequence(snapshot.sequence());
                 ready.Reply(response);
               });
}

void ListEntries(const UnaryCall& call) {
  v1::ListEntriesRequest request;
  if (!ParseRead(call, &request)) return;
  WithSnapshot(call, request.min_sequence(),
               [request](const UnaryCall& ready, const ReadSnapshot& snapshot) {
                 v1::ListEntriesResponse response;
                 const int page_size =
                     request.page_size() == 0 ? kDefaultPageRows : request.page_size();
                 const uint64_t first = std::max<uint64_t>(request.first_sequence(), 1);
                 const absl::Status status =
                     AddEntries(*ready.call_context().ledger, first, snapshot.sequence(), page_size,
                                response.mutable_recorded());
                 if (!status.ok()) return ready.Fail(OperatingStatus(status));
                 const uint64_t next = first + response.recorded_size();
                 response.set_next_sequence(next <= snapshot.sequence() ? next : 0);
                 response.set_as_of_sequence(snapshot.sequence());
                 ready.Reply(response);
               });
}

class AuditService final : public RpcService {
 public:
  explicit AuditService(const CallContext& call_context)
      : RpcService(call_context, "voucher.v1.AuditService") {
    Unary("GetEntry", &GetEntry);
    Unary("ListEntries", &ListEntries);
    Unary("GetBalances", ReadAsOf(&query::GetBalances));
    ServerStream("WatchEntries", Watch(&BeginWatchEntries));
    CheckComplete();
  }
};

}  // namespace

std::unique_ptr<RpcService> NewAuditService(const CallContext& call_context) {
  return std::make_unique<AuditService>(call_context);
}

}  // namespace voucher
