#include "tests/bench/prepared_ledger.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpcpp/support/proto_buffer_reader.h"
#include <sys/types.h>
#include <unistd.h>

#include "ledger/base/sha256.h"
#include "ledger/base/status_macros.h"
#include "ledger/journal/journal.h"
#include "ledger/machine/machine.h"
#include "ledger/state/tables.h"
#include "tests/bench/load.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/request_source.h"
#include "tests/support/sample_program.h"
#include "tests/support/server_process.h"
#include "tests/support/shipped_program.h"
#include "voucher/journal/v1/rows.pb.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::bench {
namespace {

namespace fs = std::filesystem;

// The yearly cap of hubei-2025, and the spend of which 20 % are that.
constexpr int64_t kVoucherFen = 20'000'000;
constexpr int64_t kVoucherSpendFen = kVoucherFen * 5;
// More than all vouchers and applications of any run.
constexpr int64_t kAppropriatedFen = 100'000'000'000'000;
constexpr int kConfirmationsPerBatch = 1'000;
constexpr int kOrdersPerBatch = 1'000;
// Orders built at a time while a ledger is filled.
constexpr size_t kBatchesAtATime = 500;
constexpr char kPlatform[] = "platform";
// Closing writes out the views.
constexpr std::chrono::minutes kCloseTimeout{10};

void AddDescriptors(const google::protobuf::FileDescriptor* file, Sha256* digest) {
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  digest->Update(proto.SerializeAsString());
  for (int i = 0; i < file->dependency_count(); ++i) AddDescriptors(file->dependency(i), digest);
}

// Eight hexadecimal digits that change with whatever a recorded ledger depends on.
absl::StatusOr<std::string> Fingerprint() {
  VOUCHER_ASSIGN_OR_RETURN(const v1::ProgramRules rules, ReadShippedProgram(testing::kProgramId));
  Sha256 digest;
  digest.Update(absl::StrCat(kEvolveVersion, "/", kDeciderVersion));
  digest.Update(rules.SerializeAsString());
  AddDescriptors(v1::Entry::descriptor()->file(), &digest);
  AddDescriptors(rows::CountersRow::descriptor()->file(), &digest);
  return absl::BytesToHexString(AsBytes(digest.Finish()).substr(0, 4));
}

// Fills a new ledger through its API.
class Builder {
 public:
  Builder(const LedgerBuilding& building, const std::string& directory, int accounts)
      : building_(building),
        accounts_(accounts),
        owners_(FirstApplicant(accounts)),
        server_(building.bin_directory + "/voucherd", directory,
                testing::TestConfig(directory + "/data", testing::kInsideWindow,
                                    {testing::kProviderId})) {}

  absl::Status Run(int applicants) {
    VOUCHER_RETURN_IF_ERROR(server_.Start());
    testing::ApiClient client(server_.endpoint(), kPlatform);
    VOUCHER_RETURN_IF_ERROR(testing::PrepareProgram(&client, kAppropriatedFen, 0));
    VOUCHER_RETURN_IF_ERROR(PutEnterprises(owners_ + applicants));
    VOUCHER_RETURN_IF_ERROR(Grant());
    // Alone and first, to be kHotAccount.
    VOUCHER_RETURN_IF_ERROR(BindAccounts(0, 1));
    VOUCHER_RETURN_IF_ERROR(BindAccounts(1, accounts_));
    VOUCHER_RETURN_IF_ERROR(TransferCredit());
    return server_.Terminate(kCloseTimeout);
  }

 private:
  struct Account {
    int owner = 0;
    uint64_t account_id = 0;
  };

