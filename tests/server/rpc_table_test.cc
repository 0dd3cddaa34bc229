// The table of roles against the contract: the comment of each RPC in proto/ says who may call it.
#include "server/access/rpc_table.h"

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace voucher {
namespace {

constexpr v1::Role kRoles[] = {v1::ROLE_PLATFORM, v1::ROLE_REVIEWER, v1::ROLE_ISSUER,
                               v1::ROLE_PROVIDER, v1::ROLE_FINANCE,  v1::ROLE_AUDITOR,
                               v1::ROLE_OBSERVER, v1::ROLE_ADMIN};

std::set<v1::Role> RolesNamed(const std::string& text) {
  std::set<v1::Role> roles;
  for (const v1::Role role : kRoles) {
    const std::string name = v1::Role_Name(role).substr(5);
    if (std::regex_search(text, std::regex("\\b" + name + "\\b"))) roles.insert(role);
  }
  return roles;
}

// "any but OBSERVER; a PROVIDER only its own" → all but OBSERVER.
std::set<v1::Role> RolesIn(const std::string& sentence) {
  if (!absl::StartsWith(sentence, "any")) return RolesNamed(sentence);
  std::set<v1::Role> roles(std::begin(kRoles), std::end(kRoles));
  if (absl::StartsWith(sentence, "any but ")) {
    for (const v1::Role role : RolesNamed(sentence.substr(0, sentence.find(';')))) {
      roles.erase(role);
    }
  }
  return roles;
}

// Roles by "/package.Service/Method", from the comments of one proto file.
void ReadContract(const std::string& path, std::map<std::string, std::set<v1::Role>>* contract) {
  std::ifstream file(path);
  std::string line, package, service, comment;
  std::smatch match;
  while (std::getline(file, line)) {
    if (std::regex_search(line, match, std::regex("^package ([a-z0-9.]+);"))) package = match[1];
    if (std::regex_search(line, match, std::regex("^service (\\w+)"))) service = match[1];
    if (std::regex_search(line, match, std::regex("^  // (.*)"))) {
      absl::StrAppend(&comment, match[1].str(), " ");
    } else if (std::regex_search(line, match, std::regex("^  rpc (\\w+)\\("))) {
      const std::string path_of_rpc = absl::StrCat("/", package, ".", service, "/", match[1].str());
      const size_t role = comment.find("Role: ");
      EXPECT_NE(role, std::string::npos) << path_of_rpc << " names no role";
      if (role != std::string::npos) {
        (*contract)[path_of_rpc] = RolesIn(comment.substr(role + 6));
      }
      comment.clear();
    } else {
      comment.clear();
    }
  }
}

TEST(RpcTableTest, HoldsExactlyTheRolesThatTheContractNames) {
  std::map<std::string, std::set<v1::Role>> contract;
  for (const char* file : {"voucher/v1/program_service", "voucher/v1/registry_service",
                           "voucher/v1/application_service", "voucher/v1/credit_service",
                           "voucher/v1/settlement_service", "voucher/v1/audit_service",
                           "voucher/v1/admin_service", "voucher/dev/v1/clock_service"}) {
    ReadContract(absl::StrCat("proto/", file, ".proto"), &contract);
  }
  ASSERT_GE(contract.size(), 80u);
  for (const auto& [path, roles] : contract) {
    const size_t slash = path.rfind('/');
    const Rpc* rpc = FindRpc(path.substr(1, slash - 1), path.substr(slash + 1));
    ASSERT_NE(rpc, nullptr) << path;
    EXPECT_EQ(rpc->path, path);
    for (const v1::Role role : kRoles) {
      v1::Authority who;
      who.add_roles(role);
      EXPECT_EQ(MayCall(who, *rpc), roles.count(role) > 0) << path << ' ' << v1::Role_Name(role);
    }
  }
  EXPECT_EQ(AllRpcs().size(), contract.size());
}

TEST(RpcTableTest, OneOfSeveralRolesIsEnoughAndNoRoleIsNot) {
  const Rpc* redeem = FindRpc("voucher.v1.CreditService", "Redeem");
  v1::Authority who;
  EXPECT_FALSE(MayCall(who, *redeem));
  who.add_roles(v1::ROLE_UNSPECIFIED);
  who.add_roles(v1::ROLE_PLATFORM);
  EXPECT_FALSE(MayCall(who, *redeem));
  who.add_roles(v1::ROLE_PROVIDER);
  EXPECT_TRUE(MayCall(who, *redeem));
}

TEST(RpcTableTest, KnowsNoOtherRpc) {
  EXPECT_EQ(FindRpc("voucher.v1.CreditService", "redeem"), nullptr);
  EXPECT_EQ(FindRpc("voucher.v1.ProgramService", "Redeem"), nullptr);
}

}  // namespace
}  // namespace voucher
