// What no server does on demand: RPCs of any service that answer what a test says.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/strings/str_cat.h"
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

namespace voucher::testing {

// Script it with On, then Start. An RPC without script is UNIMPLEMENTED.
class ScriptedService final : public grpc::CallbackGenericService {
 public:
  // Answers the RPC of this name, as in "WatchEntries", with one message, on gRPC's threads.
  template <typename Request, typename Response>
  void On(const std::string& rpc, std::function<grpc::Status(const Request&, Response*)> answer) {
    scripts_[rpc] = [answer](const std::string& bytes, std::string* answered) {
      Request request;
      Response response;
      if (!request.ParseFromString(bytes)) return grpc::Status(grpc::StatusCode::INTERNAL, "bytes");
      const grpc::Status status = answer(request, &response);
      *answered = response.SerializeAsString();
      return status;
    };
  }
  // Listens on a free port of loopback; its address.
  std::string Start() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
    return absl::StrCat("127.0.0.1:", port);
  }
  // Between calls: orders what a test and its scripts do, also for ThreadSanitizer.
  void HandOver() { const std::lock_guard<std::mutex> lock(mutex_); }

 private:
  struct Call final : grpc::ServerGenericBidiReactor {
    Call(ScriptedService* scripted, const std::string& method) : service(*scripted), rpc(method) {
      StartRead(&bytes);
    }
    void OnReadDone(bool ok) override {
      std::string answered;
      const grpc::Status status = ok ? service.Answer(rpc, &answered, &bytes) : grpc::Status();
      const grpc::Slice slice(answered);
      bytes = grpc::ByteBuffer(&slice, 1);
      status.ok() ? StartWriteAndFinish(&bytes, grpc::WriteOptions(), status) : Finish(status);
    }
    void OnDone() override { delete this; }
    ScriptedService& service;
    const std::string rpc;
    grpc::ByteBuffer bytes;
  };

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* call) override {
    return new Call(this, call->method().substr(call->method().rfind('/') + 1));
  }
  grpc::Status Answer(const std::string& rpc, std::string* answered, grpc::ByteBuffer* request) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto script = scripts_.find(rpc);
    grpc::Slice slice;
    if (script == scripts_.end()) return {grpc::StatusCode::UNIMPLEMENTED, rpc};
    if (grpc::Status status = request->DumpToSingleSlice(&slice); !status.ok()) return status;
    return script->second(std::string(slice.begin(), slice.end()), answered);
  }

  std::mutex mutex_;
  std::map<std::string, std::function<grpc::Status(const std::string&, std::string*)>> scripts_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace voucher::testing
