// What a read must look like.
#pragma once

#include <vector>

#include "ledger/base/clock.h"
#include "ledger/base/field_problem.h"
#include "ledger/validation/field_checker.h"
#include "voucher/v1/admin_service.pb.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/audit_service.pb.h"
#include "voucher/v1/credit_service.pb.h"
#include "voucher/v1/program_service.pb.h"
#include "voucher/v1/registry_service.pb.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher {

// Every RPC that reads, once: X(Read) of a request ReadRequest.
#define VOUCHER_READS(X) \
  X(GetProgram)          \
  X(ListPrograms)        \
  X(GetCalendar)         \
  X(Quote)               \
  X(GetBudget)           \
  X(WatchBudget)         \
  X(GetEnterprise)       \
  X(ListEnterprises)     \
  X(ListCatalog)         \
  X(ListProviders)       \
  X(GetCloudAccount)     \
  X(GetCluster)          \
  X(ListClusters)        \
  X(GetApplication)      \
  X(ListApplications)    \
  X(GetNotice)           \
  X(ListNotices)         \
  X(WatchTransfers)      \
  X(GetVoucher)          \
  X(ListVouchers)        \
  X(GetTransfer)         \
  X(ListTransfers)       \
  X(GetRedemption)       \
  X(ListRedemptions)     \
  X(GetCredit)           \
  X(GetStatement)        \
  X(ListStatements)      \
  X(GetEntry)            \
  X(ListEntries)         \
  X(GetBalances)         \
  X(WatchEntries)        \
  X(GetStatus)

// What is malformed in the fields of each request, unknown fields apart. Any sequence to wait for
// or to begin with is well-formed; a page_token is if it could be one: whether it is of this list
// the query finds.
#define VOUCHER_DECLARE_VALIDATE(Read) \
  void Validate(const v1::Read##Request& request, FieldChecker* check);
VOUCHER_READS(VOUCHER_DECLARE_VALIDATE)
#undef VOUCHER_DECLARE_VALIDATE

// Everything that is malformed in a read, unknown fields at any depth included; empty means
// well-formed, which the functions of ledger/query require. Thread-safe. A request without a
// Validate above does not compile.
template <class Request>
std::vector<FieldProblem> ValidateRead(const Request& request) {
  FieldChecker check;
  check.NoUnknownFields(request);
  Validate(request, &check);
  return std::move(check).TakeProblems();
}

}  // namespace voucher
