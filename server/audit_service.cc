#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

#include "ledger/base/status_macros.h"
#include "ledger/query/audit_queries.h"
#include "server/read.h"
#include "server/services.h"
#include "voucher/v1/audit_service.pb.h"

namespace voucher {

namespace {

constexpr int kDefaultPage = 100;
constexpr int kMaxPage = 1'000;
constexpr size_t kMaxPageBytes = 1 << 20;

absl::Status FillRecorded(const Ledger& ledger, uint64_t sequence, v1::RecordedEntry* recorded) {
  VOUCHER_ASSIGN_OR_RETURN(*recorded->mutable_receipt(),
                           ledger.ReadEntry(sequence, recorded->mutable_stored()));
  if (!recorded->mutable_entry()->ParseFromString(recorded->stored())) {
    return absl::DataLossError(absl::StrCat("entry ", sequence, " does not parse"));
  }
  return absl::OkStatus();
}

void GetEntry(const UnaryCall& call) {
  v1::GetEntryRequest request;
  if (!ParseRead(call, &request)) return;
  WithSnapshot(call, request.min_sequence(),
               [request](const UnaryCall& ready, const ReadSnapshot& snapshot) {
                 v1::GetEntryResponse response;
                 absl::Status status =
                     request.sequence() == 0 || request.sequence() > snapshot.sequence()
                         ? absl::NotFoundError(
                               absl::StrCat("the ledger has entries 1 to ", snapshot.sequence()))
                         : FillRecorded(*ready.door().ledger, request.sequence(),
                                        response.mutable_recorded());
                 if (!status.ok()) return ready.Fail(OperatingStatus(status));
                 response.set_as_of_sequence(snapshot.sequence());
                 ready.Reply(response);
               });
}

absl::Status FillPage(const Ledger& ledger, uint64_t first, int page_size, uint64_t end,
                      v1::ListEntriesResponse* response) {
  size_t bytes = 0;
  uint64_t next = first;
  for (; next <= end && response->recorded_size() < page_size && bytes < kMaxPageBytes; ++next) {
    VOUCHER_RETURN_IF_ERROR(FillRecorded(ledger, next, response->add_recorded()));
    bytes += response->recorded().rbegin()->stored().size();
  }
  response->set_next_sequence(next <= end ? next : 0);
  return absl::OkStatus();
}

void ListEntries(const UnaryCall& call) {
  v1::ListEntriesRequest request;
  if (!ParseRead(call, &request)) return;
  if (request.page_size() < 0 || request.page_size() > kMaxPage) {
    return call.Fail(BadRequestStatus({{"page_size", "must be 0 to 1,000"}}));
  }
  WithSnapshot(call, request.min_sequence(),
               [request](const UnaryCall& ready, const ReadSnapshot& snapshot) {
                 v1::ListEntriesResponse response;
                 const int page_size =
                     request.page_size() == 0 ? kDefaultPage : request.page_size();
                 const absl::Status status =
                     FillPage(*ready.door().ledger, std::max<uint64_t>(request.first_sequence(), 1),
                              page_size, snapshot.sequence(), &response);
                 if (!status.ok()) return ready.Fail(OperatingStatus(status));
                 response.set_as_of_sequence(snapshot.sequence());
                 ready.Reply(response);
               });
}

class AuditService final : public RpcService {
 public:
  explicit AuditService(const Door& door) : RpcService(door, "voucher.v1.AuditService") {
    Unary("GetEntry", &GetEntry);
    Unary("ListEntries", &ListEntries);
    Unary("GetBalances", Read(&query::GetBalances));
    CheckComplete();
  }
};

}  // namespace

std::unique_ptr<RpcService> NewAuditService(const Door& door) {
  return std::make_unique<AuditService>(door);
}

}  // namespace voucher
