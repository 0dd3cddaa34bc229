// CSV files of what happens after submission, and of what is on record about
// enterprises.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/clients/parsed.h"

namespace voucher::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kUscc[] = "914403001922038216";
const std::string kHash(64, 'a');

TEST(ParseReviews, ReadsVerdictScoreAndOpinion) {
  const auto rows = Parse(ReviewImport(),
                          "application_id,stage_id,verdict,score,opinion\n"
                          "7,EXPERT,PASS,88.5,\n"
                          "8,EXPERT,reject,,材料不全\n"
                          "7,CITY,PASS,,\n");
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  ASSERT_THAT(*rows, SizeIs(3));
  EXPECT_EQ((*rows)[0].request.application_id(), 7u);
  EXPECT_EQ((*rows)[0].request.stage_id(), "EXPERT");
  EXPECT_EQ((*rows)[0].request.verdict(), v1::REVIEW_VERDICT_PASS);
  EXPECT_EQ((*rows)[0].request.score(), 8'850);
  EXPECT_EQ((*rows)[1].request.verdict(), v1::REVIEW_VERDICT_REJECT);
  EXPECT_EQ((*rows)[1].request.opinion(), "材料不全");
  EXPECT_EQ((*rows)[2].key, "7/CITY");
  EXPECT_NE((*rows)[0].request.request_id(), (*rows)[2].request.request_id());
}

TEST(ParseReviews, NamesEachKindOfBadCell) {
  const auto columns = [](absl::string_view row) {
    return BadColumns(
        Parse(ReviewImport(),
              absl::StrCat("application_id,stage_id,verdict,score,opinion\n", row, "\n")));
  };
  EXPECT_THAT(columns("0,EXPERT,PASS,,"), ElementsAre("application_id"));
  EXPECT_THAT(columns("-7,EXPERT,PASS,,"), ElementsAre("application_id"));
  EXPECT_THAT(columns("7,,PASS,,"), ElementsAre("stage_id"));
  EXPECT_THAT(columns("7,EXPERT,MAYBE,,"), ElementsAre("verdict"));
  EXPECT_THAT(columns("7,EXPERT,REJECT,,"), ElementsAre("opinion"));
  EXPECT_THAT(columns("7,EXPERT,REJECT,50,no"), ElementsAre("score"));
  EXPECT_THAT(columns("7,EXPERT,PASS,,\n7,EXPERT,PASS,,"), ElementsAre("application_id"));
  for (const char* score :
       {"0", "0.00", "100.01", "88.555", "88,5", "0,050", ".5", "5.", "-1", "1e1"}) {
    EXPECT_THAT(columns(absl::StrCat("7,EXPERT,PASS,\"", score, "\",")), ElementsAre("score"))
        << score;
  }
  for (const char* score : {"0.01", "100", "100.00", "7"}) {
    EXPECT_THAT(columns(absl::StrCat("7,EXPERT,PASS,", score, ",")), IsEmpty()) << score;
  }
}

TEST(ParseConfirmations, ReadsTransfersAndRefusesOneTwice) {
  const auto rows =
      Parse(ConfirmationImport(), "transfer_id,provider_reference\n3,ref-3\n4,ref-4\n");
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  EXPECT_EQ((*rows)[1].request.transfer_id(), 4u);
  EXPECT_EQ((*rows)[1].request.provider_reference(), "ref-4");
  EXPECT_THAT(
      BadColumns(Parse(ConfirmationImport(), "transfer_id,provider_reference\n3,a\n3,b\n4,\n")),
      ElementsAre("transfer_id", "provider_reference"));
}

// A request of lines as the file says, with the rest as it must be.
absl::StatusOr<WholeFile> ParseStatement(absl::string_view csv,
                                         v1::ReconcileTransfersRequest* request) {
  request->set_request_id("r");
  request->set_provider_id("huaweicloud");
  return ParseWholeFile(StatementLineImport(), csv, ReadAt(), request);
}

absl::StatusOr<WholeFile> ParseNotice(absl::string_view csv, v1::PublishNoticeRequest* request) {
  request->set_request_id("r");
  request->set_program_id("hubei-2025");
  return ParseWholeFile(NoticeImport(), csv, ReadAt(), request);
}

TEST(ParseStatementLines, KeepsTheSameTransferTwiceForTheLedgerToFind) {
  v1::ReconcileTransfersRequest request;
  const auto file = ParseStatement(
      "transfer_id,amount_fen,provider_reference\n3,100,a\n3,100,b\n4,1.5,c\n", &request);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_THAT(file->problems, SizeIs(1));
  EXPECT_EQ(file->problems[0].column, "amount_fen");
  EXPECT_EQ(file->problems[0].line, 4);
  ASSERT_THAT(request.lines(), SizeIs(3));
  EXPECT_EQ(request.lines(1).amount_fen(), 100);
  EXPECT_THAT(file->lines, ElementsAre(2, 3, 4));
}

TEST(ParseStatementLines, NamesWhatIsWrongBesideTheRows) {
  v1::ReconcileTransfersRequest request;
  request.set_first_transfer_id(7);
  request.set_last_transfer_id(6);
  const auto file = ParseStatement("transfer_id,amount_fen,provider_reference\n3,100\n", &request);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_THAT(file->problems, SizeIs(2));
  EXPECT_EQ(file->problems[0].line, 0);
  EXPECT_THAT(file->problems[0].description, HasSubstr("last_transfer_id: must not lie before"));
  EXPECT_THAT(file->problems[1].description, HasSubstr("has 2 cells, the header has 3"));
}

TEST(ParseClusters, ReadsAPlanOverSeveralRows) {
  const std::string header =
      "cluster_id,cluster_name,lead_uscc,lead_name,"
      "requested_fen,member_uscc,planned_cost_fen,"
      "document_kind,document_number,document_sha256\n";
  const auto rows =
      Parse(ClusterImport(),
            absl::StrCat(header, "ceramics,陶瓷集群,", kUscc,
                         ",牵头单位,500000000,91330100799655058B,100,", "PLAN,FA-1,", kHash, "\n",
                         "ceramics,,,,,9144030071526726XG,200,,,\n", "lighting,照明集群,", kUscc,
                         ",牵头单位,1,", kUscc, ",1,,,\n"),
            "jiangmen-cluster-2021");
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  ASSERT_THAT(*rows, SizeIs(2));
  const v1::Cluster& cluster = (*rows)[0].request.cluster();
  EXPECT_EQ(cluster.program_id(), "jiangmen-cluster-2021");
  EXPECT_EQ(cluster.cluster_id(), "ceramics");
  EXPECT_EQ(cluster.requested_fen(), 500'000'000);
  ASSERT_THAT(cluster.members(), SizeIs(2));
  EXPECT_EQ(cluster.members(1).uscc(), "9144030071526726XG");
  EXPECT_EQ(cluster.members(1).planned_cost_fen(), 200);
  ASSERT_THAT(cluster.documents(), SizeIs(1));
  EXPECT_EQ(cluster.documents(0).kind(), v1::DOCUMENT_KIND_PLAN);
  EXPECT_EQ((*rows)[1].line, 4);

  EXPECT_THAT(
      BadColumns(Parse(ClusterImport(),
                       absl::StrCat(header, "c1,n,", kUscc, ",l,5,", kUscc, ",1,,,\n", "c1,m,,,6,",
                                    "9144030071526726XG,0,,,\n", "c2,n,", kUscc, ",l,5,,1,,,\n"),
                       "p")),
      ElementsAre("cluster_name", "requested_fen", "planned_cost_fen", "member_uscc"));
}

TEST(ParseObjections, ReadsReferenceAndReason) {
  const auto rows =
      Parse(ObjectionImport(), "application_id,reference,reason\n7,异议〔2025〕1号,重复申报\n");
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  EXPECT_EQ(rows->front().request.reference(), "异议〔2025〕1号");
  EXPECT_THAT(BadColumns(Parse(ObjectionImport(), "application_id,reference,reason\n7,,\n")),
              ElementsAre("reference", "reason"));
}

TEST(ParseIncidents, ReadsThemAndTheirSeverity) {
  const auto rows =
      Parse(IncidentImport(), absl::StrCat("uscc,kind,date,reference,severity\n", kUscc,
                                           ",SAFETY,2024-06-01,A-1,MAJOR\n", kUscc,
                                           ",ADMIN_SANCTION,2024-06-01,A-2,\n"));
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  EXPECT_EQ((*rows)[0].request.incident().kind(), v1::INCIDENT_KIND_SAFETY);
  EXPECT_EQ((*rows)[0].request.incident().severity(), v1::INCIDENT_SEVERITY_MAJOR);
  EXPECT_EQ((*rows)[1].request.incident().severity(), v1::INCIDENT_SEVERITY_UNSPECIFIED);
  EXPECT_EQ((*rows)[1].request.incident().reference(), "A-2");
  EXPECT_THAT(
      BadColumns(Parse(IncidentImport(),
                       absl::StrCat("uscc,kind,date,reference,severity\nx,FIRE,2024-6-1,,BAD\n"))),
      ElementsAre("uscc", "kind", "date", "reference", "severity"));
}

TEST(ParseListings, PutsOnAndTakesOff) {
  const auto rows =
      Parse(ListingImport(), absl::StrCat("uscc,kind,listed\n", kUscc, ",SERIOUS_DISHONESTY,true\n",
                                          kUscc, ",JOINT_PUNISHMENT,false\n"));
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  EXPECT_TRUE((*rows)[0].request.listed());
  EXPECT_FALSE((*rows)[1].request.listed());
  EXPECT_THAT(BadColumns(Parse(ListingImport(),
                               absl::StrCat("uscc,kind,listed\n", kUscc, ",JOINT_PUNISHMENT,\n"))),
              ElementsAre("listed"));
}

TEST(ParseBlacklist, ReadsScopeAndEndAndLifts) {
  const auto rows =
      Parse(BlacklistImport(), absl::StrCat("uscc,reason,until,program_ids,lifted\n", kUscc,
                                            ",骗取补贴,2028-12-31,hubei-2025;harbin-2022,\n",
                                            "91330100799655058B,,,,true\n"));
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  const v1::Blacklisting& first = (*rows)[0].request.blacklisting();
  EXPECT_EQ(first.reason(), "骗取补贴");
  EXPECT_EQ(first.until().year(), 2028);
  EXPECT_THAT(first.program_ids(), ElementsAre("hubei-2025", "harbin-2022"));
  EXPECT_FALSE((*rows)[1].request.has_blacklisting());
  EXPECT_THAT(
      BadColumns(Parse(BlacklistImport(),
                       absl::StrCat("uscc,reason,until,program_ids,lifted\n", kUscc, ",r,,a;,\n",
                                    "91330100799655058B,r,,,true\n", "9144030071526726XG,,,,\n"))),
      ElementsAre("program_ids", "reason", "reason"));
}

TEST(ParseRecords, ReadsDocumentsDaysWorldAndMeantRepeats) {
  const auto listings =
      Parse(ListingImport(),
            absl::StrCat("uscc,kind,listed,reference,from,until,sandbox,repeats\n", kUscc,
                         ",SERIOUS_DISHONESTY,true,失信〔2025〕1号,2025-01-02,2027-01-01,,\n",
                         kUscc, ",SERIOUS_DISHONESTY,true,失信〔2025〕2号,2025-03-02,,true,12\n"));
  ASSERT_THAT(BadColumns(listings), IsEmpty());
  EXPECT_EQ((*listings)[0].request.reference(), "失信〔2025〕1号");
  EXPECT_EQ((*listings)[0].request.from().day(), 2);
  EXPECT_EQ((*listings)[0].request.until().year(), 2027);
  EXPECT_FALSE((*listings)[0].request.sandbox());
  EXPECT_TRUE((*listings)[1].request.sandbox());
  EXPECT_EQ((*listings)[1].request.repeats(), 12u);
  // The same document and day again is the same row again.
  EXPECT_THAT(BadColumns(Parse(ListingImport(), absl::StrCat("uscc,kind,listed,reference\n", kUscc,
                                                             ",JOINT_PUNISHMENT,true,a\n", kUscc,
                                                             ",JOINT_PUNISHMENT,true,a\n"))),
              ElementsAre("uscc"));

  const auto blacklistings =
      Parse(BlacklistImport(), absl::StrCat("uscc,reason,reference,from,repeats\n", kUscc,
                                            ",骗取补贴,处〔2025〕3号,2025-02-01,\n", kUscc,
                                            ",骗取补贴,处〔2025〕4号,2025-02-01,9\n"));
  ASSERT_THAT(BadColumns(blacklistings), IsEmpty());
  EXPECT_EQ((*blacklistings)[0].request.blacklisting().reference(), "处〔2025〕3号");
  EXPECT_EQ((*blacklistings)[0].request.blacklisting().from().month(), 2);
  EXPECT_EQ((*blacklistings)[1].request.repeats(), 9u);
  EXPECT_THAT(BadColumns(Parse(BlacklistImport(), absl::StrCat("uscc,reason,reference,lifted\n",
                                                               kUscc, ",,处〔2025〕3号,true\n"))),
              ElementsAre("reference"));

  const auto incidents =
      Parse(IncidentImport(), absl::StrCat("uscc,kind,date,reference,sandbox,repeats\n", kUscc,
                                           ",SAFETY,2024-06-01,A-1,true,3\n"));
  ASSERT_THAT(BadColumns(incidents), IsEmpty());
  EXPECT_TRUE(incidents->front().request.sandbox());
  EXPECT_EQ(incidents->front().request.repeats(), 3u);
}

TEST(ParseCorrections, ReplacesSpendInvoicesAndDocuments) {
  const auto rows = Parse(
      CorrectionImport(),
      absl::StrCat("application_id,spend_fen,invoice_code,invoice_number,invoice_amount_"
                   "fen,invoice_issued_on,"
                   "contract_number,contract_sha256,document_kind,document_number,"
                   "document_sha256\n",
                   "7,500000,,25422000500494132565,300000,2025-02-17,HT1,", kHash,
                   ",DELIVERY_PROOF,JF1,", kHash, "\n",
                   "7,,042069583896,62179461,200000,2025-03-01,,,USAGE_RECORD,SY1,", kHash, "\n"));
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  ASSERT_THAT(*rows, SizeIs(1));
  const v1::CorrectApplicationRequest& request = rows->front().request;
  EXPECT_EQ(request.application_id(), 7u);
  EXPECT_EQ(request.spend_fen(), 500'000);
  EXPECT_THAT(request.evidence().invoices(), SizeIs(2));
  ASSERT_THAT(request.evidence().documents(), SizeIs(3));
  EXPECT_EQ(request.evidence().documents(0).kind(), v1::DOCUMENT_KIND_CONTRACT);
  EXPECT_EQ(request.evidence().documents(2).kind(), v1::DOCUMENT_KIND_USAGE_RECORD);
}

TEST(ParseAcceptances, GathersTheDocumentsOfAProject) {
  const std::string header = "application_id,document_kind,document_number,document_sha256\n";
  const auto with_cost =
      Parse(AcceptanceImport(),
            "application_id,document_kind,document_number,document_sha256,actual_cost_fen\n"
            "7,,,,250000\n8,,,,\n");
  ASSERT_THAT(BadColumns(with_cost), IsEmpty());
  EXPECT_EQ((*with_cost)[0].request.actual_cost_fen(), 250'000);
  EXPECT_EQ((*with_cost)[1].request.actual_cost_fen(), 0);
  const auto rows =
      Parse(AcceptanceImport(), absl::StrCat(header, "7,ACCEPTANCE_REPORT,YS1,", kHash,
                                             "\n7,AUDIT_REPORT,SJ1,", kHash, "\n8,,,\n"));
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  ASSERT_THAT(*rows, SizeIs(2));
  EXPECT_THAT((*rows)[0].request.documents(), SizeIs(2));
  EXPECT_EQ((*rows)[0].request.documents(1).number(), "SJ1");
  EXPECT_THAT((*rows)[1].request.documents(), IsEmpty());
  EXPECT_THAT(BadColumns(Parse(AcceptanceImport(), absl::StrCat(header, "7,LETTER,YS1,abc\n"))),
              ElementsAre("document_kind", "document_sha256"));
}

TEST(ParseDisbursements, ReadsPayments) {
  const auto rows = Parse(DisbursementImport(),
                          "statement_id,amount_fen,fiscal_reference,"
                          "paid_on\n3,100,财预〔2025〕9号,2025-10-09\n"
                          "3,200,财预〔2025〕10号,2025-10-10\n");
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  EXPECT_EQ((*rows)[0].request.disbursement().amount_fen(), 100);
  EXPECT_EQ((*rows)[0].request.disbursement().fiscal_reference(), "财预〔2025〕9号");
  EXPECT_EQ((*rows)[1].request.disbursement().paid_on().day(), 10);
  EXPECT_THAT(BadColumns(Parse(DisbursementImport(),
                               "statement_id,amount_fen,fiscal_reference,paid_"
                               "on\n3,0,r,2025-10-09\n3,1,r,today\n")),
              ElementsAre("amount_fen", "paid_on", "statement_id"));
}

TEST(ParseClusters, RefusesAMemberTwice) {
  const auto rows = Parse(ClusterImport(),
                          absl::StrCat("cluster_id,cluster_name,lead_uscc,lead_name,"
                                       "requested_fen,member_uscc,"
                                       "planned_cost_fen\nc1,n,",
                                       kUscc, ",l,5,", kUscc, ",1\nc1,,,,,", kUscc, ",1\n"),
                          "p");
  ASSERT_THAT(BadColumns(rows), ElementsAre("member_uscc"));
  EXPECT_EQ(rows->front().problems[0].line, 3);
}

TEST(ParseClusters, RefusesAProgramThatCannotBe) {
  EXPECT_THAT(Parse(ClusterImport(),
                    "cluster_id,cluster_name,lead_uscc,lead_name,requested_fen,"
                    "member_uscc,"
                    "planned_cost_fen\n",
                    "Jiangmen")
                  .status()
                  .message(),
              HasSubstr("program 'Jiangmen' must be 1 to 48"));
}

TEST(ParseApplicationIds, TakesAllOrNone) {
  v1::PublishNoticeRequest request;
  const auto good = ParseNotice("application_id\n3\n7\n", &request);
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_THAT(good->problems, IsEmpty());
  EXPECT_THAT(request.application_ids(), ElementsAre(3u, 7u));
  const auto problem = [](absl::string_view csv) {
    v1::PublishNoticeRequest wrong;
    const auto file = ParseNotice(csv, &wrong);
    EXPECT_TRUE(file.ok()) << file.status();
    EXPECT_THAT(file->problems, SizeIs(1));
    const RowProblem& only = file->problems[0];
    return absl::StrCat("line ", only.line, ", ", only.column, ": ", only.description);
  };
  EXPECT_THAT(problem("application_id\n3\nx\n"),
              HasSubstr("line 3, application_id: must be a whole number"));
  EXPECT_THAT(problem("application_id\n3\n3\n"),
              HasSubstr("line 3, application_id: stands twice in this notice; got '3'"));
}

TEST(ParseApplications, TakesDocumentsOfAnyKind) {
  const auto rows = Parse(
      ApplicationImport(),
      absl::StrCat("application_key,uscc,item_id,delivery_mode,spend_fen,project_id,"
                   "products,invoice_code,"
                   "invoice_number,invoice_amount_fen,invoice_issued_on,contract_number,"
                   "contract_sha256,"
                   "payment_number,payment_sha256,item_list_number,item_list_sha256,"
                   "document_kind,"
                   "document_number,document_sha256\n",
                   "A1,", kUscc, ",new,REIMBURSEMENT,5,P1,ecloud/cdn,,,,,,,,,,,DELIVERY_PROOF,JF1,",
                   kHash, "\n", "A1,,,,,,,,,,,,,,,,,AUDIT_REPORT,SJ1,", kHash, "\n"),
      "harbin-2022");
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  ASSERT_THAT(*rows, SizeIs(1));
  ASSERT_THAT(rows->front().request.evidence().documents(), SizeIs(2));
  EXPECT_EQ(rows->front().request.evidence().documents(1).kind(), v1::DOCUMENT_KIND_AUDIT_REPORT);
  EXPECT_THAT(rows->front().request.evidence().invoices(), IsEmpty());
}

TEST(ParseEnterprises, ReadsWhenThePlatformWasUpdated) {
  const auto rows =
      Parse(EnterpriseImport(),
            absl::StrCat("uscc,name,division,size,industry,registered_on,is_cloud_provider,"
                         "prior_year_revenue_fen,platform_updated_on\n",
                         kUscc, ",a,420111,MICRO,OTHER,2020-01-01,false,0,2025-05-31\n",
                         "91330100799655058B,b,420111,MICRO,OTHER,2020-01-01,false,0,\n",
                         "9144030071526726XG,c,420111,MICRO,OTHER,2020-01-01,false,0,31.5."
                         "2025\n"));
  EXPECT_THAT(BadColumns(rows), ElementsAre("platform_updated_on"));
  EXPECT_EQ((*rows)[0].request.facts().platform_updated_on().day(), 31);
  EXPECT_FALSE((*rows)[1].request.facts().has_platform_updated_on());
}

// Exports put a tab after long numbers; such a cell can be imported again.
TEST(ParseListings, DropsATabAfterANumber) {
  const auto rows = Parse(
      ListingImport(), absl::StrCat("uscc,kind,listed\n\"", kUscc, "\t\",JOINT_PUNISHMENT,true\n"));
  ASSERT_THAT(BadColumns(rows), IsEmpty());
  EXPECT_EQ(rows->front().request.uscc(), kUscc);
}

// The samples must stay importable.
TEST(DemoFiles, OfTheLifecycleAreWellFormed) {
  const auto read = [](const std::string& name) {
    return ReadTestFile(absl::StrCat("deploy/demo/samples/", name, ".csv"));
  };
  EXPECT_THAT(BadColumns(Parse(ReviewImport(), read("reviews"))), IsEmpty());
  EXPECT_THAT(BadColumns(Parse(ConfirmationImport(), read("confirmations"))), IsEmpty());
  v1::ReconcileTransfersRequest statement;
  EXPECT_THAT(ParseStatement(read("statement_lines"), &statement)->problems, IsEmpty());
  EXPECT_THAT(BadColumns(Parse(ClusterImport(), read("clusters"), "jiangmen-cluster-2021")),
              IsEmpty());
  EXPECT_THAT(BadColumns(Parse(ObjectionImport(), read("objections"))), IsEmpty());
  EXPECT_THAT(BadColumns(Parse(IncidentImport(), read("incidents"))), IsEmpty());
  EXPECT_THAT(BadColumns(Parse(ListingImport(), read("listings"))), IsEmpty());
  EXPECT_THAT(BadColumns(Parse(BlacklistImport(), read("blacklist"))), IsEmpty());
  EXPECT_THAT(BadColumns(Parse(CorrectionImport(), read("corrections"))), IsEmpty());
  EXPECT_THAT(BadColumns(Parse(AcceptanceImport(), read("acceptances"))), IsEmpty());
  EXPECT_THAT(BadColumns(Parse(DisbursementImport(), read("disbursements"))), IsEmpty());
  v1::PublishNoticeRequest notice;
  EXPECT_THAT(ParseNotice(read("notice_ids"), &notice)->problems, IsEmpty());
}

}  // namespace
}  // namespace voucher::client
