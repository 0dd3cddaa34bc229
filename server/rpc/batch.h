// Batches of commands: unary, and as the messages of a stream.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"

#include "ledger/api/commands.h"
#include "ledger/validation/limits.h"
#include "ledger/validation/validate_command.h"
#include "ledger/validation/verbs.h"
#include "server/rpc/grpc_status.h"
#include "server/rpc/mutation.h"

namespace voucher {

// Makes commands of the items of a request that was read into the arena of `commands`, as they
// are, and leaves none; `take` has a command take one, as in
// &v1::Command::unsafe_arena_set_allocated_redeem.
template <class Request>
void TakeCommands(google::protobuf::RepeatedPtrField<Request>* items,
                  void (v1::Command::*take)(Request*), Commands* commands) {
  std::vector<Request*> taken(items->size());
  items->UnsafeArenaExtractSubrange(0, items->size(), taken.data());
  for (Request* item : taken) (commands->Add()->*take)(item);
}

// Everything malformed in a batch whose request message was `around`: its own unknown fields, the
// number of items (1 to max_items), then the items', with paths such as "redemptions[3].amount_fen"
// for the field name "redemptions".
std::vector<FieldProblem> ValidateBatch(const google::protobuf::Message& around,
                                        const Commands& commands, absl::string_view field,
                                        size_t max_items);

// The error that fails a whole batch: the first item that was not recorded, other than for a reused
// request_id. If that one has a bad field, as a date in the future, the error names those of all
// items, below the field that holds them. What was recorded beside it answers the same when the
// batch is sent again. Counts what was not recorded, bad fields apart.
absl::Status BatchError(const CallContext& call_context, absl::string_view field,
                        const std::vector<Outcome>& outcomes);

// A refusal with its sentences: that of a recorded entry, or REQUEST_ID_REUSED.
v1::Refusal RefusalOf(const Outcome& outcome, const std::string& request_id);

// Fills the outcome of each command of a batch without a BatchError; `happened` is where an event
// holds what the verb did.
template <class ItemOutcome, class Happened>
void FillOutcomes(const Commands& commands, const std::vector<Outcome>& outcomes,
                  const Happened& (v1::Event::*happened)() const,
                  google::protobuf::RepeatedPtrField<ItemOutcome>* items) {
  items->Reserve(static_cast<int>(outcomes.size()));
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Outcome& outcome = outcomes[i];
    ItemOutcome* item = items->Add();
    const std::string& request_id = RequestIdOf(commands[i]);
    item->set_request_id(request_id);
    const Recorded* recorded = outcome.recorded.get();
    if (recorded != nullptr) {
      FillReceipt(recorded->entry, recorded->leaf_hash, item->mutable_receipt());
    }
    if (recorded != nullptr && recorded->entry.has_event()) {
      *item->mutable_event() = (recorded->entry.event().*happened)();
    } else {
      *item->mutable_refusal() = RefusalOf(outcome, request_id);
    }
  }
}

// Submits a batch whose form is checked and whose request holds the items in `field`; `reply` runs
// on the pool if there is no BatchError, which else ends the call.
using BatchReply = absl::AnyInvocable<void(const UnaryCall&, const std::vector<Outcome>&)>;
void SubmitBatch(const UnaryCall& call, absl::string_view field, std::shared_ptr<Commands> commands,
                 BatchReply reply);

// Where a batch holds what. It is the one path of items for unary batches and for the messages of a
// stream: Take, submit, Fill.
template <class BatchRequest, class BatchResponse, class Request, class ItemOutcome, class Happened>
struct BatchShape {
  // Where the request holds its items, the name of that field, and how many at most.
  google::protobuf::RepeatedPtrField<Request>* (BatchRequest::*items)();
  absl::string_view field;
  size_t max_items;
  // How a command takes the verb's request.
  void (v1::Command::*take)(Request*);
  // Where an event holds what the verb did.
  const Happened& (v1::Event::*happened)() const;
  // Where the response holds the outcomes.
  google::protobuf::RepeatedPtrField<ItemOutcome>* (BatchResponse::*outcomes)();

  // Makes commands of the items of a request that was read into the arena of `commands`. Returns
  // everything malformed in it.
  std::vector<FieldProblem> Take(BatchRequest* message, Commands* commands) const {
    TakeCommands((message->*items)(), take, commands);
    return ValidateBatch(*message, *commands, field, max_items);
  }

  // The response to commands without a BatchError, in `arena`.
  BatchResponse* Fill(const Commands& commands, const std::vector<Outcome>& decided,
                      google::protobuf::Arena* arena) const {
    auto* response = google::protobuf::Arena::CreateMessage<BatchResponse>(arena);
    FillOutcomes(commands, decided, happened, (response->*outcomes)());
    return response;
  }
};

// A handler for unary batches of this shape.
template <class BatchRequest, class BatchResponse, class Request, class ItemOutcome, class Happened>
UnaryHandler Batch(google::protobuf::RepeatedPtrField<Request>* (BatchRequest::*items)(),
                   absl::string_view field, void (v1::Command::*take)(Request*),
                   const Happened& (v1::Event::*happened)() const,
                   google::protobuf::RepeatedPtrField<ItemOutcome>* (BatchResponse::*outcomes)()) {
  const BatchShape<BatchRequest, BatchResponse, Request, ItemOutcome, Happened> shape{
      items, field, kMaxBatchItems, take, happened, outcomes};
  return [shape](const UnaryCall& call) {
    auto commands = std::make_shared<Commands>();
    auto* message = google::protobuf::Arena::CreateMessage<BatchRequest>(commands->arena());
    if (!call.Parse(message)) return;
    const std::vector<FieldProblem> problems = shape.Take(message, commands.get());
    if (!problems.empty()) return call.Fail(BadRequestStatus(problems));
    SubmitBatch(call, shape.field, commands,
                [shape, commands](const UnaryCall& recorded, const std::vector<Outcome>& decided) {
                  google::protobuf::Arena arena;
                  recorded.Reply(*shape.Fill(*commands, decided, &arena));
                });
  };
}

}  // namespace voucher
