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
#include "ledger/validation/limits.h"

namespace voucher::cli {
namespace {

constexpr size_t kMostOnNotice = kMaxNoticeApplications;

// Reads the applications of the file into `ids`. Returns the exit code if it is
// no good, having said why.
std::optional<int> ReadFile(const NoticeOptions& options, Session& session,
                            std::vector<uint64_t>* ids) {
  const absl::StatusOr<std::string> csv = session.ReadAll(options.file);
  if (!csv.ok()) return Malformed(csv.status().message(), session);
  const client::CsvImport& import = client::NoticeImport();
  v1::PublishNoticeRequest request;
  EnsureRequestId(session, &request);
  request.set_program_id(options.program_id);
  const absl::StatusOr<client::WholeFile> read =
      client::ParseWholeFile(import, *csv, absl::ToUnixNanos(absl::Now()), &request);
  if (!read.ok()) {
    return Malformed(absl::StrCat(options.file, ": ", read.status().message()), session);
  }
  NameProblems(options.file, read->problems, session.err);
  if (!read->problems.empty()) return kMalformed;
  ids->assign(request.application_ids().begin(), request.application_ids().end());
  return std::nullopt;
}

// The notice that all of the applications went on before, and that none of them
// has to go on again; 0 if there is none.
uint64_t NoticeBefore(const v1::PublishNoticeRequest& request, Session& session) {
  uint64_t notice = 0;
  for (const uint64_t id : request.application_ids()) {
    v1::GetApplicationRequest get;
    get.set_application_id(id);
    const auto response = session.client->GetApplication(get);
    if (!response.ok()) return 0;
    const v1::Application& application = response->application();
    const bool went_on = application.state() == v1::APPLICATION_STATE_ON_NOTICE ||
                         application.state() == v1::APPLICATION_STATE_OBJECTED ||
                         PhaseOf(application.state()) == Phase::kApproved;
    if (!went_on || application.notice_id() == 0) return 0;
    if (notice != 0 && notice != application.notice_id()) return 0;
    notice = application.notice_id();
  }
  return notice;
}

void PrintDoneBefore(uint64_t notice, Session& session) {
  if (session.json) {
    session.out << "{\"outcome\": \"done before\", \"notice_id\": \"" << notice << "\"}\n";
  } else {
    session.out << "done before: they went on notice " << notice << "\n";
  }
}

int PublishOne(const NoticeOptions& options, const std::vector<uint64_t>& ids, size_t begin,
               Session& session) {
  v1::PublishNoticeRequest request;
  request.set_program_id(options.program_id);
  const size_t end = std::min(ids.size(), begin + kMostOnNotice);
  for (size_t i = begin; i < end; ++i) request.add_application_ids(ids[i]);
  std::string request_id = EnsureRequestId(session, &request);
  if (begin > 0 && !session.request_id.empty()) {
    request_id = absl::StrCat(session.request_id, "/", begin / kMostOnNotice + 1);
    request.set_request_id(request_id);
  }
  const auto response = session.client->PublishNotice(request);
  if (!response.ok()) {
    const auto refused = client::RefusedOf(response.status());
    const uint64_t before =
        refused && refused->reason == v1::REASON_ILLEGAL_STATE ? NoticeBefore(request, session) : 0;
    if (before == 0) return PrintFailure(response.status(), request_id, session);
    PrintDoneBefore(before, session);
    return kOk;
  }
  PrintAnswer(*response, {}, session);
  return kOk;
}

}  // namespace

int PublishNotice(const NoticeOptions& options, Session& session) {
  std::vector<uint64_t> ids = options.application_ids;
  if (!options.file.empty()) {
    if (const auto code = ReadFile(options, session, &ids)) return *code;
  } else if (options.listed) {
    const absl::StatusOr<ApplicationPages> read =
        ReadApplications(options.program_id, v1::APPLICATION_STATE_LISTED, session);
    if (!read.ok()) return PrintFailure(read.status(), "", session);
    for (const v1::Application& application : read->applications) {
      ids.push_back(application.application_id());
    }
  }
  if (ids.size() > kMostOnNotice && !options.listed) {
    return Malformed(
        absl::StrCat("a notice has at most ", kMostOnNotice, " applications, not ", ids.size()),
        session);
  }
  if (options.dry_run) {
    session.out << FormatCount(static_cast<int64_t>(ids.size()))
                << " applications would go on notice; dry run: nothing was sent\n";
    return kOk;
  }
  if (ids.empty()) {
    return PrintFailure(absl::NotFoundError("there is no application to publish"), "", session);
  }
  int code = kOk;
  for (size_t begin = 0; begin < ids.size() && code == kOk; begin += kMostOnNotice) {
    code = PublishOne(options, ids, begin, session);
  }
  return code;
}

}  // namespace voucher::cli
