#include "tests/clients/fake_ledger.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include "voucher/v1/application_service.grpc.pb.h"
#include "voucher/v1/audit_service.grpc.pb.h"
#include "voucher/v1/credit_service.grpc.pb.h"
#include "voucher/v1/program_service.grpc.pb.h"
#include "voucher/v1/registry_service.grpc.pb.h"
#include "voucher/v1/settlement_service.grpc.pb.h"

namespace voucher::client {

#define ANSWER(method)                                                          \
  grpc::Status method(grpc::ServerContext*, const v1::method##Request* request, \
                      v1::method##Response* response) override {                \
    return fake.Answer(#method, *request, response);                            \
  }

struct FakeLedger::Services {
  explicit Services(FakeLedger& ledger)
      : program(ledger),
        registry(ledger),
        application(ledger),
        credit(ledger),
        settlement(ledger),
        audit(ledger) {}

  struct Program final : v1::ProgramService::Service {
    explicit Program(FakeLedger& ledger) : fake(ledger) {}
    ANSWER(GetProgram)
    ANSWER(GetBudget)
    ANSWER(ArchiveProgram)
    ANSWER(Quote)
    FakeLedger& fake;
  };

  struct Registry final : v1::RegistryService::Service {
    explicit Registry(FakeLedger& ledger) : fake(ledger) {}
    ANSWER(PutEnterprise)
    ANSWER(GetEnterprise)
    ANSWER(RecordIncident)
    ANSWER(SetListing)
    ANSWER(SetBlacklist)
    ANSWER(PutCluster)
    ANSWER(ListProviders)
    ANSWER(GetCloudAccount)
    FakeLedger& fake;
  };

  struct Application final : v1::ApplicationService::Service {
    explicit Application(FakeLedger& ledger) : fake(ledger) {}
    ANSWER(BatchSubmitApplications)
    ANSWER(BatchReviewApplications)
    ANSWER(CorrectApplication)
    ANSWER(FileObjection)
    ANSWER(AcceptProject)
    ANSWER(PublishNotice)
    ANSWER(ListApplications)
    ANSWER(GetNotice)
    ANSWER(ListNotices)
    FakeLedger& fake;
  };

  struct Credit final : v1::CreditService::Service {
    explicit Credit(FakeLedger& ledger) : fake(ledger) {}
    ANSWER(BatchConfirmTransfers)
    ANSWER(ReconcileTransfers)
    ANSWER(GetVoucher)
    ANSWER(GetTransfer)
    ANSWER(ListTransfers)
    // Two changes a message, then the end; `next_sequence` as the contract says.
    grpc::Status WatchTransfers(grpc::ServerContext*, const v1::WatchTransfersRequest* request,
                                grpc::ServerWriter<v1::WatchTransfersResponse>* writer) override {
      return Stream(
          *request, fake.changes, writer,
          [](const v1::TransferChange& change) { return change.sequence(); },
          [](v1::WatchTransfersResponse* response) { return response->mutable_changes(); });
    }
    FakeLedger& fake;
  };

  struct Settlement final : v1::SettlementService::Service {
    explicit Settlement(FakeLedger& ledger) : fake(ledger) {}
    ANSWER(RecordDisbursement)
    ANSWER(GetStatement)
    ANSWER(ListStatements)
    FakeLedger& fake;
  };

  struct Audit final : v1::AuditService::Service {
    explicit Audit(FakeLedger& ledger) : fake(ledger) {}
    grpc::Status WatchEntries(grpc::ServerContext*, const v1::WatchEntriesRequest* request,
                              grpc::ServerWriter<v1::WatchEntriesResponse>* writer) override {
      return Stream(
          *request, fake.entries, writer,
          [](const v1::RecordedEntry& recorded) { return recorded.entry().sequence(); },
          [](v1::WatchEntriesResponse* response) { return response->mutable_recorded(); });
    }
    FakeLedger& fake;
  };

  template <typename Request, typename Response, typename Row, typename SequenceOf, typename List>
  static grpc::Status Stream(const Request& request, const std::vector<Row>& rows,
                             grpc::ServerWriter<Response>* writer, const SequenceOf& sequence_of,
                             const List& list) {
    constexpr int kRowsPerMessage = 2;
    Response response;
    for (const Row& row : rows) {
      if (sequence_of(row) < request.from_sequence()) continue;
      *list(&response)->Add() = row;
      response.set_next_sequence(sequence_of(row) + 1);
      if (list(&response)->size() < kRowsPerMessage) continue;
      if (!writer->Write(response)) return grpc::Status::CANCELLED;
      response.Clear();
    }
    if (!list(&response)->empty()) writer->Write(response);
    return grpc::Status::OK;
  }

  Program program;
  Registry registry;
  Application application;
  Credit credit;
  Settlement settlement;
  Audit audit;
};

namespace {

const grpc::Status kNotFound(grpc::StatusCode::NOT_FOUND, "no such thing");

// Fills one page of `rows` that `wanted` lets through; the token is how many went before.
template <typename Request, typename Response, typename Row, typename Wanted>
grpc::Status Page(const Request& request, const std::vector<Row>& rows, size_t rows_per_page,
                  const Wanted& wanted, google::protobuf::RepeatedPtrField<Row>* list,
                  Response* response) {
  size_t before = 0;
  if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &before)) {
    return {grpc::StatusCode::INVALID_ARGUMENT, "page_token"};
  }
  const size_t most = std::min(rows_per_page, static_cast<size_t>(request.page_size()));
  size_t passed = 0;
  for (const Row& row : rows) {
    if (!wanted(row)) continue;
    if (passed++ < before) continue;
    if (static_cast<size_t>(list->size()) == most) {
      response->set_next_page_token(absl::StrCat(before + most));
      break;
    }
    *list->Add() = row;
  }
  return grpc::Status::OK;
}

}  // namespace

