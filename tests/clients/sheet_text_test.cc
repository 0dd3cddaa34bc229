// What people see outside a terminal: masked names, capital amounts, CSV cells, printed orders.
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/capital_amount.h"
#include "clients/cli/export_command.h"
#include "clients/cli/export_table.h"
#include "clients/cli/masked_name.h"
#include "clients/cli/table.h"
#include "clients/cli/transfer_order.h"

namespace voucher::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(MaskedName, KeepsThreeAndTwoOfALongName) {
  EXPECT_EQ(MaskedName("武汉测试科技有限公司"), "武汉测****公司");
  EXPECT_EQ(MaskedName("武汉测试有限公司"), "武汉测****公司");  // 8 characters
}

TEST(MaskedName, DoesNotShowHowLongTheNameIs) {
  EXPECT_EQ(MaskedName("武汉测甲公司股份有限公司"), MaskedName("武汉测乙丙丁有限公司"));
}

TEST(MaskedName, ShowsLessOfAShortName) {
  EXPECT_EQ(MaskedName("武汉测试公司馆"), "武****馆");  // 7 characters
  EXPECT_EQ(MaskedName("江夏陶坊"), "江****坊");
  EXPECT_EQ(MaskedName("老通城"), "老****");
  EXPECT_EQ(MaskedName("店"), "店****");
  EXPECT_EQ(MaskedName(""), "");
}

TEST(MaskedName, CountsCharactersNotBytesAndIgnoresSpacesAround) {
  EXPECT_EQ(MaskedName("  Wuhan Star, Ltd. "), "Wuh****d.");
  EXPECT_EQ(MaskedName("A武B汉C"), "A****C");
}

