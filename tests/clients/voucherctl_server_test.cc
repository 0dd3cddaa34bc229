// voucherctl against a ledger in this process: imports, exports, watches, printed orders.
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "clients/cli/app.h"
#include "clients/cli/exit_code.h"
#include "tests/clients/fake_ledger.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/credit_service.pb.h"
#include "voucher/v1/program_service.pb.h"
#include "voucher/v1/registry_service.pb.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher::cli {
namespace {

using client::FakeLedger;
using client::MalformedFields;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kProgram[] = "hubei-2025";
constexpr char kUscc[] = "914403001922038216";

class VoucherctlServerTest : public ::testing::Test {
 protected:
  // Runs voucherctl; starts the ledger first if that was not done.
  int Run(std::vector<std::string> words) {
    if (address_.empty()) address_ = ledger_.Start();
    std::istringstream in;
    std::ostringstream out, err;
    Session session(in, out, err);
    words.insert(words.begin(), {"--server", address_, "--deadline", "20"});
    const int code = RunApp(words, session);
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  std::string WriteFile(const std::string& name, const std::string& content) {
    const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  // Lines of the CSV that was printed, without byte order mark.
  std::vector<std::string> CsvLines() {
    EXPECT_THAT(out_, StartsWith("\xEF\xBB\xBF"));
    std::vector<std::string> lines = absl::StrSplit(out_.substr(3), "\r\n");
    EXPECT_EQ(lines.back(), "");
    lines.pop_back();
    return lines;
  }

  v1::Application& AddApplication(uint64_t queue_number, v1::ApplicationState state,
                                  const std::string& division, int64_t granted_fen,
                                  int64_t approved_fen = 0) {
    v1::Application& application = ledger_.applications.emplace_back();
    application.set_application_id(100 + queue_number);
    application.set_program_id(kProgram);
    application.set_queue_number(queue_number);
    application.set_item_id(queue_number % 2 == 0 ? "business" : "resource");
    application.set_uscc(kUscc);
    application.set_enterprise_name("武汉测试科技有限公司");
    application.set_division(division);
    application.set_size(v1::ENTERPRISE_SIZE_SMALL);
    application.set_state(state);
    application.set_spend_fen(10'000);
    application.set_granted_fen(granted_fen);
    application.set_approved_fen(approved_fen);
    application.mutable_received_at()->set_seconds(1'761'926'399);
    application.mutable_received_at()->set_nanos(999'000'000);
    return application;
  }

  FakeLedger ledger_;
  std::string address_;
  std::string out_, err_;
};

// --- imports ---

// Answers a batch: rows whose application_id is in `refused` are refused, the others accepted.
grpc::Status AnswerReviews(const v1::BatchReviewApplicationsRequest& request,
                           v1::BatchReviewApplicationsResponse* response) {
  uint64_t sequence = 10;
  for (const v1::ReviewApplicationRequest& review : request.reviews()) {
    auto* outcome = response->add_outcomes();
    outcome->set_request_id(review.request_id());
    outcome->mutable_receipt()->set_sequence(++sequence);
    if (review.application_id() == 9) {
      outcome->mutable_refusal()->set_reason(v1::REASON_ILLEGAL_STATE);
      outcome->mutable_refusal()->set_message("The application is APPROVED.");
    } else {
      outcome->mutable_event()->set_state(v1::APPLICATION_STATE_HELD);
    }
  }
  return grpc::Status::OK;
}

constexpr char kReviews[] =
    "application_id,stage_id,verdict,score\n"
    "7,EXPERT,PASS,88.5\n8,EXPERT,PASS,70\n9,EXPERT,PASS,60\n10,EXPERT,PASS,50\n";

TEST_F(VoucherctlServerTest, ImportOfReviewsTellsOfEachRow) {
  ledger_.On<v1::BatchReviewApplicationsRequest, v1::BatchReviewApplicationsResponse>(
      "BatchReviewApplications", AnswerReviews);
  const std::string file = WriteFile("reviews.csv", kReviews);
  EXPECT_EQ(Run({"import", "reviews", file, "--batch-size", "3"}), kRefused);
  EXPECT_THAT(err_,
              HasSubstr("reviews.csv:4: 9/EXPERT: ILLEGAL_STATE: The application is APPROVED."));
  EXPECT_THAT(out_, HasSubstr("accepted          3\n"));
  const auto heard = ledger_.Heard<v1::BatchReviewApplicationsRequest>();
  ASSERT_THAT(heard, SizeIs(2));
  EXPECT_THAT(heard[0].reviews(), SizeIs(3));
  EXPECT_EQ(heard[0].reviews(0).score(), 8'850);
  EXPECT_THAT(heard[1].reviews(), SizeIs(1));
}

TEST_F(VoucherctlServerTest, ImportAgainSendsTheSameRequestIds) {
  ledger_.On<v1::BatchReviewApplicationsRequest, v1::BatchReviewApplicationsResponse>(
      "BatchReviewApplications", AnswerReviews);
  const std::string file = WriteFile("reviews.csv", kReviews);
  Run({"import", "reviews", file});
  Run({"import", "reviews", WriteFile("copy.csv", kReviews)});
  Run({"import", "reviews", WriteFile("other.csv", absl::StrCat(kReviews, "\n"))});
  const auto heard = ledger_.Heard<v1::BatchReviewApplicationsRequest>();
  ASSERT_THAT(heard, SizeIs(3));
  EXPECT_EQ(heard[0].reviews(1).request_id(), heard[1].reviews(1).request_id());
  EXPECT_NE(heard[0].reviews(1).request_id(), heard[2].reviews(1).request_id());
}

// The server records nothing of a batch in which a row is malformed.
TEST_F(VoucherctlServerTest, ImportSendsTheOthersAgainAfterAMalformedRow) {
  ledger_.On<v1::BatchReviewApplicationsRequest, v1::BatchReviewApplicationsResponse>(
      "BatchReviewApplications", [](const auto& request, auto* response) {
        for (int i = 0; i < request.reviews_size(); ++i) {
          if (request.reviews(i).application_id() == 8) {
            return MalformedFields({{absl::StrCat("reviews[", i, "].stage_id"), "no such stage"},
                                    {absl::StrCat("reviews[", i, "].score"), "too high"},
                                    {absl::StrCat("reviews[", i, "].score"), "too high"}});
          }
        }
        return AnswerReviews(request, response);
      });
  const std::string file = WriteFile("malformed.csv", kReviews);
  EXPECT_EQ(Run({"--json", "import", "reviews", file}), kMalformed);
  const auto heard = ledger_.Heard<v1::BatchReviewApplicationsRequest>();
  ASSERT_THAT(heard, SizeIs(2));
  EXPECT_THAT(heard[0].reviews(), SizeIs(4));
  ASSERT_THAT(heard[1].reviews(), SizeIs(3));
  EXPECT_EQ(heard[1].reviews(0).request_id(), heard[0].reviews(0).request_id());
  EXPECT_EQ(heard[1].reviews(1).application_id(), 9u);

  const auto report = nlohmann::json::parse(out_);
  std::vector<std::string> outcomes;
  for (const auto& row : report["rows"]) outcomes.push_back(row["outcome"]);
  EXPECT_THAT(outcomes, ElementsAre("accepted", "malformed", "ILLEGAL_STATE", "accepted"));
  EXPECT_EQ(report["rows"][1]["message"], "stage_id: no such stage; score: too high");
}

TEST_F(VoucherctlServerTest, ImportGivesUpOnAMalformedBatchThatNamesNoRow) {
  ledger_.On<v1::BatchReviewApplicationsRequest, v1::BatchReviewApplicationsResponse>(
      "BatchReviewApplications", [](const auto&, auto*) {
        return MalformedFields({{"reviews", "too many"}});
      });
  EXPECT_EQ(Run({"import", "reviews", WriteFile("reviews.csv", kReviews)}), kMalformed);
  EXPECT_THAT(ledger_.Heard<v1::BatchReviewApplicationsRequest>(), SizeIs(1));
  EXPECT_THAT(out_, HasSubstr("malformed     4\n"));
}

TEST_F(VoucherctlServerTest, ImportOfConfirmationsSendsBatches) {
  ledger_.On<v1::BatchConfirmTransfersRequest, v1::BatchConfirmTransfersResponse>(
      "BatchConfirmTransfers", [](const auto& request, auto* response) {
        for (int i = 0; i < request.confirmations_size(); ++i) {
          response->add_outcomes()->mutable_event()->set_credited_fen(5);
        }
        return grpc::Status::OK;
      });
  const std::string file =
      WriteFile("confirmations.csv", "transfer_id,provider_reference\n3,a\n4,b\n");
  EXPECT_EQ(Run({"import", "confirmations", file}), kOk);
  const auto heard = ledger_.Heard<v1::BatchConfirmTransfersRequest>();
  ASSERT_THAT(heard, SizeIs(1));
  EXPECT_EQ(heard[0].confirmations(1).provider_reference(), "b");
}

// Every import of which a row is a call: one row is sent, another refused with its reason.
TEST_F(VoucherctlServerTest, ImportOfSingleRowsSendsEach) {
  const auto refuse_second = [](const auto&, auto* response) {
    static std::atomic<int> calls{0};
    if (++calls % 2 == 0) return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such thing");
    response->mutable_receipt()->set_sequence(1);
    return grpc::Status::OK;
  };
  ledger_.On<v1::RecordIncidentRequest, v1::RecordIncidentResponse>("RecordIncident",
                                                                    refuse_second);
  ledger_.On<v1::SetListingRequest, v1::SetListingResponse>("SetListing", refuse_second);
  ledger_.On<v1::SetBlacklistRequest, v1::SetBlacklistResponse>("SetBlacklist", refuse_second);
  ledger_.On<v1::PutClusterRequest, v1::PutClusterResponse>("PutCluster", refuse_second);
  ledger_.On<v1::FileObjectionRequest, v1::FileObjectionResponse>("FileObjection", refuse_second);
  ledger_.On<v1::AcceptProjectRequest, v1::AcceptProjectResponse>("AcceptProject", refuse_second);
  ledger_.On<v1::CorrectApplicationRequest, v1::CorrectApplicationResponse>("CorrectApplication",
                                                                            refuse_second);
  ledger_.On<v1::RecordDisbursementRequest, v1::RecordDisbursementResponse>("RecordDisbursement",
                                                                            refuse_second);
  const std::string other = "91330100799655058B";
  const struct {
    const char* name;
    std::string csv;
  } kFiles[] = {
      {"incidents", absl::StrCat("uscc,kind,date,reference\n", kUscc, ",SAFETY,2024-06-01,a\n",
                                 other, ",SAFETY,2024-06-01,a\n")},
      {"listings", absl::StrCat("uscc,kind,listed\n", kUscc, ",JOINT_PUNISHMENT,true\n", other,
                                ",JOINT_PUNISHMENT,true\n")},
      {"blacklist", absl::StrCat("uscc,reason\n", kUscc, ",a\n", other, ",b\n")},
      {"clusters",
       absl::StrCat("cluster_id,cluster_name,lead_uscc,lead_name,requested_fen,member_uscc,"
                    "planned_cost_fen\nc1,n,",
                    kUscc, ",l,5,", other, ",1\nc2,n,", kUscc, ",l,5,", other, ",1\n")},
      {"objections", "application_id,reference,reason\n7,a,b\n8,a,b\n"},
      {"acceptances", "application_id,document_kind,document_number,document_sha256\n7,,,\n8,,,\n"},
      {"corrections",
       "application_id,spend_fen,invoice_code,invoice_number,invoice_amount_fen,"
       "invoice_issued_on\n7,5,,,,\n8,5,,,,\n"},
      {"disbursements",
       "statement_id,amount_fen,fiscal_reference,paid_on\n7,5,a,2025-01-01\n8,5,a,2025-01-01\n"},
  };
  for (const auto& file : kFiles) {
    std::vector<std::string> words = {"import", file.name,
                                      WriteFile(absl::StrCat(file.name, ".csv"), file.csv),
                                      "--concurrency", "1"};
    if (absl::string_view(file.name) == "clusters") {
      words.insert(words.end(), {"--program", "jiangmen-cluster-2021"});
    }
    EXPECT_EQ(Run(words), kRefused) << file.name << err_;
    EXPECT_THAT(out_, HasSubstr("accepted      1\n")) << file.name << out_;
    EXPECT_THAT(err_, HasSubstr("NOT_FOUND: no such thing")) << file.name;
  }
  EXPECT_THAT(ledger_.Heard<v1::PutClusterRequest>(), SizeIs(2));
  EXPECT_THAT(ledger_.Heard<v1::RecordDisbursementRequest>(), SizeIs(2));
}

// --- reconciliation ---

constexpr char kStatement[] =
    "transfer_id,amount_fen,provider_reference\n"
    "1,150000,r1\n2,80000,r2\n2,80000,r2b\n9,1000,r9\n3,70000,r3\n";

grpc::Status AnswerReconcile(const v1::ReconcileTransfersRequest& request,
                             v1::ReconcileTransfersResponse* response) {
  response->mutable_receipt()->set_sequence(77);
  v1::TransfersReconciled& event = *response->mutable_event();
  const auto add = [&](v1::ReconciliationFinding finding, uint64_t transfer, int64_t ledger_fen) {
    v1::ReconciledLine& line = *event.add_lines();
    line.set_line(static_cast<uint32_t>(event.lines_size() - 1));
    line.set_finding(finding);
    line.set_transfer_id(transfer);
    line.set_ledger_fen(ledger_fen);
    return &line;
  };
  add(v1::RECONCILIATION_FINDING_MATCHED, 1, 150'000);
  add(v1::RECONCILIATION_FINDING_SILENT, 2, 80'000);
  if (request.confirm_silent()) {
    event.mutable_lines(1)->set_credited_fen(80'000);
    event.set_confirmed(1);
  }
  add(v1::RECONCILIATION_FINDING_DOUBLE, 2, 80'000);
  add(v1::RECONCILIATION_FINDING_EXTRA, 0, 0);
  add(v1::RECONCILIATION_FINDING_WRONG_AMOUNT, 3, 75'000);
  event.add_missing_transfer_ids(4);
  event.add_missing_transfer_ids(6);
  return grpc::Status::OK;
}

TEST_F(VoucherctlServerTest, StatementLinesAreOneRequestAndATableOfFindings) {
  ledger_.On<v1::ReconcileTransfersRequest, v1::ReconcileTransfersResponse>("ReconcileTransfers",
                                                                            AnswerReconcile);
  const std::string file = WriteFile("statement.csv", kStatement);
  EXPECT_EQ(Run({"import", "statement-lines", file, "--provider", "huaweicloud", "--last-transfer",
                 "6", "--confirm-silent"}),
            kOk)
      << err_;
  const auto heard = ledger_.Heard<v1::ReconcileTransfersRequest>();
  ASSERT_THAT(heard, SizeIs(1));
  EXPECT_EQ(heard[0].provider_id(), "huaweicloud");
  EXPECT_EQ(heard[0].last_transfer_id(), 6u);
  EXPECT_TRUE(heard[0].confirm_silent());
  ASSERT_THAT(heard[0].lines(), SizeIs(5));
  EXPECT_EQ(heard[0].lines(4).provider_reference(), "r3");

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
  EXPECT_THAT(out_, HasSubstr("receipt: entry 77"));
}

TEST_F(VoucherctlServerTest, StatementLinesHaveAnIdForEachFileAndQuestion) {
  ledger_.On<v1::ReconcileTransfersRequest, v1::ReconcileTransfersResponse>("ReconcileTransfers",
                                                                            AnswerReconcile);
  const std::string file = WriteFile("statement.csv", kStatement);
  const std::vector<std::string> words = {"--json", "import",     "statement-lines",
                                          file,     "--provider", "huaweicloud"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), words.begin(), words.end());
    EXPECT_EQ(Run(more), kOk);
  };
  with({});
  with({});
  with({"--confirm-silent"});
  with({"--request-id", "mine"});
  const auto heard = ledger_.Heard<v1::ReconcileTransfersRequest>();
  ASSERT_THAT(heard, SizeIs(4));
  EXPECT_EQ(heard[0].request_id(), heard[1].request_id());
  EXPECT_NE(heard[0].request_id(), heard[2].request_id());
  EXPECT_EQ(heard[3].request_id(), "mine");
  const auto report = nlohmann::json::parse(out_);
  EXPECT_EQ(report["lines"][4]["finding"], "WRONG_AMOUNT");
  EXPECT_EQ(report["lines"][4]["line"], 6);
  EXPECT_EQ(report["lines"][4]["ledger_fen"], 75'000);
  EXPECT_THAT(report["missing_transfer_ids"], ElementsAre(4, 6));
}

TEST_F(VoucherctlServerTest, StatementLinesOverTheBoundAreNotSent) {
  std::string csv = "transfer_id,amount_fen,provider_reference\n";
  for (int i = 1; i <= 8'193; ++i) absl::StrAppend(&csv, i, ",1,r\n");
  EXPECT_EQ(Run({"import", "statement-lines", WriteFile("long.csv", csv), "--provider", "p"}),
            kMalformed);
  EXPECT_THAT(err_, HasSubstr("at most 8192"));
  EXPECT_THAT(ledger_.Heard<v1::ReconcileTransfersRequest>(), IsEmpty());
}

// --- notices ---

TEST_F(VoucherctlServerTest, NoticeIsPublishedForAFileForIdsOrForAllListed) {
  ledger_.On<v1::PublishNoticeRequest, v1::PublishNoticeResponse>(
      "PublishNotice", [](const auto&, auto* response) {
        response->mutable_event()->set_notice_id(4);
        return grpc::Status::OK;
      });
  AddApplication(1, v1::APPLICATION_STATE_LISTED, "420111", 5);
  AddApplication(2, v1::APPLICATION_STATE_HELD, "420111", 5);
  AddApplication(3, v1::APPLICATION_STATE_LISTED, "420111", 5);
  const std::string file = WriteFile("ids.csv", "application_id\n7\n8\n");
  EXPECT_EQ(Run({"notice", "publish", kProgram, "--file", file}), kOk) << err_;
  EXPECT_EQ(Run({"notice", "publish", kProgram, "--file", file}), kOk);
  EXPECT_EQ(Run({"notice", "publish", kProgram, "--ids", "5,6"}), kOk) << err_;
  EXPECT_EQ(Run({"notice", "publish", kProgram, "--listed"}), kOk);
  const auto heard = ledger_.Heard<v1::PublishNoticeRequest>();
  ASSERT_THAT(heard, SizeIs(4));
  EXPECT_THAT(heard[0].application_ids(), ElementsAre(7u, 8u));
  EXPECT_EQ(heard[0].request_id(), heard[1].request_id());
  EXPECT_THAT(heard[2].application_ids(), ElementsAre(5u, 6u));
  EXPECT_THAT(heard[3].application_ids(), ElementsAre(101u, 103u));
  EXPECT_NE(heard[2].request_id(), heard[3].request_id());

  EXPECT_EQ(Run({"notice", "publish", kProgram, "--listed", "--dry-run"}), kOk);
  EXPECT_THAT(out_, HasSubstr("2 applications would go on notice"));
  EXPECT_EQ(Run({"notice", "publish", kProgram}), kMalformed);
  EXPECT_EQ(Run({"notice", "publish", kProgram, "--listed", "--ids", "5"}), kMalformed);
  EXPECT_EQ(Run({"notice", "publish", "harbin-2022", "--listed"}), kRefused);
  EXPECT_THAT(ledger_.Heard<v1::PublishNoticeRequest>(), SizeIs(4));
}

TEST_F(VoucherctlServerTest, MoreListedThanANoticeHoldsGoOnSeveral) {
  ledger_.On<v1::PublishNoticeRequest, v1::PublishNoticeResponse>(
      "PublishNotice", [](const auto&, auto*) { return grpc::Status::OK; });
  for (uint64_t i = 1; i <= 8'193; ++i) {
    v1::Application& application = ledger_.applications.emplace_back();
    application.set_application_id(i);
    application.set_program_id(kProgram);
    application.set_state(v1::APPLICATION_STATE_LISTED);
  }
  EXPECT_EQ(Run({"--request-id", "mine", "notice", "publish", kProgram, "--listed"}), kOk) << err_;
  const auto heard = ledger_.Heard<v1::PublishNoticeRequest>();
  ASSERT_THAT(heard, SizeIs(2));
  EXPECT_THAT(heard[0].application_ids(), SizeIs(8'192));
  EXPECT_EQ(heard[0].request_id(), "mine");
  EXPECT_THAT(heard[1].application_ids(), ElementsAre(8'193u));
  EXPECT_EQ(heard[1].request_id(), "mine/2");
}

// --- exports ---

TEST_F(VoucherctlServerTest, ExportQueueReadsAllPagesInQueueOrder) {
  AddApplication(2, v1::APPLICATION_STATE_HELD, "420111", 600);
  v1::Application& first = AddApplication(1, v1::APPLICATION_STATE_APPROVED, "420112", 500, 450);
  first.set_enterprise_name("=cmd,\"x\"");
  first.add_provider_ids("aliyun");
  first.add_provider_ids("ecloud");
  first.set_score(8'850);
  AddApplication(0, v1::APPLICATION_STATE_HELD, "420111", 7);  // awarded: no place in the queue
  AddApplication(3, v1::APPLICATION_STATE_WAITLISTED, "420111", 0).set_wanted_fen(900);
  AddApplication(4, v1::APPLICATION_STATE_HELD, "420111", 1).set_program_id("harbin-2022");
  ledger_.rows_per_page = 2;
  EXPECT_EQ(Run({"export", "queue", kProgram}), kOk) << err_;
  EXPECT_THAT(
      CsvLines(),
      ElementsAre(
          "queue_number,application_id,received_at,uscc,enterprise_name,division,size,item_id,"
          "project_id,cluster_id,provider_ids,delivery_mode,spend_yuan,wanted_yuan,granted_yuan,"
          "approved_yuan,state,next_stage,score,rank,notice_id,voucher_id",
          "1,101,2025-10-31 23:59:59.999,\"914403001922038216\t\",\"'=cmd,\"\"x\"\"\",420112,SMALL,"
          "resource,,,aliyun;ecloud,,100.00,0.00,5.00,4.50,APPROVED,,88.50,,,",
          "2,102,2025-10-31 "
          "23:59:59.999,\"914403001922038216\t\",武汉测试科技有限公司,420111,SMALL,"
          "business,,,,,100.00,0.00,6.00,0.00,HELD,,,,,",
          "3,103,2025-10-31 "
          "23:59:59.999,\"914403001922038216\t\",武汉测试科技有限公司,420111,SMALL,"
          "resource,,,,,100.00,9.00,0.00,0.00,WAITLISTED,,,,,",
          ",100,2025-10-31 23:59:59.999,\"914403001922038216\t\",武汉测试科技有限公司,420111,SMALL,"
          "business,,,,,100.00,0.00,0.07,0.00,HELD,,,,,"));
  EXPECT_EQ(err_, "4 rows as of ledger entry 900\n");
  EXPECT_THAT(ledger_.Heard<v1::ListApplicationsRequest>(), SizeIs(2));
}

TEST_F(VoucherctlServerTest, ExportSaysIfTheLedgerMovedOnMeanwhile) {
  for (uint64_t i = 1; i <= 3; ++i) AddApplication(i, v1::APPLICATION_STATE_HELD, "420111", 5);
  ledger_.rows_per_page = 1;
  ledger_.moves = 10;
  EXPECT_EQ(Run({"--json", "export", "queue", kProgram}), kOk);
  EXPECT_THAT(err_, HasSubstr("3 rows as of ledger entry 920; the ledger moved on from entry 900"));
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["export"], "queue");
  EXPECT_EQ(json["program_id"], kProgram);
  EXPECT_EQ(json["first_sequence"], 900);
  EXPECT_EQ(json["last_sequence"], 920);
  ASSERT_THAT(json["rows"], SizeIs(3));
  EXPECT_EQ(json["rows"][0]["granted_fen"], 5);
  EXPECT_EQ(json["rows"][0]["uscc"], kUscc);  // spreadsheets' tab is for spreadsheets only
}

TEST_F(VoucherctlServerTest, ExportWritesAFileOrSaysThatItCannot) {
  AddApplication(1, v1::APPLICATION_STATE_HELD, "420111", 5);
  const std::string file = absl::StrCat(::testing::TempDir(), "/queue.csv");
  EXPECT_EQ(Run({"export", "queue", kProgram, "--zh", "--out", file}), kOk);
  EXPECT_THAT(out_, IsEmpty());
  std::ifstream stream(file, std::ios::binary);
  const std::string written(std::istreambuf_iterator<char>(stream), {});
  EXPECT_THAT(written, StartsWith("\xEF\xBB\xBF排队序号,申请编号,受理时间,"));
  EXPECT_EQ(Run({"export", "queue", kProgram, "--out", "/no/such/folder/x.csv"}), kMalformed);
}

TEST_F(VoucherctlServerTest, ExportNoticeMasksNames) {
  AddApplication(1, v1::APPLICATION_STATE_ON_NOTICE, "420111", 500);
  AddApplication(2, v1::APPLICATION_STATE_LISTED, "420112", 600);
  AddApplication(3, v1::APPLICATION_STATE_OBJECTED, "420113", 700).set_enterprise_name("江夏陶坊");
  v1::Notice& old = ledger_.notices.emplace_back();
  old.set_notice_id(4);
  old.set_program_id(kProgram);
  v1::Notice& notice = ledger_.notices.emplace_back();
  notice.set_notice_id(5);
  notice.set_program_id(kProgram);
  notice.add_application_ids(101);
  notice.add_application_ids(103);
  notice.mutable_starts_on()->set_year(2025);
  notice.mutable_starts_on()->set_month(9);
  notice.mutable_starts_on()->set_day(1);
  *notice.mutable_last_day() = notice.starts_on();
  notice.mutable_last_day()->set_day(8);
  v1::Item& item = *ledger_.program.mutable_rules()->add_items();
  item.set_item_id("resource");
  item.set_title_zh("资源上云");

  EXPECT_EQ(Run({"export", "notice", kProgram}), kOk) << err_;
  EXPECT_THAT(CsvLines(),
              ElementsAre("row,application_id,enterprise_name,division,item_id,item_title,"
                          "granted_yuan,notice_id,starts_on,last_day",
                          "1,101,武汉测****公司,420111,resource,资源上云,5.00,5,2025-09-01,"
                          "2025-09-08",
                          "2,103,江****坊,420113,resource,资源上云,7.00,5,2025-09-01,2025-09-08"));
  EXPECT_EQ(Run({"--json", "export", "notice", kProgram}), kOk);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("武汉测****公司"), Not(HasSubstr("科技")), Not(HasSubstr(kUscc))));

  EXPECT_EQ(Run({"export", "notice", kProgram, "--draft"}), kOk);
  EXPECT_THAT(CsvLines(),
              ElementsAre(StartsWith("row,"), "1,102,武汉测****公司,420112,business,,6.00,,,"));
  EXPECT_EQ(Run({"export", "notice", "harbin-2022"}), kRefused);
  EXPECT_THAT(err_, HasSubstr("harbin-2022 has no notice yet"));
  EXPECT_EQ(Run({"export", "notice", "harbin-2022", "--notice", "5"}), kRefused);
  EXPECT_EQ(Run({"export", "notice", kProgram, "--notice", "5", "--draft"}), kMalformed);
}

TEST_F(VoucherctlServerTest, ExportApprovedKeepsToItsDivision) {
  AddApplication(1, v1::APPLICATION_STATE_APPROVED, "420112", 500, 450);
  AddApplication(2, v1::APPLICATION_STATE_SETTLED, "420111", 600, 600);
  AddApplication(3, v1::APPLICATION_STATE_SUPERSEDED, "420111", 600, 600);
  AddApplication(4, v1::APPLICATION_STATE_ACCEPTED, "420211", 700, 650);
  AddApplication(5, v1::APPLICATION_STATE_LISTED, "420111", 800);
  const auto queue_numbers = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"--json", "export", "approved", kProgram};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(Run(words), kOk) << err_;
    std::vector<int> numbers;
    const auto json = nlohmann::json::parse(out_);
    for (const auto& row : json["rows"]) numbers.push_back(row["queue_number"]);
    return numbers;
  };
  EXPECT_THAT(queue_numbers({}), ElementsAre(2, 1, 4));  // by division
  EXPECT_THAT(queue_numbers({"--division", "420111"}), ElementsAre(2));
  EXPECT_THAT(queue_numbers({"--division", "420100"}), ElementsAre(2, 1));
  EXPECT_EQ(Run({"export", "approved", kProgram, "--division", "4201"}), kMalformed);
}

v1::Statement& AddStatement(uint64_t id, const std::string& provider, const std::string& division,
                            int64_t booked_fen, FakeLedger* ledger) {
  v1::Statement& statement = ledger->statements.emplace_back();
  statement.set_statement_id(id);
  statement.set_program_id(kProgram);
  statement.set_provider_id(provider);
  statement.set_division(division);
  statement.mutable_period()->set_year(2025);
  statement.mutable_period()->set_month(9);
  statement.set_booked_fen(booked_fen);
  statement.set_state(v1::STATEMENT_STATE_CLOSED);
  return statement;
}

TEST_F(VoucherctlServerTest, ExportStatementsAndTheirLines) {
  v1::Statement& first = AddStatement(1, "huaweicloud", "", 10'000, &ledger_);
  first.set_reversed_fen(11'000);
  first.set_carried_forward_fen(-1'000);
  first.add_disbursements()->set_fiscal_reference("财1");
  first.add_disbursements()->set_fiscal_reference("财2");
  first.set_closed_sequence(88);
  AddStatement(2, "", "420100", 300, &ledger_);
  for (uint64_t i = 1; i <= 3; ++i) {
    v1::StatementLine& line = ledger_.statement_lines[2].emplace_back();
    line.set_application_id(i);
    line.set_uscc(kUscc);
    line.set_enterprise_name("武汉测试科技有限公司");
    line.set_due_fen(static_cast<int64_t>(i) * 100);
  }
  ledger_.rows_per_page = 2;
  EXPECT_EQ(Run({"export", "statements", kProgram}), kOk) << err_;
  EXPECT_THAT(CsvLines(),
              ElementsAre("statement_id,period,provider_id,division,booked_yuan,reversed_yuan,"
                          "brought_forward_yuan,set_off_yuan,due_yuan,carried_forward_yuan,"
                          "paid_yuan,state,fiscal_references,closed_sequence",
                          "1,2025-09,huaweicloud,,100.00,110.00,0.00,0.00,0.00,-10.00,0.00,CLOSED,"
                          "财1;财2,88",
                          "2,2025-09,,420100,3.00,0.00,0.00,0.00,0.00,0.00,0.00,CLOSED,,"));
  EXPECT_EQ(Run({"export", "statements", kProgram, "--provider", "huaweicloud"}), kOk);
  EXPECT_THAT(CsvLines(), SizeIs(2));
  EXPECT_EQ(Run({"export", "statements", kProgram, "--lines"}), kOk);
  const std::vector<std::string> lines = CsvLines();
  ASSERT_THAT(lines, SizeIs(4));  // a header and three lines, over two pages
  EXPECT_EQ(lines[3], "2,2025-09,420100,3,\"914403001922038216\t\",武汉测试科技有限公司,3.00,0.00");
}

TEST_F(VoucherctlServerTest, ExportBudgetSumsByPhase) {
  AddApplication(1, v1::APPLICATION_STATE_APPROVED, "420112", 500, 450);
  AddApplication(2, v1::APPLICATION_STATE_HELD, "420111", 600);
  AddApplication(3, v1::APPLICATION_STATE_SETTLED, "420111", 700, 650);
  AddApplication(4, v1::APPLICATION_STATE_REJECTED, "420111", 800);
  AddApplication(6, v1::APPLICATION_STATE_WAITLISTED, "420111", 0).set_wanted_fen(900);
  AddApplication(8, v1::APPLICATION_STATE_RETURNED, "420112", 50)
      .set_size(v1::ENTERPRISE_SIZE_MICRO);
  v1::Item& item = *ledger_.program.mutable_rules()->add_items();
  item.set_item_id("business");
  item.set_title_zh("业务上云");
  const std::string header =
      "key,title,applications,spend_yuan,waiting,waiting_amount_yuan,held,held_amount_yuan,"
      "approved,approved_amount_yuan,settled,settled_amount_yuan,ended";
  const std::string total = "TOTAL,合计,6,600.00,1,9.00,2,6.50,2,11.00,1,6.50,1";

  EXPECT_EQ(Run({"export", "budget", kProgram, "--by", "division"}), kOk) << err_;
  EXPECT_THAT(CsvLines(), ElementsAre(header, "420111,,4,400.00,1,9.00,1,6.00,1,6.50,1,6.50,1",
                                      "420112,,2,200.00,0,0.00,1,0.50,1,4.50,0,0.00,0", total));
  EXPECT_EQ(Run({"export", "budget", kProgram, "--by", "item"}), kOk);
  EXPECT_THAT(CsvLines(),
              ElementsAre(header, "business,业务上云,4,400.00,1,9.00,2,6.50,0,0.00,0,0.00,1",
                          "resource,,2,200.00,0,0.00,0,0.00,2,11.00,1,6.50,0", total));
  EXPECT_EQ(Run({"export", "budget", kProgram, "--by", "size"}), kOk);
  EXPECT_THAT(CsvLines(), ElementsAre(header, "MICRO,,1,100.00,0,0.00,1,0.50,0,0.00,0,0.00,0",
                                      "SMALL,,5,500.00,1,9.00,1,6.00,2,11.00,1,6.50,1", total));
  EXPECT_EQ(Run({"export", "budget", kProgram, "--by", "colour"}), kMalformed);
  EXPECT_EQ(Run({"export", "budget", kProgram}), kMalformed);
}

void AddTransfer(uint64_t id, uint64_t account, const std::string& program, int64_t fen,
                 v1::TransferState state, FakeLedger* ledger) {
  v1::Transfer& transfer = ledger->transfers.emplace_back();
  transfer.set_transfer_id(id);
  transfer.set_account_id(account);
  transfer.set_program_id(program);
  transfer.set_amount_fen(fen);
  transfer.set_state(state);
  transfer.set_voucher_id(3);
}

TEST_F(VoucherctlServerTest, ExportBudgetByProviderSumsTransfersAndStatements) {
  for (const char* id : {"aliyun", "ecloud", "huaweicloud"}) {
    v1::Provider& provider = ledger_.providers.emplace_back();
    provider.set_provider_id(id);
    provider.set_name(absl::StrCat(id, "公司"));
  }
  for (uint64_t i = 1; i <= 2; ++i) {
    v1::CloudAccount& account = ledger_.accounts.emplace_back();
    account.set_account_id(i);
    account.set_provider_id(i == 1 ? "huaweicloud" : "aliyun");
  }
  AddTransfer(1, 1, kProgram, 100, v1::TRANSFER_STATE_CONFIRMED, &ledger_);
  AddTransfer(2, 1, kProgram, 200, v1::TRANSFER_STATE_OVERDUE, &ledger_);
  AddTransfer(3, 1, kProgram, 400, v1::TRANSFER_STATE_DECLINED, &ledger_);
  AddTransfer(4, 1, "harbin-2022", 800, v1::TRANSFER_STATE_CONFIRMED, &ledger_);
  AddTransfer(5, 2, kProgram, 1'600, v1::TRANSFER_STATE_ORDERED, &ledger_);
  v1::Statement& old = AddStatement(1, "huaweicloud", "", 90, &ledger_);
  old.set_due_fen(90);
  old.set_paid_fen(90);
  v1::Statement& latest = AddStatement(2, "huaweicloud", "", 10, &ledger_);
  latest.set_reversed_fen(30);
  latest.set_carried_forward_fen(-20);
  ledger_.rows_per_page = 2;
  EXPECT_EQ(Run({"export", "budget", kProgram, "--by", "provider"}), kOk) << err_;
  EXPECT_THAT(
      CsvLines(),
      ElementsAre("key,title,transfers,ordered_amount_yuan,unanswered,"
                  "unanswered_amount_yuan,confirmed,confirmed_amount_yuan,declined,"
                  "declined_amount_yuan,statements,booked_amount_yuan,"
                  "reversed_amount_yuan,due_amount_yuan,paid_amount_yuan,"
                  "carried_forward_amount_yuan",
                  "aliyun,aliyun公司,1,16.00,1,16.00,0,0.00,0,0.00,0,0.00,0.00,0.00,0.00,"
                  "0.00",
                  "huaweicloud,huaweicloud公司,3,7.00,1,2.00,1,1.00,1,4.00,2,1.00,0.30,0.90,"
                  "0.90,-0.20",
                  "TOTAL,合计,4,23.00,2,18.00,1,1.00,1,4.00,2,1.00,0.30,0.90,0.90,-0.20"));
}

TEST_F(VoucherctlServerTest, ExportWritesNothingIfAPageFails) {
  AddApplication(1, v1::APPLICATION_STATE_HELD, "420111", 5);
  AddApplication(2, v1::APPLICATION_STATE_HELD, "420111", 5);
  ledger_.On<v1::ListApplicationsRequest, v1::ListApplicationsResponse>(
      "ListApplications", [](const auto& request, auto* response) {
        if (!request.page_token().empty()) {
          return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "role");
        }
        response->add_applications();
        response->set_next_page_token("1");
        return grpc::Status::OK;
      });
  EXPECT_EQ(Run({"export", "queue", kProgram}), kRefused);
  EXPECT_THAT(out_, IsEmpty());
}

// --- watches ---

void AddEntry(uint64_t sequence, bool refused, FakeLedger* ledger) {
  v1::RecordedEntry& recorded = ledger->entries.emplace_back();
  v1::Entry& entry = *recorded.mutable_entry();
  entry.set_sequence(sequence);
  entry.set_recorded_unix_ns(1'761'926'399'000'000'000);
  entry.set_principal(2);
  entry.set_program(1);
  entry.mutable_command()->mutable_redeem()->set_order_number("o");
  if (refused) {
    entry.mutable_refusal()->set_reason(v1::REASON_INSUFFICIENT_CREDIT);
  } else {
    entry.mutable_event()->mutable_redeemed()->set_amount_fen(5);
  }
}

TEST_F(VoucherctlServerTest, EntryWatchPrintsALineEachFromWhereItIsTold) {
  for (uint64_t i = 1; i <= 5; ++i) AddEntry(i, i == 3, &ledger_);
  EXPECT_EQ(Run({"entry", "watch", "--from", "2"}), kOk) << err_;
  EXPECT_EQ(out_,
            "2  2025-10-31 23:59:59 +08:00  principal 2  program 1  redeem  accepted\n"
            "3  2025-10-31 23:59:59 +08:00  principal 2  program 1  redeem  refused "
            "INSUFFICIENT_CREDIT\n"
            "4  2025-10-31 23:59:59 +08:00  principal 2  program 1  redeem  accepted\n"
            "5  2025-10-31 23:59:59 +08:00  principal 2  program 1  redeem  accepted\n");
  EXPECT_EQ(err_, "resume with --from 6\n");
  // The message holds entries 2 and 3: it stops in its middle.
  EXPECT_EQ(Run({"entry", "watch", "--from", "2", "--count", "1"}), kOk);
  EXPECT_THAT(out_, AllOf(StartsWith("2  "), Not(HasSubstr("\n3  "))));
  EXPECT_EQ(err_, "resume with --from 3\n");
}

TEST_F(VoucherctlServerTest, EntryWatchPrintsALineOfJsonEach) {
  for (uint64_t i = 1; i <= 3; ++i) AddEntry(i, false, &ledger_);
  EXPECT_EQ(Run({"--json", "entry", "watch"}), kOk);
  const std::vector<std::string> lines = absl::StrSplit(out_, '\n', absl::SkipEmpty());
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(nlohmann::json::parse(lines[2])["entry"]["sequence"], "3");
  EXPECT_EQ(Run({"call", "AuditService/WatchEntries", "--data", "{\"from_sequence\": 3}"}), kOk);
  EXPECT_EQ(nlohmann::json::parse(out_)["next_sequence"], "4");
}

TEST_F(VoucherctlServerTest, TransferWatchKeepsTheChangesOfOneEntryTogether) {
  for (const uint64_t sequence : {5, 6, 6, 9}) {
    v1::TransferChange& change = ledger_.changes.emplace_back();
    change.set_sequence(sequence);
    change.mutable_transfer()->set_transfer_id(ledger_.changes.size());
    change.mutable_transfer()->set_program_id(kProgram);
    change.mutable_transfer()->set_voucher_id(3);
    change.mutable_transfer()->set_account_id(7);
    change.mutable_transfer()->set_amount_fen(123'456);
    change.mutable_transfer()->set_state(v1::TRANSFER_STATE_CONFIRMED);
    change.mutable_transfer()->set_provider_reference("r");
  }
  EXPECT_EQ(Run({"transfer", "watch", "--provider", "aliyun", "--count", "1", "--from", "6"}), kOk);
  EXPECT_EQ(out_,
            "6  transfer 2  CONFIRMED  hubei-2025  voucher 3  account 7  1,234.56 yuan  r\n"
            "6  transfer 3  CONFIRMED  hubei-2025  voucher 3  account 7  1,234.56 yuan  r\n");
  EXPECT_EQ(err_, "resume with --from 7\n");
}

// --- printed orders ---

TEST_F(VoucherctlServerTest, ArchiveShowsTheBudgetEquationAndFailsIfItDoesNotHold) {
  ledger_.On<v1::ArchiveProgramRequest, v1::ArchiveProgramResponse>(
      "ArchiveProgram", [](const auto&, auto* response) {
        response->mutable_receipt()->set_sequence(7);
        response->mutable_event()->set_returned_fen(40'00);
        return grpc::Status::OK;
      });
  int64_t paid_fen = 60'00;
  ledger_.On<v1::GetBudgetRequest, v1::GetBudgetResponse>(
      "GetBudget", [&paid_fen](const auto& request, auto* response) {
        EXPECT_EQ(request.min_sequence(), 7u);
        v1::Budget* budget = response->mutable_budget();
        budget->set_program_id(request.program_id());
        budget->set_appropriated_fen(100'00);
        budget->set_paid_fen(paid_fen);
        budget->set_returned_fen(40'00);
        return grpc::Status::OK;
      });
  EXPECT_EQ(Run({"program", "archive", kProgram}), kOk);
  EXPECT_THAT(out_, AllOf(HasSubstr("Budget equation of hubei-2025"), HasSubstr("100.00"),
                          HasSubstr("appropriated = paid + returned: holds")));
  paid_fen = 59'99;
  EXPECT_EQ(Run({"program", "archive", kProgram}), kRefused);
  EXPECT_THAT(out_, HasSubstr("DOES NOT HOLD"));
}

TEST_F(VoucherctlServerTest, TransferPrintGathersTheOrder) {
  AddTransfer(12, 7, kProgram, 12'345'678, v1::TRANSFER_STATE_CONFIRMED, &ledger_);
  ledger_.transfers[0].set_provider_reference("HW-1");
  v1::Voucher& voucher = ledger_.vouchers.emplace_back();
  voucher.set_voucher_id(3);
  voucher.set_uscc(kUscc);
  voucher.set_application_id(5);
  voucher.mutable_expires_at()->set_seconds(1'767'196'800);
  v1::CloudAccount& account = ledger_.accounts.emplace_back();
  account.set_account_id(7);
  account.set_provider_id("huaweicloud");
  account.set_account_number("hwc-0001");
  v1::Provider& provider = ledger_.providers.emplace_back();
  provider.set_provider_id("huaweicloud");
  provider.set_name("华为云计算技术有限公司");
  v1::Enterprise& enterprise = ledger_.enterprises.emplace_back();
  enterprise.mutable_facts()->set_uscc(kUscc);
  enterprise.mutable_facts()->set_name("武汉测试科技有限公司");
  ledger_.program.mutable_rules()->set_title_zh("云服务券");

  EXPECT_EQ(Run({"transfer", "print", "12", "--entry", "300"}), kOk) << err_;
  for (const char* part :
       {"企业名称          武汉测试科技有限公司\n", "华为云计算技术有限公司（huaweicloud）",
        "人民币壹拾贰万叁仟肆佰伍拾陆元柒角捌分", "服务商凭证号      HW-1\n",
        "第 300 条记录（状态截至第 900 条）", "云服务券（hubei-2025）"}) {
    EXPECT_THAT(out_, HasSubstr(part));
  }
  EXPECT_EQ(Run({"--json", "transfer", "print", "12"}), kOk);
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["amount_fen"], 12'345'678);
  EXPECT_EQ(json["state"], "CONFIRMED");
  EXPECT_EQ(json["voucher_last_day"], "2025-12-31");
  EXPECT_EQ(json["as_of_sequence"], 900);
  EXPECT_EQ(Run({"transfer", "print", "13"}), kRefused);
  EXPECT_THAT(out_, IsEmpty());
}

}  // namespace
}  // namespace voucher::cli
