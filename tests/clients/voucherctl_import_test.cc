// voucherctl's imports, against a real server in this process.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/clients/voucherctl_run.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/registry_service.pb.h"

namespace voucher::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kContest[] = "contest-2025";
constexpr char kLife[] = "life-2025";

class VoucherctlImportTest : public VoucherctlServerTest {
 protected:
  // Applications 1 to 4 of enterprises 0 to 3, collected, past their first review.
  void OpenContest() {
    std::ifstream rules("tests/scenarios/competitive.textproto");
    OpenProgram(kContest,
                WriteFile("contest.textproto",
                          absl::StrCat(std::string(std::istreambuf_iterator<char>(rules), {}), R"(
                              clusters { minimum_members: 2 pool_fen: 150000
                                         on_exhausted: ON_EXHAUSTED_REJECT clause: "测试 九" })")),
                "2000", "benchmark;sme-cloud");
    std::vector<std::string> rows;
    std::string reviews = "application_id,stage_id,verdict\n";
    for (int n = 0; n < 4; ++n) {
      rows.push_back(absl::StrCat("A", n, ",", SampleUscc(n), ",benchmark,REIMBURSEMENT,10000,P", n,
                                  ",huaweicloud/ecs"));
      absl::StrAppend(&reviews, n + 1, ",DISTRICT,PASS\n");
    }
    Apply(kContest, rows);
    Import("reviewer", "reviews", reviews);
  }
};

constexpr char kReviews[] =
    "application_id,stage_id,verdict,score\n"
    "1,EXPERT,PASS,88.5\n2,EXPERT,PASS,70\n3,EXPERT,PASS,60\n4,EXPERT,PASS,50\n";

TEST_F(VoucherctlImportTest, ReviewsTellOfEachRow) {
  OpenContest();
  Accept("platform", {"application", "withdraw", "3"});
  const uint64_t before = running_.sequence();
  EXPECT_EQ(RunAs("reviewer",
                  {"import", "reviews", WriteFile("reviews.csv", kReviews), "--batch-size", "3"}),
            kRefused);
  EXPECT_THAT(err_, HasSubstr("reviews.csv:4: 3/EXPERT: ILLEGAL_STATE: "));
  EXPECT_THAT(out_, HasSubstr("done              3\n"));
  const std::vector<v1::Entry> entries = EntriesAfter(before);
  ASSERT_THAT(entries, SizeIs(4));
  EXPECT_EQ(entries[0].command().review_application().score(), 8'850);
  EXPECT_EQ(entries[3].command().review_application().application_id(), 4u);
}

TEST_F(VoucherctlImportTest, ARunThatIsNamedGetsItsFirstAnswersAgain) {
  OpenContest();
  const auto import = [&](const std::string& run, const std::string& csv) {
    RunAs("reviewer",
          {"--json", "--request-id", run, "import", "reviews", WriteFile("reviews.csv", csv)});
    return nlohmann::json::parse(out_)["rows"];
  };
  const auto first = import("mine", kReviews);
  EXPECT_EQ(first[1]["outcome"], "done");
  EXPECT_EQ(first[1]["request_id"], "mine/2/EXPERT");
  const uint64_t before = running_.sequence();
  EXPECT_EQ(import("mine", absl::StrCat(kReviews, "\n\n")), first);
  EXPECT_EQ(running_.sequence(), before);
  EXPECT_EQ(import("other", kReviews)[1]["outcome"], "done before");
  EXPECT_EQ(running_.sequence(), before + 4);
}

// A table as a spreadsheet saves it again: byte order mark, CRLF, every cell quoted, the columns in
// another order, empty lines at the end.
std::string SavedAgain(absl::string_view csv) {
  std::string saved = "\xEF\xBB\xBF";
  for (const absl::string_view line : absl::StrSplit(csv, '\n', absl::SkipEmpty())) {
    std::vector<std::string> cells = absl::StrSplit(line, ',');
    std::reverse(cells.begin(), cells.end());
    absl::StrAppend(&saved, "\"", absl::StrJoin(cells, "\",\""), "\"\r\n");
  }
  return saved + "\r\n\r\n";
}

// Imports by one person and, saved again, by another.
class VoucherctlRepeatTest : public VoucherctlImportTest {
 protected:
  // The report of an import in which nothing failed.
  nlohmann::json Report(const std::string& principal, const std::string& kind,
                        const std::string& csv, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"import", kind, WriteFile(kind + ".csv", csv)};
    words.insert(words.end(), more.begin(), more.end());
    return Json(principal, words);
  }

  // How many rows have an outcome.
  static int Count(const nlohmann::json& report, const std::string& outcome) {
    const auto& outcomes = report["outcomes"];
    return outcomes.contains(outcome) ? outcomes[outcome]["rows"].get<int>() : 0;
  }

  size_t RecordsOf(int enterprise) {
    return Json("auditor", {"enterprise", "get", SampleUscc(enterprise)})["enterprise"]["records"]
        .size();
  }
};

TEST_F(VoucherctlRepeatTest, RegistersTellWhatIsNewChangedOrUnchanged) {
  OpenContest();
  const std::string header =
      "uscc,name,division,size,industry,registered_on,is_cloud_provider,prior_year_revenue_fen\n";
  const std::string six =
      absl::StrCat(SampleUscc(6), ",江岸电子,420102,SMALL,INDUSTRIAL,2015-03-01,false,0\n");
  const std::string seven =
      absl::StrCat(SampleUscc(7), ",江汉机械,420103,SMALL,INDUSTRIAL,2015-03-01,false,0\n");
  EXPECT_EQ(Count(Report("platform", "enterprises", header + six), "new"), 1);
  EXPECT_EQ(Count(Report("admin", "enterprises", SavedAgain(header + six)), "unchanged"), 1);
  const std::string changed = absl::StrReplaceAll(six, {{"SMALL", "MEDIUM"}});
  const uint64_t before = running_.sequence();
  Import("platform", "enterprises", header + changed + seven, {"--dry-run"});
  EXPECT_THAT(out_, HasSubstr("compared  rows\n"
                              "changed      1\n"
                              "new          1\n"
                              "total        2\n"));
  EXPECT_EQ(running_.sequence(), before);
  const auto both = Report("platform", "enterprises", header + changed + seven);
  EXPECT_EQ(both["rows"][0]["outcome"], "changed");
  EXPECT_EQ(both["rows"][1]["outcome"], "new");

  const std::string catalog =
      "provider_id,provider_name,product_id,product_name,item_ids,category,effective_from,"
      "effective_until\nhuaweicloud,华为云,ecs,弹性云服务器,benchmark,计算,2025-01-01,\n";
  Report("platform", "catalog", catalog, {"--program", kContest});
  const auto again = Report("admin", "catalog", SavedAgain(catalog), {"--program", kContest});
  EXPECT_EQ(Count(again, "unchanged"), 2);

  const std::string plan = absl::StrCat(
      "cluster_id,cluster_name,lead_uscc,lead_name,requested_fen,member_uscc,planned_cost_fen\n"
      "c1,n,",
      SampleUscc(1), ",l,5,", SampleUscc(2), ",700\n");
  EXPECT_EQ(Count(Report("issuer", "clusters", plan, {"--program", kContest}), "new"), 1);
  const auto same = Report("platform", "clusters", SavedAgain(plan), {"--program", kContest});
  EXPECT_EQ(Count(same, "unchanged"), 1);
}

TEST_F(VoucherctlRepeatTest, RecordsAreDoneOnceAndAgainAfterALift) {
  OpenContest();
  const std::string uscc = SampleUscc(0);
  const std::string blacklist =
      absl::StrCat("uscc,reason,until,reference\n", uscc, ",骗取补贴,2028-12-31,处1\n");
  const auto first = Report("platform", "blacklist", blacklist);
  EXPECT_EQ(first["rows"][0]["outcome"], "done");
  const auto second = Report("admin", "blacklist", SavedAgain(blacklist));
  EXPECT_EQ(second["rows"][0]["outcome"], "done before");
  EXPECT_EQ(second["rows"][0]["before_sequence"], first["rows"][0]["sequence"]);
  EXPECT_EQ(RecordsOf(0), 1u);
  Import("platform", "blacklist", blacklist, {"--dry-run"});
  EXPECT_THAT(out_, HasSubstr("done before     1\n"));
  // Under the same document, but until another day: that is not done.
  EXPECT_EQ(Run({"import", "blacklist",
                 WriteFile("other.csv", absl::StrReplaceAll(blacklist, {{"2028", "2029"}}))}),
            kRefused);
  EXPECT_THAT(err_, HasSubstr(": ALREADY_BOOKED"));

  running_.clock.Advance(2 * kNanosPerDay);
  const std::string lift = absl::StrCat("uscc,reason,lifted\n", uscc, ",,true\n");
  EXPECT_EQ(Count(Report("platform", "blacklist", lift), "done"), 1);
  EXPECT_EQ(Count(Report("admin", "blacklist", SavedAgain(lift)), "done before"), 1);
  EXPECT_EQ(Report("platform", "blacklist", blacklist)["rows"][0]["outcome"], "done");
  EXPECT_EQ(RecordsOf(0), 2u);
  EXPECT_EQ(Count(Report("admin", "blacklist", SavedAgain(blacklist)), "done before"), 1);

  const std::string incidents =
      absl::StrCat("uscc,kind,date,reference,severity\n", uscc, ",SAFETY,2024-06-01,安1,MAJOR\n",
                   uscc, ",SAFETY,2024-06-01,安2,GENERAL\n");
  const auto recorded = Report("platform", "incidents", incidents);
  EXPECT_EQ(Count(recorded, "done"), 2);
  const auto again = Report("admin", "incidents", SavedAgain(incidents));
  EXPECT_EQ(Count(again, "done before"), 2);
  EXPECT_EQ(again["rows"][1]["before_sequence"], recorded["rows"][1]["sequence"]);
  // On purpose.
  const std::string meant = absl::StrCat("uscc,kind,date,reference,severity,repeats\n", uscc,
                                         ",SAFETY,2024-06-01,安1,MAJOR,",
                                         recorded["rows"][0]["sequence"].get<uint64_t>(), "\n");
  EXPECT_EQ(Count(Report("platform", "incidents", meant), "done"), 1);
  EXPECT_EQ(Count(Report("platform", "incidents", meant), "done before"), 1);

  const std::string listings =
      absl::StrCat("uscc,kind,listed,from\n", uscc, ",SERIOUS_DISHONESTY,true,2025-06-01\n");
  EXPECT_EQ(Count(Report("platform", "listings", listings), "done"), 1);
  EXPECT_EQ(Count(Report("admin", "listings", SavedAgain(listings)), "done before"), 1);
}

TEST_F(VoucherctlRepeatTest, ApplicationsAreSubmittedOnceAndAgainAfterAWithdrawal) {
  OpenProgram(kLife, "tests/scenarios/lifecycle.textproto", "10000", "tool;line;star");
  const std::string csv = absl::StrCat(
      "application_key,uscc,item_id,delivery_mode,spend_fen,project_id,products,invoice_code,"
      "invoice_number,invoice_amount_fen,invoice_issued_on,contract_number,contract_sha256,"
      "payment_number,payment_sha256,item_list_number,item_list_sha256\n"
      "A0,",
      SampleUscc(0),
      ",star,CLOUD_CREDIT,100000,P,huaweicloud/ecs,,25422000000000000000,5,2025-06-30,,,,,,\n"
      "A1,",
      SampleUscc(1), ",star,CLOUD_CREDIT,100000,P,huaweicloud/ecs,,,,,,,,,,\n");
  const std::vector<std::string> program = {"--program", kLife};
  const auto first = Report("platform", "applications", csv, program);
  EXPECT_EQ(Count(first, "done"), 2);
  const auto second = Report("platform", "applications", SavedAgain(csv), program);
  EXPECT_EQ(Count(second, "done before"), 2);
  for (const int row : {0, 1}) {
    EXPECT_EQ(second["rows"][row]["before_sequence"], first["rows"][row]["sequence"]);
  }
  Accept("platform", {"application", "withdraw", "1"});
  const auto third = Report("platform", "applications", csv, program);
  EXPECT_EQ(third["rows"][0]["outcome"], "done");
  EXPECT_EQ(third["rows"][1]["outcome"], "done before");
}

TEST_F(VoucherctlRepeatTest, StepsOfApplicationsAreDoneOnce) {
  ListApplications(2);
  const std::string reviews =
      "application_id,stage_id,verdict\n1,DISTRICT,PASS\n1,CITY,PASS\n2,CITY,PASS\n";
  EXPECT_EQ(Count(Report("reviewer", "reviews", SavedAgain(reviews)), "done before"), 3);
  EXPECT_EQ(RunAs("reviewer",
                  {"import", "reviews",
                   WriteFile("reject.csv",
                             "application_id,stage_id,verdict,opinion\n1,CITY,REJECT,不符\n")}),
            kRefused);
  EXPECT_THAT(err_, HasSubstr(": ILLEGAL_STATE"));
}

TEST_F(VoucherctlRepeatTest, ConfirmationsAreDoneOnce) {
  OrderTransfers();
  const std::string csv = "transfer_id,provider_reference\n3,a\n4,b\n";
  Report("provider-huaweicloud", "confirmations", csv);
  const auto again = Report("provider-huaweicloud", "confirmations", SavedAgain(csv));
  EXPECT_EQ(Count(again, "done before"), 2);
  EXPECT_EQ(again["rows"][0]["message"], "transfer 3 is CONFIRMED with a");
  // Another reference is another answer.
  EXPECT_EQ(RunAs("provider-huaweicloud",
                  {"import", "confirmations",
                   WriteFile("other.csv", "transfer_id,provider_reference\n3,c\n")}),
            kRefused);
}

TEST_F(VoucherctlRepeatTest, ACalendarThatStandsIsNotPublishedAgain) {
  const auto publish = [&](const std::string& days) {
    Accept("platform", {"calendar", "publish", WriteFile("days.csv", days), "--first-year", "2025",
                        "--last-year", "2025"});
  };
  publish("date,kind,name\n2025-10-01,holiday,国庆节\n2025-10-02,holiday,\n");
  EXPECT_THAT(out_, HasSubstr("new       2\n"));
  const uint64_t before = running_.sequence();
  publish("\xEF\xBB\xBFname,date,kind\r\n国庆节,2025-10-01,holiday\r\n,2025-10-02,holiday\r\n");
  EXPECT_EQ(out_, "unchanged: revision 1 says the same\n");
  EXPECT_EQ(running_.sequence(), before);
  publish("date,kind,name\n2025-10-01,holiday,国庆\n2025-10-11,workday,\n");
  EXPECT_THAT(out_, HasSubstr("changed       1\nnew           1\ntaken out     1\n"));
}

// The server is gone after the first row: that run is completed under its id, or by a fresh one.
TEST_F(VoucherctlRepeatTest, AnInterruptedRunIsCompletedUnderItsId) {
  bool reachable = false;
  std::vector<std::string> heard;
  scripted_.On<v1::RecordIncidentRequest, v1::RecordIncidentResponse>(
      "RecordIncident", [&](const auto& request, auto* response) {
        if (!heard.empty() && !reachable) {
          return grpc::Status(grpc::StatusCode::UNAVAILABLE, "going away");
        }
        heard.push_back(request.request_id());
        response->mutable_receipt()->set_sequence(heard.size());
        return grpc::Status::OK;
      });
  address_ = scripted_.Start();
  const std::string file =
      WriteFile("incidents.csv",
                absl::StrCat("uscc,kind,date,reference\n", SampleUscc(0), ",SAFETY,2024-06-01,a\n",
                             SampleUscc(1), ",SAFETY,2024-06-01,b\n"));
  EXPECT_EQ(Run({"import", "incidents", file, "--concurrency", "1"}), kUnavailable);
  const std::string run = heard.front().substr(0, 16);
  EXPECT_THAT(err_, HasSubstr(absl::StrCat("--request-id ", run, " ")));
  reachable = true;
  EXPECT_EQ(Run({"--request-id", run, "import", "incidents", file, "--concurrency", "1"}), kOk);
  ASSERT_THAT(heard, SizeIs(3));
  EXPECT_EQ(heard[1], heard[0]);
  EXPECT_NE(heard[2], heard[0]);
  EXPECT_EQ(heard[2].substr(0, 16), run);
  heard.clear();
  EXPECT_EQ(Run({"import", "incidents", file, "--concurrency", "1"}), kOk);
  EXPECT_NE(heard[0].substr(0, 16), run);
}

// The server records nothing of a batch in which a row is malformed. Its clock is behind ours: what
// lies in the past for the dry run lies in its future.
TEST_F(VoucherctlImportTest, SendsTheOthersAgainAfterAMalformedRow) {
  OpenProgram(kLife, "tests/scenarios/lifecycle.textproto", "10000", "tool;line;star");
  std::string csv =
      "application_key,uscc,item_id,delivery_mode,spend_fen,project_id,products,invoice_code,"
      "invoice_number,invoice_amount_fen,invoice_issued_on,contract_number,contract_sha256,"
      "payment_number,payment_sha256,item_list_number,item_list_sha256\n";
  const auto add = [&](int n, const std::string& item, const std::string& issued_on) {
    absl::StrAppend(&csv, "A", n, ",", SampleUscc(n), ",", item,
                    ",CLOUD_CREDIT,100000,P,huaweicloud/ecs,,2542200000000000000", n, ",5,",
                    issued_on, ",,,,,,\n");
  };
  add(0, "star", "2025-06-30");
  add(1, "star", "2025-10-31");  // tomorrow, there
  add(2, "nothing", "2025-06-30");
  add(3, "star", "2025-06-30");
  const uint64_t before = running_.sequence();
  EXPECT_EQ(Run({"--json", "import", "applications", WriteFile("malformed.csv", csv), "--program",
                 kLife}),
            kMalformed);
  const auto report = nlohmann::json::parse(out_);
  std::vector<std::string> outcomes;
  for (const auto& row : report["rows"]) outcomes.push_back(row["outcome"]);
  EXPECT_THAT(outcomes, ElementsAre("done", "malformed", "ITEM_NOT_FOUND", "done"));
  EXPECT_EQ(report["rows"][1]["message"],
            "evidence.invoices[0].issued_on: 2025-10-31 lies in the future; today is 2025-10-30");
  const std::vector<v1::Entry> entries = EntriesAfter(before);
  ASSERT_THAT(entries, SizeIs(3));
  EXPECT_EQ(entries[1].command().submit_application().request_id(),
            report["rows"][2]["request_id"]);
}

// Nor does any server find a batch malformed and none of its rows: voucherctl keeps to its bounds.
TEST_F(VoucherctlImportTest, GivesUpOnAMalformedBatchThatNamesNoRow) {
  std::vector<int> batches;
  scripted_.On<v1::BatchReviewApplicationsRequest, v1::BatchReviewApplicationsResponse>(
      "BatchReviewApplications", [&](const auto& request, auto*) {
        batches.push_back(request.reviews_size());
        google::rpc::BadRequest bad;
        bad.add_field_violations()->set_field("reviews");
        bad.mutable_field_violations(0)->set_description("too many");
        google::rpc::Status status;
        status.set_code(static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT));
        status.add_details()->PackFrom(bad);
        return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "malformed",
                            status.SerializeAsString());
      });
  address_ = scripted_.Start();
  EXPECT_EQ(Run({"import", "reviews", WriteFile("reviews.csv", kReviews)}), kMalformed);
  EXPECT_THAT(batches, ElementsAre(4));
  EXPECT_THAT(out_, HasSubstr("malformed     4\n"));
  batches.clear();
  Run({"import", "reviews", WriteFile("reviews.csv", kReviews), "--batch-size", "3"});
  EXPECT_THAT(batches, ElementsAre(3, 1));
}

