// CSV files of enterprises, catalogs, applications and calendars.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/import/request_id.h"
#include "tests/clients/parsed.h"

namespace voucher::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kEnterpriseHeader[] =
    "uscc,name,division,size,industry,registered_on,is_cloud_provider,prior_"
    "year_revenue_fen\n";
constexpr char kEnterpriseRow[] =
    "914403001922038216,华为技术有限公司,420111,LARGE,SOFTWARE_IT,1987-09-15,"
    "true,70000000000\n";
constexpr char kCatalogHeader[] =
    "provider_id,provider_name,product_id,product_name,item_ids,category,"
    "effective_from,"
    "effective_until\n";
constexpr char kApplicationHeader[] =
    "application_key,uscc,item_id,delivery_mode,spend_fen,project_id,products,"
    "invoice_code,"
    "invoice_number,invoice_amount_fen,invoice_issued_on,contract_number,"
    "contract_sha256,"
    "payment_number,payment_sha256,item_list_number,item_list_sha256\n";
const std::string kHash(64, 'a');

std::string ApplicationRow() {
  return absl::StrCat(
      "A1,914403001922038216,resource,CLOUD_CREDIT,500000,P1,"
      "huaweicloud/ecs;aliyun/oss,,"
      "25422000500494132565,300000,2025-02-17,HT1,",
      kHash, ",FK1,", kHash, ",QD1,", kHash, "\n");
}

TEST(ImportRequestIds, HangOnTheRunAndTheKey) {
  EXPECT_EQ(ImportRequestIds("mine").For("A1"), "mine/A1");
  EXPECT_NE(ImportRequestIds("mine").For("A1"), ImportRequestIds("other").For("A1"));
  // A longer one is hashed.
  const std::string longest(kMaxRunIdSize, 'r');
  EXPECT_EQ(ImportRequestIds(longest).For("A1"), longest + "/A1");
  EXPECT_EQ(ImportRequestIds(longest + "r").For("A1").substr(16), "/A1");
  EXPECT_NE(ImportRequestIds(longest + "r").For("A1"), ImportRequestIds(longest + "s").For("A1"));
}

TEST(ImportRequestIds, HashKeysThatDoNotFit) {
  const ImportRequestIds ids("0123456789abcdef");
  const std::string long_key(48, 'k');
  EXPECT_THAT(ids.For(long_key), SizeIs(49));
  EXPECT_THAT(ids.For("申请"), SizeIs(49));
  EXPECT_NE(ids.For(long_key), ids.For(long_key + "k"));
  EXPECT_THAT(ids.For(std::string(47, 'k')), SizeIs(64));
  EXPECT_THAT(ImportRequestIds(std::string(kMaxRunIdSize, 'r')).For(long_key), SizeIs(64));
}

// As a spreadsheet saves it: byte order mark, CRLF, every cell quoted, other columns first, empty
// lines at the end, long numbers with a tab.
TEST(ParsedRequests, AreTheSameHoweverTheFileIsSaved) {
  const auto requests = [](absl::string_view csv) {
    const auto rows = Parse(BlacklistImport(), csv);
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::vector<std::string> read;
    for (const auto& row : *rows) {
      EXPECT_TRUE(row.ok());
      read.push_back(row.request.ShortDebugString());
    }
    return read;
  };
  EXPECT_EQ(requests("uscc,reason,until\n914403001922038216,骗取补贴,2028-12-31\n"
                     "9144030071526726XG,转让,\n"),
            requests("\xEF\xBB\xBF\"until\",\"uscc\",\"reason\"\r\n"
                     "\"2028-12-31\",\"914403001922038216\t\",\"骗取补贴\"\r\n"
                     "\"\",\"9144030071526726XG\",\"转让\"\r\n\r\n\r\n"));
}