  // Sends a pool and hands over each response.
  template <class Response>
  absl::Status Send(RequestPool* pool, const std::function<void(size_t, const Response&)>& take) {
    LoadOptions options;
    options.address = server_.endpoint()->Get().address;
    options.in_flight = pool->items_per_request() > 1 ? 8 : 256;
    bool parsed = true;
    Response response;
    options.on_response = [&](size_t index, const grpc::ByteBuffer& bytes) {
      grpc::ByteBuffer shared(bytes);
      grpc::ProtoBufferReader reader(&shared);
      parsed = parsed && response.ParseFromZeroCopyStream(&reader);
      take(index, response);
    };
    VOUCHER_RETURN_IF_ERROR(RunUnary(options, pool).status());
    return parsed ? absl::OkStatus() : absl::InternalError("a response does not parse");
  }

  absl::Status PutEnterprises(int n) {
    building_.say(absl::StrCat(n, " enterprises"));
    RequestPool pool("/voucher.v1.RegistryService/PutEnterprise", kPlatform, 1);
    for (int i = 0; i < n; ++i) pool.Add(testing::SampleEnterprise(i));
    return Send<v1::PutEnterpriseResponse>(&pool, [](size_t, const auto&) {});
  }

  // Applications of all owners, reviewed and approved: vouchers_ by owner.
  absl::Status Grant() {
    building_.say(absl::StrCat(owners_, " applications, reviews and vouchers"));
    std::vector<uint64_t> applications(static_cast<size_t>(owners_));
    RequestPool submissions("/voucher.v1.ApplicationService/SubmitApplication", kPlatform, 1);
    for (int i = 0; i < owners_; ++i) {
      submissions.Add(testing::SampleApplication(i, i, kVoucherSpendFen));
    }
    VOUCHER_RETURN_IF_ERROR(
        Send<v1::SubmitApplicationResponse>(&submissions, [&](size_t i, const auto& response) {
          applications[i] = response.event().application_id();
        }));
    VOUCHER_ASSIGN_OR_RETURN(const v1::ProgramRules rules, ReadShippedProgram(testing::kProgramId));
    for (const auto& stage : rules.review_stages()) {
      RequestPool reviews("/voucher.v1.ApplicationService/ReviewApplication", "reviewer", 1);
      for (const uint64_t application : applications) {
        v1::ReviewApplicationRequest review;
        review.set_request_id(absl::StrCat("review-", application, "-", stage.stage_id()));
        review.set_application_id(application);
        review.set_stage_id(stage.stage_id());
        review.set_verdict(v1::REVIEW_VERDICT_PASS);
        reviews.Add(review);
      }
      VOUCHER_RETURN_IF_ERROR(
          Send<v1::ReviewApplicationResponse>(&reviews, [](size_t, const auto&) {}));
    }
    vouchers_.resize(applications.size());
    RequestPool approvals("/voucher.v1.ApplicationService/ApproveApplication", "approver", 1);
    for (const uint64_t application : applications) {
      v1::ApproveApplicationRequest approve;
      approve.set_request_id(absl::StrCat("approve-", application));
      approve.set_application_id(application);
      approvals.Add(approve);
    }
    return Send<v1::ApproveApplicationResponse>(&approvals, [&](size_t i, const auto& response) {
      vouchers_[i] = response.event().voucher_id();
    });
  }

  // `n` accounts for the owners from `first_owner` on.
  absl::Status BindAccounts(int first_owner, int n) {
    building_.say(absl::StrCat(n, " cloud accounts"));
    RequestPool pool("/voucher.v1.RegistryService/BindCloudAccount", kPlatform, 1);
    const size_t before = bound_.size();
    for (int i = 0; i < n; ++i) {
      const int owner = first_owner + i / kAccountsPerVoucher;
      bound_.push_back({owner, 0});
      v1::BindCloudAccountRequest bind;
      bind.set_request_id(absl::StrCat("bind-", owner, "-", i));
      bind.set_provider_id(testing::kProviderId);
      bind.set_account_number(absl::StrCat("hw", owner, "-", i));
      bind.set_uscc(testing::SampleUscc(owner));
      pool.Add(bind);
    }
    return Send<v1::BindCloudAccountResponse>(&pool, [&](size_t i, const auto& response) {
      bound_[before + i].account_id = response.event().account_id();
    });
  }

