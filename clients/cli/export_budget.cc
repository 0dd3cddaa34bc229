// The budget by division, item, size class or provider.
#include <map>
#include <utility>

#include "clients/cli/application_pages.h"
#include "clients/cli/export_command.h"
#include "clients/cli/failure.h"
#include "clients/cli/field_text.h"
#include "clients/cli/progress_bar.h"

namespace voucher::cli {
namespace {

constexpr char kTotal[] = "TOTAL";

// Applications of one key.
struct PhaseSums {
  int64_t applications = 0, spend_fen = 0;
  int64_t waiting = 0, waiting_fen = 0;
  int64_t held = 0, held_fen = 0;
  int64_t approved = 0, approved_fen = 0;
  int64_t settled = 0, settled_fen = 0;
  int64_t ended = 0;

  void Add(const v1::Application& application) {
    ++applications;
    spend_fen += application.spend_fen();
    switch (PhaseOf(application.state())) {
      case Phase::kWaiting:
        ++waiting;
        waiting_fen += application.wanted_fen();
        break;
      case Phase::kHeld:
        ++held;
        held_fen += application.granted_fen();
        break;
      case Phase::kApproved:
        ++approved;
        approved_fen += application.approved_fen();
        if (application.state() == v1::APPLICATION_STATE_SETTLED) {
          ++settled;
          settled_fen += application.approved_fen();
        }
        break;
      case Phase::kEnded:
        ++ended;
        break;
    }
  }

  std::vector<ExportCell> Row(const std::string& key, const std::string& title) const {
    return {key,      title,    applications, spend_fen, waiting,     waiting_fen, held,
            held_fen, approved, approved_fen, settled,   settled_fen, ended};
  }
};

// What one provider was sent and is owed.
struct ProviderSums {
  int64_t transfers = 0, ordered_fen = 0;
  int64_t unanswered = 0, unanswered_fen = 0;
  int64_t confirmed = 0, confirmed_fen = 0;
  int64_t declined = 0, declined_fen = 0;
  int64_t statements = 0, booked_fen = 0, reversed_fen = 0, due_fen = 0, paid_fen = 0;
  int64_t carried_forward_fen = 0;  // of the newest statement

  void Add(const v1::Transfer& transfer) {
    ++transfers;
    ordered_fen += transfer.amount_fen();
    if (transfer.state() == v1::TRANSFER_STATE_CONFIRMED) {
      ++confirmed;
      confirmed_fen += transfer.amount_fen();
    } else if (transfer.state() == v1::TRANSFER_STATE_DECLINED) {
      ++declined;
      declined_fen += transfer.amount_fen();
    } else {
      ++unanswered;
      unanswered_fen += transfer.amount_fen();
    }
  }

  void Add(const v1::Statement& statement) {
    ++statements;
    booked_fen += statement.booked_fen();
    reversed_fen += statement.reversed_fen();
    due_fen += statement.due_fen();
    paid_fen += statement.paid_fen();
    carried_forward_fen = statement.carried_forward_fen();
  }

  void Add(const ProviderSums& other) {
    transfers += other.transfers;
    ordered_fen += other.ordered_fen;
    unanswered += other.unanswered;
    unanswered_fen += other.unanswered_fen;
    confirmed += other.confirmed;
    confirmed_fen += other.confirmed_fen;
    declined += other.declined;
    declined_fen += other.declined_fen;
    statements += other.statements;
    booked_fen += other.booked_fen;
    reversed_fen += other.reversed_fen;
    due_fen += other.due_fen;
    paid_fen += other.paid_fen;
    carried_forward_fen += other.carried_forward_fen;
  }

