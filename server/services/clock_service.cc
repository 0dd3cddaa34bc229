#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/duration.pb.h"

#include "ledger/base/civil.h"
#include "server/host/clocks.h"
#include "server/rpc/grpc_status.h"
#include "server/services/services.h"
#include "voucher/dev/v1/clock_service.pb.h"

namespace voucher {

namespace {

// A duration that fits into nanoseconds and keeps the clock within the years it can show; nullopt
// otherwise.
std::optional<int64_t> NanosFrom(const google::protobuf::Duration& duration, UnixNanos now) {
  constexpr int64_t kMaxSeconds = int64_t{200} * 366 * 86'400;
  const UnixNanos end = StartOfDay(CivilDay(kLastCivilYear + 1, 1, 1), Zone::Shanghai());
  if (duration.seconds() > kMaxSeconds || duration.seconds() < -kMaxSeconds ||
      duration.nanos() >= kNanosPerSecond || duration.nanos() <= -kNanosPerSecond) {
    return std::nullopt;
  }
  const int64_t nanos = duration.seconds() * kNanosPerSecond + duration.nanos();
  if (nanos > 0 ? nanos > end - now : now + nanos < 0) return std::nullopt;
  return nanos;
}

template <class Response>
void ReplyNow(const UnaryCall& call) {
  Response response;
  *response.mutable_now() = ToTimestamp(call.call_context().clock->WallNow());
  call.Reply(response);
}

class ClockService final : public RpcService {
 public:
  ClockService(const CallContext& call_context, ManualClock* clock)
      : RpcService(call_context, "voucher.dev.v1.ClockService"), clock_(clock) {
    Unary("GetClock", [](const UnaryCall& call) {
      dev::v1::GetClockRequest request;
      if (call.Parse(&request)) ReplyNow<dev::v1::GetClockResponse>(call);
    });
    Unary("SetClock", [this](const UnaryCall& call) { Set(call); });
    Unary("AdvanceClock", [this](const UnaryCall& call) { Advance(call); });
    Unary("JumpClock", [this](const UnaryCall& call) { Jump(call); });
    CheckComplete();
  }

 private:
  void Set(const UnaryCall& call) {
    dev::v1::SetClockRequest request;
    if (!call.Parse(&request)) return;
    const std::optional<UnixNanos> wanted = FromTimestamp(request.now());
    const UnixNanos now = clock_->WallNow();
    if (!request.has_now() || !wanted ||
        *wanted >= StartOfDay(CivilDay(kLastCivilYear + 1, 1, 1), Zone::Shanghai())) {
      return call.Fail(BadRequestStatus({{"now", "must be an instant before the year 2200"}}));
    }
    if (*wanted < now) {
      return call.Fail(OperatingStatus(absl::FailedPreconditionError(absl::StrCat(
          "the clock stands at ", FormatRfc3339(now, Zone::Shanghai()), " and does not go back"))));
    }
    clock_->Advance(*wanted - now);
    ReplyNow<dev::v1::SetClockResponse>(call);
  }

  void Advance(const UnaryCall& call) {
    dev::v1::AdvanceClockRequest request;
    if (!call.Parse(&request)) return;
    const std::optional<int64_t> nanos = NanosFrom(request.by(), clock_->WallNow());
    if (!nanos || *nanos < 0) {
      return call.Fail(BadRequestStatus({{"by", "must be >= 0 and end before the year 2200"}}));
    }
    clock_->Advance(*nanos);
    ReplyNow<dev::v1::AdvanceClockResponse>(call);
  }

  void Jump(const UnaryCall& call) {
    dev::v1::JumpClockRequest request;
    if (!call.Parse(&request)) return;
    const std::optional<int64_t> nanos = NanosFrom(request.by(), clock_->WallNow());
    if (!nanos) {
      return call.Fail(BadRequestStatus({{"by", "must stay between 1970 and 2199"}}));
    }
    clock_->Jump(*nanos);
    ReplyNow<dev::v1::JumpClockResponse>(call);
  }

  ManualClock* const clock_;
};

}  // namespace

std::unique_ptr<RpcService> NewClockService(const CallContext& call_context, ManualClock* clock) {
  return std::make_unique<ClockService>(call_context, clock);
}

}  // namespace voucher
