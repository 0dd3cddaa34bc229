#include <utility>

#include "absl/container/inlined_vector.h"

#include "ledger/base/invoice.h"
#include "ledger/machine/machine.h"
#include "ledger/machine/worlds.h"
#include "ledger/state/row_memory.h"
#include "ledger/validation/verbs.h"

namespace voucher {
namespace {

using Numbers = absl::InlinedVector<uint64_t, kPrefetchAhead>;
template <class T>
using Found = absl::InlinedVector<const typename T::Row*, kPrefetchAhead>;

// The rows of these numbers, nullptr where there is none, in rounds, each of which needs what the
// one before fetched: what one round waits for, it waits for at the same time.
template <class T>
Found<T> PrefetchRows(const View& view, const Numbers& numbers) {
  for (const uint64_t number : numbers) view.PrefetchCached<T>({number});
  for (const uint64_t number : numbers) view.PrefetchRow<T>({number});
  Found<T> rows;
  for (const uint64_t number : numbers) {
    const typename T::Row* row = view.Find<T>({number});
    if (row != nullptr) FetchList(*row);
    rows.push_back(row);
  }
  for (const auto* row : rows) {
    if (row != nullptr) FetchElement(*row);
  }
  return rows;
}

// Where the request_ids would be if they were known.
void PrefetchRequests(const View& view, absl::Span<const Waiting> commands) {
  const v1::Authority* authority = nullptr;
  const rows::NumberRow* principal = nullptr;
  for (const Waiting& waiting : commands) {
    if (std::exchange(authority, waiting.authority) != waiting.authority) {
      principal = view.Find<tables::Principals>({authority->principal()});
    }
    if (principal == nullptr) continue;
    const auto number = static_cast<uint32_t>(principal->number());
    view.Prefetch<tables::Requests>({number, RequestIdOf(*waiting.command)});
  }
}

// What applications ask for that no number tells. Adds the numbers of the applicants to `owners`.
void PrefetchSubmissions(const View& view, absl::Span<const Waiting> commands, Numbers* owners) {
  absl::InlinedVector<const v1::SubmitApplicationRequest*, kPrefetchAhead> requests;
  for (const Waiting& waiting : commands) {
    if (waiting.command->has_submit_application()) {
      requests.push_back(&waiting.command->submit_application());
    }
  }
  for (const auto* request : requests) {
    view.PrefetchCached<tables::EnterpriseNumbers>({request->uscc()});
  }
  for (const auto* request : requests) {
    view.PrefetchRow<tables::EnterpriseNumbers>({request->uscc()});
  }
  for (const auto* request : requests) {
    const rows::NumberRow* number = view.Find<tables::ProgramNumbers>({request->program_id()});
    if (number == nullptr) continue;
    const auto program = static_cast<uint32_t>(number->number());
    const uint8_t world = Key(WorldOf(view, program));
    for (const v1::Invoice& invoice : request->evidence().invoices()) {
      const auto keys = InvoiceKeys(invoice.code(), invoice.number(), invoice.digital_number());
      if (!keys.ok()) continue;
      for (const std::string& key : *keys) view.Prefetch<tables::Invoices>({world, key});
    }
    const rows::NumberRow* applicant = view.Find<tables::EnterpriseNumbers>({request->uscc()});
    if (applicant == nullptr) continue;
    owners->push_back(applicant->number());
    view.PrefetchCached<tables::ClusterMembers>({program, applicant->number()});
    view.PrefetchCached<tables::EnterpriseGrants>({program, applicant->number()});
  }
}

}  // namespace

void Prefetch(const View& view, absl::Span<const Waiting> commands) {
  absl::InlinedVector<const v1::RedeemRequest*, kPrefetchAhead> redeems;
  Numbers accounts, vouchers, owners, applications;
  for (const Waiting& waiting : commands) {
    if (!waiting.command->has_redeem()) continue;
    redeems.push_back(&waiting.command->redeem());
    accounts.push_back(waiting.command->redeem().account_id());
  }
  const Found<tables::CloudAccounts> found = PrefetchRows<tables::CloudAccounts>(view, accounts);
  PrefetchRequests(view, commands);
  for (size_t i = 0; i < found.size(); ++i) {
    const rows::AccountRow* account = found[i];
    if (account == nullptr) continue;
    const auto world = account->sandbox() ? World::kSandbox : World::kReal;
    view.Prefetch<tables::Orders>({Key(world), account->provider(), redeems[i]->order_number()});
    if (account->credits().empty()) continue;
    vouchers.push_back(account->credits(0).voucher());
    owners.push_back(account->enterprise());
  }
  PrefetchSubmissions(view, commands, &owners);
  PrefetchRows<tables::Enterprises>(view, owners);
  for (const rows::VoucherRow* voucher : PrefetchRows<tables::Vouchers>(view, vouchers)) {
    if (voucher != nullptr) applications.push_back(voucher->application());
  }
  PrefetchRows<tables::Applications>(view, applications);
}

void Prefetch(const View& view, absl::Span<const v1::Entry* const> entries) {
  Numbers accounts, vouchers;
  for (const v1::Entry* entry : entries) {
    for (const v1::Posting& posting : entry->event().postings()) {
      const v1::AccountRef& from = posting.from();
      if (from.kind() != v1::ACCOUNT_KIND_CREDIT) continue;
      accounts.push_back(from.id());
      vouchers.push_back(from.sub());
    }
  }
  PrefetchRows<tables::CloudAccounts>(view, accounts);
  PrefetchRows<tables::Vouchers>(view, vouchers);
}

}  // namespace voucher
