#include "ledger/query/settlement_queries.h"
#include "server/rpc/mutation.h"
#include "server/rpc/read.h"
#include "server/services/services.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher {

namespace {

using v1::Command;
using v1::Event;

class SettlementService final : public RpcService {
 public:
  explicit SettlementService(const CallContext& call_context)
      : RpcService(call_context, "voucher.v1.SettlementService") {
    Unary("CloseStatement", Mutation<v1::CloseStatementResponse>(&Command::mutable_close_statement,
                                                                 &Event::statement_closed));
    Unary("RecordDisbursement",
          Mutation<v1::RecordDisbursementResponse>(&Command::mutable_record_disbursement,
                                                   &Event::disbursement_recorded));
    Unary("RecordRecovery", Mutation<v1::RecordRecoveryResponse>(&Command::mutable_record_recovery,
                                                                 &Event::recovery_recorded));
    Unary("GetStatement", Read(&query::GetStatement));
    Unary("ListStatements", Read(&query::ListStatements));
    CheckComplete();
  }
};

}  // namespace

std::unique_ptr<RpcService> NewSettlementService(const CallContext& call_context) {
  return std::make_unique<SettlementService>(call_context);
}

}  // namespace voucher
