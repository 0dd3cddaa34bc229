#include "clients/cli/watch_command.h"

#include "absl/strings/str_cat.h"

#include "clients/cli/exit_code.h"
#include "clients/cli/failure.h"
#include "clients/cli/field_text.h"
#include "clients/cli/render.h"
#include "clients/cli/table.h"
#include "ledger/base/money.h"

namespace voucher::cli {
namespace {

// Passes each message on as a line of JSON.
template <typename Request, typename Response>
int WatchJson(absl::Status (client::Client::*watch)(const Request&,
                                                    const std::function<bool(const Response&)>&,
                                                    const client::CallOptions&) const,
              const Request& request, Session& session) {
  const std::function<bool(const Response&)> print = [&](const Response& response) {
    session.out << CompactJson(response) << std::endl;
    return session.out.good();
  };
  const absl::Status status = (session.client.get()->*watch)(request, print, {});
  return status.ok() ? int{kOk} : PrintFailure(status, "", session);
}

void PrintBudgetLine(const v1::Budget& budget, std::ostream& out) {
  const int64_t granted = budget.voucher_fen() + budget.transit_fen() + budget.credit_fen() +
                          budget.payable_fen() + budget.due_fen() + budget.paid_fen();
  out << InstantText(ToTime(budget.as_of())) << "  remaining " << FormatYuan(budget.remaining_fen())
      << "  held " << FormatYuan(budget.held_fen()) << "  granted " << FormatYuan(granted)
      << "  of " << FormatYuan(budget.appropriated_fen()) << " yuan  queue "
      << FormatCount(static_cast<int64_t>(budget.last_queue_number())) << std::endl;
}

std::string NameOfSet(const google::protobuf::Message& message, const char* oneof) {
  const auto* set = message.GetReflection()->GetOneofFieldDescriptor(
      message, message.GetDescriptor()->FindOneofByName(oneof));
  return set == nullptr ? "" : set->name();
}

std::string EntryLine(const v1::RecordedEntry& recorded) {
  const v1::Entry& entry = recorded.entry();
  std::string line = absl::StrCat(entry.sequence(), "  ",
                                  InstantText(absl::FromUnixNanos(entry.recorded_unix_ns())),
                                  "  principal ", entry.principal(), "  ");
  if (entry.program() != 0) absl::StrAppend(&line, "program ", entry.program(), "  ");
  if (entry.queue_number() != 0) absl::StrAppend(&line, "queue ", entry.queue_number(), "  ");
  absl::StrAppend(&line, NameOfSet(entry.command(), "verb"), "  ");
  return entry.has_refusal() ? absl::StrCat(line, "refused ", ReasonText(entry.refusal().reason()))
                             : absl::StrCat(line, "accepted");
}

std::string ChangeLine(const v1::TransferChange& change) {
  const v1::Transfer& transfer = change.transfer();
  return absl::StrCat(
      change.sequence(), "  transfer ", transfer.transfer_id(), "  ", ShortName(transfer.state()),
      "  ", transfer.program_id(), "  voucher ", transfer.voucher_id(), "  account ",
      transfer.account_id(), "  ", FormatYuan(transfer.amount_fen()), " yuan",
      transfer.provider_reference().empty() ? "" : "  ", transfer.provider_reference());
}

// Prints what comes until enough was printed. All that one ledger entry changed stays together, so
// that resuming after it misses nothing.
class Follower {
 public:
  Follower(const WatchOptions& options, Session& session) : options_(options), session_(session) {}

  // False, and nothing printed, if what came before was enough.
  bool Print(uint64_t sequence, const std::string& line) {
    if (options_.count > 0 && printed_ >= options_.count && sequence != last_sequence_) {
      return false;
    }
    session_.out << line << std::endl;
    last_sequence_ = sequence;
    next_sequence_ = sequence + 1;
    ++printed_;
    return session_.out.good();
  }

  // After a whole message: where to go on, and whether to.
  bool Continue(uint64_t next_sequence) {
    next_sequence_ = next_sequence;
    return options_.count == 0 || printed_ < options_.count;
  }

  int End(const absl::Status& status) const {
    if (next_sequence_ > 0) session_.err << "resume with --from " << next_sequence_ << "\n";
    return status.ok() ? int{kOk} : PrintFailure(status, "", session_);
  }

 private:
  const WatchOptions& options_;
  Session& session_;
  uint64_t printed_ = 0;
  uint64_t last_sequence_ = 0;
  uint64_t next_sequence_ = 0;
};

}  // namespace

int WatchBudget(const std::string& program_id, int interval_ms, Session& session) {
  v1::WatchBudgetRequest request;
  request.set_program_id(program_id);
  request.set_interval_ms(interval_ms);
  if (session.json) return WatchAsJson(request, session);
  const absl::Status status =
      session.client->WatchBudget(request, [&](const v1::WatchBudgetResponse& response) {
        PrintBudgetLine(response.budget(), session.out);
        return session.out.good();
      });
  return status.ok() ? int{kOk} : PrintFailure(status, "", session);
}

int WatchEntries(const WatchOptions& options, Session& session) {
  v1::WatchEntriesRequest request;
  request.set_from_sequence(options.from_sequence);
  Follower follower(options, session);
  return follower.End(
      session.client->WatchEntries(request, [&](const v1::WatchEntriesResponse& response) {
        for (const v1::RecordedEntry& recorded : response.recorded()) {
          if (!follower.Print(recorded.entry().sequence(),
                              session.json ? CompactJson(recorded) : EntryLine(recorded))) {
            return false;
          }
        }
        return follower.Continue(response.next_sequence());
      }));
}

int WatchTransfers(const std::string& provider_id, const WatchOptions& options, Session& session) {
  v1::WatchTransfersRequest request;
  request.set_provider_id(provider_id);
  request.set_from_sequence(options.from_sequence);
  Follower follower(options, session);
  return follower.End(
      session.client->WatchTransfers(request, [&](const v1::WatchTransfersResponse& response) {
        for (const v1::TransferChange& change : response.changes()) {
          if (!follower.Print(change.sequence(),
                              session.json ? CompactJson(change) : ChangeLine(change))) {
            return false;
          }
        }
        return follower.Continue(response.next_sequence());
      }));
}

int WatchAsJson(const google::protobuf::Message& request, Session& session) {
  if (const auto* entries = dynamic_cast<const v1::WatchEntriesRequest*>(&request)) {
    return WatchJson(&client::Client::WatchEntries, *entries, session);
  }
  if (const auto* transfers = dynamic_cast<const v1::WatchTransfersRequest*>(&request)) {
    return WatchJson(&client::Client::WatchTransfers, *transfers, session);
  }
  return WatchJson(&client::Client::WatchBudget,
                   dynamic_cast<const v1::WatchBudgetRequest&>(request), session);
}

}  // namespace voucher::cli