  // Orders each account's share of its voucher, and confirms all.
  absl::Status TransferCredit() {
    building_.say(absl::StrCat(bound_.size(), " transfers of credit"));
    RequestPool orders("/voucher.v1.CreditService/OrderTransfer", "issuer", 1);
    for (const Account& account : bound_) {
      v1::OrderTransferRequest order;
      order.set_request_id(absl::StrCat("transfer-", account.account_id));
      order.set_voucher_id(vouchers_[static_cast<size_t>(account.owner)]);
      order.set_account_id(account.account_id);
      order.set_amount_fen(account.account_id == kHotAccount ? kVoucherFen
                                                             : kVoucherFen / kAccountsPerVoucher);
      orders.Add(order);
    }
    RequestPool confirmations("/voucher.v1.CreditService/BatchConfirmTransfers",
                              "provider-huaweicloud", kConfirmationsPerBatch);
    v1::BatchConfirmTransfersRequest batch;
    VOUCHER_RETURN_IF_ERROR(Send<v1::OrderTransferResponse>(
        &orders, [&](size_t, const v1::OrderTransferResponse& response) {
          v1::ConfirmTransferRequest* confirm = batch.add_confirmations();
          confirm->set_request_id(absl::StrCat("confirm-", response.event().transfer_id()));
          confirm->set_transfer_id(response.event().transfer_id());
          confirm->set_provider_reference("credited");
          if (batch.confirmations_size() < kConfirmationsPerBatch) return;
          confirmations.Add(batch);
          batch.clear_confirmations();
        }));
    if (batch.confirmations_size() > 0) confirmations.Add(batch);
    size_t credited = 0;
    VOUCHER_RETURN_IF_ERROR(Send<v1::BatchConfirmTransfersResponse>(
        &confirmations, [&](size_t, const v1::BatchConfirmTransfersResponse& response) {
          for (const auto& outcome : response.outcomes()) credited += outcome.has_event() ? 1 : 0;
        }));
    if (credited == bound_.size()) return absl::OkStatus();
    return absl::InternalError(
        absl::StrCat("only ", credited, " of ", bound_.size(), " transfers arrived"));
  }

  const LedgerBuilding& building_;
  const int accounts_;
  const int owners_;
  testing::ServerProcess server_;
  std::vector<uint64_t> vouchers_;  // by owner
  std::vector<Account> bound_;
};

// Ledgers of other code are of no use any more, and large.
void RemoveOthers(const std::string& directory, const std::string& fingerprint) {
  std::error_code error;
  for (auto it = fs::directory_iterator(directory, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (absl::StartsWith(name, "ledger-") && !absl::EndsWith(name, fingerprint)) {
      fs::remove_all(it->path(), error);
    }
  }
}

absl::StatusOr<uint64_t> CountEntries(const std::string& data_directory) {
  VOUCHER_ASSIGN_OR_RETURN(const auto journal,
                           Journal::Open({.path = data_directory + "/journal", .read_only = true}));
  return journal->end_sequence();
}

// Waits until a server that nobody calls has nothing left to do: what the compaction of its files
// owes for entries of before is no cost of the calls that are measured.
absl::Status AwaitIdle(pid_t server) {
  constexpr auto kMost = std::chrono::minutes(5);
  const auto deadline = std::chrono::steady_clock::now() + kMost;
  double before = CpuSeconds(server);
  while (true) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const double now = CpuSeconds(server);
    if (now - before < 0.1) return absl::OkStatus();
    if (std::chrono::steady_clock::now() > deadline) {
      return absl::DeadlineExceededError("a server that nobody calls does not come to rest");
    }
    before = now;
  }
}

// Redeems until the ledger in `directory`, a copy of `from`, has `entries`.
absl::Status AddRedemptions(const LedgerBuilding& building, const PreparedLedger& from,
                            const std::string& directory, uint64_t entries) {
  testing::ServerProcess server(
      building.bin_directory + "/voucherd", directory,
      testing::TestConfig(directory + "/data", testing::kInsideWindow, {testing::kProviderId}));
  VOUCHER_RETURN_IF_ERROR(server.Start());
  RequestSource source(from);
  LoadOptions options;
  options.address = server.endpoint()->Get().address;
  options.in_flight = 16;
  const uint64_t batches = (entries - from.entries + kOrdersPerBatch - 1) / kOrdersPerBatch;
  for (uint64_t sent = 0; sent < batches;) {
    const size_t n = std::min<uint64_t>(kBatchesAtATime, batches - sent);
    const auto pool = source.BatchRedeem(RequestSource::Orders::kSpread, n, kOrdersPerBatch);
    VOUCHER_RETURN_IF_ERROR(RunUnary(options, pool.get()).status());
    sent += n;
    building.say(absl::StrCat(from.entries + sent * kOrdersPerBatch, " of ", entries, " entries"));
  }
  VOUCHER_RETURN_IF_ERROR(server.Terminate(kCloseTimeout));
  // What closing wrote is compacted after the next start.
  building.say("waiting until its files are compacted");
  VOUCHER_RETURN_IF_ERROR(server.Start());
  VOUCHER_RETURN_IF_ERROR(AwaitIdle(server.pid()));
  return server.Terminate(kCloseTimeout);
}

}  // namespace