// An import of which a row is a call.
struct RowFile {
  const char* kind;
  const char* principal;
  std::string csv;     // of two requests: the first is accepted
  const char* reason;  // why the second is refused
};

class VoucherctlRowImportTest : public VoucherctlImportTest {
 protected:
  void ExpectOneOfTwo(const RowFile& file, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"import", file.kind,
                                      WriteFile(absl::StrCat(file.kind, ".csv"), file.csv),
                                      "--concurrency", "1"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(RunAs(file.principal, words), kRefused) << file.kind << err_;
    EXPECT_THAT(out_, ::testing::ContainsRegex("(done|new) +1\n")) << file.kind << out_ << err_;
    EXPECT_THAT(err_, HasSubstr(absl::StrCat(": ", file.reason))) << file.kind;
  }

  const std::string hash_ = std::string(64, 'a');
};

TEST_F(VoucherctlRowImportTest, RecordsOfEnterprisesAreEachSent) {
  OpenContest();
  const std::string uscc = SampleUscc(0);
  const std::string other = SampleUscc(77);  // not registered
  ExpectOneOfTwo({"incidents", "platform",
                  absl::StrCat("uscc,kind,date,reference\n", uscc, ",SAFETY,2024-06-01,a\n", other,
                               ",SAFETY,2024-06-01,a\n"),
                  "ENTERPRISE_NOT_FOUND"});
  ExpectOneOfTwo({"listings", "platform",
                  absl::StrCat("uscc,kind,listed\n", uscc, ",JOINT_PUNISHMENT,true\n", other,
                               ",JOINT_PUNISHMENT,true\n"),
                  "ENTERPRISE_NOT_FOUND"});
  ExpectOneOfTwo({"blacklist", "platform",
                  absl::StrCat("uscc,reason\n", uscc, ",a\n", other, ",b\n"),
                  "ENTERPRISE_NOT_FOUND"});
  ExpectOneOfTwo(
      {"clusters", "issuer",
       absl::StrCat("cluster_id,cluster_name,lead_uscc,lead_name,requested_fen,member_uscc,"
                    "planned_cost_fen\nc1,n,",
                    SampleUscc(1), ",l,5,", SampleUscc(2), ",700\nc1,,,,,", SampleUscc(3),
                    ",700\nc2,n,", SampleUscc(1), ",l,5,", other, ",700\n"),
       "ENTERPRISE_NOT_FOUND"},
      {"--program", kContest});
}

