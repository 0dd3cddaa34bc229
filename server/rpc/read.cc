#include "server/rpc/read.h"

#include "absl/strings/str_cat.h"

#include "ledger/api/unavailable.h"

namespace voucher {

void WithSnapshot(const UnaryCall& call, uint64_t min_sequence,
                  std::function<void(const UnaryCall&, const ReadSnapshot&)> read) {
  const std::shared_ptr<const ReadSnapshot> newest = call.call_context().ledger->Snapshot();
  if (newest->sequence() >= min_sequence) return read(call, *newest);
  const auto ended = [call, min_sequence, read = std::move(read)](ProgressWaits::Result result) {
    if (result == ProgressWaits::Result::kReached) {
      return read(call, *call.call_context().ledger->Snapshot());
    }
    if (result == ProgressWaits::Result::kStopped) {
      return call.Fail(OperatingStatus(
          UnavailableError(unavailable::kDraining, "the server is going down; ask another one")));
    }
    call.Fail(OperatingStatus(absl::DeadlineExceededError(
        absl::StrCat("the ledger has not reached min_sequence ", min_sequence, " in time"))));
  };
  uint64_t id = 0;
  if (!call.call_context().waits->Add(min_sequence, {}, call.DeadlineWithin(kMaxReadWait), ended,
                                      &id)) {
    call.Fail(OperatingStatus(UnavailableError(
        unavailable::kOverloaded, "too many reads wait for a sequence; retry in a second")));
  }
}

}  // namespace voucher