TEST(ParseEnterprises, ReadsEveryColumn) {
  const auto rows = Parse(EnterpriseImport(), absl::StrCat(kEnterpriseHeader, kEnterpriseRow));
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_THAT(*rows, SizeIs(1));
  const auto& row = rows->front();
  ASSERT_TRUE(row.ok()) << row.problems[0].description;
  EXPECT_EQ(row.line, 2);
  EXPECT_EQ(row.key, "914403001922038216");
  const v1::EnterpriseFacts& facts = row.request.facts();
  EXPECT_EQ(facts.uscc(), "914403001922038216");
  EXPECT_EQ(facts.name(), "华为技术有限公司");
  EXPECT_EQ(facts.division(), "420111");
  EXPECT_EQ(facts.size(), v1::ENTERPRISE_SIZE_LARGE);
  EXPECT_EQ(facts.industry(), v1::INDUSTRY_SOFTWARE_IT);
  EXPECT_EQ(facts.registered_on().year(), 1987);
  EXPECT_EQ(facts.registered_on().month(), 9);
  EXPECT_EQ(facts.registered_on().day(), 15);
  EXPECT_TRUE(facts.is_cloud_provider());
  EXPECT_EQ(facts.prior_year_revenue_fen(), 70'000'000'000);
  EXPECT_FALSE(row.request.request_id().empty());
}

TEST(ParseEnterprises, AcceptsByteOrderMarkCrlfQuotesCommentsAndBlankLines) {
  const auto rows = Parse(EnterpriseImport(),
                          "\xEF\xBB\xBF# enterprises of Wuhan\r\n"
                          "name,uscc,division,size,industry,registered_on,is_cloud_provider,prior_"
                          "year_revenue_fen\r\n"
                          "\r\n"
                          "\"Wuhan \"\"Star\"\", "
                          "Ltd.\",914403001922038216,420111,micro,OTHER,2020-02-29,false,0\r\n"
                          "\"武汉,光谷\",9144030071526726XG,420111,SMALL,INDUSTRIAL,2020-01-01,"
                          "false,1");
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_THAT(*rows, SizeIs(2));
  EXPECT_EQ((*rows)[0].line, 4);
  EXPECT_TRUE((*rows)[0].ok());
  EXPECT_EQ((*rows)[0].request.facts().name(), "Wuhan \"Star\", Ltd.");
  EXPECT_EQ((*rows)[0].request.facts().size(), v1::ENTERPRISE_SIZE_MICRO);
  EXPECT_EQ((*rows)[1].line, 5);
  EXPECT_TRUE((*rows)[1].ok());
  EXPECT_EQ((*rows)[1].request.facts().name(), "武汉,光谷");
}

TEST(ParseEnterprises, CountsLinesInsideQuotedCells) {
  const auto rows = Parse(
      EnterpriseImport(),
      absl::StrCat(kEnterpriseHeader, absl::StrReplaceAll(kEnterpriseRow, {{"华为", "\"a\nb\""}}),
                   kEnterpriseRow));
  EXPECT_THAT(rows.status().message(), HasSubstr("line 3: text after a closing quote"));
  const auto split =
      Parse(EnterpriseImport(),
            absl::StrCat(kEnterpriseHeader,
                         absl::StrReplaceAll(kEnterpriseRow, {{"华为技术有限公司", "\"a\nb\""}}),
                         kEnterpriseRow));
  ASSERT_TRUE(split.ok());
  ASSERT_THAT(*split, SizeIs(2));
  EXPECT_EQ((*split)[1].line, 4);
}

TEST(ParseEnterprises, NamesEveryBadCellOfARow) {
  EXPECT_THAT(
      BadColumns(Parse(EnterpriseImport(),
                       absl::StrCat(kEnterpriseHeader,
                                    "914403001922038217,,42011,HUGE,STEEL,2023-02-29,maybe,-5\n"))),
      ElementsAre("uscc", "name", "division", "size", "industry", "registered_on",
                  "is_cloud_provider", "prior_year_revenue_fen"));
}

TEST(ParseEnterprises, SaysHowToMendACell) {
  const auto rows =
      Parse(EnterpriseImport(),
            absl::StrCat(kEnterpriseHeader,
                         "914403001922038217,x,420111,HUGE,OTHER,31/10/2025,false,1.5\n"));
  ASSERT_TRUE(rows.ok());
  const std::vector<RowProblem>& problems = rows->front().problems;
  ASSERT_THAT(problems, SizeIs(4));
  EXPECT_THAT(problems[0].description, HasSubstr("uscc_check_waived"));
  EXPECT_THAT(problems[1].description, HasSubstr("MICRO, SMALL, MEDIUM, LARGE; got 'HUGE'"));
  EXPECT_THAT(problems[2].description, HasSubstr("such as 2025-10-31; got '31/10/2025'"));
  EXPECT_THAT(problems[3].description, HasSubstr("whole number"));
}

TEST(ParseEnterprises, AcceptsAWrongCheckDigitOnlyIfWaived) {
  const std::string header =
      absl::StrReplaceAll(kEnterpriseHeader, {{"\n", ",uscc_check_waived\n"}});
  const auto rows = Parse(
      EnterpriseImport(),
      absl::StrCat(header, "91350100M0001TGQXM,a,420111,MICRO,OTHER,2020-01-01,false,0,true\n",
                   "91350100M0001TGQXN,b,420111,MICRO,OTHER,2020-01-01,false,0,\n"));
  ASSERT_TRUE(rows.ok());
  EXPECT_TRUE((*rows)[0].ok());
  EXPECT_TRUE((*rows)[0].request.facts().uscc_check_waived());
  EXPECT_FALSE((*rows)[1].ok());
}

// What the server finds malformed, and no reader of cells: letters where the
// division code stands, no such division, a day that is yet to come, revenue
// beyond the contract's bound.
TEST(ParseEnterprises, IsAsStrictAsTheServer) {
  const auto columns = [](absl::string_view good, absl::string_view bad) {
    return BadColumns(Parse(
        EnterpriseImport(),
        absl::StrCat(
            absl::StrReplaceAll(kEnterpriseHeader, {{"\n", ",uscc_check_waived\n"}}),
            absl::StrReplaceAll(kEnterpriseRow, {{good, bad}, {"70000000000\n", "0,true\n"}}))));
  };
  EXPECT_THAT(columns("914403001922038216", "914403001922038217"), IsEmpty());
  EXPECT_THAT(columns("914403001922038216", "91A403001922038216"), ElementsAre("uscc"));
  EXPECT_THAT(columns("420111", "420011"), ElementsAre("division"));
  EXPECT_THAT(columns("1987-09-15", "2026-02-01"), ElementsAre("registered_on"));
  EXPECT_THAT(BadColumns(Parse(
                  EnterpriseImport(),
                  absl::StrCat(kEnterpriseHeader,
                               absl::StrReplaceAll(kEnterpriseRow,
                                                   {{"70000000000", "1000000000000000001"}})))),
              ElementsAre("prior_year_revenue_fen"));
}

TEST(ParseEnterprises, RefusesTheSameEnterpriseTwice) {
  const auto rows =
      Parse(EnterpriseImport(), absl::StrCat(kEnterpriseHeader, kEnterpriseRow, kEnterpriseRow));
  ASSERT_TRUE(rows.ok());
  EXPECT_TRUE((*rows)[0].ok());
  EXPECT_THAT(BadColumns(rows), ElementsAre("uscc"));
}

TEST(ParseEnterprises, NamesRowsWithTooFewOrTooManyCells) {
  const auto rows =
      Parse(EnterpriseImport(), absl::StrCat(kEnterpriseHeader, "a,b\n", kEnterpriseRow));
  ASSERT_TRUE(rows.ok());
  ASSERT_THAT((*rows)[0].problems, SizeIs(1));
  EXPECT_THAT((*rows)[0].problems[0].description, HasSubstr("has 2 cells, the header has 8"));
  EXPECT_TRUE((*rows)[1].ok());
}

// Software: 100 staff and 10,000,000 yuan are both MEDIUM; one person fewer
// makes it SMALL.
TEST(ParseEnterprises, HintsTheSizeClassByTheLowerOfTwoIndicators) {
  const std::string header = absl::StrReplaceAll(kEnterpriseHeader, {{"\n", ",staff\n"}});
  const auto hint = [&](absl::string_view size, absl::string_view industry, int staff,
                        int64_t revenue_fen) {
    const auto rows =
        Parse(EnterpriseImport(),
              absl::StrCat(header, "914403001922038216,a,420111,", size, ",", industry,
                           ",2020-01-01,false,", revenue_fen, ",", staff, "\n"));
    EXPECT_TRUE(rows.ok() && rows->front().ok());
    return rows->front().hint;
  };
  EXPECT_EQ(hint("MEDIUM", "SOFTWARE_IT", 100, 1'000'000'000), "");
  EXPECT_THAT(hint("MEDIUM", "SOFTWARE_IT", 99, 1'000'000'000), HasSubstr("suggest SMALL"));
  EXPECT_THAT(hint("MEDIUM", "SOFTWARE_IT", 100, 999'999'999), HasSubstr("suggest SMALL"));
  EXPECT_EQ(hint("LARGE", "INDUSTRIAL", 1'000, 40'000'000'000), "");
  EXPECT_THAT(hint("LARGE", "INDUSTRIAL", 1'000, 39'999'999'999), HasSubstr("suggest MEDIUM"));
  EXPECT_THAT(hint("SMALL", "INDUSTRIAL", 19, 40'000'000'000), HasSubstr("suggest MICRO"));
  EXPECT_EQ(hint("LARGE", "OTHER", 1, 1), "");
}

TEST(ParseEnterprises, RefusesFilesThatAreNotSuchTables) {
  EXPECT_THAT(Parse(EnterpriseImport(), "").status().message(), HasSubstr("no header"));
  EXPECT_THAT(Parse(EnterpriseImport(), "uscc,name\n").status().message(),
              HasSubstr("missing columns: division, size"));
  EXPECT_THAT(Parse(EnterpriseImport(), "uscc,phone\n").status().message(),
              HasSubstr("line 1: unknown column 'phone'"));
  EXPECT_THAT(Parse(EnterpriseImport(), "uscc,uscc\n").status().message(),
              HasSubstr("appears twice"));
  EXPECT_THAT(
      Parse(EnterpriseImport(), absl::StrCat(kEnterpriseHeader, "\"open")).status().message(),
      HasSubstr("line 2: a quote that begins here is never closed"));
  EXPECT_THAT(Parse(EnterpriseImport(), absl::StrCat(kEnterpriseHeader, "a\"b")).status().message(),
              HasSubstr("line 2: a quote inside an unquoted cell"));
  EXPECT_THAT(
      Parse(EnterpriseImport(), absl::StrCat(kEnterpriseHeader, "\xBB\xAA")).status().message(),
      HasSubstr("line 2: not UTF-8"));
}

TEST(ParseCatalog, GivesEachProviderOnceAndEveryProduct) {
  const auto rows = ParseCatalog(absl::StrCat(kCatalogHeader,
                                              "huaweicloud,华为云,ecs,弹性云服务器,resource;"
                                              "business,计算,2025-01-01,\n",
                                              "huaweicloud,华为云,oss,对象存储,resource,存储,"
                                              "2025-01-01,2025-12-31\n"),
                                 Scope("hubei-2025"));
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_THAT(rows->providers, SizeIs(1));
  EXPECT_EQ(rows->providers[0].request.provider_id(), "huaweicloud");
  EXPECT_EQ(rows->providers[0].request.name(), "华为云");
  ASSERT_THAT(rows->products, SizeIs(2));
  const v1::Product& ecs = rows->products[0].request.product();
  EXPECT_EQ(ecs.program_id(), "hubei-2025");
  EXPECT_THAT(ecs.item_ids(), ElementsAre("resource", "business"));
  EXPECT_FALSE(ecs.has_effective_until());
  EXPECT_EQ(rows->products[1].request.product().effective_until().day(), 31);
  EXPECT_NE(rows->products[0].request.request_id(), rows->products[1].request.request_id());
  EXPECT_NE(rows->products[0].request.request_id(), rows->providers[0].request.request_id());
}

TEST(ParseCatalog, NamesEachKindOfBadRow) {
  const auto columns = [](absl::string_view row) {
    const auto rows = ParseCatalog(absl::StrCat(kCatalogHeader, row), Scope("hubei-2025"));
    std::vector<std::string> bad;
    for (const auto& product : rows->products) {
      for (const RowProblem& problem : product.problems) bad.push_back(problem.column);
    }
    return bad;
  };
  EXPECT_THAT(columns("Huawei,n,ecs,n,resource,c,2025-01-01,\n"), ElementsAre("provider_id"));
  EXPECT_THAT(columns("p,n,ecs,n,resource;,c,2025-01-01,\n"), ElementsAre("item_ids"));
  EXPECT_THAT(columns("p,n,ecs,n,,c,2025-01-01,\n"), ElementsAre("item_ids"));
  EXPECT_THAT(columns("p,n,ecs,n,a,c,2025-01-02,2025-01-01\n"), ElementsAre("effective_until"));
  EXPECT_THAT(columns("p,n,ecs,n,a,c,,\n"), ElementsAre("effective_from"));
  EXPECT_THAT(columns("p,n,ecs,n,a,c,2025-01-01,\np,m,oss,n,a,c,2025-01-01,\n"),
              ElementsAre("provider_name"));
  EXPECT_THAT(columns("p,,ecs,n,a,c,2025-01-01,\n"), ElementsAre("provider_name"));
  EXPECT_THAT(columns("p,n,ecs,n,a,c,2025-01-01,\np,n,ecs,n,a,c,2025-01-01,\n"),
              ElementsAre("provider_id"));
}

TEST(ParseApplications, ReadsOneApplicationWithSeveralInvoices) {
  const auto rows = Parse(ApplicationImport(),
                          absl::StrCat(kApplicationHeader, ApplicationRow(),
                                       "A1,,,,,,,042069583896,62179461,200000,2025-03-01,,,,,,\n"
                                       "A2,914403001922038216,business,REIMBURSEMENT,7,P2,ecloud/"
                                       "cdn,,,,,,,,,,\n"),
                          "hubei-2025");
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_THAT(*rows, SizeIs(2));
  ASSERT_TRUE((*rows)[0].ok()) << (*rows)[0].problems[0].description;
  const v1::SubmitApplicationRequest& first = (*rows)[0].request;
  EXPECT_EQ(first.program_id(), "hubei-2025");
  EXPECT_EQ(first.uscc(), "914403001922038216");
  EXPECT_EQ(first.item_id(), "resource");
  EXPECT_EQ(first.delivery_mode(), v1::DELIVERY_MODE_CLOUD_CREDIT);
  EXPECT_EQ(first.spend_fen(), 500'000);
  EXPECT_EQ(first.project().project_id(), "P1");
  ASSERT_THAT(first.products(), SizeIs(2));
  EXPECT_EQ(first.products(1).provider_id(), "aliyun");
  EXPECT_EQ(first.products(1).product_id(), "oss");
  ASSERT_THAT(first.evidence().invoices(), SizeIs(2));
  EXPECT_EQ(first.evidence().invoices(0).number(), "25422000500494132565");
  EXPECT_EQ(first.evidence().invoices(1).code(), "042069583896");
  EXPECT_EQ(first.evidence().invoices(1).amount_fen(), 200'000);
  ASSERT_THAT(first.evidence().documents(), SizeIs(3));
  EXPECT_EQ(first.evidence().documents(0).kind(), v1::DOCUMENT_KIND_CONTRACT);
  EXPECT_EQ(first.evidence().documents(0).sha256(), std::string(32, '\xAA'));

  ASSERT_TRUE((*rows)[1].ok()) << (*rows)[1].problems[0].description;
  EXPECT_EQ((*rows)[1].line, 4);
  EXPECT_THAT((*rows)[1].request.evidence().invoices(), IsEmpty());
  EXPECT_THAT((*rows)[1].request.evidence().documents(), IsEmpty());
  EXPECT_NE(first.request_id(), (*rows)[1].request.request_id());
}

TEST(ParseApplications, ReadsThePaperFormOfAnInvoiceAndTheOrderItBills) {
  const std::string header =
      absl::StrReplaceAll(kApplicationHeader, {{"\n",
                                                ",invoice_digital_number,invoice_order_provider_id,"
                                                "invoice_order_number,repeats\n"}});
  const auto with = [&](absl::string_view cells, absl::string_view further = "") {
    return Parse(ApplicationImport(),
                 absl::StrCat(header, absl::StrReplaceAll(ApplicationRow(), {{"\n", ""}}), cells,
                              "\n", further),
                 "hubei-2025");
  };
  const auto rows = with(
      ",,,,77",
      "A1,,,,,,,0420695838,62179461,200000,2025-03-01,,,,,,,25422000500494132566,aliyun,D-7,\n");
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  const v1::SubmitApplicationRequest& request = rows->front().request;
  EXPECT_EQ(request.repeats(), 77u);
  ASSERT_THAT(request.evidence().invoices(), SizeIs(2));
  EXPECT_FALSE(request.evidence().invoices(0).has_order());
  EXPECT_EQ(request.evidence().invoices(0).digital_number(), "");
  EXPECT_EQ(request.evidence().invoices(1).digital_number(), "25422000500494132566");
  EXPECT_EQ(request.evidence().invoices(1).order().provider_id(), "aliyun");
  EXPECT_EQ(request.evidence().invoices(1).order().order_number(), "D-7");
  EXPECT_THAT(BadColumns(with(",,aliyun,,")), ElementsAre("invoice_order_number"));
  EXPECT_THAT(BadColumns(with(",,,D-7,")), ElementsAre("invoice_order_provider_id"));
  EXPECT_THAT(BadColumns(with(",,,,first")), ElementsAre("repeats"));
}

TEST(ParseApplications, NamesEachKindOfBadCell) {
  const auto columns = [](absl::string_view good, absl::string_view bad) {
    return BadColumns(Parse(
        ApplicationImport(),
        absl::StrCat(kApplicationHeader, absl::StrReplaceAll(ApplicationRow(), {{good, bad}})),
        "hubei-2025"));
  };
  EXPECT_THAT(columns("A1,", "A1,"), IsEmpty());
  EXPECT_THAT(columns("A1,", ","), ElementsAre("application_key"));
  EXPECT_THAT(columns("914403001922038216", "9144"), ElementsAre("uscc"));
  EXPECT_THAT(columns("CLOUD_CREDIT", "CASH"), ElementsAre("delivery_mode"));
  EXPECT_THAT(columns(",500000,", ",0,"), ElementsAre("spend_fen"));
  EXPECT_THAT(columns(",500000,", ",1000000000000001,"), ElementsAre("spend_fen"));
  EXPECT_THAT(columns(",500000,", ",99999999999999999999,"), ElementsAre("spend_fen"));
  EXPECT_THAT(columns(",500000,", ",5e5,"), ElementsAre("spend_fen"));
  EXPECT_THAT(columns(",P1,", ",项目,"), ElementsAre("project_id"));
  EXPECT_THAT(columns("huaweicloud/ecs", "huaweicloud"), ElementsAre("products"));
  EXPECT_THAT(columns("25422000500494132565", "2542200050049413256"),
              ElementsAre("invoice_number"));
  EXPECT_THAT(columns("25422000500494132565", "2.54E+19"), ElementsAre("invoice_number"));
  EXPECT_THAT(columns(",300000,", ",,"), ElementsAre("invoice_amount_fen"));
  EXPECT_THAT(columns("2025-02-17", "2025-2-17"), ElementsAre("invoice_issued_on"));
  EXPECT_THAT(columns(",HT1,", ",,"), ElementsAre("contract_number"));
  EXPECT_THAT(columns("QD1," + kHash, "QD1,abc"), ElementsAre("item_list_sha256"));
  EXPECT_THAT(columns("FK1," + kHash, "FK1," + std::string(64, 'g')),
              ElementsAre("payment_sha256"));
}

TEST(ParseApplications, RefusesFurtherRowsThatDisagreeOrComeLater) {
  EXPECT_THAT(
      BadColumns(Parse(ApplicationImport(),
                       absl::StrCat(kApplicationHeader, ApplicationRow(),
                                    "A1,,business,,,,,042069583896,62179461,2,2025-03-01,,,,,,\n"),
                       "hubei-2025")),
      ElementsAre("item_id"));
  const std::string other = absl::StrReplaceAll(ApplicationRow(), {{"A1", "A2"}});
  EXPECT_THAT(
      BadColumns(Parse(ApplicationImport(),
                       absl::StrCat(kApplicationHeader, ApplicationRow(), other, ApplicationRow()),
                       "hubei-2025")),
      ElementsAre("application_key"));
}

TEST(ParseCalendarDays, ReadsTheStatutoryDaysAndNamesABadLine) {
  const auto read = [](absl::string_view csv, v1::PublishCalendarRequest* request) {
    request->set_request_id("r");
    request->set_first_year(2025);
    request->set_last_year(2025);
    return ParseWholeFile(CalendarImport(), csv, ReadAt(), request);
  };
  v1::PublishCalendarRequest request;
  const auto days = read(
      "# "
      "comment\ndate,kind,name\n2025-10-01,holiday,"
      "国庆节\n2025-10-11,workday,\n",
      &request);
  ASSERT_TRUE(days.ok()) << days.status();
  EXPECT_THAT(days->problems, IsEmpty());
  EXPECT_THAT(days->lines, ElementsAre(3, 4));
  ASSERT_THAT(request.days(), SizeIs(2));
  EXPECT_FALSE(request.days(0).working());
  EXPECT_EQ(request.days(0).name(), "国庆节");
  EXPECT_TRUE(request.days(1).working());

  v1::PublishCalendarRequest wrong;
  const auto feast = read("date,kind,name\n2025-10-02,feast,\n2025-10-01,holiday,\n", &wrong);
  ASSERT_TRUE(feast.ok()) << feast.status();
  ASSERT_THAT(feast->problems, SizeIs(2));
  EXPECT_EQ(feast->problems[0].line, 2);
  EXPECT_EQ(feast->problems[0].column, "kind");
  EXPECT_THAT(feast->problems[0].description, HasSubstr("must be holiday or workday; got 'feast'"));
  EXPECT_EQ(feast->problems[1].line, 3);
  EXPECT_EQ(feast->problems[1].column, "date");
  EXPECT_THAT(feast->problems[1].description, HasSubstr("days must ascend; got '2025-10-01'"));
}

// The demonstration's own files must stay importable.
TEST(DemoFiles, AreWellFormed) {
  const auto enterprises = Parse(EnterpriseImport(), ReadTestFile("deploy/demo/enterprises.csv"));
  ASSERT_TRUE(enterprises.ok()) << enterprises.status();
  EXPECT_THAT(BadColumns(enterprises), IsEmpty());
  const auto catalog = ParseCatalog(ReadTestFile("deploy/demo/catalog.csv"), Scope("hubei-2025"));
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_GE(catalog->providers.size(), 6u);
  EXPECT_GE(catalog->products.size(), 60u);
  for (const auto& row : catalog->products) EXPECT_TRUE(row.ok()) << row.line;
  const auto applications =
      Parse(ApplicationImport(), ReadTestFile("deploy/demo/applications.csv"), "hubei-2025");
  ASSERT_TRUE(applications.ok()) << applications.status();
  EXPECT_THAT(BadColumns(applications), IsEmpty());
}

}  // namespace
}  // namespace voucher::client
