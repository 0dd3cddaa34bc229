#include "server/access/rpc_table.h"

#include <algorithm>

#include "ledger/base/check.h"

namespace voucher {

namespace {

constexpr uint32_t Bit(v1::Role role) {
  return uint32_t{1} << role;
}

constexpr uint32_t kPlatform = Bit(v1::ROLE_PLATFORM);
constexpr uint32_t kReviewer = Bit(v1::ROLE_REVIEWER);
constexpr uint32_t kIssuer = Bit(v1::ROLE_ISSUER);
constexpr uint32_t kProvider = Bit(v1::ROLE_PROVIDER);
constexpr uint32_t kFinance = Bit(v1::ROLE_FINANCE);
constexpr uint32_t kAuditor = Bit(v1::ROLE_AUDITOR);
constexpr uint32_t kObserver = Bit(v1::ROLE_OBSERVER);
constexpr uint32_t kAdmin = Bit(v1::ROLE_ADMIN);

constexpr uint32_t kAny =
    kPlatform | kReviewer | kIssuer | kProvider | kFinance | kAuditor | kObserver | kAdmin;
constexpr uint32_t kAnyButObserver = kAny & ~kObserver;
constexpr uint32_t kStaff = kAny & ~kObserver & ~kProvider;

constexpr Rpc kRpcs[] = {
    {"/voucher.v1.ProgramService/PublishProgram", kPlatform | kAdmin},
    {"/voucher.v1.ProgramService/GetProgram", kAny},
    {"/voucher.v1.ProgramService/ListPrograms", kAny},
    {"/voucher.v1.ProgramService/SetProgramState", kPlatform | kAdmin},
    {"/voucher.v1.ProgramService/Appropriate", kFinance | kAdmin},
    {"/voucher.v1.ProgramService/PublishCalendar", kPlatform | kAdmin},
    {"/voucher.v1.ProgramService/GetCalendar", kAny},
    {"/voucher.v1.ProgramService/Quote", kAny},
    {"/voucher.v1.ProgramService/GetBudget", kAny},
    {"/voucher.v1.ProgramService/WatchBudget", kAny},
    {"/voucher.v1.ProgramService/ArchiveProgram", kFinance | kAdmin},

    {"/voucher.v1.RegistryService/PutEnterprise", kPlatform | kAdmin},
    {"/voucher.v1.RegistryService/GetEnterprise", kAnyButObserver},
    {"/voucher.v1.RegistryService/ListEnterprises", kStaff},
    {"/voucher.v1.RegistryService/RecordIncident", kPlatform | kReviewer | kAdmin},
    {"/voucher.v1.RegistryService/SetListing", kPlatform | kReviewer | kAdmin},
    {"/voucher.v1.RegistryService/SetBlacklist", kPlatform | kAdmin},
    {"/voucher.v1.RegistryService/PutProvider", kPlatform | kAdmin},
    {"/voucher.v1.RegistryService/SetProviderState", kPlatform | kAdmin},
    {"/voucher.v1.RegistryService/PutProduct", kPlatform | kAdmin},
    {"/voucher.v1.RegistryService/WithdrawProduct", kPlatform | kAdmin},
    {"/voucher.v1.RegistryService/ListCatalog", kAny},
    {"/voucher.v1.RegistryService/ListProviders", kAny},
    {"/voucher.v1.RegistryService/BindCloudAccount", kPlatform | kProvider | kAdmin},
    {"/voucher.v1.RegistryService/GetCloudAccount", kAnyButObserver},
    {"/voucher.v1.RegistryService/SucceedEnterprise", kPlatform | kAdmin},
    {"/voucher.v1.RegistryService/RemindEnterprise", kPlatform | kIssuer | kAdmin},
    {"/voucher.v1.RegistryService/PutCluster", kPlatform | kIssuer | kAdmin},
    {"/voucher.v1.RegistryService/ReviewCluster", kReviewer},
    {"/voucher.v1.RegistryService/RankClusters", kPlatform | kAdmin},
    {"/voucher.v1.RegistryService/GetCluster", kStaff},
    {"/voucher.v1.RegistryService/ListClusters", kStaff},

    {"/voucher.v1.ApplicationService/SubmitApplication", kPlatform},
    {"/voucher.v1.ApplicationService/BatchSubmitApplications", kPlatform},
    {"/voucher.v1.ApplicationService/WithdrawApplication", kPlatform},
    {"/voucher.v1.ApplicationService/ReviewApplication", kReviewer},
    {"/voucher.v1.ApplicationService/BatchReviewApplications", kReviewer},
    {"/voucher.v1.ApplicationService/ReturnApplication", kReviewer},
    {"/voucher.v1.ApplicationService/CorrectApplication", kPlatform},
    {"/voucher.v1.ApplicationService/PublishNotice", kPlatform},
    {"/voucher.v1.ApplicationService/FileObjection", kPlatform | kReviewer},
    {"/voucher.v1.ApplicationService/ResolveObjection", kPlatform},
    {"/voucher.v1.ApplicationService/RankApplications", kPlatform},
    {"/voucher.v1.ApplicationService/AwardGrant", kPlatform},
    {"/voucher.v1.ApplicationService/AcceptProject", kReviewer | kIssuer},
    {"/voucher.v1.ApplicationService/ExtendProject", kPlatform},
    {"/voucher.v1.ApplicationService/TerminateProject", kPlatform},
    {"/voucher.v1.ApplicationService/ApproveApplication", kPlatform | kReviewer},
    {"/voucher.v1.ApplicationService/GetApplication", kStaff},
    {"/voucher.v1.ApplicationService/ListApplications", kStaff},
    {"/voucher.v1.ApplicationService/GetNotice", kStaff},
    {"/voucher.v1.ApplicationService/ListNotices", kStaff},

    {"/voucher.v1.CreditService/OrderTransfer", kIssuer},
    {"/voucher.v1.CreditService/ConfirmTransfer", kProvider},
    {"/voucher.v1.CreditService/BatchConfirmTransfers", kProvider},
    {"/voucher.v1.CreditService/ReconcileTransfers", kProvider | kIssuer | kFinance},
    {"/voucher.v1.CreditService/DeclineTransfer", kProvider},
    {"/voucher.v1.CreditService/Redeem", kProvider},
    {"/voucher.v1.CreditService/BatchRedeem", kProvider},
    {"/voucher.v1.CreditService/StreamRedeem", kProvider},
    {"/voucher.v1.CreditService/ReverseRedemption", kProvider},
    {"/voucher.v1.CreditService/Reclaim", kPlatform | kFinance | kAdmin},
    {"/voucher.v1.CreditService/WatchTransfers", kProvider | kIssuer | kAuditor | kAdmin},
    {"/voucher.v1.CreditService/GetVoucher", kAnyButObserver},
    {"/voucher.v1.CreditService/ListVouchers", kStaff},
    {"/voucher.v1.CreditService/GetTransfer", kAnyButObserver},
    {"/voucher.v1.CreditService/ListTransfers", kAnyButObserver},
    {"/voucher.v1.CreditService/GetRedemption", kAnyButObserver},
    {"/voucher.v1.CreditService/ListRedemptions", kAnyButObserver},
    {"/voucher.v1.CreditService/GetCredit", kAnyButObserver},

    {"/voucher.v1.SettlementService/CloseStatement", kFinance},
    {"/voucher.v1.SettlementService/RecordDisbursement", kFinance},
    {"/voucher.v1.SettlementService/RecordRecovery", kFinance},
    {"/voucher.v1.SettlementService/GetStatement", kAnyButObserver},
    {"/voucher.v1.SettlementService/ListStatements", kAnyButObserver},

    {"/voucher.v1.AuditService/GetEntry", kAuditor | kAdmin},
    {"/voucher.v1.AuditService/ListEntries", kAuditor | kAdmin},
    {"/voucher.v1.AuditService/GetBalances", kAuditor | kFinance | kAdmin},
    {"/voucher.v1.AuditService/WatchEntries", kAuditor | kAdmin},

    {"/voucher.v1.AdminService/GetStatus", kAny},
    {"/voucher.v1.AdminService/ResumeAfterClockJump", kAdmin},

    {"/voucher.dev.v1.ClockService/GetClock", kAny},
    {"/voucher.dev.v1.ClockService/SetClock", kAny},
    {"/voucher.dev.v1.ClockService/AdvanceClock", kAny},
    {"/voucher.dev.v1.ClockService/JumpClock", kAny},
};

}  // namespace

absl::string_view Rpc::service() const {
  const absl::string_view whole(path);
  return whole.substr(1, whole.rfind('/') - 1);
}

absl::string_view Rpc::method() const {
  const absl::string_view whole(path);
  return whole.substr(whole.rfind('/') + 1);
}

absl::Span<const Rpc> AllRpcs() {
  return kRpcs;
}

const Rpc* FindRpc(absl::string_view service, absl::string_view method) {
  const auto* found = std::find_if(std::begin(kRpcs), std::end(kRpcs), [&](const Rpc& rpc) {
    return rpc.service() == service && rpc.method() == method;
  });
  return found == std::end(kRpcs) ? nullptr : found;
}

size_t RpcIndex(const Rpc& rpc) {
  VOUCHER_CHECK(&rpc >= std::begin(kRpcs) && &rpc < std::end(kRpcs)) << rpc.path;
  return static_cast<size_t>(&rpc - std::begin(kRpcs));
}

bool MayCall(const v1::Authority& who, const Rpc& rpc) {
  return std::any_of(who.roles().begin(), who.roles().end(), [&](int role) {
    return role > 0 && role < 32 && (rpc.roles & (uint32_t{1} << role)) != 0;
  });
}

}  // namespace voucher
