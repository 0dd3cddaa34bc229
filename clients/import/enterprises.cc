#include <algorithm>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "clients/import/imports.h"
#include "ledger/base/proto_enum.h"
#include "ledger/base/text.h"

namespace voucher::client {
namespace {

constexpr int64_t kFenPerYuan = 100;
constexpr int64_t kMostStaff = 10'000'000;

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
    case v1::INDUSTRY_UNSPECIFIED:
    case v1::INDUSTRY_OTHER:
      VOUCHER_PROTO_SENTINELS(v1::Industry)
      break;
  }
  return v1::ENTERPRISE_SIZE_UNSPECIFIED;
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

// Persons, for the hint only.
std::string LookAtStaff(absl::string_view cell, const google::protobuf::FieldDescriptor*,
                        google::protobuf::Message*) {
  int64_t staff = 0;
  const bool fits = IsDigits(cell) && absl::SimpleAtoi(cell, &staff) && staff <= kMostStaff;
  return fits ? "" : absl::StrCat("a whole number up to ", kMostStaff);
}

std::vector<ImportColumn> Columns() {
  return {{"uscc", Presence::kRequired, "facts.uscc",
           "unified social credit code; if the business licence really shows a wrong check digit, "
           "set uscc_check_waived to true"},
          {"name", Presence::kRequired, "facts.name", "name of the enterprise"},
          {"division", Presence::kRequired, "facts.division",
           "division code of six digits, as in 420111"},
          {"size", Presence::kRequired, "facts.size", "size class"},
          {"industry", Presence::kRequired, "facts.industry", "industry"},
          {"registered_on", Presence::kRequired, "facts.registered_on", "day of registration"},
          {"is_cloud_provider", Presence::kRequired, "facts.is_cloud_provider", "true or false"},
          {"prior_year_revenue_fen", Presence::kRequired, "facts.prior_year_revenue_fen",
           "revenue of the year before, in whole fen"},
          {"uscc_check_waived", Presence::kOptional, "facts.uscc_check_waived", "true or false"},
          {"staff", Presence::kOptional, "", "persons; only to check the size class", &LookAtStaff},
          {"platform_updated_on", Presence::kOptional, "facts.platform_updated_on",
           "day of the platform's record; empty if not registered there"}};
}

}  // namespace

const ImportOf<v1::PutEnterpriseRequest>& EnterpriseImport() {
  static const auto* const kImport = new ImportOf<v1::PutEnterpriseRequest>(
      {
          .kind = "enterprises",
          .help = "register enterprises",
          .key = {"uscc"},
          .columns = Columns(),
      },
      [](FirstRow* row, v1::PutEnterpriseRequest* request) {
        int64_t staff = 0;
        if (absl::SimpleAtoi(row->Cell("staff"), &staff)) {
          row->Hint(SizeHint(request->facts(), staff));
        }
      });
  return *kImport;
}

}  // namespace voucher::client