  std::vector<ExportCell> Row(const std::string& key, const std::string& title) const {
    return {key,          title,         transfers, ordered_fen,        unanswered, unanswered_fen,
            confirmed,    confirmed_fen, declined,  declined_fen,       statements, booked_fen,
            reversed_fen, due_fen,       paid_fen,  carried_forward_fen};
  }
};

std::string KeyOf(const v1::Application& application, const std::string& by) {
  if (by == "division") return application.division();
  if (by == "item") return application.item_id();
  return ShortName(application.size());
}

// Titles of the keys: the program's items; sizes and divisions have none.
absl::StatusOr<std::map<std::string, std::string>> TitlesOf(const ExportOptions& options,
                                                            const client::Client& client) {
  std::map<std::string, std::string> titles;
  if (options.by != "item") return titles;
  v1::GetProgramRequest request;
  request.set_program_id(options.program_id);
  const auto response = client.GetProgram(request);
  if (!response.ok()) return response.status();
  for (const v1::Item& item : response->program().rules().items()) {
    titles[item.item_id()] = item.title_zh();
  }
  return titles;
}

int ExportByApplications(const ExportOptions& options, Session& session) {
  const auto titles = TitlesOf(options, *session.client);
  if (!titles.ok()) return PrintFailure(titles.status(), "", session);
  const absl::StatusOr<ApplicationPages> read =
      ReadApplications(options.program_id, v1::APPLICATION_STATE_UNSPECIFIED, session);
  if (!read.ok()) return PrintFailure(read.status(), "", session);

  std::map<std::string, PhaseSums> sums;
  PhaseSums total;
  for (const v1::Application& application : read->applications) {
    sums[KeyOf(application, options.by)].Add(application);
    total.Add(application);
  }
  ExportTable table{BudgetColumns(), {}};
  for (const auto& [key, sum] : sums) {
    const auto title = titles->find(key);
    table.rows.push_back(sum.Row(key, title == titles->end() ? "" : title->second));
  }
  table.rows.push_back(total.Row(kTotal, "合计"));
  return WriteExport("budget", table, read->span, options, session);
}

absl::StatusOr<ProviderSums> ReadProvider(const std::string& provider_id,
                                          const ExportOptions& options,
                                          const client::Client& client, ReadSpan* span) {
  ProviderSums sums;
  v1::ListTransfersRequest transfers;
  transfers.set_provider_id(provider_id);
  absl::Status status = ReadPages(&client::Client::ListTransfers, transfers, client,
                                  [&](const v1::ListTransfersResponse& page) {
                                    span->Add(page.as_of_sequence());
                                    for (const v1::Transfer& transfer : page.transfers()) {
                                      if (transfer.program_id() == options.program_id) {
                                        sums.Add(transfer);
                                      }
                                    }
                                  });
  if (!status.ok()) return status;
  v1::ListStatementsRequest statements;
  statements.set_program_id(options.program_id);
  statements.set_provider_id(provider_id);
  status = ReadPages(&client::Client::ListStatements, statements, client,
                     [&](const v1::ListStatementsResponse& page) {
                       span->Add(page.as_of_sequence());
                       for (const v1::Statement& statement : page.statements()) {
                         sums.Add(statement);
                       }
                     });
  if (!status.ok()) return status;
  return sums;
}

int ExportByProvider(const ExportOptions& options, Session& session) {
  std::vector<v1::Provider> providers;
  ReadSpan span;
  absl::Status status = ReadPages(&client::Client::ListProviders, v1::ListProvidersRequest(),
                                  *session.client, [&](const v1::ListProvidersResponse& page) {
                                    providers.insert(providers.end(), page.providers().begin(),
                                                     page.providers().end());
                                    span.Add(page.as_of_sequence());
                                  });
  if (!status.ok()) return PrintFailure(status, "", session);

  ExportTable table{ProviderBudgetColumns(), {}};
  ProviderSums total;
  {
    ProgressBar bar("reading providers", providers.size(), session.err_is_terminal, session.err);
    for (const v1::Provider& provider : providers) {
      const absl::StatusOr<ProviderSums> sums =
          ReadProvider(provider.provider_id(), options, *session.client, &span);
      if (!sums.ok()) {
        status = sums.status();
        break;
      }
      if (sums->transfers > 0 || sums->statements > 0) {
        table.rows.push_back(sums->Row(provider.provider_id(), provider.name()));
        total.Add(*sums);
      }
      bar.Advance(1);
    }
  }
  if (!status.ok()) return PrintFailure(status, "", session);
  table.rows.push_back(total.Row(kTotal, "合计"));
  return WriteExport("budget", table, span, options, session);
}

}  // namespace

std::vector<ExportColumn> BudgetColumns() {
  using C = ExportColumn;
  return {{"key", "类别"},
          {"title", "名称"},
          {"applications", "申请数", C::kCount},
          {"spend", "申报支出", C::kMoney},
          {"waiting", "待分配申请数", C::kCount},
          {"waiting_amount", "待分配额度", C::kMoney},
          {"held", "审核中申请数", C::kCount},
          {"held_amount", "审核中额度", C::kMoney},
          {"approved", "已批准申请数", C::kCount},
          {"approved_amount", "已批准金额", C::kMoney},
          {"settled", "已结清申请数", C::kCount},
          {"settled_amount", "已结清金额", C::kMoney},
          {"ended", "已终结申请数", C::kCount}};
}

std::vector<ExportColumn> ProviderBudgetColumns() {
  using C = ExportColumn;
  return {{"key", "云服务商"},
          {"title", "名称"},
          {"transfers", "调拨笔数", C::kCount},
          {"ordered_amount", "调拨金额", C::kMoney},
          {"unanswered", "未答复笔数", C::kCount},
          {"unanswered_amount", "未答复金额", C::kMoney},
          {"confirmed", "已到账笔数", C::kCount},
          {"confirmed_amount", "已到账金额", C::kMoney},
          {"declined", "已退回笔数", C::kCount},
          {"declined_amount", "已退回金额", C::kMoney},
          {"statements", "结算单数", C::kCount},
          {"booked_amount", "核销金额", C::kMoney},
          {"reversed_amount", "冲正金额", C::kMoney},
          {"due_amount", "应拨金额", C::kMoney},
          {"paid_amount", "已拨金额", C::kMoney},
          {"carried_forward_amount", "结转下期", C::kMoney}};
}

int ExportBudget(const ExportOptions& options, Session& session) {
  return options.by == "provider" ? ExportByProvider(options, session)
                                  : ExportByApplications(options, session);
}

}  // namespace voucher::cli
