// How every mutation runs: parse, check the form, submit, reply from the recorded entry.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"

#include "ledger/api/commands.h"
#include "server/rpc/unary_call.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Submits a single command whose form is not checked yet and ends the call: with what `reply` makes
// of an accepted entry, or with the refusal, or with the bad fields.
using MutationReply = absl::AnyInvocable<void(const UnaryCall&, const Recorded&)>;
void SubmitOne(const UnaryCall& call, std::shared_ptr<Commands> single, MutationReply reply);

// A handler from where a command holds the verb's request and where an event holds what it did, as
// in
//   Mutation<v1::RedeemResponse>(&v1::Command::mutable_redeem, &v1::Event::redeemed)
// The request is parsed straight into the command.
template <class Response, class Request, class Happened>
UnaryHandler Mutation(Request* (v1::Command::*request)(),
                      const Happened& (v1::Event::*happened)() const) {
  return [request, happened](const UnaryCall& call) {
    auto single = std::make_shared<Commands>();
    if (!call.Parse((single->Add()->*request)())) return;
    SubmitOne(call, std::move(single),
              [happened](const UnaryCall& accepted, const Recorded& recorded) {
                google::protobuf::Arena arena;
                auto* response = google::protobuf::Arena::CreateMessage<Response>(&arena);
                FillReceipt(recorded.entry, recorded.leaf_hash, response->mutable_receipt());
                *response->mutable_event() = (recorded.entry.event().*happened)();
                accepted.Reply(*response);
              });
  };
}

}  // namespace voucher
