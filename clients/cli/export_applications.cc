// Exports of which a row is an application: queue, notice, approved.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "clients/cli/application_pages.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/export_command.h"
#include "clients/cli/failure.h"
#include "clients/cli/field_text.h"
#include "clients/cli/masked_name.h"

namespace voucher::cli {
namespace {

// A column of an application and how it is read.
struct ApplicationField {
  ExportColumn column;
  ExportCell (*cell)(const v1::Application& application);
};

// Instants are shown in China's time, without zone, as spreadsheets read them.
std::string SheetInstant(const google::protobuf::Timestamp& instant) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%E3S", ToTime(instant), absl::FixedTimeZone(8 * 60 * 60));
}

std::vector<ApplicationField> AllFields() {
  using A = v1::Application;
  using C = ExportColumn;
  return {
      {{"queue_number", "排队序号", C::kCount},
       [](const A& a) { return NumberOrNothing(a.queue_number()); }},
      {{"application_id", "申请编号", C::kCount},
       [](const A& a) { return NumberOrNothing(a.application_id()); }},
      {{"received_at", "受理时间"},
       [](const A& a) -> ExportCell { return SheetInstant(a.received_at()); }},
      {{"uscc", "统一社会信用代码"}, [](const A& a) -> ExportCell { return a.uscc(); }},
      {{"enterprise_name", "企业名称"},
       [](const A& a) -> ExportCell { return a.enterprise_name(); }},
      {{"division", "行政区划"}, [](const A& a) -> ExportCell { return a.division(); }},
      {{"size", "企业规模"}, [](const A& a) -> ExportCell { return ShortName(a.size()); }},
      {{"item_id", "支持事项"}, [](const A& a) -> ExportCell { return a.item_id(); }},
      {{"project_id", "项目编号"}, [](const A& a) -> ExportCell { return a.project_id(); }},
      {{"cluster_id", "产业集群"}, [](const A& a) -> ExportCell { return a.cluster_id(); }},
      {{"provider_ids", "云服务商"},
       [](const A& a) -> ExportCell { return absl::StrJoin(a.provider_ids(), ";"); }},
      {{"delivery_mode", "兑付方式"},
       [](const A& a) -> ExportCell { return ShortName(a.delivery_mode()); }},
      {{"spend", "申报支出", C::kMoney}, [](const A& a) -> ExportCell { return a.spend_fen(); }},
      {{"wanted", "待分配额度", C::kMoney},
       [](const A& a) -> ExportCell { return a.wanted_fen(); }},
      {{"granted", "核定额度", C::kMoney},
       [](const A& a) -> ExportCell { return a.granted_fen(); }},
      {{"approved", "批准金额", C::kMoney},
       [](const A& a) -> ExportCell { return a.approved_fen(); }},
      {{"state", "状态"}, [](const A& a) -> ExportCell { return ShortName(a.state()); }},
      {{"next_stage", "下一审核环节"}, [](const A& a) -> ExportCell { return a.next_stage(); }},
      {{"score", "评分", C::kPoints},
       [](const A& a) -> ExportCell {
         if (a.score() == 0) return {};
         return int64_t{a.score()};
       }},
      {{"rank", "名次", C::kCount}, [](const A& a) { return NumberOrNothing(a.rank()); }},
      {{"notice_id", "公示编号", C::kCount},
       [](const A& a) { return NumberOrNothing(a.notice_id()); }},
      {{"voucher_id", "服务券编号", C::kCount},
       [](const A& a) { return NumberOrNothing(a.voucher_id()); }},
  };
}

// The fields of these names, in this order.
std::vector<ApplicationField> Fields(const std::vector<absl::string_view>& names) {
  std::vector<ApplicationField> chosen;
  for (absl::string_view name : names) {
    for (const ApplicationField& field : AllFields()) {
      if (field.column.name == name) chosen.push_back(field);
    }
  }
  return chosen;
}

std::vector<ApplicationField> QueueFields() {
  return Fields({"queue_number", "application_id", "received_at", "uscc",       "enterprise_name",
                 "division",     "size",           "item_id",     "project_id", "cluster_id",
                 "provider_ids", "delivery_mode",  "spend",       "wanted",     "granted",
                 "approved",     "state",          "next_stage",  "score",      "rank",
                 "notice_id",    "voucher_id"});
}

std::vector<ApplicationField> ApprovedFields() {
  return Fields({"division", "queue_number", "application_id", "uscc", "enterprise_name", "size",
                 "item_id", "project_id", "provider_ids", "delivery_mode", "spend", "granted",
                 "approved", "voucher_id", "state"});
}

std::vector<ExportColumn> Columns(const std::vector<ApplicationField>& fields) {
  std::vector<ExportColumn> columns;
  for (const ApplicationField& field : fields) columns.push_back(field.column);
  return columns;
}

ExportTable TableOf(const std::vector<ApplicationField>& fields,
                    const std::vector<v1::Application>& applications) {
  ExportTable table{Columns(fields), {}};
  for (const v1::Application& application : applications) {
    std::vector<ExportCell>& row = table.rows.emplace_back();
    for (const ApplicationField& field : fields) row.push_back(field.cell(application));
  }
  return table;
}

// Queue order; grants made without application have no place in the queue and come last.
bool IsBeforeInQueue(const v1::Application& a, const v1::Application& b) {
  const auto key = [](const v1::Application& application) {
    return std::pair(application.queue_number() == 0, application.queue_number());
  };
  return key(a) < key(b);
}

// The notice that is to be shown; NOT_FOUND if the program has no such notice.
absl::StatusOr<v1::Notice> FindNotice(const ExportOptions& options, const client::Client& client) {
  uint64_t notice_id = options.notice_id;
  if (notice_id == 0) {
    v1::ListNoticesRequest list;
    list.set_program_id(options.program_id);
    const absl::Status status =
        ReadPages(&client::Client::ListNotices, list, client, [&](const auto& page) {
          for (const v1::Notice& notice : page.notices()) {
            notice_id = std::max(notice_id, notice.notice_id());
          }
        });
    if (!status.ok()) return status;
    if (notice_id == 0) {
      return absl::NotFoundError(absl::StrCat(
          options.program_id, " has no notice yet; --draft shows what could go on one"));
    }
  }
  v1::GetNoticeRequest get;
  get.set_notice_id(notice_id);
  const auto found = client.GetNotice(get);
  if (!found.ok()) return found.status();
  if (found->notice().program_id() != options.program_id) {
    return absl::NotFoundError(absl::StrCat("notice ", notice_id, " is one of ",
                                            found->notice().program_id(), ", not of ",
                                            options.program_id));
  }
  return found->notice();
}

// Titles of a program's items.
absl::StatusOr<std::map<std::string, std::string>> ItemTitles(const std::string& program_id,
                                                              const client::Client& client) {
  v1::GetProgramRequest request;
  request.set_program_id(program_id);
  const auto response = client.GetProgram(request);
  if (!response.ok()) return response.status();
  std::map<std::string, std::string> titles;
  for (const v1::Item& item : response->program().rules().items()) {
    titles[item.item_id()] = item.title_zh();
  }
  return titles;
}

}  // namespace

