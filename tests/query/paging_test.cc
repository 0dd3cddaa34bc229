#include "ledger/query/paging.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

#include "ledger/state/writer_rows.h"
#include "ledger/validation/bad_field.h"
#include "voucher/v1/application_service.pb.h"

namespace voucher::query {
namespace {

v1::ListApplicationsRequest RequestFor(const std::string& program_id) {
  v1::ListApplicationsRequest request;
  request.set_program_id(program_id);
  return request;
}

TEST(PagingTest, APageHasOneToAThousandRowsAndAHundredByDefault) {
  EXPECT_EQ(RowsWanted(0), 100);
  EXPECT_EQ(RowsWanted(1), 1);
  EXPECT_EQ(RowsWanted(1'000), 1'000);
}

TEST(PagingTest, ATokenLeadsBackToItsPlace) {
  const std::string filters = FiltersOf(RequestFor("a"));
  EXPECT_EQ(ReadNumberToken(filters, MakeNumberToken(filters, 7)).value(), 7);
  EXPECT_EQ(ReadNumberToken(filters, "").value(), 0);
}

TEST(PagingTest, ATokenOfOtherFiltersIsRefused) {
  const std::string token = MakeNumberToken(FiltersOf(RequestFor("a")), 7);
  const absl::Status refused = ReadNumberToken(FiltersOf(RequestFor("b")), token).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(BadFieldsOf(refused).at(0).field, "page_token");
  v1::ListApplicationsRequest other_state = RequestFor("a");
  other_state.set_state(v1::APPLICATION_STATE_HELD);
  EXPECT_EQ(ReadNumberToken(FiltersOf(other_state), token).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(PagingTest, PageSizeAndWaitingAreNoFilters) {
  v1::ListApplicationsRequest request = RequestFor("a");
  const std::string filters = FiltersOf(request);
  request.set_page_size(5);
  request.set_page_token("x");
  request.set_min_sequence(9);
  EXPECT_EQ(FiltersOf(request), filters);
}

TEST(PagingTest, AnAlteredTokenIsRefused) {
  const std::string filters = FiltersOf(RequestFor("a"));
  const std::string token = MakeNumberToken(filters, 7);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = altered[i] == '0' ? '1' : '0';
    EXPECT_FALSE(ReadNumberToken(filters, altered).ok()) << i;
  }
  for (const char* garbage : {"zz", "0", "00", "0123456789abcdef"}) {
    EXPECT_FALSE(ReadNumberToken(filters, garbage).ok()) << garbage;
  }
  EXPECT_FALSE(ReadNumberToken(filters, MakeToken(filters, "short")).ok());
}

TEST(PagingTest, AWalkThatShowsNothingStopsAndGoesOnFromThere) {
  WriterRows memory(nullptr);
  EditableRows rows(&memory);
  for (uint64_t number = 1; number <= kMaxExamined + 5; ++number) {
    rows.Put<tables::VouchersByProgram>({1, number}, {});
  }
  rows.Put<tables::VouchersByProgram>({2, 1}, {});
  std::vector<uint64_t> shown;
  const auto show_last = [&](uint64_t number, const rows::PresentRow&) {
    if (number != kMaxExamined + 5) return false;
    shown.push_back(number);
    return true;
  };
  const auto first = WalkIndex<tables::VouchersByProgram>(rows, uint32_t{1}, 0, 10, show_last);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(*first, kMaxExamined);
  EXPECT_TRUE(shown.empty());
  const auto second =
      WalkIndex<tables::VouchersByProgram>(rows, uint32_t{1}, *first, 10, show_last);
  EXPECT_FALSE(second.has_value());
  EXPECT_EQ(shown, std::vector<uint64_t>{kMaxExamined + 5});
}

TEST(PagingTest, AWalkByNumbersGoesFromWhereverATokenSays) {
  const auto walk = [](uint64_t after, size_t wanted) {
    std::vector<uint64_t> shown;
    const auto end = WalkNumbers(after, 3, wanted, [&](uint64_t number) {
      shown.push_back(number);
      return true;
    });
    return std::make_pair(shown, end);
  };
  using Shown = std::vector<uint64_t>;
  EXPECT_EQ(walk(0, 2), std::make_pair(Shown({1, 2}), std::make_optional<uint64_t>(2)));
  EXPECT_EQ(walk(2, 2), std::make_pair(Shown({3}), std::optional<uint64_t>()));
  EXPECT_EQ(walk(3, 2), std::make_pair(Shown(), std::optional<uint64_t>()));
  // The digest of a token has no key: anybody can make one.
  constexpr uint64_t kForged = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(walk(kForged, 2), std::make_pair(Shown(), std::optional<uint64_t>()));
}

}  // namespace
}  // namespace voucher::query