// Examples of 正确填写票据和结算凭证的基本规定 (1997), in the shorter of the forms it allows.
TEST(CapitalAmount, FollowsTheRuleForChequesAndOrders) {
  EXPECT_EQ(CapitalAmount(140'950), "壹仟肆佰零玖元伍角");
  EXPECT_EQ(CapitalAmount(600'714), "陆仟零柒元壹角肆分");
  EXPECT_EQ(CapitalAmount(168'032), "壹仟陆佰捌拾元叁角贰分");
  EXPECT_EQ(CapitalAmount(10'700'053), "壹拾万柒仟元伍角叁分");
  EXPECT_EQ(CapitalAmount(1'640'902), "壹万陆仟肆佰零玖元零贰分");
  EXPECT_EQ(CapitalAmount(32'504), "叁佰贰拾伍元零肆分");
}

TEST(CapitalAmount, PutsOneZeroForARunOfZeros) {
  EXPECT_EQ(CapitalAmount(100'000'00), "壹拾万元整");
  EXPECT_EQ(CapitalAmount(200'000'00), "贰拾万元整");
  EXPECT_EQ(CapitalAmount(1'000'100'00), "壹佰万零壹佰元整");
  EXPECT_EQ(CapitalAmount(10'000'001'00), "壹仟万零壹元整");
  EXPECT_EQ(CapitalAmount(100'000'001'00), "壹亿零壹元整");
  EXPECT_EQ(CapitalAmount(100'010'000'00), "壹亿零壹万元整");
  EXPECT_EQ(CapitalAmount(1'234'567'890'12), "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元壹角贰分");
}

TEST(CapitalAmount, WritesTheEdges) {
  EXPECT_EQ(CapitalAmount(0), "零元整");
  EXPECT_EQ(CapitalAmount(1), "壹分");
  EXPECT_EQ(CapitalAmount(10), "壹角");
  EXPECT_EQ(CapitalAmount(101), "壹元零壹分");
  EXPECT_EQ(CapitalAmount(-101), "负壹元零壹分");
  EXPECT_EQ(CapitalAmount(1'000'000'000'000'000), "壹拾万亿元整");  // the contract's bound
  EXPECT_THAT(CapitalAmount(std::numeric_limits<int64_t>::min()), StartsWith("负玖亿贰仟"));
}

TEST(CsvCell, GuardsTextsThatCouldRunAsFormulas) {
  EXPECT_EQ(CsvCell("=1+1", true), "'=1+1");
  EXPECT_EQ(CsvCell("+86", true), "'+86");
  EXPECT_EQ(CsvCell("-x", true), "'-x");
  EXPECT_EQ(CsvCell("@SUM(A1)", true), "'@SUM(A1)");
  EXPECT_EQ(CsvCell("＝1", true), "'＝1");
  EXPECT_EQ(CsvCell("\t=1", true), "\"'\t=1\"");
  EXPECT_EQ(CsvCell("a=b", true), "a=b");
  EXPECT_EQ(CsvCell("=HYPERLINK(\"x\",\"y\")", true), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
}

TEST(CsvCell, LeavesNegativeNumbersAlone) {
  EXPECT_EQ(CsvCell("-12.34", false), "-12.34");
}

TEST(CsvCell, KeepsLongNumbersFromBeingRounded) {
  EXPECT_EQ(CsvCell("914403001922038216", true), "\"914403001922038216\t\"");
  EXPECT_EQ(CsvCell("123456789012345", true), "123456789012345");  // 15 digits are exact
  EXPECT_EQ(CsvCell("91420102MA6N570Y3B", true), "91420102MA6N570Y3B");
}

TEST(CsvCell, QuotesAsRfc4180Says) {
  EXPECT_EQ(CsvCell("a,b", true), "\"a,b\"");
  EXPECT_EQ(CsvCell("say \"x\"", true), "\"say \"\"x\"\"\"");
  EXPECT_EQ(CsvCell("a\r\nb", true), "\"a\r\nb\"");
  EXPECT_EQ(CsvCell("", true), "");
}

ExportTable SmallTable() {
  using C = ExportColumn;
  return {{{"id", "编号", C::kCount},
           {"name", "名称"},
           {"paid", "已拨金额", C::kMoney},
           {"score", "评分", C::kPoints}},
          {{int64_t{7}, "甲,乙", int64_t{-123'456}, int64_t{8'850}},
           {ExportCell(), "", int64_t{0}, ExportCell()}}};
}

TEST(ExportTable, WritesCsvForSpreadsheets) {
  EXPECT_EQ(SmallTable().Csv(false),
            "\xEF\xBB\xBFid,name,paid_yuan,score\r\n7,\"甲,乙\",-1234.56,88.50\r\n,,0.00,\r\n");
  EXPECT_THAT(SmallTable().Csv(true), StartsWith("\xEF\xBB\xBF编号,名称,已拨金额(元),评分\r\n"));
}

TEST(ExportTable, WritesJsonWithFenAndHundredths) {
  EXPECT_EQ(SmallTable().Json(), R"([
 {
  "id": 7,
  "name": "甲,乙",
  "paid_fen": -123456,
  "score": 8850
 },
 {
  "id": null,
  "name": "",
  "paid_fen": 0,
  "score": null
 }
])");
}

TEST(IsInDivision, CoversCitiesAndProvinces) {
  EXPECT_TRUE(IsInDivision("420111", "420111"));
  EXPECT_FALSE(IsInDivision("420111", "420112"));
  EXPECT_TRUE(IsInDivision("420100", "420111"));
  EXPECT_FALSE(IsInDivision("420100", "420211"));
  EXPECT_TRUE(IsInDivision("420000", "420211"));
  EXPECT_FALSE(IsInDivision("420000", "430100"));
}

TransferOrder SampleOrder() {
  TransferOrder order;
  order.transfer.set_transfer_id(12);
  order.transfer.set_program_id("hubei-2025");
  order.transfer.set_voucher_id(3);
  order.transfer.set_account_id(7);
  order.transfer.set_amount_fen(12'345'678);
  order.transfer.set_state(v1::TRANSFER_STATE_ORDERED);
  order.transfer.mutable_answer_due_at()->set_seconds(1'761'926'399);  // 2025-10-31 23:59:59
  order.voucher.set_uscc("914403001922038216");
  order.voucher.set_application_id(5);
  order.voucher.mutable_expires_at()->set_seconds(1'767'196'800);  // 2026-01-01 00:00 +08:00
  order.account.set_provider_id("huaweicloud");
  order.account.set_account_number("hwc-0001");
  order.enterprise_name = "武汉远屿包装制品有限公司";
  order.provider_name = "华为云计算技术有限公司";
  order.program_title = "湖北省数字化改造云服务券";
  order.program_document = "武汉市经信局 2025-05-20";
  order.non_transferable_clause = "武汉市经信局 2025-05-20 五(二)";
  order.fiscal_year = 2025;
  order.transfer.set_ordered_sequence(300);
  order.as_of_sequence = 345;
  return order;
}

TEST(TransferOrderText, NamesEverythingThatIsOrdered) {
  const std::string text = TransferOrderText(SampleOrder());
  for (const char* part :
       {"云服务券调拨单", "调拨单号          12\n",
        "账本序号          第 300 条记录（状态截至第 345 条）\n",
        "湖北省数字化改造云服务券（hubei-2025）", "财政年度          2025\n",
        "企业名称          武汉远屿包装制品有限公司\n", "统一社会信用代码  914403001922038216\n",
        "服务券编号        3（申请编号 5）\n", "服务券有效期至    2025-12-31（含当日）\n",
        "华为云计算技术有限公司（huaweicloud）", "hwc-0001（账户编号 7）",
        "调拨金额（小写）  人民币 123,456.78 元\n",
        "调拨金额（大写）  人民币壹拾贰万叁仟肆佰伍拾陆元柒角捌分\n", "待服务商确认",
        "2025-10-31 23:59:59 +08:00", "条款依据          武汉市经信局 2025-05-20 五(二)\n"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("退回原因")));
}

TEST(TransferOrderText, TellsTheAnswerAndTheEntryOfTheOrder) {
  TransferOrder order = SampleOrder();
  order.transfer.set_state(v1::TRANSFER_STATE_DECLINED);
  order.transfer.set_decline_reason("账户已停用");
  const std::string text = TransferOrderText(order);
  EXPECT_THAT(text, HasSubstr("第 300 条记录（状态截至第 345 条）"));
  EXPECT_THAT(text, HasSubstr("服务商已退回"));
  EXPECT_THAT(text, HasSubstr("退回原因          账户已停用\n"));
}

TEST(TransferOrderText, BreaksNoNumberThatFitsOnALine) {
  TransferOrder order = SampleOrder();
  order.program_document = "武汉市经济和信息化局关于印发云服务券管理实施细则的通知 2025-05-20";
  // 27 characters and a space are 55 columns of 62: the day goes to the next line whole.
  EXPECT_THAT(TransferOrderText(order), HasSubstr("通知\n                  2025-05-20\n"));
  order.program_document = std::string(70, 'x');
  EXPECT_THAT(TransferOrderText(order), HasSubstr(absl::StrCat(std::string(62, 'x'), "\n")));
}

TEST(TransferOrderText, IsNowhereWiderThanAPrintersLine) {
  TransferOrder order = SampleOrder();
  for (int i = 0; i < 9; ++i) absl::StrAppend(&order.enterprise_name, "武汉远屿a包装制品有限公司");
  order.program_title = order.program_document = order.non_transferable_clause =
      order.transfer.mutable_decline_reason()->assign(order.enterprise_name);
  order.provider_name = "line\nbreak\tand tab";
  order.transfer.set_amount_fen(999'999'999'999'999);
  const std::string text = TransferOrderText(order);
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(DisplayWidth(line), 80u) << line;
  }
  EXPECT_THAT(text, HasSubstr("line break and tab（huaweicloud）"));
  std::string joined;  // nothing got lost at the breaks
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::StrAppend(&joined, line.substr(line.find_first_not_of(' ') == absl::string_view::npos
                                             ? 0
                                             : line.find_first_not_of(' ')));
  }
  EXPECT_THAT(joined, HasSubstr(order.enterprise_name));
}

}  // namespace
}  // namespace voucher::cli
