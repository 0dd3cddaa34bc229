// What Prefetch fetches ahead repeats which rows the verbs read: these tests hold the two together.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/base/sha256.h"
#include "ledger/machine/machine.h"
#include "ledger/validation/verbs.h"
#include "tests/support/ledger_story.h"
#include "tests/support/map_rows.h"

namespace voucher::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

// Stored rows that write down which keys they were asked for.
class NotingRows final : public RowSource {
 public:
  explicit NotingRows(const RowSource* rows) : rows_(*rows) {}

  bool Get(absl::string_view key, std::string* value) const override {
    got_.insert(std::string(key));
    return rows_.Get(key, value);
  }
  void Prefetch(absl::string_view key) const override { prefetched_.insert(std::string(key)); }
  void Scan(absl::string_view first, absl::string_view last,
            absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) const override {
    rows_.Scan(first, last, visit);
  }

  // Keys of rows that were read, and of those that were only fetched; hexadecimal. Forgets them.
  std::set<std::string> TakeRead() { return Take(&got_); }
  std::set<std::string> TakeFetched() { return Take(&prefetched_); }

 private:
  static std::set<std::string> Take(std::set<std::string>* keys) {
    std::set<std::string> taken;
    for (const std::string& key : *keys) taken.insert(ToHex(key));
    keys->clear();
    return taken;
  }

  const RowSource& rows_;
  mutable std::set<std::string> got_, prefetched_;
};

class PrefetchTest : public ::testing::Test {
 protected:
  PrefetchTest() {
    LedgerStory story;
    TellMainJob(&story);
    now_ = story.now();
    WriterRows state(&stored_);
    for (const std::string& bytes : story.stored()) {
      v1::Entry entry;
      entry.ParseFromString(bytes);
      Evolve(entry, &state);
    }
    stored_.Store(*state.TakeChanges());
  }

  void Add(v1::Authority who, v1::Command command) {
    authorities_.push_back(std::move(who));
    commands_.push_back(std::move(command));
  }

  std::vector<Waiting> Batch() const {
    std::vector<Waiting> batch;
    for (size_t i = 0; i < commands_.size(); ++i)
      batch.push_back({&commands_[i], &authorities_[i]});
    return batch;
  }

  // As the sequencer answers a command that it has not seen; it must be accepted.
  void DecideOn(const View& view, size_t i) {
    const AuthorityNumber number = NumberAuthority(view, authorities_[i]);
    EXPECT_EQ(FindRequest(view, number.principal, RequestIdOf(commands_[i])), 0u);
    const v1::Entry entry =
        Decide(view, commands_[i], authorities_[i], now_, now_ + 1, /*named=*/nullptr);
    EXPECT_TRUE(entry.has_event()) << entry.refusal().ShortDebugString();
  }

  MapRows stored_;
  UnixNanos now_ = 0;
  std::vector<v1::Authority> authorities_;
  std::vector<v1::Command> commands_;
};

TEST_F(PrefetchTest, NothingIsFetchedThatNoDecisionReads) {
  for (int i = 0; i < 3; ++i) {
    Add(ProviderOf("acme"), Redeem(1, absl::StrCat("order-", i), 1'00));
    Add(Platform(), Apply(i, absl::StrCat("again-", i), 1'000'00));
  }
  NotingRows rows(&stored_);
  Prefetch(WriterRows(&rows), Batch());
  std::set<std::string> named = rows.TakeRead();
  named.merge(rows.TakeFetched());
  // A principal is looked up by its name here, and with its authority where it is numbered.
  std::erase_if(named, [](const std::string& key) {
    return key.substr(0, 2) == ToHex({"\x04", 1});
  });
  EXPECT_EQ(tables::Principals::kId, 4);
  EXPECT_THAT(named, ::testing::Not(IsEmpty()));
  for (size_t i = 0; i < commands_.size(); ++i) DecideOn(WriterRows(&rows), i);
  EXPECT_THAT(rows.TakeRead(), IsSupersetOf(named));
}

TEST_F(PrefetchTest, ARedemptionOfABatchReadsNothingThatWasNotFetched) {
  for (int i = 0; i < 4; ++i) {
    Add(ProviderOf("acme"), Redeem(1, absl::StrCat("order-", i), 1'00));
  }
  NotingRows rows(&stored_);
  const WriterRows state(&rows);
  Prefetch(state, Batch());
  const std::set<std::string> fetched = rows.TakeFetched();
  EXPECT_THAT(fetched, SizeIs(2 * commands_.size()));  // its request_id and its order number
  DecideOn(state, 0);  // reads what all share: the program, its rules, the product
  rows.TakeRead();
  for (size_t i = 1; i < commands_.size(); ++i) DecideOn(state, i);
  const std::set<std::string> read = rows.TakeRead();
  EXPECT_TRUE(std::includes(fetched.begin(), fetched.end(), read.begin(), read.end()))
      << ::testing::PrintToString(read);
}

}  // namespace
}  // namespace voucher::testing
