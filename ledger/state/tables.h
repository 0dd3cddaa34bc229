#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "ledger/validation/compiled_rules.h"
#include "voucher/journal/v1/rows.pb.h"

namespace voucher {

namespace rows = ::voucher::journal::v1;

// How the rows of a table come, which decides how files of them are kept.
enum class Growth : uint8_t {
  kChanging,   // Some, changed again and again: of most tables.
  kScattered,  // Many, each anywhere in key order, and never changed since.
};

// The tables of the views. Each names its key, its row and its place in the key space (kId is part
// of the bytes on disk; a change of any of them, or of kGrowth, is a new kEvolveVersion). kOrdered
// tables are indexes that are scanned.
namespace tables {

// The one row of counters.
struct Counters {
  static constexpr uint8_t kId = 1;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<>;
  using Row = rows::CountersRow;
};
// Authority by its serialised bytes.
struct AuthorityNumbers {
  static constexpr uint8_t kId = 2;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<std::string>;
  using Row = rows::AuthorityNumberRow;
};
// Authority by number.
struct Authorities {
  static constexpr uint8_t kId = 3;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint32_t>;
  using Row = rows::AuthorityRow;
};
// Number of a principal by name.
struct Principals {
  static constexpr uint8_t kId = 4;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<std::string>;
  using Row = rows::NumberRow;
};
// Entry by (principal, request_id).
struct Requests {
  static constexpr uint8_t kId = 5;
  static constexpr bool kOrdered = false;
  static constexpr Growth kGrowth = Growth::kScattered;
  using Key = std::tuple<uint32_t, std::string>;
  using Row = rows::RequestRow;
};
// Number of a program by program_id.
struct ProgramNumbers {
  static constexpr uint8_t kId = 6;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<std::string>;
  using Row = rows::NumberRow;
};
// Program by number.
struct Programs {
  static constexpr uint8_t kId = 7;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint32_t>;
  using Row = rows::ProgramRow;
};
// Rules by (program, revision).
struct Revisions {
  static constexpr uint8_t kId = 8;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint32_t, uint32_t>;
  using Row = CompiledRules;
};
// Totals by program.
struct Totals {
  static constexpr uint8_t kId = 9;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint32_t>;
  using Row = rows::TotalsRow;
};
// The one calendar.
struct Calendars {
  static constexpr uint8_t kId = 10;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<>;
  using Row = rows::CalendarRow;
};
// Number of an enterprise by USCC.
struct EnterpriseNumbers {
  static constexpr uint8_t kId = 11;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<std::string>;
  using Row = rows::NumberRow;
};
// Enterprise by number.
struct Enterprises {
  static constexpr uint8_t kId = 12;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t>;
  using Row = rows::EnterpriseRow;
};
// Number of a provider by provider_id.
struct ProviderNumbers {
  static constexpr uint8_t kId = 13;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<std::string>;
  using Row = rows::NumberRow;
};
// Provider by number.
struct Providers {
  static constexpr uint8_t kId = 14;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t>;
  using Row = rows::ProviderRow;
};
// Product by (program, provider, product_id).
struct Products {
  static constexpr uint8_t kId = 15;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint32_t, uint64_t, std::string>;
  using Row = rows::ProductRow;
};
// Number of an account by (provider, account_number).
struct AccountNumbers {
  static constexpr uint8_t kId = 16;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t, std::string>;
  using Row = rows::NumberRow;
};
// Account by number.
struct CloudAccounts {
  static constexpr uint8_t kId = 17;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t>;
  using Row = rows::AccountRow;
};
// Application by number.
struct Applications {
  static constexpr uint8_t kId = 18;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t>;
  using Row = rows::ApplicationRow;
};
// Application number by (program, queue number).
struct ApplicationsByProgram {
  static constexpr uint8_t kId = 19;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint32_t, uint64_t>;
  using Row = rows::NumberRow;
};
// Applications by (enterprise, application).
struct ApplicationsByEnterprise {
  static constexpr uint8_t kId = 20;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint64_t, uint64_t>;
  using Row = rows::PresentRow;
};
// Application that an invoice supports, by invoice key.
struct Invoices {
  static constexpr uint8_t kId = 21;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<std::string>;
  using Row = rows::NumberRow;
};
// Number of a project by (enterprise, project_id): the register spans programs.
struct ProjectNumbers {
  static constexpr uint8_t kId = 22;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t, std::string>;
  using Row = rows::NumberRow;
};
// Voucher by number.
struct Vouchers {
  static constexpr uint8_t kId = 23;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t>;
  using Row = rows::VoucherRow;
};
// Vouchers by (program, voucher).
struct VouchersByProgram {
  static constexpr uint8_t kId = 24;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint32_t, uint64_t>;
  using Row = rows::PresentRow;
};
// Vouchers by (enterprise, voucher).
struct VouchersByEnterprise {
  static constexpr uint8_t kId = 25;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint64_t, uint64_t>;
  using Row = rows::PresentRow;
};
// Transfer by number.
struct Transfers {
  static constexpr uint8_t kId = 26;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t>;
  using Row = rows::TransferRow;
};
// Transfers by (provider, transfer).
struct TransfersByProvider {
  static constexpr uint8_t kId = 27;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint64_t, uint64_t>;
  using Row = rows::PresentRow;
};
// What was reversed of a redemption, by redemption.
struct Reversals {
  static constexpr uint8_t kId = 28;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t>;
  using Row = rows::ReversalRow;
};
// Redemption by (provider, order number).
struct Orders {
  static constexpr uint8_t kId = 29;
  static constexpr bool kOrdered = false;
  static constexpr Growth kGrowth = Growth::kScattered;
  using Key = std::tuple<uint64_t, std::string>;
  using Row = rows::NumberRow;
};
// Balance by (program, kind, id, sub). What is credit is in the lots of CloudAccounts.
struct Balances {
  static constexpr uint8_t kId = 31;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint32_t, uint8_t, uint64_t, uint64_t>;
  using Row = rows::BalanceRow;
};
// Use of a limit by (program, kind, id, sub).
struct Limits {
  static constexpr uint8_t kId = 32;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint32_t, uint8_t, uint64_t, uint64_t>;
  using Row = rows::LimitRow;
};
// Pending timers by (due, kind, id).
struct Timers {
  static constexpr uint8_t kId = 33;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<int64_t, uint8_t, uint64_t>;
  using Row = rows::PresentRow;
};
// Application on a waitlist by (program, pool kind, id, sub, queue number).
struct Waitlist {
  static constexpr uint8_t kId = 34;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint32_t, uint8_t, uint64_t, uint64_t, uint64_t>;
  using Row = rows::NumberRow;
};
// Application that claims an item, by (enterprise, program, item, project); project 0: by
// enterprise.
struct ItemClaims {
  static constexpr uint8_t kId = 35;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t, uint32_t, uint32_t, uint64_t>;
  using Row = rows::NumberRow;
};
// Applications by (project, application).
struct ApplicationsByProject {
  static constexpr uint8_t kId = 36;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint64_t, uint64_t>;
  using Row = rows::PresentRow;
};
// Scored applications by (program, item, application).
struct ScoredApplications {
  static constexpr uint8_t kId = 37;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint32_t, uint32_t, uint64_t>;
  using Row = rows::PresentRow;
};
// Public notice by number.
struct Notices {
  static constexpr uint8_t kId = 38;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t>;
  using Row = rows::NoticeRow;
};
// Public notices by (program, notice).
struct NoticesByProgram {
  static constexpr uint8_t kId = 39;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint32_t, uint64_t>;
  using Row = rows::PresentRow;
};
// Cluster by number.
struct Clusters {
  static constexpr uint8_t kId = 40;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t>;
  using Row = rows::ClusterRow;
};
// Number of a cluster by (program, cluster_id).
struct ClusterNumbers {
  static constexpr uint8_t kId = 41;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint32_t, std::string>;
  using Row = rows::NumberRow;
};
// Clusters by (program, cluster).
struct ClustersByProgram {
  static constexpr uint8_t kId = 42;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint32_t, uint64_t>;
  using Row = rows::PresentRow;
};
// Cluster of an enterprise by (program, enterprise).
struct ClusterMembers {
  static constexpr uint8_t kId = 43;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint32_t, uint64_t>;
  using Row = rows::NumberRow;
};
// Tranche by number.
struct Tranches {
  static constexpr uint8_t kId = 44;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t>;
  using Row = rows::TrancheRow;
};
// Transfer that an entry changed, by (provider, sequence, transfer).
struct TransferChanges {
  static constexpr uint8_t kId = 45;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint64_t, uint64_t, uint64_t>;
  using Row = rows::PresentRow;
};
// What a provider was owed in months that no statement includes, by (program, account kind,
// provider, year x 100 + month).
struct PayableMonths {
  static constexpr uint8_t kId = 46;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint32_t, uint8_t, uint64_t, uint32_t>;
  using Row = rows::PayableMonthRow;
};
// How far a party is settled, by (program, account kind, party): a provider, or with the kind of
// enterprises the division code as a number.
struct Parties {
  static constexpr uint8_t kId = 47;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint32_t, uint8_t, uint64_t>;
  using Row = rows::PartyRow;
};
// What an application for reimbursement is owed and can be settled, on no statement yet, by
// (program, enterprise, application).
struct UnpaidApplications {
  static constexpr uint8_t kId = 48;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint32_t, uint64_t, uint64_t>;
  using Row = rows::UnpaidRow;
};
// Statement by number.
struct Statements {
  static constexpr uint8_t kId = 49;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint64_t>;
  using Row = rows::StatementRow;
};
// Statements by (program, statement).
struct StatementsByProgram {
  static constexpr uint8_t kId = 50;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint32_t, uint64_t>;
  using Row = rows::PresentRow;
};
// Line of a district statement by (statement, application).
struct StatementLines {
  static constexpr uint8_t kId = 51;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint64_t, uint64_t>;
  using Row = rows::StatementLineRow;
};
// A voucher that is over and waits for its last statement, by (program, provider, voucher): the
// month (year x 100 + month) of that statement.
struct EndedVouchers {
  static constexpr uint8_t kId = 52;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint32_t, uint64_t, uint64_t>;
  using Row = rows::NumberRow;
};
// Core products of an enterprise by (program, enterprise).
struct Baskets {
  static constexpr uint8_t kId = 53;
  static constexpr bool kOrdered = false;
  using Key = std::tuple<uint32_t, uint64_t>;
  using Row = rows::BasketRow;
};
// Totals after every 65,536th entry by (program, sequence).
struct TotalsHistory {
  static constexpr uint8_t kId = 54;
  static constexpr bool kOrdered = true;
  using Key = std::tuple<uint32_t, uint64_t>;
  using Row = rows::TotalsHistoryRow;
};

}  // namespace tables

// Every table, once.
template <template <class> class Holder>
using ForEveryTable = std::tuple<
    Holder<tables::Counters>, Holder<tables::AuthorityNumbers>, Holder<tables::Authorities>,
    Holder<tables::Principals>, Holder<tables::Requests>, Holder<tables::ProgramNumbers>,
    Holder<tables::Programs>, Holder<tables::Revisions>, Holder<tables::Totals>,
    Holder<tables::Calendars>, Holder<tables::EnterpriseNumbers>, Holder<tables::Enterprises>,
    Holder<tables::ProviderNumbers>, Holder<tables::Providers>, Holder<tables::Products>,
    Holder<tables::AccountNumbers>, Holder<tables::CloudAccounts>, Holder<tables::Applications>,
    Holder<tables::ApplicationsByProgram>, Holder<tables::ApplicationsByEnterprise>,
    Holder<tables::Invoices>, Holder<tables::ProjectNumbers>, Holder<tables::Vouchers>,
    Holder<tables::VouchersByProgram>, Holder<tables::VouchersByEnterprise>,
    Holder<tables::Transfers>, Holder<tables::TransfersByProvider>, Holder<tables::Reversals>,
    Holder<tables::Orders>, Holder<tables::Balances>, Holder<tables::Limits>,
    Holder<tables::Timers>, Holder<tables::Waitlist>, Holder<tables::ItemClaims>,
    Holder<tables::ApplicationsByProject>, Holder<tables::ScoredApplications>,
    Holder<tables::Notices>, Holder<tables::NoticesByProgram>, Holder<tables::Clusters>,
    Holder<tables::ClusterNumbers>, Holder<tables::ClustersByProgram>,
    Holder<tables::ClusterMembers>, Holder<tables::Tranches>, Holder<tables::TransferChanges>,
    Holder<tables::PayableMonths>, Holder<tables::Parties>, Holder<tables::UnpaidApplications>,
    Holder<tables::Statements>, Holder<tables::StatementsByProgram>, Holder<tables::StatementLines>,
    Holder<tables::EndedVouchers>, Holder<tables::Baskets>, Holder<tables::TotalsHistory>>;

// Version of the meaning of rows and keys: raise it with any change that makes old rows differ from
// what Evolve would write today. Views of another version are built anew from the journal.
inline constexpr uint32_t kEvolveVersion = 8;

}  // namespace voucher
