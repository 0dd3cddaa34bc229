// A voucherd that was told to take no mutations: every one of them gets the reason.
#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

#include "server/access/principals.h"
#include "server/access/rpc_table.h"
#include "tests/support/sample_program.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/server_process.h"
#include "tests/support/shipped_program.h"

namespace voucher::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::HasSubstr;

constexpr char kEvidence[] = R"(evidence {
  invoices { number: "25422000000000000001" amount_fen: 1 issued_on { year: 2025 month: 6 day: 1 } }
  documents { kind: DOCUMENT_KIND_CONTRACT number: "HT" sha256: "SHA256SHA256SHA256SHA256SHA25632" } })";

// By mutation, a well-formed request without its request_id; USCC stands for a valid one.
using Requests = std::map<std::string, std::string>;

// Programs, who and what takes part in them, clusters.
Requests RegistryRequests() {
  return {
      {"PublishProgram", ""},  // the rules of a shipped program
      {"SetProgramState", R"(program_id: "p" state: PROGRAM_STATE_OPEN)"},
      {"Appropriate", R"(program_id: "p" amount_fen: 1 fiscal_reference: "f")"},
      {"PublishCalendar", R"(first_year: 2025 last_year: 2026)"},
      {"ArchiveProgram", R"(program_id: "p")"},
      {"PutEnterprise", R"(facts { uscc: "USCC" name: "n" division: "420106"
                                   size: ENTERPRISE_SIZE_SMALL industry: INDUSTRY_INDUSTRIAL
                                   registered_on { year: 2015 month: 3 day: 1 } })"},
      {"RecordIncident", R"(uscc: "USCC" incident { kind: INCIDENT_KIND_SAFETY reference: "r"
                            date { year: 2025 month: 1 day: 1 } })"},
      {"SetListing", R"(uscc: "USCC" kind: LISTING_KIND_SERIOUS_DISHONESTY listed: true)"},
      {"SetBlacklist", R"(uscc: "USCC")"},
      {"EndRecord", R"(uscc: "USCC" sequence: 1 reason: "r")"},
      {"PutProvider", R"(provider_id: "a" name: "n")"},
      {"SetProviderState", R"(provider_id: "a" state: PROVIDER_STATE_SUSPENDED)"},
      {"PutProduct", R"(product { program_id: "p" provider_id: "a" product_id: "b" name: "n"
                                  category: "c" item_ids: "i"
                                  effective_from { year: 2025 month: 1 day: 1 } })"},
      {"WithdrawProduct", R"(program_id: "p" provider_id: "a" product_id: "b"
                             last_day { year: 2025 month: 1 day: 1 })"},
      {"BindCloudAccount", R"(provider_id: "a" account_number: "n" uscc: "USCC")"},
      {"SucceedEnterprise", R"(uscc: "USCC" new_uscc: "USCC" new_name: "n" reference: "r")"},
      {"RemindEnterprise", R"(program_id: "p" uscc: "USCC" reference: "r")"},
      {"PutCluster", R"(cluster { program_id: "p" cluster_id: "c" name: "n" lead_uscc: "USCC"
                                  lead_name: "l" requested_fen: 1 })"},
      {"ReviewCluster", R"(program_id: "p" cluster_id: "c" verdict: REVIEW_VERDICT_PASS score: 1)"},
      {"RankClusters", R"(program_id: "p")"},
  };
}

Requests ApplicationRequests() {
  const std::string apply = absl::StrCat(
      R"(program_id: "p" item_id: "i" uscc: "USCC" delivery_mode: DELIVERY_MODE_CLOUD_CREDIT
         spend_fen: 1 project { project_id: "P" } products { provider_id: "a" product_id: "b" } )",
      kEvidence);
  const std::string review = R"(application_id: 1 stage_id: "CITY" verdict: REVIEW_VERDICT_PASS)";
  return {
      {"SubmitApplication", apply},
      {"BatchSubmitApplications", absl::StrCat(R"(applications { request_id: "r1" )", apply, "}")},
      {"WithdrawApplication", "application_id: 1"},
      {"ReviewApplication", review},
      {"BatchReviewApplications", absl::StrCat(R"(reviews { request_id: "r2" )", review, "}")},
      {"ReturnApplication", R"(application_id: 1 reason: "r")"},
      {"CorrectApplication", absl::StrCat("application_id: 1 spend_fen: 1 ", kEvidence)},
      {"PublishNotice", R"(program_id: "p" application_ids: 1)"},
      {"FileObjection", R"(application_id: 1 reference: "f" reason: "r")"},
      {"ResolveObjection", R"(application_id: 1 opinion: "o")"},
      {"RankApplications", R"(program_id: "p")"},
      {"AwardGrant", R"(program_id: "p" item_id: "i" uscc: "USCC"
                        delivery_mode: DELIVERY_MODE_REIMBURSEMENT project { project_id: "P" }
                        reference: "r")"},
      {"AcceptProject", "application_id: 1"},
      {"ExtendProject", R"(application_id: 1 months: 1 reason: "r")"},
      {"TerminateProject", R"(application_id: 1 reason: "r")"},
      {"ApproveApplication", "application_id: 1"},
  };
}

