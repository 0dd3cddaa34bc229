#include "ledger/query/settlement_queries.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/status_macros.h"
#include "ledger/query/lookup.h"
#include "ledger/query/paging.h"
#include "ledger/query/resources.h"
#include "ledger/query/scope.h"
#include "ledger/validation/limits.h"

namespace voucher::query {
namespace {

v1::Statement StatementResource(const View& view, uint64_t number, const rows::StatementRow& row) {
  v1::Statement statement = row.statement();
  statement.set_statement_id(number);
  statement.set_program_id(ProgramId(view, row.program()));
  if (row.provider() != 0) statement.set_provider_id(ProviderId(view, row.provider()));
  return statement;
}

void FillLines(const View& view, uint64_t statement, uint64_t first,
               v1::GetStatementResponse* response) {
  view.Scan<tables::StatementLines>(
      {statement, first}, {statement + 1, 0},
      [&](const tables::StatementLines::Key& key, const rows::StatementLineRow& row) {
        const uint64_t application = std::get<1>(key);
        if (response->lines_size() == kMaxShownStatementLines) {
          response->set_next_application_id(application);
          return false;
        }
        const v1::EnterpriseFacts& enterprise =
            MustFind<tables::Enterprises>(view, {row.enterprise()}).facts();
        v1::StatementLine* line = response->add_lines();
        line->set_application_id(application);
        line->set_uscc(enterprise.uscc());
        line->set_enterprise_name(enterprise.name());
        line->set_due_fen(row.due_fen());
        line->set_set_off_fen(row.set_off_fen());
        return true;
      });
}

}  // namespace

absl::Status GetStatement(const View& view, const v1::GetStatementRequest& request,
                          ProviderAnswer<v1::GetStatementResponse> answer) {
  const uint64_t number = request.statement_id();
  const rows::StatementRow* row = view.Find<tables::Statements>({number});
  if (row == nullptr) {
    return absl::NotFoundError(absl::StrCat("There is no statement ", number, "."));
  }
  v1::Statement statement = StatementResource(view, number, *row);
  VOUCHER_ASSIGN_OR_RETURN(v1::GetStatementResponse* const response,
                           answer.AboutProvider(statement.provider_id()));
  *response->mutable_statement() = std::move(statement);
  FillLines(view, number, request.first_application_id(), response);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status ListStatements(const View& view, const v1::ListStatementsRequest& request,
                            ProviderAnswer<v1::ListStatementsResponse> answer) {
  VOUCHER_ASSIGN_OR_RETURN(const NumberPage page, ReadNumberPage(request));
  const std::string& provider_id =
      request.provider_id().empty() ? answer.own_provider_id() : request.provider_id();
  uint64_t provider = 0;
  VOUCHER_ASSIGN_OR_RETURN(
      v1::ListStatementsResponse* const response,
      provider_id.empty() ? answer.AboutEveryProvider() : answer.AboutProvider(provider_id));
  if (!provider_id.empty()) {
    VOUCHER_ASSIGN_OR_RETURN(provider, FindProvider(view, provider_id));
  }
  VOUCHER_ASSIGN_OR_RETURN(const uint32_t program, FindProgram(view, request.program_id()));
  page.Finish(WalkIndex<tables::StatementsByProgram>(
                  view, program, page.after, page.wanted,
                  [&](uint64_t number, const rows::PresentRow&) {
                    const rows::StatementRow& row = MustFind<tables::Statements>(view, {number});
                    if (provider != 0 && row.provider() != provider) return false;
                    *response->add_statements() = StatementResource(view, number, row);
                    return true;
                  }),
              response);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

}  // namespace voucher::query
