// Bytes and fields that are no request: each gets its clear error and leaves the ledger as it was.
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

#include "server/access/principals.h"
#include "server/access/rpc_table.h"
#include "server/rpc/unary_call.h"
#include "tests/server/running_server.h"
#include "tests/support/sample_program.h"
#include "tests/support/service_descriptors.h"

namespace voucher::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Sends raw bytes as a unary request and returns the status.
grpc::Status SendRaw(const RunningServer& running, const std::string& method,
                     const std::string& principal, const std::string& bytes) {
  grpc::GenericStub stub(running.NewChannel());
  grpc::ClientContext context;
  context.AddMetadata(kPrincipalHeader, principal);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  grpc::CompletionQueue queue;
  auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
  call->StartCall();
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return status;
}

constexpr char kPutProvider[] = "/voucher.v1.RegistryService/PutProvider";

std::string GoodBytes() {
  v1::PutProviderRequest request;
  request.set_request_id("r1");
  request.set_provider_id("acme");
  request.set_name("Acme");
  return request.SerializeAsString();
}

TEST(MalformedTest, BytesThatDoNotParseAreInvalidArgument) {
  RunningServer running;
  ASSERT_TRUE(SendRaw(running, kPutProvider, "platform", GoodBytes()).ok());
  const uint64_t before = running.sequence();
  const std::string truncated = GoodBytes().substr(0, GoodBytes().size() - 1);
  const std::string not_utf8 = GoodBytes() + std::string("\x1A\x02\xFF\xFE", 4);
  for (const std::string& bytes : {truncated, not_utf8, std::string("\xFF\xFF\xFF\xFF"),
                                   std::string("\x0A\x05"
                                               "abc",
                                               5)}) {
    const grpc::Status status = SendRaw(running, kPutProvider, "platform", bytes);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("voucher.v1.PutProviderRequest"));
  }
  EXPECT_EQ(running.sequence(), before);
}

