#include "ledger/invariants/invariants.h"

#include "ledger/invariants/checker.h"

namespace voucher {

std::vector<std::string> CheckInvariants(const View& view, const RedemptionSums& redeemed) {
  invariants::Checker checker(view, redeemed);
  // What things say that the books must hold, first.
  CheckPrograms(&checker);
  CheckRegistry(&checker);
  CheckClusters(&checker);
  CheckAccounts(&checker);
  CheckRedemptions(&checker);
  CheckTransfers(&checker);
  CheckLots(&checker);
  CheckVouchers(&checker);
  CheckStatements(&checker);
  CheckApplications(&checker);
  CheckOwed(&checker);
  // Then the books.
  CheckBalances(&checker);
  CheckLimits(&checker);
  CheckTimers(&checker);
  return std::move(checker).TakeFindings();
}

}  // namespace voucher