FakeLedger::FakeLedger() : services_(std::make_unique<Services>(*this)) {
  On<v1::GetProgramRequest, v1::GetProgramResponse>("GetProgram",
                                                    [this](const auto&, auto* response) {
                                                      *response->mutable_program() = program;
                                                      return grpc::Status::OK;
                                                    });
  On<v1::GetBudgetRequest, v1::GetBudgetResponse>("GetBudget", [this](const auto&, auto* response) {
    for (const v1::Application& application : applications) {
      auto* count = response->mutable_budget()->add_applications();
      count->set_state(application.state());
      count->set_count(1);
    }
    return grpc::Status::OK;
  });
  On<v1::ListApplicationsRequest, v1::ListApplicationsResponse>(
      "ListApplications", [this](const auto& request, auto* response) {
        response->set_as_of_sequence(sequence);
        sequence += moves;
        return Page(
            request, applications, rows_per_page,
            [&](const v1::Application& application) {
              return application.program_id() == request.program_id() &&
                     (request.state() == v1::APPLICATION_STATE_UNSPECIFIED ||
                      request.state() == application.state());
            },
            response->mutable_applications(), response);
      });
  On<v1::ListNoticesRequest, v1::ListNoticesResponse>(
      "ListNotices", [this](const auto& request, auto* response) {
        return Page(
            request, notices, rows_per_page,
            [&](const v1::Notice& notice) { return notice.program_id() == request.program_id(); },
            response->mutable_notices(), response);
      });
  On<v1::GetNoticeRequest, v1::GetNoticeResponse>(
      "GetNotice", [this](const auto& request, auto* response) {
        for (const v1::Notice& notice : notices) {
          if (notice.notice_id() == request.notice_id()) *response->mutable_notice() = notice;
        }
        return response->has_notice() ? grpc::Status::OK : kNotFound;
      });
  On<v1::ListProvidersRequest, v1::ListProvidersResponse>(
      "ListProviders", [this](const auto& request, auto* response) {
        response->set_as_of_sequence(sequence);
        return Page(
            request, providers, rows_per_page, [](const v1::Provider&) { return true; },
            response->mutable_providers(), response);
      });
  On<v1::GetEnterpriseRequest, v1::GetEnterpriseResponse>(
      "GetEnterprise", [this](const auto& request, auto* response) {
        for (const v1::Enterprise& enterprise : enterprises) {
          if (enterprise.facts().uscc() == request.uscc()) {
            *response->mutable_enterprise() = enterprise;
          }
        }
        return response->has_enterprise() ? grpc::Status::OK : kNotFound;
      });
  On<v1::GetCloudAccountRequest, v1::GetCloudAccountResponse>(
      "GetCloudAccount", [this](const auto& request, auto* response) {
        for (const v1::CloudAccount& account : accounts) {
          if (account.account_id() == request.account_id()) *response->mutable_account() = account;
        }
        return response->has_account() ? grpc::Status::OK : kNotFound;
      });
  On<v1::GetVoucherRequest, v1::GetVoucherResponse>(
      "GetVoucher", [this](const auto& request, auto* response) {
        for (const v1::Voucher& voucher : vouchers) {
          if (voucher.voucher_id() == request.voucher_id()) *response->mutable_voucher() = voucher;
        }
        return response->has_voucher() ? grpc::Status::OK : kNotFound;
      });
  On<v1::GetTransferRequest, v1::GetTransferResponse>(
      "GetTransfer", [this](const auto& request, auto* response) {
        response->set_as_of_sequence(sequence);
        for (const v1::Transfer& transfer : transfers) {
          if (transfer.transfer_id() == request.transfer_id()) {
            *response->mutable_transfer() = transfer;
          }
        }
        return response->has_transfer() ? grpc::Status::OK : kNotFound;
      });
  On<v1::ListTransfersRequest, v1::ListTransfersResponse>("ListTransfers", [this](
                                                                               const auto& request,
                                                                               auto* response) {
    response->set_as_of_sequence(sequence);
    const auto is_of = [&](const v1::Transfer& transfer) {
      return std::any_of(accounts.begin(), accounts.end(), [&](const v1::CloudAccount& account) {
        return account.account_id() == transfer.account_id() &&
               account.provider_id() == request.provider_id();
      });
    };
    return Page(request, transfers, rows_per_page, is_of, response->mutable_transfers(), response);
  });
  On<v1::ListStatementsRequest, v1::ListStatementsResponse>(
      "ListStatements", [this](const auto& request, auto* response) {
        response->set_as_of_sequence(sequence);
        return Page(
            request, statements, rows_per_page,
            [&](const v1::Statement& statement) {
              return statement.program_id() == request.program_id() &&
                     (request.provider_id().empty() ||
                      request.provider_id() == statement.provider_id());
            },
            response->mutable_statements(), response);
      });
  On<v1::GetStatementRequest, v1::GetStatementResponse>(
      "GetStatement", [this](const auto& request, auto* response) {
        response->set_as_of_sequence(sequence);
        for (const v1::StatementLine& line : statement_lines[request.statement_id()]) {
          if (line.application_id() < request.first_application_id()) continue;
          if (static_cast<size_t>(response->lines_size()) == rows_per_page) {
            response->set_next_application_id(line.application_id());
            break;
          }
          *response->add_lines() = line;
        }
        return grpc::Status::OK;
      });
}

