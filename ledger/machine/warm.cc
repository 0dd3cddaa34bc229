#include <tuple>
#include <utility>

#include "absl/container/inlined_vector.h"

#include "ledger/machine/machine.h"

namespace voucher {
namespace {

constexpr size_t kUsual = 32;  // commands

template <class Row>
void Prefetch(const Row& row) {
  constexpr size_t kCacheLine = 64;
  const char* const bytes = reinterpret_cast<const char*>(&row);
  for (size_t at = 0; at < sizeof(Row); at += kCacheLine) __builtin_prefetch(bytes + at);
}

// What of a row is memory of its own.
void PrefetchParts(const rows::AccountRow& account) {
  if (!account.credits().empty()) Prefetch(account.credits(0));
}
void PrefetchParts(const rows::VoucherRow& voucher) {
  if (!voucher.accounts().empty()) Prefetch(voucher.accounts(0));
  if (!voucher.claims().empty()) Prefetch(voucher.claims(0));
}

// The rows of T with these numbers, and all of their memory.
template <class T>
void WarmRows(const View& view, absl::Span<const uint64_t> numbers) {
  for (const uint64_t number : numbers) view.PrefetchHeld<T>({number});
  absl::InlinedVector<const typename T::Row*, kUsual> rows;
  for (const uint64_t number : numbers) {
    const typename T::Row* row = view.Find<T>({number});
    if (row == nullptr) continue;
    Prefetch(*row);
    rows.push_back(row);
  }
  for (const typename T::Row* row : rows) PrefetchParts(*row);
}

// Where the request_ids would be if they were known.
void WarmRequests(const View& view, absl::Span<const Waiting> commands) {
  const v1::Authority* authority = nullptr;
  const rows::NumberRow* principal = nullptr;
  for (const Waiting& waiting : commands) {
    if (std::exchange(authority, waiting.authority) != waiting.authority) {
      principal = view.Find<tables::Principals>({authority->principal()});
    }
    if (principal == nullptr) continue;
    const auto number = static_cast<uint32_t>(principal->number());
    view.Prefetch<tables::Requests>(std::tie(number, RequestIdOf(*waiting.command)));
  }
}

}  // namespace

// In rounds, each of which needs what the one before fetched: the finds of one round do not wait
// for each other.
void Warm(const View& view, absl::Span<const Waiting> commands) {
  absl::InlinedVector<std::pair<const v1::RedeemRequest*, const rows::AccountRow*>, kUsual> redeems;
  for (const Waiting& waiting : commands) {
    if (!waiting.command->has_redeem()) continue;
    const v1::RedeemRequest& request = waiting.command->redeem();
    const auto* account = view.Find<tables::Accounts>({request.account_id()});
    if (account == nullptr) continue;
    Prefetch(*account);
    redeems.emplace_back(&request, account);
  }
  WarmRequests(view, commands);
  absl::InlinedVector<const rows::VoucherRow*, kUsual> vouchers;
  for (const auto& [request, account] : redeems) {
    const uint64_t provider = account->provider();
    view.Prefetch<tables::Orders>(std::tie(provider, request->order_number()));
    if (account->credits().empty()) continue;
    const auto* voucher = view.Find<tables::Vouchers>({account->credits(0).voucher()});
    const auto* owner = view.Find<tables::Enterprises>({account->enterprise()});
    if (voucher == nullptr || owner == nullptr) continue;
    Prefetch(*voucher);
    Prefetch(*owner);
    vouchers.push_back(voucher);
  }
  for (const rows::VoucherRow* voucher : vouchers) {
    if (!voucher->claims().empty()) Prefetch(voucher->claims(0));
    const auto* application = view.Find<tables::Applications>({voucher->application()});
    if (application != nullptr) Prefetch(*application);
  }
}

void Warm(const View& view, absl::Span<const v1::Entry* const> entries) {
  absl::InlinedVector<uint64_t, kUsual> accounts, vouchers;
  for (const v1::Entry* entry : entries) {
    for (const v1::Posting& posting : entry->event().postings()) {
      const v1::AccountRef& from = posting.from();
      if (from.kind() != v1::ACCOUNT_KIND_CREDIT) continue;
      accounts.push_back(from.id());
      vouchers.push_back(from.sub());
    }
  }
  WarmRows<tables::Accounts>(view, accounts);
  WarmRows<tables::Vouchers>(view, vouchers);
}

}  // namespace voucher
