// Batches of commands: unary, and as the messages of a stream.
#ifndef SERVER_BATCH_H_
#define SERVER_BATCH_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"

#include "ledger/machine/decode.h"
#include "ledger/machine/machine.h"
#include "server/grpc_status.h"
#include "server/mutation.h"

namespace voucher {

// Commands of a batch and what their outcomes need.
struct CommandBatch {
  std::vector<v1::Command> commands;
  std::vector<std::string> request_ids;
};

// Takes the items of a request as commands and leaves none; `take` has a command take one, as in
// &v1::Command::set_allocated_redeem.
template <class Request>
CommandBatch TakeCommands(google::protobuf::RepeatedPtrField<Request>* items,
                          void (v1::Command::*take)(Request*)) {
  CommandBatch batch;
  batch.commands.resize(items->size());
  batch.request_ids.resize(items->size());
  for (int i = items->size() - 1; i >= 0; --i) {
    Request* const item = items->ReleaseLast();
    batch.request_ids[i] = item->request_id();
    (batch.commands[i].*take)(item);
  }
  return batch;
}

// Everything malformed in a batch whose request message was `around`: its own unknown fields, the
// number of items (1 to max_items), then the items', with paths such as "redemptions[3].amount_fen"
// for the field name "redemptions".
std::vector<FieldProblem> CheckBatch(const google::protobuf::Message& around,
                                     const std::vector<v1::Command>& commands,
                                     absl::string_view field, size_t max_items, UnixNanos now);

// The error that fails a whole batch: the first item that was not recorded, other than for a reused
// request_id. What was recorded beside it answers the same when the batch is sent again. Counts
// what was not recorded.
absl::Status BatchError(const Door& door, const std::vector<Outcome>& outcomes);

// A refusal with its sentences: that of a recorded entry, or REQUEST_ID_REUSED.
v1::Refusal RefusalOf(const Outcome& outcome, const std::string& request_id);

// Fills the outcome of each item of a batch without a BatchError; `happened` is where an event
// holds what the verb did.
template <class ItemOutcome, class Happened>
void FillOutcomes(const std::vector<Outcome>& outcomes, const std::vector<std::string>& request_ids,
                  const Happened& (v1::Event::*happened)() const,
                  google::protobuf::RepeatedPtrField<ItemOutcome>* items) {
  items->Reserve(static_cast<int>(outcomes.size()));
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Outcome& outcome = outcomes[i];
    ItemOutcome* item = items->Add();
    item->set_request_id(request_ids[i]);
    if (outcome.recorded != nullptr) *item->mutable_receipt() = outcome.recorded->receipt;
    if (outcome.recorded != nullptr && outcome.recorded->entry.has_event()) {
      *item->mutable_event() = (outcome.recorded->entry.event().*happened)();
    } else {
      *item->mutable_refusal() = RefusalOf(outcome, request_ids[i]);
    }
  }
}

// Submits a batch whose form is checked; `reply` runs on the pool if there is no BatchError, which
// else ends the call.
using BatchReply = absl::AnyInvocable<void(const UnaryCall&, const std::vector<Outcome>&)>;
void SubmitBatch(const UnaryCall& call, std::vector<v1::Command> commands, BatchReply reply);

// A handler for a unary batch: where the request holds the items, the name of that field, how a
// command takes the verb's request, where an event holds what it did, where the response holds the
// outcomes.
template <class BatchRequest, class BatchResponse, class Request, class ItemOutcome, class Happened>
UnaryHandler Batch(google::protobuf::RepeatedPtrField<Request>* (BatchRequest::*items)(),
                   absl::string_view field, void (v1::Command::*take)(Request*),
                   const Happened& (v1::Event::*happened)() const,
                   google::protobuf::RepeatedPtrField<ItemOutcome>* (BatchResponse::*outcomes)()) {
  return [=](const UnaryCall& call) {
    BatchRequest message;
    if (!call.Parse(&message)) return;
    CommandBatch batch = TakeCommands((message.*items)(), take);
    const std::vector<FieldProblem> problems =
        CheckBatch(message, batch.commands, field, kMaxBatchItems, call.door().clock->WallNow());
    if (!problems.empty()) return call.Fail(BadRequestStatus(problems));
    SubmitBatch(call, std::move(batch.commands),
                [happened, outcomes, ids = std::move(batch.request_ids)](
                    const UnaryCall& recorded, const std::vector<Outcome>& decided) {
                  google::protobuf::Arena arena;
                  auto* response = google::protobuf::Arena::CreateMessage<BatchResponse>(&arena);
                  FillOutcomes(decided, ids, happened, (response->*outcomes)());
                  recorded.Reply(*response);
                });
  };
}

}  // namespace voucher

#endif  // SERVER_BATCH_H_