// Credit, settlement and the clock.
Requests CreditRequests() {
  const std::string confirm = R"(transfer_id: 1 provider_reference: "r")";
  const std::string redeem = R"(program_id: "p" account_id: 1 product_id: "b" order_number: "o"
                                usage_ended_at { seconds: 1750000000 } amount_fen: 1)";
  return {
      {"OrderTransfer", "voucher_id: 1 account_id: 1 amount_fen: 1"},
      {"ConfirmTransfer", confirm},
      {"BatchConfirmTransfers", absl::StrCat(R"(confirmations { request_id: "r3" )", confirm, "}")},
      {"ReconcileTransfers", R"(provider_id: "a")"},
      {"DeclineTransfer", R"(transfer_id: 1 reason: "r")"},
      {"Redeem", redeem},
      {"BatchRedeem", absl::StrCat(R"(redemptions { request_id: "r4" )", redeem, "}")},
      {"StreamRedeem", absl::StrCat(R"(redemptions { request_id: "r5" )", redeem, "}")},
      {"ReverseRedemption", R"(redemption_id: 1 amount_fen: 1 reason: "r")"},
      {"Reclaim", R"(application_id: 1 ground: RECLAIM_GROUND_AUDIT reason: "r" reference: "f")"},
      {"CloseStatement", R"(program_id: "p" provider_id: "a" period { year: 2025 month: 9 })"},
      {"RecordDisbursement", R"(statement_id: 1 disbursement {
          amount_fen: 1 fiscal_reference: "f" paid_on { year: 2025 month: 10 day: 1 } })"},
      {"RecordRecovery", R"(program_id: "p" provider_id: "a" amount_fen: 1 fiscal_reference: "f")"},
      {"ResumeAfterClockJump", R"(reason: "r")"},
  };
}

Requests AllRequests() {
  Requests requests = RegistryRequests();
  requests.merge(ApplicationRequests());
  requests.merge(CreditRequests());
  return requests;
}

// True if the message, or each item of a batch, carries a request_id.
bool IsMutation(const Descriptor& request) {
  if (request.FindFieldByName("request_id") != nullptr) return true;
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor* field = request.field(i);
    if (field->is_repeated() && field->message_type() != nullptr &&
        field->message_type()->FindFieldByName("request_id") != nullptr) {
      return true;
    }
  }
  return false;
}

// A principal of TestConfig with one of the RPC's roles.
std::string PrincipalFor(const Rpc& rpc) {
  const std::pair<v1::Role, const char*> principals[] = {
      {v1::ROLE_PLATFORM, "platform"}, {v1::ROLE_REVIEWER, "reviewer"},
      {v1::ROLE_ISSUER, "issuer"},     {v1::ROLE_PROVIDER, "provider-huaweicloud"},
      {v1::ROLE_FINANCE, "finance"},   {v1::ROLE_ADMIN, "admin"}};
  for (const auto& [role, name] : principals) {
    v1::Authority who;
    who.add_roles(role);
    if (MayCall(who, rpc)) return name;
  }
  return "";
}

// One request message, one answer or none.
grpc::Status Send(const std::shared_ptr<grpc::Channel>& channel, const Rpc& rpc,
                  const std::string& bytes) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.AddMetadata(kPrincipalHeader, PrincipalFor(rpc));
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  grpc::CompletionQueue queue;
  void* tag = nullptr;
  bool ok = false;
  auto call = stub.PrepareCall(&context, rpc.path, &queue);
  call->StartCall(nullptr);
  queue.Next(&tag, &ok);
  const grpc::Slice slice(bytes);
  call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
  queue.Next(&tag, &ok);
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
  return status;
}

