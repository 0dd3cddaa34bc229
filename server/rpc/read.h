// How every read runs: parse, wait for the sequence asked for, query one snapshot, reply.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "ledger/query/entry_reader.h"
#include "ledger/query/scope.h"
#include "ledger/validation/reads.h"
#include "server/rpc/grpc_status.h"
#include "server/rpc/unary_call.h"

namespace voucher {

// Longest wait for min_sequence; callers with a shorter deadline wait until that.
inline constexpr std::chrono::seconds kMaxReadWait{10};

// Reads the request of a read. Ends the call with INVALID_ARGUMENT, naming every bad field, and
// returns false unless it is well-formed (ValidateRead).
template <class Request>
bool ParseRead(const UnaryCall& call, Request* request) {
  if (!call.Parse(request)) return false;
  const std::vector<FieldProblem> problems = ValidateRead(*request);
  if (!problems.empty()) call.Fail(BadRequestStatus(problems));
  return problems.empty();
}

// Runs `read` with a snapshot that includes min_sequence: at once on this thread, or later on the
// pool. Ends the call with DEADLINE_EXCEEDED if the sequence does not come in time, UNAVAILABLE if
// too many wait or the server drains.
void WithSnapshot(const UnaryCall& call, uint64_t min_sequence,
                  std::function<void(const UnaryCall&, const ReadSnapshot&)> read);

// A handler from a query of ledger/query, with the scope of the answer that it takes. `extra` are
// its last arguments, made by functions of the call (the time for Quote and enterprises).
template <template <class> class Answer, class Request, class Response, class... Extra>
ScopedHandler Read(absl::Status (*query)(const View&, const Request&, Answer<Response>, Extra...),
                   std::function<Extra(const UnaryCall&)>... extra) {
  const auto handler = [=](const UnaryCall& call) {
    auto request = std::make_shared<Request>();
    if (!ParseRead(call, request.get())) return;
    WithSnapshot(
        call, request->min_sequence(), [=](const UnaryCall& ready, const ReadSnapshot& snapshot) {
          Response response;
          const absl::Status status =
              query(*snapshot.NewView(), *request, {ready.who(), &response}, extra(ready)...);
          status.ok() ? ready.Reply(response) : ready.Fail(OperatingStatus(status));
        });
  };
  return {Answer<Response>::kScope, handler};
}

// The same for a query that reads entries. If it reads many, as `reads_many` says of the request,
// it is answered on a thread of its own: no other call waits for that.
template <template <class> class Answer, class Request, class Response>
ScopedHandler ReadFromEntries(absl::Status (*query)(const View&, const Request&, Answer<Response>,
                                                    query::EntryReader),
                              bool (*reads_many)(const Request&)) {
  const auto answer = [query](const UnaryCall& call, const Request& request,
                              const ReadSnapshot& snapshot) {
    Ledger* const ledger = call.call_context().ledger;
    Response response;
    const absl::Status status = query(*snapshot.NewView(), request, {call.who(), &response},
                                      [ledger](uint64_t first, uint64_t last, auto visit) {
                                        return ledger->ReadEntries(first, last, visit);
                                      });
    status.ok() ? call.Reply(response) : call.Fail(OperatingStatus(status));
  };
  const auto handler = [answer, reads_many](const UnaryCall& call) {
    auto request = std::make_shared<Request>();
    if (!ParseRead(call, request.get())) return;
    WithSnapshot(call, request->min_sequence(),
                 [=](const UnaryCall& ready, const ReadSnapshot& snapshot) {
                   if (!reads_many(*request)) return answer(ready, *request, snapshot);
                   ready.call_context().long_reads->Post([answer, request, ready] {
                     answer(ready, *request, *ready.call_context().ledger->Snapshot());
                   });
                 });
  };
  return {Answer<Response>::kScope, handler};
}

// The same for a query that may be asked as of an earlier entry, and then reads many.
template <template <class> class Answer, class Request, class Response>
ScopedHandler ReadAsOf(absl::Status (*query)(const View&, const Request&, Answer<Response>,
                                             query::EntryReader)) {
  return ReadFromEntries<Answer, Request, Response>(
      query, [](const Request& request) { return request.as_of_case() != Request::AS_OF_NOT_SET; });
}

}  // namespace voucher
