#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "clients/import/csv.h"
#include "clients/import/csv_import.h"
#include "clients/import/request_id.h"
#include "clients/import/row_reader.h"

namespace voucher::client {
namespace {

constexpr int64_t kMostFen = std::numeric_limits<int64_t>::max();
constexpr int64_t kFenPerYuan = 100;

// Size class by one indicator: the class whose threshold, from large to small, is reached.
struct Thresholds {
  int64_t large, medium, small;
};

v1::EnterpriseSize Level(int64_t value, const Thresholds& thresholds) {
  if (value >= thresholds.large) return v1::ENTERPRISE_SIZE_LARGE;
  if (value >= thresholds.medium) return v1::ENTERPRISE_SIZE_MEDIUM;
  if (value >= thresholds.small) return v1::ENTERPRISE_SIZE_SMALL;
  return v1::ENTERPRISE_SIZE_MICRO;
}

// The size class by the published thresholds (工信部联企业〔2011〕300号): the lower of the two
// indicators' levels. UNSPECIFIED for industries that we have no thresholds for.
v1::EnterpriseSize SizeByThresholds(v1::Industry industry, int64_t staff, int64_t revenue_fen) {
  const int64_t yuan = revenue_fen / kFenPerYuan;
  switch (industry) {
    case v1::INDUSTRY_INDUSTRIAL:
      return std::min(Level(staff, {1'000, 300, 20}),
                      Level(yuan, {400'000'000, 20'000'000, 3'000'000}));
    case v1::INDUSTRY_SOFTWARE_IT:
      return std::min(Level(staff, {300, 100, 10}),
                      Level(yuan, {100'000'000, 10'000'000, 500'000}));
    default:
      return v1::ENTERPRISE_SIZE_UNSPECIFIED;
  }
}

std::string SizeHint(const v1::EnterpriseFacts& facts, int64_t staff) {
  const v1::EnterpriseSize suggested =
      SizeByThresholds(facts.industry(), staff, facts.prior_year_revenue_fen());
  if (suggested == v1::ENTERPRISE_SIZE_UNSPECIFIED || suggested == facts.size()) return "";
  const auto name = [](v1::EnterpriseSize size) {
    return v1::EnterpriseSize_Name(size).substr(absl::string_view("ENTERPRISE_SIZE_").size());
  };
  return absl::StrCat("size is ", name(facts.size()), "; staff and revenue suggest ",
                      name(suggested), " (the recorded class counts)");
}

}  // namespace

absl::StatusOr<std::vector<RowOrError<v1::PutEnterpriseRequest>>> ParseEnterprises(
    absl::string_view csv) {
  absl::StatusOr<CsvTable> table =
      ParseCsv(csv,
               {"uscc", "name", "division", "size", "industry", "registered_on",
                "is_cloud_provider", "prior_year_revenue_fen"},
               {"uscc_check_waived", "staff", "platform_updated_on"});
  if (!table.ok()) return table.status();

  const ImportRequestIds ids("enterprises", "", csv);
  std::set<std::string> seen;
  std::vector<RowOrError<v1::PutEnterpriseRequest>> rows;
  for (const CsvRow& cells : table->rows) {
    RowOrError<v1::PutEnterpriseRequest>& row = rows.emplace_back();
    row.line = cells.line;
    RowReader reader(*table, cells, &row.problems);
    if (!reader.IsComplete()) continue;

    v1::EnterpriseFacts& facts = *row.request.mutable_facts();
    facts.set_uscc_check_waived(reader.Flag("uscc_check_waived", true));
    facts.set_uscc(reader.Uscc("uscc", facts.uscc_check_waived()));
    facts.set_name(reader.Text("name", 256));
    facts.set_division(reader.Division("division"));
    facts.set_size(reader.Value<v1::EnterpriseSize>("size", "ENTERPRISE_SIZE_"));
    facts.set_industry(reader.Value<v1::Industry>("industry", "INDUSTRY_"));
    *facts.mutable_registered_on() = reader.Date("registered_on");
    facts.set_is_cloud_provider(reader.Flag("is_cloud_provider", false));
    facts.set_prior_year_revenue_fen(reader.Number("prior_year_revenue_fen", 0, kMostFen));
    if (!reader.IsEmpty("platform_updated_on")) {
      *facts.mutable_platform_updated_on() = reader.Date("platform_updated_on");
    }
    row.key = facts.uscc();
    row.request.set_request_id(ids.For(row.key));
    if (!seen.insert(row.key).second) {
      reader.Complain("uscc", absl::StrCat("'", row.key,
                                           "' stands in an earlier row already; "
                                           "keep one row for each enterprise"));
    }
    if (!reader.IsEmpty("staff")) {
      const int64_t staff = reader.Number("staff", 0, 10'000'000);
      if (row.ok()) row.hint = SizeHint(facts, staff);
    }
  }
  return rows;
}

}  // namespace voucher::client
