// Statements and their lines.
#include <utility>

#include "absl/strings/str_join.h"

#include "clients/cli/export_command.h"
#include "clients/cli/failure.h"
#include "clients/cli/field_text.h"
#include "clients/cli/progress_bar.h"

namespace voucher::cli {
namespace {

std::string PaymentReferences(const v1::Statement& statement) {
  return absl::StrJoin(statement.disbursements(), ";",
                       [](std::string* out, const v1::Disbursement& disbursement) {
                         out->append(disbursement.fiscal_reference());
                       });
}

std::vector<ExportCell> StatementRow(const v1::Statement& statement) {
  return {NumberOrNothing(statement.statement_id()),
          MonthText(statement.period()),
          statement.provider_id(),
          statement.division(),
          statement.booked_fen(),
          statement.reversed_fen(),
          statement.brought_forward_fen(),
          statement.set_off_fen(),
          statement.due_fen(),
          statement.carried_forward_fen(),
          statement.paid_fen(),
          ShortName(statement.state()),
          PaymentReferences(statement),
          NumberOrNothing(statement.closed_sequence())};
}

// Adds the lines of one statement, page after page.
absl::Status AddLines(const v1::Statement& statement, const client::Client& client,
                      ExportTable* table, ReadSpan* span) {
  v1::GetStatementRequest request;
  request.set_statement_id(statement.statement_id());
  do {
    const auto page = client.GetStatement(request);
    if (!page.ok()) return page.status();
    span->Add(page->as_of_sequence());
    for (const v1::StatementLine& line : page->lines()) {
      table->rows.push_back({NumberOrNothing(statement.statement_id()),
                             MonthText(statement.period()), statement.division(),
                             NumberOrNothing(line.application_id()), line.uscc(),
                             line.enterprise_name(), line.due_fen(), line.set_off_fen()});
    }
    request.set_first_application_id(page->next_application_id());
  } while (request.first_application_id() != 0);
  return absl::OkStatus();
}

}  // namespace

std::vector<ExportColumn> StatementColumns() {
  using C = ExportColumn;
  return {{"statement_id", "结算单编号", C::kCount},
          {"period", "结算月份"},
          {"provider_id", "云服务商"},
          {"division", "行政区划"},
          {"booked", "核销金额", C::kMoney},
          {"reversed", "冲正金额", C::kMoney},
          {"brought_forward", "上期结转", C::kMoney},
          {"set_off", "抵扣金额", C::kMoney},
          {"due", "应拨金额", C::kMoney},
          {"carried_forward", "结转下期", C::kMoney},
          {"paid", "已拨金额", C::kMoney},
          {"state", "状态"},
          {"fiscal_references", "拨付文号"},
          {"closed_sequence", "账本序号", C::kCount}};
}

std::vector<ExportColumn> StatementLineColumns() {
  using C = ExportColumn;
  return {{"statement_id", "结算单编号", C::kCount},
          {"period", "结算月份"},
          {"division", "行政区划"},
          {"application_id", "申请编号", C::kCount},
          {"uscc", "统一社会信用代码"},
          {"enterprise_name", "企业名称"},
          {"due", "应拨金额", C::kMoney},
          {"set_off", "抵扣金额", C::kMoney}};
}

int ExportStatements(const ExportOptions& options, Session& session) {
  v1::ListStatementsRequest list;
  list.set_program_id(options.program_id);
  list.set_provider_id(options.provider_id);
  std::vector<v1::Statement> statements;
  ReadSpan span;
  absl::Status status = ReadPages(&client::Client::ListStatements, list, *session.client,
                                  [&](const v1::ListStatementsResponse& page) {
                                    statements.insert(statements.end(), page.statements().begin(),
                                                      page.statements().end());
                                    span.Add(page.as_of_sequence());
                                  });
  if (!status.ok()) return PrintFailure(status, "", session);

  ExportTable table{options.lines ? StatementLineColumns() : StatementColumns(), {}};
  {
    ProgressBar bar("reading statements", statements.size(), session.err_is_terminal, session.err);
    for (const v1::Statement& statement : statements) {
      if (!options.lines) {
        table.rows.push_back(StatementRow(statement));
      } else if (!statement.division().empty()) {
        status = AddLines(statement, *session.client, &table, &span);
        if (!status.ok()) break;
      }
      bar.Advance(1);
    }
  }
  if (!status.ok()) return PrintFailure(status, "", session);
  return WriteExport(options.lines ? "statement_lines" : "statements", table, span, options,
                     session);
}

}  // namespace voucher::cli
