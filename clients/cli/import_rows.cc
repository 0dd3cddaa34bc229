#include "clients/cli/import_rows.h"

#include <algorithm>
#include <set>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "clients/cli/exit_code.h"
#include "clients/cli/table.h"

namespace voucher::cli {
namespace {

constexpr size_t kFreshRunIdSize = 16;

absl::string_view OutcomeOfPut(bool created, bool unchanged) {
  return WordOf(created ? Standing::kNew : unchanged ? Standing::kUnchanged : Standing::kChanged);
}

}  // namespace

client::ImportScope ScopeOf(const ImportOptions& options, const Session& session) {
  return {.run_id = session.request_id.empty() ? client::MakeRequestId().substr(0, kFreshRunIdSize)
                                               : session.request_id,
          .program_id = options.program_id,
          .now = absl::ToUnixNanos(absl::Now())};
}

absl::string_view OutcomeOf(const v1::EnterprisePut& event) {
  return OutcomeOfPut(event.created(), event.unchanged());
}

absl::string_view OutcomeOf(const v1::ProviderPut& event) {
  return OutcomeOfPut(event.created(), event.unchanged());
}

absl::string_view OutcomeOf(const v1::ProductPut& event) {
  return OutcomeOfPut(event.created(), event.unchanged());
}

absl::string_view OutcomeOf(const v1::ClusterPut& event) {
  return OutcomeOfPut(event.created(), /*unchanged=*/false);
}

uint64_t NumberIn(const v1::Refusal& refusal, absl::string_view name) {
  for (const v1::RefusalNumber& number : refusal.numbers()) {
    if (number.name() == name) return static_cast<uint64_t>(number.value());
  }
  return 0;
}

bool MayBeDone(v1::Reason reason) {
  constexpr v1::Reason kReasons[] = {v1::REASON_ALREADY_BOOKED, v1::REASON_ILLEGAL_STATE,
                                     v1::REASON_INVOICE_ALREADY_CLAIMED,
                                     v1::REASON_ITEM_ALREADY_CLAIMED};
  return std::find(std::begin(kReasons), std::end(kReasons), reason) != std::end(kReasons);
}

bool IsThere(const Standing& standing) {
  return standing.kind == Standing::kDoneBefore || standing.kind == Standing::kUnchanged;
}

client::CallOptions QuickReads(const Session& session) {
  constexpr double kMostSeconds = 2;
  client::CallOptions call;
  call.deadline = absl::Seconds(std::min(session.deadline_seconds, kMostSeconds));
  call.retry = client::RetryPolicy();
  call.retry->max_attempts = 1;
  return call;
}

void PrintComparison(const absl::Status& compared, const std::vector<std::string>& words,
                     Session& session) {
  if (compared.ok()) return PrintWords("compared", words, session.out);
  session.err << "not compared with what stands: " << compared.message() << "\n";
}

void NameProblems(const std::string& file, const std::vector<client::RowProblem>& problems,
                  std::ostream& err) {
  for (const client::RowProblem& problem : problems) {
    err << file << ":";
    if (problem.line > 0) err << problem.line << ":";
    err << " " << problem.column << (problem.column.empty() ? "" : ": ") << problem.description
        << "\n";
  }
}

size_t WrongRows(const std::vector<client::RowProblem>& problems) {
  std::set<int> lines;
  for (const client::RowProblem& problem : problems) lines.insert(problem.line);
  return lines.size();
}

std::optional<int> Verdict(size_t rows, size_t wrong, const ImportOptions& options,
                           Session& session) {
  if (wrong > 0) {
    session.err << wrong << " of " << FormatCount(static_cast<int64_t>(rows))
                << " rows are wrong; nothing was sent\n";
    return kMalformed;
  }
  if (!options.dry_run) return std::nullopt;
  session.out << FormatCount(static_cast<int64_t>(rows))
              << " rows are well-formed; dry run: nothing was sent\n";
  return kOk;
}

}  // namespace voucher::cli
