#include "ledger/query/program_queries.h"
#include "server/rpc/mutation.h"
#include "server/rpc/read.h"
#include "server/services/services.h"
#include "server/services/watch_budget.h"
#include "voucher/v1/program_service.pb.h"

namespace voucher {

namespace {

using v1::Command;
using v1::Event;

class ProgramService final : public RpcService {
 public:
  explicit ProgramService(const CallContext& call_context)
      : RpcService(call_context, "voucher.v1.ProgramService") {
    Unary("PublishProgram", Mutation<v1::PublishProgramResponse>(&Command::mutable_publish_program,
                                                                 &Event::program_published));
    Unary("SetProgramState", Mutation<v1::SetProgramStateResponse>(
                                 &Command::mutable_set_program_state, &Event::program_state_set));
    Unary("Appropriate",
          Mutation<v1::AppropriateResponse>(&Command::mutable_appropriate, &Event::appropriated));
    Unary("PublishCalendar", Mutation<v1::PublishCalendarResponse>(
                                 &Command::mutable_publish_calendar, &Event::calendar_published));
    Unary("GetProgram", Read(&query::GetProgram));
    Unary("ListPrograms", Read(&query::ListPrograms));
    Unary("GetCalendar", Read(&query::GetCalendar));
    Unary("Quote",
          Read(&query::Quote, std::function<UnixNanos(const UnaryCall&)>([](const UnaryCall& call) {
            return call.call_context().clock->WallNow();
          })));
    Unary("GetBudget", ReadAsOf(&query::GetBudget));
    ServerStream("WatchBudget", Watch(&BeginWatchBudget));
    Unary("ArchiveProgram", Mutation<v1::ArchiveProgramResponse>(&Command::mutable_archive_program,
                                                                 &Event::program_archived));
    CheckComplete();
  }
};

}  // namespace

std::unique_ptr<RpcService> NewProgramService(const CallContext& call_context) {
  return std::make_unique<ProgramService>(call_context);
}

}  // namespace voucher