TEST_F(VoucherctlRowImportTest, StepsOfApplicationsAreEachSent) {
  ListApplications(2);
  Apply(kLife, {absl::StrCat("B,", SampleUscc(2), ",star,CLOUD_CREDIT,100000,P,huaweicloud/ecs")});
  Accept("platform", {"notice", "publish", kLife, "--ids", "1"});
  ExpectOneOfTwo({"objections", "platform", "application_id,reference,reason\n1,a,b\n99,a,b\n",
                  "APPLICATION_NOT_FOUND"});
  Accept("platform", {"objection", "dismiss", "1", "查无实据"});
  Accept("reviewer", {"application", "return", "3", "合同不清"});
  ExpectOneOfTwo({"corrections", "platform",
                  "application_id,spend_fen,invoice_code,invoice_number,invoice_amount_fen,"
                  "invoice_issued_on\n3,90000,,,,\n99,5,,,,\n",
                  "APPLICATION_NOT_FOUND"});

  // Past the notice: approved, accepted, credited, used, and the month is over.
  running_.clock.Advance(9 * kNanosPerDay);
  Accept("approver", {"application", "approve", "1"});
  ExpectOneOfTwo({"acceptances", "issuer",
                  absl::StrCat("application_id,document_kind,document_number,document_sha256\n1,"
                               "ACCEPTANCE_REPORT,YS1,",
                               hash_, "\n99,ACCEPTANCE_REPORT,YS1,", hash_, "\n"),
                  "APPLICATION_NOT_FOUND"});
  Accept("platform", {"account", "bind", "huaweicloud", "hw-1", SampleUscc(0)});
  Accept("issuer", {"transfer", "order", "1", "1", "500"});
  Accept("provider-huaweicloud", {"transfer", "confirm", "1", "ref-1"});
  Accept("provider-huaweicloud", {"redeem", kLife, "1", "ecs", "o-1", "--amount", "100",
                                  "--usage-ended", "2025-11-07T00:00:00+08:00"});
  running_.clock.Advance(30 * kNanosPerDay);
  Accept("finance", {"statement", "close", kLife, "2025-11", "--provider", "huaweicloud"});
  ExpectOneOfTwo({"disbursements", "finance",
                  "statement_id,amount_fen,fiscal_reference,paid_on\n1,5,a,2025-11-30\n"
                  "99,5,a,2025-11-30\n",
                  "STATEMENT_NOT_FOUND"});
}

