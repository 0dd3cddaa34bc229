#include <string>

#include "ledger/ledger.h"
#include "server/host/version.h"
#include "server/rpc/mutation.h"
#include "server/rpc/read.h"
#include "server/services/services.h"
#include "voucher/v1/admin_service.pb.h"

namespace voucher {

namespace {

v1::ServerMode ToProto(Mode mode) {
  switch (mode) {
    case Mode::kReadWrite:
      return v1::SERVER_MODE_READ_WRITE;
    case Mode::kReadOnly:
      return v1::SERVER_MODE_READ_ONLY;
    case Mode::kClockSuspect:
      return v1::SERVER_MODE_CLOCK_SUSPECT;
  }
  return v1::SERVER_MODE_UNSPECIFIED;
}

v1::GetStatusResponse StatusOf(const CallContext& call_context, const ReadSnapshot& snapshot) {
  v1::GetStatusResponse response;
  response.set_ledger_id(call_context.ledger->ledger_id());
  response.set_sequence(snapshot.sequence());
  const Hash root = snapshot.root();
  response.set_root(root.data(), root.size());
  response.set_mode(ToProto(call_context.ledger->mode()));
  response.set_mode_reason(call_context.ledger->mode_reason());
  *response.mutable_now() = ToTimestamp(call_context.clock->WallNow());
  response.set_version(kServerVersion);
  response.set_decider_version(Ledger::decider_version());
  response.set_queued_commands(call_context.ledger->queued_commands());
  response.set_as_of_sequence(snapshot.sequence());
  return response;
}

class AdminService final : public RpcService {
 public:
  AdminService(const CallContext& call_context, UnixNanos started_at)
      : RpcService(call_context, "voucher.v1.AdminService") {
    Unary("GetStatus", [started_at](const UnaryCall& call) {
      v1::GetStatusRequest request;
      if (!ParseRead(call, &request)) return;
      WithSnapshot(call, request.min_sequence(),
                   [started_at](const UnaryCall& ready, const ReadSnapshot& snapshot) {
                     v1::GetStatusResponse response = StatusOf(ready.call_context(), snapshot);
                     *response.mutable_started_at() = ToTimestamp(started_at);
                     ready.Reply(response);
                   });
    });
    Unary("ResumeAfterClockJump",
          Mutation<v1::ResumeAfterClockJumpResponse>(&v1::Command::mutable_resume_after_clock_jump,
                                                     &v1::Event::clock_resumed));
    CheckComplete();
  }
};

}  // namespace

std::unique_ptr<RpcService> NewAdminService(const CallContext& call_context, UnixNanos started_at) {
  return std::make_unique<AdminService>(call_context, started_at);
}

}  // namespace voucher
