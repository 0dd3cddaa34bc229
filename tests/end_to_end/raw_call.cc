#include "tests/end_to_end/raw_call.h"

#include <memory>

#include "grpcpp/generic/generic_stub.h"

#include "ledger/base/check.h"

namespace voucher::testing {
namespace {

grpc::ByteBuffer BufferOf(absl::string_view bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size());
  return grpc::ByteBuffer(&slice, 1);
}

// Waits for the one operation under way; false if it failed.
bool Await(grpc::CompletionQueue* queue) {
  void* tag = nullptr;
  bool ok = false;
  VOUCHER_CHECK(queue->Next(&tag, &ok));
  return ok;
}

}  // namespace

grpc::Status CallRaw(ApiClient& client, const std::string& path, absl::string_view bytes) {
  client.Connect();
  grpc::GenericStub stub(client.channel());
  grpc::ClientContext context;
  client.Prepare(&context);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, path, BufferOf(bytes), &queue);
  grpc::ByteBuffer response;
  grpc::Status status;
  call->StartCall();
  call->Finish(&response, &status, nullptr);
  Await(&queue);
  return status;
}

grpc::Status StreamRaw(ApiClient& client, const std::string& path, absl::string_view bytes) {
  client.Connect();
  grpc::GenericStub stub(client.channel());
  grpc::ClientContext context;
  client.Prepare(&context);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, path, &queue);
  call->StartCall(nullptr);
  Await(&queue);
  call->Write(BufferOf(bytes), nullptr);
  if (Await(&queue)) {
    call->WritesDone(nullptr);
    Await(&queue);
  }
  grpc::ByteBuffer response;
  do {
    call->Read(&response, nullptr);
  } while (Await(&queue));
  grpc::Status status;
  call->Finish(&status, nullptr);
  Await(&queue);
  return status;
}

}  // namespace voucher::testing
