// Every unary RPC of the public API, for code that needs one of something for each: RPC(service,
// method). tests/clients/client_test.cc compares the list with the descriptors.
#ifndef CLIENTS_CPP_RPCS_H_
#define CLIENTS_CPP_RPCS_H_

#define VOUCHER_UNARY_RPCS(RPC)                    \
  RPC(ProgramService, PublishProgram)              \
  RPC(ProgramService, GetProgram)                  \
  RPC(ProgramService, ListPrograms)                \
  RPC(ProgramService, SetProgramState)             \
  RPC(ProgramService, Appropriate)                 \
  RPC(ProgramService, PublishCalendar)             \
  RPC(ProgramService, GetCalendar)                 \
  RPC(ProgramService, Quote)                       \
  RPC(ProgramService, GetBudget)                   \
  RPC(RegistryService, PutEnterprise)              \
  RPC(RegistryService, GetEnterprise)              \
  RPC(RegistryService, ListEnterprises)            \
  RPC(RegistryService, RecordIncident)             \
  RPC(RegistryService, SetListing)                 \
  RPC(RegistryService, SetBlacklist)               \
  RPC(RegistryService, PutProvider)                \
  RPC(RegistryService, SetProviderState)           \
  RPC(RegistryService, PutProduct)                 \
  RPC(RegistryService, WithdrawProduct)            \
  RPC(RegistryService, ListCatalog)                \
  RPC(RegistryService, ListProviders)              \
  RPC(RegistryService, BindCloudAccount)           \
  RPC(RegistryService, GetCloudAccount)            \
  RPC(ApplicationService, SubmitApplication)       \
  RPC(ApplicationService, BatchSubmitApplications) \
  RPC(ApplicationService, WithdrawApplication)     \
  RPC(ApplicationService, ReviewApplication)       \
  RPC(ApplicationService, ApproveApplication)      \
  RPC(ApplicationService, GetApplication)          \
  RPC(ApplicationService, ListApplications)        \
  RPC(CreditService, OrderTransfer)                \
  RPC(CreditService, ConfirmTransfer)              \
  RPC(CreditService, DeclineTransfer)              \
  RPC(CreditService, Redeem)                       \
  RPC(CreditService, BatchRedeem)                  \
  RPC(CreditService, ReverseRedemption)            \
  RPC(CreditService, GetVoucher)                   \
  RPC(CreditService, ListVouchers)                 \
  RPC(CreditService, GetTransfer)                  \
  RPC(CreditService, ListTransfers)                \
  RPC(CreditService, GetRedemption)                \
  RPC(CreditService, ListRedemptions)              \
  RPC(CreditService, GetCredit)                    \
  RPC(AuditService, GetEntry)                      \
  RPC(AuditService, ListEntries)                   \
  RPC(AuditService, GetBalances)                   \
  RPC(AdminService, GetStatus)                     \
  RPC(AdminService, ResumeAfterClockJump)

#endif  // CLIENTS_CPP_RPCS_H_
