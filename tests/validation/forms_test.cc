// tests/vectors/forms.jsonl, which other languages hold their own checks against, against ours.
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

#include "ledger/base/invoice.h"
#include "ledger/base/money.h"
#include "ledger/validation/field_checker.h"
#include "ledger/validation/limits.h"
#include "nlohmann/json.hpp"

namespace voucher {
namespace {

using nlohmann::json;

void CheckCivilDate(const json& value, FieldChecker* check) {
  v1::CivilDate date;
  date.set_year(value["year"]);
  date.set_month(value["month"]);
  date.set_day(value["day"]);
  check->Date("value", true, date);
}

void CheckInvoice(const json& value, FieldChecker* check) {
  const auto keys =
      InvoiceKeys(value["code"].get<std::string>(), value["number"].get<std::string>(),
                  value.value("digital_number", std::string()));
  check->Require(keys.ok(), "value", keys.status().message());
}

void CheckText(const std::string& kind, const std::string& text, FieldChecker* check) {
  if (kind == "uscc") {
    check->Uscc("value", text, /*check_waived=*/false);
  } else if (kind == "uscc_lookup") {
    check->Uscc("value", text, /*check_waived=*/true);
  } else if (kind == "program_id") {
    check->Slug("value", text, kMaxProgramIdSize);
  } else if (kind == "slug") {
    check->Slug("value", text, kMaxSlugSize);
  } else if (kind == "stage_id") {
    check->StageId("value", text);
  } else if (kind == "request_id") {
    check->RequestId(text);
  } else if (kind == "order_number") {
    check->Number("value", text, kMaxExternalIdSize);
  } else if (kind == "reference") {
    check->Reference("value", text, 1, kMaxReferenceBytes);
  } else if (kind == "name") {
    check->Text("value", text, 1, kMaxNameBytes);
  } else if (kind == "division") {
    check->Division("value", text);
  } else if (kind == "yuan") {
    check->Require(ParseYuan(text).has_value(), "value", "is no amount in yuan");
  } else {
    FAIL() << "no such kind: " << kind;
  }
}

void CheckForm(const json& line, FieldChecker* check) {
  const std::string kind = line["kind"];
  const json& value = line["value"];
  if (kind == "civil_date") {
    CheckCivilDate(value, check);
  } else if (kind == "invoice") {
    CheckInvoice(value, check);
  } else if (kind == "amount_fen") {
    check->Amount("value", value);
  } else if (kind == "page_size") {
    check->Range("value", value, 0, kMaxPageRows);
  } else {
    const std::string text = value;
    CheckText(kind, line.value("hex", false) ? absl::HexStringToBytes(text) : text, check);
  }
}

TEST(FormsTest, EachVectorIsJudgedAsItSays) {
  std::ifstream file("tests/vectors/forms.jsonl");
  ASSERT_TRUE(file.is_open());
  std::map<std::string, std::pair<int, int>> counts;  // good and bad ones of a kind
  std::string text;
  int number = 0;
  while (std::getline(file, text)) {
    SCOPED_TRACE("line " + std::to_string(++number) + ": " + text);
    const json line = json::parse(text);
    FieldChecker checker;
    CheckForm(line, &checker);
    const std::vector<FieldProblem> problems = std::move(checker).TakeProblems();
    const bool valid = line["valid"];
    EXPECT_EQ(problems.empty(), valid);
    EXPECT_EQ(line.value("problem", "").empty(), valid);
    if (!valid && line["kind"] == "uscc" && !problems.empty()) {
      EXPECT_EQ(problems[0].description.find("check digit") == 0, line["problem"] == "check_digit");
    }
    if (line.contains("stable") && !problems.empty()) {
      const std::string shown = "its stable form is \"" + line["stable"].get<std::string>() + '"';
      EXPECT_NE(problems[0].description.find(shown), std::string::npos) << problems[0].description;
    }
    if (valid && line["kind"] == "yuan") {
      EXPECT_EQ(ParseYuan(line["value"].get<std::string>()), line["fen"].get<int64_t>());
    }
    auto& [good, bad] = counts[line["kind"]];
    ++(valid ? good : bad);
  }
  EXPECT_GE(number, 120);
  for (const auto& [kind, count] : counts) {
    EXPECT_GE(count.first, 3) << kind;
    EXPECT_GE(count.second, 3) << kind;
  }
}

}  // namespace
}  // namespace voucher