absl::Status CopyLedger(const PreparedLedger& ledger, const std::string& to) {
  std::error_code error;
  const fs::path from = fs::path(ledger.directory) / "data";
  fs::create_directories(to, error);
  for (auto it = fs::recursive_directory_iterator(from, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const fs::path target = fs::path(to) / fs::relative(it->path(), from, error);
    if (it->is_directory()) {
      fs::create_directories(target, error);
    } else if (it->path().extension() == ".sst") {
      fs::create_hard_link(it->path(), target, error);
    } else {
      fs::copy_file(it->path(), target, error);
    }
  }
  sync();  // What follows would share the disk with the copy.
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("copying ", from.string(), " to ", to, ": ", error.message()));
}

absl::StatusOr<PreparedLedger> PrepareLedger(const LedgerBuilding& building, int accounts,
                                             uint64_t entries) {
  VOUCHER_ASSIGN_OR_RETURN(const std::string fingerprint, Fingerprint());
  PreparedLedger ledger;
  ledger.accounts = accounts;
  ledger.applicants = std::max(accounts / kAccountsPerVoucher, 100);
  ledger.directory =
      absl::StrCat(building.directory, "/ledger-", accounts, "-", entries, "-", fingerprint);
  PreparedLedger base;
  if (entries > 0) {
    VOUCHER_ASSIGN_OR_RETURN(base, PrepareLedger(building, accounts, 0));
    if (base.entries >= entries) return base;
  }
  if (fs::exists(ledger.directory)) {
    building.say("taken from an earlier run: " + ledger.directory);
  } else {
    RemoveOthers(building.directory, fingerprint);
    const std::string partial = ledger.directory + ".partial";
    fs::remove_all(partial);
    fs::create_directories(partial);
    if (entries == 0) {
      VOUCHER_RETURN_IF_ERROR(Builder(building, partial, accounts).Run(ledger.applicants));
    } else {
      VOUCHER_RETURN_IF_ERROR(CopyLedger(base, partial + "/data"));
      VOUCHER_RETURN_IF_ERROR(AddRedemptions(building, base, partial, entries));
    }
    fs::rename(partial, ledger.directory);
  }
  VOUCHER_ASSIGN_OR_RETURN(ledger.entries, CountEntries(ledger.directory + "/data"));
  ledger.redemptions = entries > 0 ? ledger.entries - base.entries : 0;
  return ledger;
}

}  // namespace voucher::bench