std::string Cause(const grpc::Status& status) {
  google::rpc::Status decoded;
  google::rpc::ErrorInfo info;
  if (!decoded.ParseFromString(status.error_details())) return "";
  for (const auto& any : decoded.details()) {
    if (any.UnpackTo(&info)) return info.reason();
  }
  return "";
}

TEST(ReadOnlyTest, EveryMutationIsTurnedAwayWithTheReasonAndReadsGoOn) {
  ScratchDirectory directory("read-only");
  ServerProcess process(absl::StrCat(BinDirectory(), "/voucherd"), directory.path(),
                        TestConfig(directory.Path("data"), kInsideWindow, {kProviderId}));
  ASSERT_TRUE(process.Start().ok());
  ApiClient client(process.endpoint(), "platform");
  ASSERT_TRUE(client.Call(kRpc<v1::PutEnterpriseResponse>, SampleEnterprise(1)).ok());
  ASSERT_TRUE(process.Terminate().ok());
  process.config().mutable_development()->mutable_manual_clock()->set_start(
      "2025-10-30T11:00:00+08:00");
  const absl::Status started = process.StartInAnyMode({"--read-only"});
  ASSERT_TRUE(started.ok()) << started;
  const auto before = client.Call(kRpc<v1::GetStatusResponse>, v1::GetStatusRequest());
  EXPECT_EQ(before.response.mode(), v1::SERVER_MODE_READ_ONLY);
  const std::string reason = before.response.mode_reason();
  ASSERT_FALSE(reason.empty());

  const auto channel =
      grpc::CreateChannel(process.endpoint()->Get().address, grpc::InsecureChannelCredentials());
  Requests requests = AllRequests();
  google::protobuf::DynamicMessageFactory factory;
  const absl::StatusOr<RpcTable> served = ServedRpcs();
  ASSERT_TRUE(served.ok()) << served.status();
  for (const Rpc& rpc : served->rpcs()) {
    if (!absl::StartsWith(rpc.service(), "voucher.v1.")) continue;
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
        std::string(rpc.service()));
    const Descriptor* type = service->FindMethodByName(std::string(rpc.method()))->input_type();
    SCOPED_TRACE(rpc.path);
    const v1::RpcKind kind = rpc.options->kind();
    EXPECT_EQ(IsMutation(*type), kind == v1::RPC_KIND_MUTATION || kind == v1::RPC_KIND_BATCH ||
                                     kind == v1::RPC_KIND_STREAM);
    if (!IsMutation(*type)) continue;
    const auto found = requests.find(std::string(rpc.method()));
    ASSERT_NE(found, requests.end()) << "no request for it in this test";
    const std::string text =
        absl::StrReplaceAll(found->second, {{"\"USCC\"", absl::StrCat("\"", SampleUscc(1), "\"")}});
    requests.erase(found);
    std::unique_ptr<Message> request(factory.GetPrototype(type)->New());
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request.get()));
    if (const FieldDescriptor* id = type->FindFieldByName("request_id"); id != nullptr) {
      request->GetReflection()->SetString(request.get(), id, absl::StrCat("id-", rpc.method()));
    }
    if (const FieldDescriptor* rules = type->FindFieldByName("rules"); rules != nullptr) {
      const auto shipped = ReadShippedProgram(kProgramId);
      ASSERT_TRUE(shipped.ok()) << shipped.status();
      ASSERT_TRUE(request->GetReflection()
                      ->MutableMessage(request.get(), rules, &factory)
                      ->ParseFromString(shipped->SerializeAsString()));
    }
    const grpc::Status status = Send(channel, rpc, request->SerializeAsString());
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << Describe(status);
    EXPECT_EQ(Cause(status), "READ_ONLY");
    EXPECT_THAT(status.error_message(), HasSubstr(reason));
  }
  for (const auto& [method, text] : requests) ADD_FAILURE() << method << " is no mutation";

  const auto after = client.Call(kRpc<v1::GetStatusResponse>, v1::GetStatusRequest());
  EXPECT_EQ(after.response.sequence(), before.response.sequence());
  v1::GetEnterpriseRequest get;
  get.set_uscc(SampleUscc(1));
  EXPECT_TRUE(client.Call(kRpc<v1::GetEnterpriseResponse>, get).ok());
  EXPECT_TRUE(process.Terminate().ok());
}

}  // namespace
}  // namespace voucher::testing
