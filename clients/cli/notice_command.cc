#include "clients/cli/notice_command.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "clients/cli/application_pages.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/failure.h"
#include "clients/cli/import_rows.h"
#include "clients/cli/run_command.h"
#include "clients/cli/table.h"
#include "clients/import/imports.h"
#include "clients/import/request_id.h"
#include "ledger/validation/limits.h"

namespace voucher::cli {
namespace {

constexpr size_t kMostOnNotice = kMaxNoticeApplications;

// Applications that are to go on notice, and the id that the first request
// gets; empty for a fresh one.
struct NoticeList {
  std::vector<uint64_t> ids;
  std::string request_id;
};

// Reads the file into `list`. Returns the exit code if it is no good, having
// said why.
std::optional<int> ReadFile(const NoticeOptions& options, Session& session, NoticeList* list) {
  const absl::StatusOr<std::string> csv = session.ReadAll(options.file);
  if (!csv.ok()) return Malformed(csv.status().message(), session);
  const client::CsvImport& import = client::NoticeImport();
  list->request_id =
      client::ImportRequestIds(import.kind, options.program_id, *csv).For(import.kind);
  v1::PublishNoticeRequest request;
  request.set_request_id(session.request_id.empty() ? list->request_id : session.request_id);
  request.set_program_id(options.program_id);
  const absl::StatusOr<client::WholeFile> read =
      client::ParseWholeFile(import, *csv, absl::ToUnixNanos(absl::Now()), &request);
  if (!read.ok()) {
    return Malformed(absl::StrCat(options.file, ": ", read.status().message()), session);
  }
  NameProblems(options.file, read->problems, session.err);
  if (!read->problems.empty()) return kMalformed;
  list->ids.assign(request.application_ids().begin(), request.application_ids().end());
  return std::nullopt;
}

int PublishOne(const NoticeOptions& options, const NoticeList& list, size_t begin,
               Session& session) {
  v1::PublishNoticeRequest request;
  request.set_program_id(options.program_id);
  const size_t end = std::min(list.ids.size(), begin + kMostOnNotice);
  for (size_t i = begin; i < end; ++i) request.add_application_ids(list.ids[i]);
  if (session.request_id.empty()) request.set_request_id(list.request_id);
  std::string request_id = EnsureRequestId(session, &request);
  if (begin > 0 && !session.request_id.empty()) {
    request_id = absl::StrCat(session.request_id, "/", begin / kMostOnNotice + 1);
    request.set_request_id(request_id);
  }
  const auto response = session.client->PublishNotice(request);
  if (!response.ok()) return PrintFailure(response.status(), request_id, session);
  PrintAnswer(*response, {}, session);
  return kOk;
}

}  // namespace

int PublishNotice(const NoticeOptions& options, Session& session) {
  NoticeList list;
  list.ids = options.application_ids;
  if (!options.file.empty()) {
    if (const auto code = ReadFile(options, session, &list)) return *code;
  } else if (options.listed) {
    const absl::StatusOr<ApplicationPages> read =
        ReadApplications(options.program_id, v1::APPLICATION_STATE_LISTED, session);
    if (!read.ok()) return PrintFailure(read.status(), "", session);
    for (const v1::Application& application : read->applications) {
      list.ids.push_back(application.application_id());
    }
  }
  if (list.ids.size() > kMostOnNotice && !options.listed) {
    return Malformed(absl::StrCat("a notice has at most ", kMostOnNotice, " applications, not ",
                                  list.ids.size()),
                     session);
  }
  if (options.dry_run) {
    session.out << FormatCount(static_cast<int64_t>(list.ids.size()))
                << " applications would go on notice; dry run: nothing was sent\n";
    return kOk;
  }
  if (list.ids.empty()) {
    return PrintFailure(absl::NotFoundError("there is no application to publish"), "", session);
  }
  int code = kOk;
  for (size_t begin = 0; begin < list.ids.size() && code == kOk; begin += kMostOnNotice) {
    code = PublishOne(options, list, begin, session);
  }
  return code;
}

}  // namespace voucher::cli