FakeLedger::~FakeLedger() {
  if (server_ != nullptr) server_->Shutdown();
}

std::string FakeLedger::Start() {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&services_->program);
  builder.RegisterService(&services_->registry);
  builder.RegisterService(&services_->application);
  builder.RegisterService(&services_->credit);
  builder.RegisterService(&services_->settlement);
  builder.RegisterService(&services_->audit);
  server_ = builder.BuildAndStart();
  return absl::StrCat("127.0.0.1:", port);
}

grpc::Status FakeLedger::Answer(const char* method, const google::protobuf::Message& request,
                                google::protobuf::Message* response) {
  const auto handler = handlers_.find(method);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    heard_.emplace_back(request.New())->CopyFrom(request);
  }
  if (handler == handlers_.end()) return {grpc::StatusCode::UNIMPLEMENTED, method};
  const grpc::Status status = handler->second(request, response);
  HandOver();
  return status;
}

grpc::Status MalformedFields(const std::vector<std::pair<std::string, std::string>>& fields) {
  google::rpc::BadRequest bad;
  for (const auto& [field, description] : fields) {
    auto* violation = bad.add_field_violations();
    violation->set_field(field);
    violation->set_description(description);
  }
  google::rpc::Status status;
  status.set_code(static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT));
  status.add_details()->PackFrom(bad);
  return {grpc::StatusCode::INVALID_ARGUMENT, "malformed", status.SerializeAsString()};
}

}  // namespace voucher::client
