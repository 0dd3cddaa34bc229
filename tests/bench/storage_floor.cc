#include "tests/bench/storage_floor.h"

#include <filesystem>
#include <utility>

#include "ledger/base/status_macros.h"
#include "tests/bench/identifiers.h"
#include "voucher/v1/books.pb.h"

namespace voucher::bench {
namespace {

constexpr uint64_t kGroup = 1'000;
constexpr size_t kHotRows = 1u << 18;  // as ledger/commit/sequencer.cc

}  // namespace

absl::StatusOr<std::vector<std::string>> LastEntries(const std::string& data_directory,
                                                     uint64_t n) {
  VOUCHER_ASSIGN_OR_RETURN(const auto journal,
                           Journal::Open({.path = data_directory + "/journal", .read_only = true}));
  const uint64_t end = journal->end_sequence();
  std::vector<std::string> entries;
  VOUCHER_RETURN_IF_ERROR(
      journal->ReadEntries(end > n ? end - n + 1 : 1, end, [&](uint64_t, absl::string_view entry) {
        entries.emplace_back(entry);
        return true;
      }));
  return entries;
}

absl::StatusOr<std::unique_ptr<StorageFloor>> StorageFloor::Open(const std::string& directory,
                                                                 std::vector<std::string> entries,
                                                                 int accounts) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  std::unique_ptr<StorageFloor> floor(new StorageFloor(directory, std::move(entries), accounts));
  VOUCHER_ASSIGN_OR_RETURN(
      floor->journal_, Journal::Open({.path = directory + "/journal", .create_if_missing = true}));
  VOUCHER_ASSIGN_OR_RETURN(floor->views_, Views::Open(directory + "/views"));
  floor->state_ = std::make_unique<WriterRows>(&floor->views_->newest(), kHotRows);
  return floor;
}

StorageFloor::~StorageFloor() {
  snapshot_.reset();
  state_.reset();
  views_.reset();
  journal_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void StorageFloor::PutRows() {
  std::string id, order;
  for (uint64_t n = next_; n < next_ + kGroup; ++n) {
    const uint64_t random = Mixed(n);
    const uint64_t account = random % static_cast<uint64_t>(accounts_);
    SetId(random, &id);
    SetOrderNumber(n, &order);
    rows::RequestRow request;
    request.set_sequence(n);
    state_->Put<tables::Requests>({1, id}, std::move(request));
    rows::BalanceRow& credit =
        state_->Edit<tables::Balances>({1, v1::ACCOUNT_KIND_CREDIT, account, account / 10});
    credit.set_fen(credit.fen() - 1'000);
    rows::BalanceRow& payable =
        state_->Edit<tables::Balances>({1, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, account, 0});
    payable.set_fen(payable.fen() + 1'000);
    rows::OrderRow redeemed;
    redeemed.set_redemption(n);
    redeemed.set_redeemed_fen(1'000);
    state_->Put<tables::Orders>({0, 1, order}, std::move(redeemed));
  }
}

absl::Status StorageFloor::AppendGroup() {
  PutRows();
  std::vector<absl::string_view> group;
  group.reserve(kGroup);
  for (uint64_t n = next_; n < next_ + kGroup; ++n) group.push_back(entries_[n % entries_.size()]);
  std::vector<Hash> leaf_hashes;
  VOUCHER_RETURN_IF_ERROR(journal_->Append(next_, journal_->epoch(), group, &leaf_hashes));
  next_ += kGroup;
  VOUCHER_RETURN_IF_ERROR(views_->Apply(
      *state_->TakeChanges(),
      {.ledger_id = journal_->ledger_id(), .sequence = next_ - 1, .root = journal_->root()}));
  state_->StoredIn(&views_->newest());
  snapshot_ = views_->NewSnapshot();
  return absl::OkStatus();
}

absl::StatusOr<double> StorageFloor::Run(std::chrono::milliseconds duration) {
  using SteadyClock = std::chrono::steady_clock;
  const auto start = SteadyClock::now();
  const uint64_t first = next_;
  while (SteadyClock::now() - start < duration) VOUCHER_RETURN_IF_ERROR(AppendGroup());
  const std::chrono::duration<double> seconds = SteadyClock::now() - start;
  return static_cast<double>(next_ - first) / seconds.count();
}

}  // namespace voucher::bench
