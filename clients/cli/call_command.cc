#include "clients/cli/call_command.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"

#include "clients/cli/exit_code.h"
#include "clients/cli/failure.h"
#include "clients/cli/field_text.h"
#include "clients/cli/import_report.h"
#include "clients/cli/import_rows.h"
#include "clients/cli/render.h"
#include "clients/cli/rpc.h"
#include "clients/cli/run_command.h"
#include "clients/cli/watch_command.h"
#include "clients/import/imports.h"

namespace voucher::cli {
namespace {

using google::protobuf::Message;

absl::StatusOr<std::string> ReadData(const std::string& data, Session& session) {
  if (data == "-") return session.ReadAll(data);
  if (absl::StartsWith(data, "@")) return session.ReadAll(data.substr(1));
  return data.empty() ? "{}" : data;
}

absl::Status FromJson(absl::string_view json, Message* message) {
  const auto status = google::protobuf::util::JsonStringToMessage(std::string(json), message);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the data is no ", message->GetDescriptor()->name(), ": ", std::string(status.message())));
}

int CallStreamRedeem(absl::string_view data, Session& session) {
  std::vector<v1::StreamRedeemRequest> requests;
  int line = 0;
  for (absl::string_view json : absl::StrSplit(data, '\n')) {
    ++line;
    if (absl::StripAsciiWhitespace(json).empty()) continue;
    absl::Status status = FromJson(json, &requests.emplace_back());
    if (!status.ok()) {
      return Malformed(absl::StrCat("line ", line, ": ", status.message()), session);
    }
  }
  size_t sent = 0;
  const absl::Status status = session.client->StreamRedeem(
      [&](v1::StreamRedeemRequest* request) {
        if (sent == requests.size()) return false;
        *request = requests[sent++];
        return true;
      },
      [&](const v1::StreamRedeemRequest&, const v1::StreamRedeemResponse& response) {
        session.out << CompactJson(response) << "\n";
      });
  return status.ok() ? int{kOk} : PrintFailure(status, "", session);
}

}  // namespace

int CallByName(const std::string& rpc_name, const std::string& data, Session& session) {
  const absl::StatusOr<Rpc> rpc = Rpc::Find(rpc_name);
  if (!rpc.ok()) return Malformed(rpc.status().message(), session);
  const absl::StatusOr<std::string> json = ReadData(data, session);
  if (!json.ok()) return Malformed(json.status().message(), session);
  if (rpc->method().client_streaming()) return CallStreamRedeem(*json, session);

  const std::unique_ptr<Message> request = rpc->NewRequest();
  if (absl::Status status = FromJson(*json, request.get()); !status.ok()) {
    return Malformed(status.message(), session);
  }
  if (rpc->method().server_streaming()) return WatchAsJson(*request, session);
  const std::string request_id = EnsureRequestId(session, request.get());
  const std::unique_ptr<Message> response = rpc->NewResponse();
  const absl::Status status = rpc->Call(*session.client, *request, response.get());
  if (!status.ok()) return PrintFailure(status, request_id, session);
  PrintAnswer(*response, {}, session);
  return kOk;
}

namespace {

// Whether the calendar in force, if there is one, says the same.
bool Stands(const v1::GetCalendarResponse& known, const v1::PublishCalendarRequest& asked) {
  if (known.revision() == 0) return false;
  v1::PublishCalendarRequest same;
  same.set_request_id(asked.request_id());
  same.set_first_year(known.first_year());
  same.set_last_year(known.last_year());
  *same.mutable_days() = known.days();
  return google::protobuf::util::MessageDifferencer::Equals(same, asked);
}

// How the days of a calendar compare with those in force.
std::vector<std::string> WordsOfDays(const v1::GetCalendarResponse& known,
                                     const v1::PublishCalendarRequest& asked) {
  std::map<std::string, const v1::CalendarDay*> left;
  for (const v1::CalendarDay& day : known.days()) left[DateText(day.date())] = &day;
  std::vector<std::string> words;
  for (const v1::CalendarDay& day : asked.days()) {
    const auto before = left.find(DateText(day.date()));
    if (before == left.end()) {
      words.push_back("new");
      continue;
    }
    const bool same = google::protobuf::util::MessageDifferencer::Equals(*before->second, day);
    words.push_back(same ? "unchanged" : "changed");
    left.erase(before);
  }
  words.resize(words.size() + left.size(), "taken out");
  return words;
}

void PrintUnchanged(uint32_t revision, Session& session) {
  if (session.json) {
    session.out << "{\"outcome\": \"unchanged\", \"revision\": " << revision << "}\n";
  } else {
    session.out << "unchanged: revision " << revision << " says the same\n";
  }
}

}  // namespace

int PublishCalendar(const std::string& file, int first_year, int last_year, Session& session) {
  const absl::StatusOr<std::string> csv = session.ReadAll(file);
  if (!csv.ok()) return Malformed(csv.status().message(), session);
  v1::PublishCalendarRequest request;
  const std::string request_id = EnsureRequestId(session, &request);
  request.set_first_year(first_year);
  request.set_last_year(last_year);
  const absl::StatusOr<client::WholeFile> days = client::ParseWholeFile(
      client::CalendarImport(), *csv, absl::ToUnixNanos(absl::Now()), &request);
  if (!days.ok()) return Malformed(absl::StrCat(file, ": ", days.status().message()), session);
  NameProblems(file, days->problems, session.err);
  if (!days->problems.empty()) return kMalformed;

  const auto read = session.client->GetCalendar(v1::GetCalendarRequest());
  // A request_id that is given asks for the answer of that request. None published yet: no days.
  const bool comparable =
      session.request_id.empty() && (read.ok() || absl::IsNotFound(read.status()));
  const v1::GetCalendarResponse known = read.value_or(v1::GetCalendarResponse());
  if (comparable && Stands(known, request)) {
    PrintUnchanged(known.revision(), session);
    return kOk;
  }
  const auto response = session.client->PublishCalendar(request);
  if (!response.ok()) return PrintFailure(response.status(), request_id, session);
  PrintAnswer(*response, {}, session);
  if (comparable && !session.json) {
    PrintWords("days", WordsOfDays(known, request), session.out);
  }
  return kOk;
}

}  // namespace voucher::cli
