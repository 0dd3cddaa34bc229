#include "clients/cli/quote_command.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "clients/cli/concurrently.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/failure.h"
#include "clients/cli/progress_bar.h"
#include "clients/cli/quote_line.h"

namespace voucher::cli {
namespace {

// A line and what became of it.
struct Quoted {
  size_t line = 0;
  absl::string_view text;
  std::string answer;     // empty if there is none
  std::string complaint;  // empty if there is none
  ExitCode code = kOk;
};

std::string Describe(const absl::Status& status) {
  std::vector<std::string> parts = {std::string(status.message())};
  for (const auto& field : client::BadFieldsOf(status)) {
    parts.push_back(absl::StrCat(field.field(), ": ", field.description()));
  }
  return absl::StrJoin(parts, "; ");
}

void Quote(const client::Client& client, Quoted* quoted) {
  const absl::StatusOr<QuoteLine> line = ParseQuoteLine(quoted->text);
  if (!line.ok()) {
    quoted->code = kMalformed;
    quoted->complaint = std::string(line.status().message());
    return;
  }
  const absl::StatusOr<v1::QuoteResponse> response = client.Quote(line->request);
  if (response.ok() && response->has_grant()) {
    quoted->answer = QuoteAnswer(line->id_json, response->grant().grant_fen());
  } else if (response.ok() && response->has_refusal()) {
    quoted->answer = QuoteAnswer(line->id_json, response->refusal());
  } else if (const auto refused = client::RefusedOf(response.status())) {
    quoted->answer = QuoteAnswer(line->id_json, refused->refusal);
  } else {
    quoted->code = response.ok() ? kUnavailable : ExitCodeOf(response.status());
    quoted->complaint = response.ok() ? "the server answered neither grant nor refusal"
                                      : Describe(response.status());
  }
}

}  // namespace

int QuoteFile(const std::string& file, size_t concurrency, Session& session) {
  const absl::StatusOr<std::string> content = session.ReadAll(file);
  if (!content.ok()) return Malformed(content.status().message(), session);
  absl::string_view text = *content;
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");

  std::vector<Quoted> lines;
  size_t number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    lines.emplace_back().line = number;
    lines.back().text = line;
  }
  {
    ProgressBar bar("quoting", lines.size(), session.err_is_terminal, session.err);
    RunConcurrently(lines.size(), concurrency, [&](size_t i) {
      Quote(*session.client, &lines[i]);
      bar.Advance(1);
    });
  }

  int code = kOk;
  for (const Quoted& quoted : lines) {
    if (!quoted.answer.empty()) session.out << quoted.answer << "\n";
    if (!quoted.complaint.empty()) {
      session.err << file << ":" << quoted.line << ": " << quoted.complaint << "\n";
    }
    code = std::max(code, int{quoted.code});
  }
  return code;
}

}  // namespace voucher::cli