std::vector<ExportColumn> QueueColumns() {
  return Columns(QueueFields());
}

std::vector<ExportColumn> ApprovedColumns() {
  return Columns(ApprovedFields());
}

std::vector<ExportColumn> NoticeColumns() {
  using C = ExportColumn;
  return {{"row", "序号", C::kCount},           {"application_id", "申请编号", C::kCount},
          {"enterprise_name", "企业名称"},      {"division", "行政区划"},
          {"item_id", "支持事项代码"},          {"item_title", "支持事项"},
          {"granted", "拟支持金额", C::kMoney}, {"notice_id", "公示编号", C::kCount},
          {"starts_on", "公示起始日"},          {"last_day", "公示截止日"}};
}

int ExportQueue(const ExportOptions& options, Session& session) {
  absl::StatusOr<ApplicationPages> read =
      ReadApplications(options.program_id, v1::APPLICATION_STATE_UNSPECIFIED, session);
  if (!read.ok()) return PrintFailure(read.status(), "", session);
  std::stable_sort(read->applications.begin(), read->applications.end(), IsBeforeInQueue);
  return WriteExport("queue", TableOf(QueueFields(), read->applications), read->span, options,
                     session);
}

int ExportApproved(const ExportOptions& options, Session& session) {
  absl::StatusOr<ApplicationPages> read =
      ReadApplications(options.program_id, v1::APPLICATION_STATE_UNSPECIFIED, session);
  if (!read.ok()) return PrintFailure(read.status(), "", session);
  std::vector<v1::Application>& rows = read->applications;
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [&](const v1::Application& application) {
                              return PhaseOf(application.state()) != Phase::kApproved ||
                                     (!options.division.empty() &&
                                      !IsInDivision(options.division, application.division()));
                            }),
             rows.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const v1::Application& a, const v1::Application& b) {
                     if (a.division() != b.division()) return a.division() < b.division();
                     return IsBeforeInQueue(a, b);
                   });
  return WriteExport("approved", TableOf(ApprovedFields(), rows), read->span, options, session);
}

int ExportNotice(const ExportOptions& options, Session& session) {
  const auto titles = ItemTitles(options.program_id, *session.client);
  if (!titles.ok()) return PrintFailure(titles.status(), "", session);
  v1::Notice notice;
  if (!options.draft) {
    absl::StatusOr<v1::Notice> found = FindNotice(options, *session.client);
    if (!found.ok()) return PrintFailure(found.status(), "", session);
    notice = *std::move(found);
  }
  absl::StatusOr<ApplicationPages> read = ReadApplications(
      options.program_id,
      options.draft ? v1::APPLICATION_STATE_LISTED : v1::APPLICATION_STATE_UNSPECIFIED, session);
  if (!read.ok()) return PrintFailure(read.status(), "", session);
  std::stable_sort(read->applications.begin(), read->applications.end(), IsBeforeInQueue);

  const std::set<uint64_t> wanted(notice.application_ids().begin(), notice.application_ids().end());
  ExportTable table{NoticeColumns(), {}};
  for (const v1::Application& application : read->applications) {
    if (!options.draft && wanted.count(application.application_id()) == 0) continue;
    const auto title = titles->find(application.item_id());
    table.rows.push_back({static_cast<int64_t>(table.rows.size() + 1),
                          NumberOrNothing(application.application_id()),
                          MaskedName(application.enterprise_name()), application.division(),
                          application.item_id(), title == titles->end() ? "" : title->second,
                          application.granted_fen(), NumberOrNothing(notice.notice_id()),
                          DateText(notice.starts_on()), DateText(notice.last_day())});
  }
  return WriteExport("notice", table, read->span, options, session);
}

}  // namespace voucher::cli
