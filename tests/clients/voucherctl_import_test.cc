// voucherctl's imports, against a ledger in this process.
#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/clients/fake_ledger.h"
#include "tests/clients/voucherctl_run.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/credit_service.pb.h"
#include "voucher/v1/registry_service.pb.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher::cli {
namespace {

using client::MalformedFields;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

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
  EXPECT_THAT(err_, HasSubstr("lines must have 0 to 8192 elements; has 8193"));
  EXPECT_THAT(ledger_.Heard<v1::ReconcileTransfersRequest>(), IsEmpty());
}

}  // namespace
}  // namespace voucher::cli