TEST(MalformedTest, UnknownFieldsAreInvalidArgumentAtAnyDepth) {
  RunningServer running;
  const std::string unknown("\xF8\x07\x01", 3);  // field 127, varint 1
  EXPECT_EQ(SendRaw(running, kPutProvider, "platform", GoodBytes() + unknown).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(
      SendRaw(running, "/voucher.v1.ProgramService/ListPrograms", "platform", unknown).error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
  // A batch whose own message, and one whose item, holds the field.
  v1::BatchRedeemRequest batch;
  *batch.add_redemptions() = SampleOrder(1, "o1", 100);
  EXPECT_EQ(SendRaw(running, "/voucher.v1.CreditService/BatchRedeem",
                    std::string("provider-") + kProviderId, batch.SerializeAsString() + unknown)
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  const std::string item = batch.redemptions(0).SerializeAsString() + unknown;
  const std::string nested = std::string("\x0A") + static_cast<char>(item.size()) + item;
  ASSERT_LT(item.size(), 128u);
  EXPECT_EQ(SendRaw(running, "/voucher.v1.CreditService/BatchRedeem",
                    std::string("provider-") + kProviderId, nested)
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(running.sequence(), 0u);
}

TEST(MalformedTest, EveryBadFieldIsNamed) {
  RunningServer running;
  struct Case {
    std::function<void(v1::RedeemRequest*)> spoil;
    const char* field;
  };
  const std::vector<Case> cases = {
      {[](auto* r) { r->clear_request_id(); }, "request_id"},
      {[](auto* r) { r->set_request_id(std::string(65, 'x')); }, "request_id"},
      {[](auto* r) { r->set_request_id("tab\t"); }, "request_id"},
      {[](auto* r) { r->set_program_id("Hubei"); }, "program_id"},
      {[](auto* r) { r->set_account_id(0); }, "account_id"},
      {[](auto* r) { r->clear_order_number(); }, "order_number"},
      {[](auto* r) { r->set_amount_fen(0); }, "amount_fen"},
      {[](auto* r) { r->set_amount_fen(-1); }, "amount_fen"},
      {[](auto* r) { r->set_amount_fen(1'000'000'000'000'001); }, "amount_fen"},
      {[](auto* r) { r->set_at_most_fen(-5); }, "at_most_fen"},
      {[](auto* r) { r->clear_amount(); }, "amount"},
      {[](auto* r) { r->clear_usage_ended_at(); }, "usage_ended_at"},
      {[](auto* r) { r->mutable_usage_ended_at()->set_nanos(1'000'000'000); }, "usage_ended_at"},
      {[](auto* r) { r->mutable_usage_ended_at()->set_seconds(4'000'000'000); }, "usage_ended_at"},
  };
  ApiClient client = running.Client(std::string("provider-") + kProviderId);
  for (const Case& c : cases) {
    v1::RedeemRequest request = SampleOrder(1, "o1", 100);
    c.spoil(&request);
    const auto reply = client.Call(kRpc<v1::RedeemResponse>, request);
    EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << c.field;
    EXPECT_THAT(ReadFieldViolations(reply.status), HasSubstr(c.field));
  }
  v1::RedeemRequest two_bad = SampleOrder(0, "", 100);
  const std::string violations =
      ReadFieldViolations(client.Call(kRpc<v1::RedeemResponse>, two_bad).status);
  EXPECT_THAT(violations, HasSubstr("account_id"));
  EXPECT_THAT(violations, HasSubstr("order_number"));
  EXPECT_EQ(running.sequence(), 0u);
}

TEST(MalformedTest, OneBadItemFailsTheWholeBatchAndSaysWhich) {
  RunningServer running;
  ApiClient client = running.Client(std::string("provider-") + kProviderId);
  v1::BatchRedeemRequest batch;
  EXPECT_THAT(ReadFieldViolations(client.Call(kRpc<v1::BatchRedeemResponse>, batch).status),
              HasSubstr("redemptions"));
  *batch.add_redemptions() = SampleOrder(1, "o1", 100);
  *batch.add_redemptions() = SampleOrder(1, "o2", -100);
  EXPECT_THAT(ReadFieldViolations(client.Call(kRpc<v1::BatchRedeemResponse>, batch).status),
              HasSubstr("redemptions[1].amount_fen"));
  batch.Clear();
  for (int i = 0; i < 8'193; ++i) *batch.add_redemptions() = SampleOrder(1, "o", 100);
  EXPECT_THAT(ReadFieldViolations(client.Call(kRpc<v1::BatchRedeemResponse>, batch).status),
              HasSubstr("redemptions"));
  EXPECT_EQ(running.sequence(), 0u);
}

TEST(MalformedTest, AnItemWithADateOfTheFutureIsNamedAndTheOthersAreRecordedOnce) {
  RunningServer running;
  ApiClient client = running.Client(std::string("provider-") + kProviderId);
  v1::BatchRedeemRequest batch;
  for (const char* order : {"o1", "o2", "o3"})
    *batch.add_redemptions() = SampleOrder(1, order, 100);
  for (const int item : {1, 2}) {
    batch.mutable_redemptions(item)->mutable_usage_ended_at()->set_seconds(4'000'000'000);
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto reply = client.Call(kRpc<v1::BatchRedeemResponse>, batch);
    EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(ReadFieldViolations(reply.status),
                AllOf(HasSubstr("redemptions[1].usage_ended_at"),
                      HasSubstr("redemptions[2].usage_ended_at")));
    EXPECT_EQ(running.sequence(), 1u);
  }
}

TEST(MalformedTest, AMessageAboveTheLimitIsRefusedByTheTransport) {
  RunningServer running;
  v1::PutProviderRequest request;
  request.set_name(std::string(ServedRpcs()->max_request_bytes(), 'x'));
  const auto reply = running.Client("platform").Call(kRpc<v1::PutProviderResponse>, request);
  EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(running.sequence(), 0u);
}

TEST(MalformedTest, BytesOnAStreamThatDoNotParseEndItAfterTheAnswersBeforeThem) {
  RunningServer running;
  grpc::GenericStub stub(running.NewChannel());
  v1::StreamRedeemRequest good;
  *good.add_redemptions() = SampleOrder(1, "o1", 100);
  const std::string truncated = good.SerializeAsString().substr(0, good.ByteSizeLong() - 1);
  for (const std::string& bytes : {truncated, std::string("\xFF\xFF\xFF\xFF")}) {
    const uint64_t before = running.sequence();
    good.mutable_redemptions(0)->set_request_id(absl::StrCat("id-", before));
    grpc::ClientContext context;
    context.AddMetadata(kPrincipalHeader, absl::StrCat("provider-", kProviderId));
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    grpc::CompletionQueue queue;
    void* tag = nullptr;
    bool ok = false;
    const auto next = [&] { return queue.Next(&tag, &ok) && ok; };
    auto call = stub.PrepareCall(&context, "/voucher.v1.CreditService/StreamRedeem", &queue);
    call->StartCall(nullptr);
    ASSERT_TRUE(next());
    for (const std::string& message : {good.SerializeAsString(), bytes}) {
      const grpc::Slice slice(message);
      call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
      ASSERT_TRUE(next());
    }
    grpc::ByteBuffer answer;
    call->Read(&answer, nullptr);
    ASSERT_TRUE(next());
    v1::StreamRedeemResponse response;
    ASSERT_TRUE(ParseMessage(answer, &response).ok());
    EXPECT_EQ(response.outcomes(0).request_id(), good.redemptions(0).request_id());
    call->Read(&answer, nullptr);
    EXPECT_FALSE(next());
    grpc::Status status;
    call->Finish(&status, nullptr);
    ASSERT_TRUE(next());
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("voucher.v1.StreamRedeemRequest"));
    // The good one is recorded, as a refusal: there is no program.
    EXPECT_EQ(running.sequence(), before + 1);
  }
}

// Sends raw bytes as the only message of a call of any kind and returns its status.
grpc::Status CallWith(grpc::GenericStub* stub, const std::string& path,
                      const std::string& principal, const std::string& bytes) {
  grpc::ClientContext context;
  context.AddMetadata(kPrincipalHeader, principal);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  grpc::CompletionQueue queue;
  void* tag = nullptr;
  bool ok = false;
  const auto next = [&] { return queue.Next(&tag, &ok) && ok; };
  auto call = stub->PrepareCall(&context, path, &queue);
  call->StartCall(nullptr);
  bool going = next();
  const grpc::Slice slice(bytes);
  if (going) {
    call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
    going = next();
  }
  grpc::ByteBuffer answer;
  while (going) {
    call->Read(&answer, nullptr);
    going = next();
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  next();
  return status;
}

// A principal that may make the call, found by trying: one that may not is told so before its
// request is read.
std::string WhoMayCall(grpc::GenericStub* stub, const std::string& path) {
  for (const std::string& principal :
       {std::string("platform"), std::string("finance"), std::string("issuer"),
        std::string("auditor"), std::string("admin"), std::string("reviewer"),
        absl::StrCat("provider-", kProviderId)}) {
    const grpc::Status status = CallWith(stub, path, principal, "\xFF");
    if (status.error_code() != grpc::StatusCode::PERMISSION_DENIED) return principal;
  }
  return "";
}

// What of a request is bad, and the field that the answer must name; none if there is none to name.
struct Spoilt {
  std::string bytes;
  std::string field;
};

// No field of the contract holds a control character, a value without a name or int64's minimum.
std::vector<Spoilt> SpoiltRequests(const google::protobuf::Descriptor& type) {
  using google::protobuf::FieldDescriptor;
  const std::string unknown("\xF8\x07\x01", 3);  // field 127, varint 1
  std::vector<Spoilt> requests = {{"\xFF\xFF\xFF\xFF", ""}, {unknown, "field 127"}};
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> request(factory.GetPrototype(&type)->New());
  const google::protobuf::Reflection& reflection = *request->GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    request->Clear();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        if (field->is_repeated() || field->type() == FieldDescriptor::TYPE_BYTES) continue;
        reflection.SetString(request.get(), field, "\x01");
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        field->is_repeated() ? reflection.AddEnumValue(request.get(), field, 99)
                             : reflection.SetEnumValue(request.get(), field, 99);
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        reflection.SetInt32(request.get(), field, std::numeric_limits<int32_t>::min());
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection.SetInt64(request.get(), field, std::numeric_limits<int64_t>::min());
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        google::protobuf::Message* inner = field->is_repeated()
                                               ? reflection.AddMessage(request.get(), field)
                                               : reflection.MutableMessage(request.get(), field);
        inner->GetReflection()->MutableUnknownFields(inner)->AddVarint(127, 1);
        break;
      }
      default:
        continue;
    }
    requests.push_back({request->SerializeAsString(), field->name()});
  }
  return requests;
}

TEST(MalformedTest, EveryMalformedRequestOfEveryRpcIsAnsweredWithItsBadFields) {
  RunningServer running;
  grpc::GenericStub stub(running.NewChannel());
  for (const google::protobuf::ServiceDescriptor* service : AllServices()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service->method(i);
      const std::string path = absl::StrCat("/", service->full_name(), "/", method.name());
      const std::string principal = WhoMayCall(&stub, path);
      ASSERT_NE(principal, "") << path;
      for (const Spoilt& spoilt : SpoiltRequests(*method.input_type())) {
        SCOPED_TRACE(absl::StrCat(path, " ", spoilt.field));
        const grpc::Status status = CallWith(&stub, path, principal, spoilt.bytes);
        EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Describe(status);
        const std::string violations = ReadFieldViolations(status);
        EXPECT_NE(violations, "") << Describe(status);
        EXPECT_THAT(absl::StrCat("; ", violations), HasSubstr(absl::StrCat("; ", spoilt.field)));
      }
    }
  }
  EXPECT_EQ(running.sequence(), 0u);
}

// What only the ledger's state shows to be bad names its field, too.
TEST(MalformedTest, APageTokenOfAnotherListIsABadField) {
  RunningServer running;
  ApiClient client = running.Client("platform");
  v1::ListEnterprisesRequest request;
  request.set_page_token("0123456789abcdef");
  const auto reply = client.Call(kRpc<v1::ListEnterprisesResponse>, request);
  EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(ReadFieldViolations(reply.status), ::testing::StartsWith("page_token: is not a"));
  grpc::GenericStub stub(running.NewChannel());
  EXPECT_THAT(ReadFieldViolations(
                  CallWith(&stub, "/voucher.v1.CreditService/WatchTransfers", "auditor", "")),
              ::testing::StartsWith("provider_id: is required"));
}

TEST(MalformedTest, AnUnknownMethodIsUnimplemented) {
  RunningServer running;
  EXPECT_EQ(SendRaw(running, "/voucher.v1.CreditService/Cash", "platform", "").error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace voucher::testing