TEST_F(VoucherctlServerTest, ImportOfConfirmationsSendsBatches) {
  OrderTransfers();
  const uint64_t before = running_.sequence();
  Import("provider-huaweicloud", "confirmations", "transfer_id,provider_reference\n3,a\n4,b\n");
  const std::vector<v1::Entry> entries = EntriesAfter(before);
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[1].command().confirm_transfer().provider_reference(), "b");
  EXPECT_EQ(entries[1].event().transfer_confirmed().credited_fen(), 1'000);
}

// --- reconciliation ---

constexpr char kStatement[] =
    "transfer_id,amount_fen,provider_reference\n"
    "1,150000,r1\n2,80000,r2\n2,80000,r2b\n9,1000,r9\n3,70000,r3\n";

TEST_F(VoucherctlServerTest, StatementLinesAreOneRequestAndATableOfFindings) {
  OrderTransfers();
  const std::string file = WriteFile("statement.csv", kStatement);
  const uint64_t before = running_.sequence();
  Accept("finance", {"import", "statement-lines", file, "--provider", "huaweicloud",
                     "--last-transfer", "6", "--confirm-silent"});
  const std::vector<v1::Entry> entries = EntriesAfter(before);
  ASSERT_THAT(entries, SizeIs(1));
  const v1::ReconcileTransfersRequest& request = entries[0].command().reconcile_transfers();
  EXPECT_EQ(request.provider_id(), "huaweicloud");
  EXPECT_EQ(request.last_transfer_id(), 6u);
  EXPECT_TRUE(request.confirm_silent());
  ASSERT_THAT(request.lines(), SizeIs(5));
  EXPECT_EQ(request.lines(4).provider_reference(), "r3");

  EXPECT_THAT(out_, HasSubstr("finding       lines  stated (yuan)  ledger (yuan)\n"
                              "MATCHED           1       1,500.00       1,500.00\n"
                              "SILENT            1         800.00         800.00\n"
                              "EXTRA             1          10.00           0.00\n"
                              "DOUBLE            1         800.00         800.00\n"
                              "WRONG_AMOUNT      1         700.00         750.00\n"
                              "missing           2\n"));
  // Lines of the file, from 1 with the header.
  EXPECT_THAT(out_, HasSubstr("   3         2  SILENT               800.00         800.00  "
                              "         800.00  r2\n"));
  EXPECT_THAT(out_, HasSubstr("   5         9  EXTRA                 10.00"));
  EXPECT_THAT(out_, Not(HasSubstr("  r1\n")));
  EXPECT_THAT(out_, HasSubstr("missing transfers: 4, 6\n"));
  EXPECT_THAT(out_, HasSubstr("confirmed 1 silent transfers\n"));
  EXPECT_THAT(out_, HasSubstr(absl::StrCat("receipt: entry ", before + 1)));
}

