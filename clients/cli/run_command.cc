#include "clients/cli/run_command.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"

#include "clients/cli/exit_code.h"
#include "clients/cli/failure.h"
#include "clients/cli/field_text.h"
#include "clients/cli/render.h"

namespace voucher::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kMostRowsPerPage = 1'000;

// Keeps the first complaint of the text format parser, with its place.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

absl::Status ReadMessage(const std::string& file, Session& session, Message* message) {
  const absl::StatusOr<std::string> content = session.ReadAll(file);
  if (!content.ok()) return content.status();
  if (absl::EndsWith(file, ".textproto")) {
    FirstError error;
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    if (parser.ParseFromString(*content, message)) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(file, ":", error.text()));
  }
  const auto status = google::protobuf::util::JsonStringToMessage(*content, message);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(file, ": ", std::string(status.message())));
}

const FieldDescriptor* Field(const Message& message, const char* name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

// Calls page after page until `limit` rows are there or none is left, merging them.
absl::Status CallPages(const Rpc& rpc, int limit, Session& session, Message* request,
                       Message* merged) {
  const FieldDescriptor* const size = Field(*request, "page_size");
  const FieldDescriptor* const token = Field(*request, "page_token");
  const FieldDescriptor* const next = Field(*merged, "next_page_token");
  int left = limit;
  while (true) {
    const int rows = std::min(left, kMostRowsPerPage);
    request->GetReflection()->SetInt32(request, size, rows);
    merged->GetReflection()->ClearField(merged, next);
    const std::unique_ptr<Message> page = rpc.NewResponse();
    absl::Status status = rpc.Call(*session.client, *request, page.get());
    if (!status.ok()) return status;
    merged->MergeFrom(*page);
    std::string next_token = merged->GetReflection()->GetString(*merged, next);
    left -= rows;
    if (next_token.empty() || left <= 0) return absl::OkStatus();
    request->GetReflection()->SetString(request, token, std::move(next_token));
  }
}

void NoteMore(const Message& response, Session& session) {
  if (session.json) return;
  const FieldDescriptor* next = Field(response, "next_page_token");
  if (next != nullptr && !response.GetReflection()->GetString(response, next).empty()) {
    session.err << "there are more: raise --limit\n";
  }
}

// An error if `path` is one of several ways to say the same and another is said already.
absl::Status CheckAlone(const Message& request, const std::string& path, absl::string_view flag) {
  const FieldDescriptor* field = Field(request, path.c_str());
  if (field == nullptr || field->real_containing_oneof() == nullptr) return absl::OkStatus();
  const FieldDescriptor* other =
      request.GetReflection()->GetOneofFieldDescriptor(request, field->real_containing_oneof());
  if (other == nullptr || other == field) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": give only one of them; ", FieldLabel(*other), " is given already"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Message>> MakeRequest(const CommandSpec& spec, const Rpc& rpc,
                                                     const Words& words, Session& session) {
  std::unique_ptr<Message> request = rpc.NewRequest();
  for (const auto& [path, text] : spec.fixed) {
    if (absl::Status status = SetField(path, text, request.get()); !status.ok()) return status;
  }
  for (const Argument& argument : spec.arguments) {
    const auto word = words.find(argument.flag);
    if (word == words.end()) continue;
    absl::string_view path = argument.field;
    absl::Status status;
    if (absl::ConsumePrefix(&path, "@")) {
      Message* target = request.get();
      if (!path.empty()) {
        target = request->GetReflection()->MutableMessage(
            request.get(), Field(*request, std::string(path).c_str()));
      }
      status = ReadMessage(word->second, session, target);
    } else {
      status = CheckAlone(*request, argument.field, argument.flag);
      if (status.ok()) status = SetField(path, word->second, request.get());
    }
    if (!status.ok()) return status;
  }
  return request;
}

bool IsPaged(const CommandSpec& spec) {
  const absl::StatusOr<Rpc> rpc = Rpc::Find(spec.rpc);
  return rpc.ok() && rpc->method().input_type()->FindFieldByName("page_token") != nullptr;
}

std::string EnsureRequestId(const Session& session, Message* request) {
  const FieldDescriptor* field = Field(*request, "request_id");
  if (field == nullptr) return "";
  std::string id = request->GetReflection()->GetString(*request, field);
  if (id.empty()) {
    id = session.request_id.empty() ? client::MakeRequestId() : session.request_id;
    request->GetReflection()->SetString(request, field, id);
  }
  return id;
}

void PrintAnswer(const Message& response, const std::vector<std::string>& columns,
                 Session& session) {
  if (session.json) {
    PrintJson(response, session.out);
  } else {
    PrintMessage(response, columns, session.out);
  }
}

int Run(const CommandSpec& spec, const Words& words, int limit, Session& session) {
  const absl::StatusOr<Rpc> rpc = Rpc::Find(spec.rpc);
  if (!rpc.ok()) return Malformed(rpc.status().message(), session);
  absl::StatusOr<std::unique_ptr<Message>> request = MakeRequest(spec, *rpc, words, session);
  if (!request.ok()) return Malformed(request.status().message(), session);
  const std::string request_id = EnsureRequestId(session, request->get());

  const std::unique_ptr<Message> response = rpc->NewResponse();
  const absl::Status status = IsPaged(spec)
                                  ? CallPages(*rpc, limit, session, request->get(), response.get())
                                  : rpc->Call(*session.client, **request, response.get());
  if (!status.ok()) return PrintFailure(status, request_id, session);
  PrintAnswer(*response, spec.columns, session);
  NoteMore(*response, session);
  return kOk;
}

}  // namespace voucher::cli
