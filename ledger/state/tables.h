#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "ledger/validation/compiled_rules.h"
#include "voucher/journal/v1/rows.pb.h"

namespace voucher {

namespace rows = ::voucher::journal::v1;

// What the writer keeps of a table in memory.
enum class TableKind : uint8_t {
  kCached,   // Its rows, as messages.
  kPassing,  // Nothing: new rows pass through as bytes, written once and hardly read again.
  kIndex,    // What is not stored yet. Its rows are scanned in key order; their place is the disk.
};

// How the rows of a table come, which decides how files of them are kept.
enum class Growth : uint8_t {
  kChanging,   // Some, changed again and again: of most tables.
  kScattered,  // Many, each anywhere in key order, and never changed since.
};

// The tables of the views, each once. The number is part of the bytes on disk; a change of it, of a
// key, of a row or of the growth is a new kEvolveVersion.
//
//   X(Name, number, kind, growth, Row, elements of the key...)
// clang-format off
#define VOUCHER_TABLES(X)                                                                          \
  /* The one row of counters. */                                                                   \
  X(Counters, 1, kCached, kChanging, rows::CountersRow)                                            \
  /* Authority by its serialised bytes. */                                                         \
  X(AuthorityNumbers, 2, kCached, kChanging, rows::AuthorityNumberRow, std::string)                \
  /* Authority by number. */                                                                       \
  X(Authorities, 3, kCached, kChanging, rows::AuthorityRow, uint32_t)                              \
  /* Number of a principal by name. */                                                             \
  X(Principals, 4, kCached, kChanging, rows::NumberRow, std::string)                               \
  /* Entry by (principal, request_id). */                                                          \
  X(Requests, 5, kPassing, kScattered, rows::RequestRow, uint32_t, std::string)                    \
  /* Number of a program by program_id. */                                                         \
  X(ProgramNumbers, 6, kCached, kChanging, rows::NumberRow, std::string)                           \
  /* Program by number. */                                                                         \
  X(Programs, 7, kCached, kChanging, rows::ProgramRow, uint32_t)                                   \
  /* Rules by (program, revision). */                                                              \
  X(Revisions, 8, kCached, kChanging, CompiledRules, uint32_t, uint32_t)                           \
  /* Totals by program. */                                                                         \
  X(Totals, 9, kCached, kChanging, rows::TotalsRow, uint32_t)                                      \
  /* The one calendar. */                                                                          \
  X(Calendars, 10, kCached, kChanging, rows::CalendarRow)                                          \
  /* Number of an enterprise by USCC. */                                                           \
  X(EnterpriseNumbers, 11, kCached, kChanging, rows::NumberRow, std::string)                       \
  /* Enterprise by number. */                                                                      \
  X(Enterprises, 12, kCached, kChanging, rows::EnterpriseRow, uint64_t)                            \
  /* Number of a provider by provider_id. */                                                       \
  X(ProviderNumbers, 13, kCached, kChanging, rows::NumberRow, std::string)                         \
  /* Provider by number. */                                                                        \
  X(Providers, 14, kCached, kChanging, rows::ProviderRow, uint64_t)                                \
  /* Product by (program, provider, product_id). */                                                \
  X(Products, 15, kCached, kChanging, rows::ProductRow, uint32_t, uint64_t, std::string)           \
  /* Number of an account by (world, provider, account_number). */                                 \
  X(AccountNumbers, 16, kCached, kChanging, rows::NumberRow, uint8_t, uint64_t, std::string)       \
  /* Account by number. */                                                                         \
  X(CloudAccounts, 17, kCached, kChanging, rows::AccountRow, uint64_t)                             \
  /* Application by number. */                                                                     \
  X(Applications, 18, kCached, kChanging, rows::ApplicationRow, uint64_t)                          \
  /* Application number by (program, queue number). */                                             \
  X(ApplicationsByProgram, 19, kIndex, kChanging, rows::NumberRow, uint32_t, uint64_t)             \
  /* Applications by (enterprise, application). */                                                 \
  X(ApplicationsByEnterprise, 20, kIndex, kChanging, rows::PresentRow, uint64_t, uint64_t)         \
  /* Application that an invoice supports, by (world, invoice key). */                             \
  X(Invoices, 21, kPassing, kChanging, rows::NumberRow, uint8_t, std::string)                      \
  /* Voucher by number. */                                                                         \
  X(Vouchers, 23, kCached, kChanging, rows::VoucherRow, uint64_t)                                  \
  /* Vouchers by (program, voucher). */                                                            \
  X(VouchersByProgram, 24, kIndex, kChanging, rows::PresentRow, uint32_t, uint64_t)                \
  /* Vouchers by (enterprise, voucher). */                                                         \
  X(VouchersByEnterprise, 25, kIndex, kChanging, rows::PresentRow, uint64_t, uint64_t)             \
  /* Transfer by number. */                                                                        \
  X(Transfers, 26, kCached, kChanging, rows::TransferRow, uint64_t)                                \
  /* Transfers by (provider, transfer). */                                                         \
  X(TransfersByProvider, 27, kIndex, kChanging, rows::PresentRow, uint64_t, uint64_t)              \
  /* What was reversed of a redemption, by redemption. */                                          \
  X(Reversals, 28, kCached, kChanging, rows::ReversalRow, uint64_t)                                \
  /* Order by (world, provider, order number). */                                                  \
  X(Orders, 29, kPassing, kScattered, rows::OrderRow, uint8_t, uint64_t, std::string)              \
  /* Balance by (program, kind, id, sub). What is credit is in the lots of CloudAccounts. */       \
  X(Balances, 31, kCached, kChanging, rows::BalanceRow, uint32_t, uint8_t, uint64_t, uint64_t)     \
  /* What stands of an enterprise's grants by (program, enterprise). */                            \
  X(EnterpriseGrants, 32, kCached, kChanging, rows::EnterpriseGrantsRow, uint32_t, uint64_t)       \
  /* Pending timers by (due, kind, id). */                                                         \
  X(Timers, 33, kIndex, kChanging, rows::PresentRow, int64_t, uint8_t, uint64_t)                   \
  /* Application on a waitlist by (program, pool kind, id, sub, queue number). */                  \
  X(Waitlist, 34, kIndex, kChanging, rows::NumberRow, uint32_t, uint8_t, uint64_t, uint64_t,       \
    uint64_t)                                                                                      \
  /* What stands of all grants by program. */                                                      \
  X(ProgramGrants, 35, kCached, kChanging, rows::ProgramGrantsRow, uint32_t)                       \
  /* Entry that booked an act, by (kind of act, what makes it the same act). */                    \
  X(Acts, 36, kPassing, kScattered, rows::NumberRow, uint8_t, std::string)                         \
  /* Scored applications by (program, item, application). */                                       \
  X(ScoredApplications, 37, kIndex, kChanging, rows::PresentRow, uint32_t, uint32_t, uint64_t)     \
  /* Public notice by number. */                                                                   \
  X(Notices, 38, kCached, kChanging, rows::NoticeRow, uint64_t)                                    \
  /* Public notices by (program, notice). */                                                       \
  X(NoticesByProgram, 39, kIndex, kChanging, rows::PresentRow, uint32_t, uint64_t)                 \
  /* Cluster by number. */                                                                         \
  X(Clusters, 40, kCached, kChanging, rows::ClusterRow, uint64_t)                                  \
  /* Number of a cluster by (program, cluster_id). */                                              \
  X(ClusterNumbers, 41, kCached, kChanging, rows::NumberRow, uint32_t, std::string)                \
  /* Clusters by (program, cluster). */                                                            \
  X(ClustersByProgram, 42, kIndex, kChanging, rows::PresentRow, uint32_t, uint64_t)                \
  /* Approved cluster of an enterprise by (program, enterprise). */                                \
  X(ClusterMembers, 43, kCached, kChanging, rows::NumberRow, uint32_t, uint64_t)                   \
  /* Tranche by number. */                                                                         \
  X(Tranches, 44, kCached, kChanging, rows::TrancheRow, uint64_t)                                  \
  /* Transfer that an entry changed, by (provider, sequence, transfer). */                         \
  X(TransferChanges, 45, kIndex, kChanging, rows::PresentRow, uint64_t, uint64_t, uint64_t)        \
  /* What a provider was owed in months that no statement includes, by (program, account kind,     \
     provider, year x 100 + month). */                                                             \
  X(PayableMonths, 46, kIndex, kChanging, rows::PayableMonthRow, uint32_t, uint8_t, uint64_t,      \
    uint32_t)                                                                                      \
  /* How far a party is settled, by (program, account kind, party): a provider, or with the        \
     kind of enterprises the division code as a number. */                                         \
  X(Parties, 47, kCached, kChanging, rows::PartyRow, uint32_t, uint8_t, uint64_t)                  \
  /* What an application for reimbursement is owed and can be settled, on no statement yet, by     \
     (program, enterprise, application). */                                                        \
  X(UnpaidApplications, 48, kIndex, kChanging, rows::UnpaidRow, uint32_t, uint64_t, uint64_t)      \
  /* Statement by number. */                                                                       \
  X(Statements, 49, kCached, kChanging, rows::StatementRow, uint64_t)                              \
  /* Statements by (program, statement). */                                                        \
  X(StatementsByProgram, 50, kIndex, kChanging, rows::PresentRow, uint32_t, uint64_t)              \
  /* Line of a district statement by (statement, application). */                                  \
  X(StatementLines, 51, kIndex, kChanging, rows::StatementLineRow, uint64_t, uint64_t)             \
  /* A voucher that is over and waits for its last statement, by (program, provider, voucher):     \
     the month (year x 100 + month) of that statement. */                                          \
  X(EndedVouchers, 52, kIndex, kChanging, rows::NumberRow, uint32_t, uint64_t, uint64_t)           \
  /* Core products of an enterprise by (program, enterprise). */                                   \
  X(Baskets, 53, kCached, kChanging, rows::BasketRow, uint32_t, uint64_t)                          \
  /* Totals after every 65,536th entry by (program, sequence). */                                  \
  X(TotalsHistory, 54, kIndex, kChanging, rows::TotalsHistoryRow, uint32_t, uint64_t)              \
  /* Public notices by (end, notice): those that run come after the instant. */                    \
  X(NoticeEnds, 55, kIndex, kChanging, rows::PresentRow, int64_t, uint64_t)                            \
  /* Enterprises by what stands of their grants, by (program, -fen, enterprise): most first. */    \
  X(EnterprisesByGrants, 56, kIndex, kChanging, rows::PresentRow, uint32_t, int64_t, uint64_t)
// clang-format on

// One struct a table, whose name chooses it: view.Find<tables::Vouchers>({voucher}).
namespace tables {

#define VOUCHER_DECLARE_TABLE(Name, number, kind, growth, RowType, ...) \
  struct Name {                                                         \
    static constexpr uint8_t kId = number;                              \
    static constexpr TableKind kKind = TableKind::kind;                 \
    static constexpr bool kOrdered = kKind == TableKind::kIndex;        \
    static constexpr Growth kGrowth = Growth::growth;                   \
    using Key = std::tuple<__VA_ARGS__>;                                \
    using Row = RowType;                                                \
  };
VOUCHER_TABLES(VOUCHER_DECLARE_TABLE)
#undef VOUCHER_DECLARE_TABLE

}  // namespace tables

template <class First, class... Table>
struct TableList {
  template <template <class> class Holder>
  using In = std::tuple<Holder<Table>...>;
};
#define VOUCHER_LIST_TABLE(Name, ...) , tables::Name
using AllTables = TableList<void VOUCHER_TABLES(VOUCHER_LIST_TABLE)>;
#undef VOUCHER_LIST_TABLE

// A tuple with a holder for every table.
template <template <class> class Holder>
using ForEveryTable = AllTables::In<Holder>;

// Version of the meaning of rows and keys: raise it with any change that makes old rows differ from
// what Evolve would write today. Views of another version are built anew from the journal.
inline constexpr uint32_t kEvolveVersion = 10;

}  // namespace voucher