TEST_F(VoucherctlServerTest, StatementLinesAreComparedAnewInEachRun) {
  OrderTransfers();
  const std::string file = WriteFile("statement.csv", kStatement);
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"import", "statement-lines", file, "--provider",
                                      "huaweicloud"};
    words.insert(words.end(), more.begin(), more.end());
    return Json("finance", words);
  };
  const uint64_t before = running_.sequence();
  const auto first = with({});
  EXPECT_EQ(first["lines"][4]["finding"], "WRONG_AMOUNT");
  EXPECT_EQ(first["lines"][4]["line"], 6);
  EXPECT_EQ(first["lines"][4]["ledger_fen"], 75'000);
  EXPECT_THAT(first["missing_transfer_ids"], ElementsAre(4, 6));
  EXPECT_EQ(running_.sequence(), before + 1);
  const auto confirming = with({"--confirm-silent"});
  EXPECT_NE(confirming["request_id"], first["request_id"]);
  EXPECT_EQ(confirming["confirmed"], 1);
  // The same question as at first, and what was confirmed since is known.
  const auto anew = with({"--request-id", "mine"});
  EXPECT_EQ(anew["request_id"], "mine");
  EXPECT_EQ(anew["lines"][1]["finding"], "MATCHED");
  const uint64_t after = running_.sequence();
  EXPECT_EQ(with({"--request-id", "mine"}), anew);
  EXPECT_EQ(running_.sequence(), after);
}

TEST_F(VoucherctlServerTest, StatementLinesOverTheBoundAreNotSent) {
  std::string csv = "transfer_id,amount_fen,provider_reference\n";
  for (int i = 1; i <= 8'193; ++i) absl::StrAppend(&csv, i, ",1,r\n");
  EXPECT_EQ(RunAs("finance",
                  {"import", "statement-lines", WriteFile("long.csv", csv), "--provider", "p"}),
            kMalformed);
  EXPECT_THAT(err_, HasSubstr("lines must have 0 to 8192 elements; has 8193"));
  EXPECT_EQ(running_.sequence(), 0u);
}

}  // namespace
}  // namespace voucher::cli
