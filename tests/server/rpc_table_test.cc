// The table of RPCs: what is read from the options in proto/, and what does not pass.
#include "server/access/rpc_table.h"

#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"

namespace voucher {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptorProto;
using google::protobuf::MethodDescriptorProto;
using ::testing::AllOf;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

constexpr v1::Role kRoles[] = {v1::ROLE_PLATFORM, v1::ROLE_REVIEWER, v1::ROLE_ISSUER,
                               v1::ROLE_PROVIDER, v1::ROLE_FINANCE,  v1::ROLE_AUDITOR,
                               v1::ROLE_OBSERVER, v1::ROLE_ADMIN};

bool MayCall(v1::Role role, const Rpc& rpc) {
  v1::Authority who;
  who.add_roles(role);
  return voucher::MayCall(who, rpc);
}

// A service of one RPC, Shop.Buy, as it would stand in a proto.
class Shop {
 public:
  Shop() {
    file_.set_name("shop.proto");
    file_.set_package("shop");
    file_.add_message_type()->set_name("Order");
    auto* service = file_.add_service();
    service->set_name("Shop");
    method().set_name("Buy");
    method().set_input_type(".shop.Order");
    method().set_output_type(".shop.Order");
    options().set_kind(v1::RPC_KIND_MUTATION);
    options().add_roles(v1::ROLE_PLATFORM);
    options().add_scopes(v1::SCOPE_KIND_NONE);
    options().set_max_request_bytes(1000);
  }

  MethodDescriptorProto& method() {
    auto* service = file_.mutable_service(0);
    return service->method_size() == 0 ? *service->add_method() : *service->mutable_method(0);
  }
  v1::RpcOptions& options() { return *method().mutable_options()->MutableExtension(v1::rpc); }

  absl::StatusOr<RpcTable> Table() { return RpcTable::Of({pool_.BuildFile(file_)->service(0)}); }

 private:
  DescriptorPool pool_;
  FileDescriptorProto file_;
};

TEST(RpcTableTest, HoldsEveryRpcThatIsServed) {
  const absl::StatusOr<RpcTable> table = ServedRpcs();
  ASSERT_TRUE(table.ok()) << table.status();
  std::set<std::string> paths;
  for (const Rpc& rpc : table->rpcs()) {
    EXPECT_TRUE(paths.insert(rpc.path).second) << rpc.path;
    EXPECT_EQ(table->Find(rpc.service(), rpc.method()), &rpc);
    EXPECT_EQ(&table->rpcs()[RpcIndex(rpc)], &rpc);
    EXPECT_NE(rpc.roles, 0u) << rpc.path;
  }
  for (const char* service :
       {"Program", "Registry", "Application", "Credit", "Settlement", "Audit", "Admin"}) {
    const auto* known = DescriptorPool::generated_pool()->FindServiceByName(
        absl::StrCat("voucher.v1.", service, "Service"));
    ASSERT_NE(known, nullptr) << service;
    for (int i = 0; i < known->method_count(); ++i) {
      EXPECT_NE(table->Find(known->full_name(), known->method(i)->name()), nullptr)
          << known->method(i)->full_name();
    }
  }
  EXPECT_NE(table->Find("voucher.dev.v1.ClockService", "SetClock"), nullptr);
  EXPECT_EQ(table->Find("voucher.v1.CreditService", "redeem"), nullptr);
  EXPECT_EQ(table->Find("voucher.v1.ProgramService", "Redeem"), nullptr);
}

TEST(RpcTableTest, ABatchAndAStreamSayWhatTheRpcOfTheirItemsSays) {
  const RpcTable table = *ServedRpcs();
  int compared = 0;
  for (const Rpc& rpc : table.rpcs()) {
    if (rpc.options->kind() != v1::RPC_KIND_BATCH && rpc.options->kind() != v1::RPC_KIND_STREAM) {
      continue;
    }
    // The items are requests of an RPC of the same service.
    const auto* service =
        DescriptorPool::generated_pool()->FindServiceByName(std::string(rpc.service()));
    const auto* items = service->FindMethodByName(std::string(rpc.method()))
                            ->input_type()
                            ->field(0)
                            ->message_type();
    for (int i = 0; i < service->method_count(); ++i) {
      if (service->method(i)->input_type() != items) continue;
      const Rpc& single = *table.Find(service->full_name(), service->method(i)->name());
      EXPECT_EQ(rpc.roles, single.roles) << rpc.path;
      EXPECT_THAT(rpc.options->scopes(), ElementsAreArray(single.options->scopes())) << rpc.path;
      EXPECT_THAT(rpc.options->refusals(), ElementsAreArray(single.options->refusals()))
          << rpc.path;
      EXPECT_EQ(rpc.options->retry_safe(), single.options->retry_safe()) << rpc.path;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 5);
}

TEST(RpcTableTest, OnlyWhatRecordsHasRefusals) {
  const RpcTable table = *ServedRpcs();
  for (const Rpc& rpc : table.rpcs()) {
    const v1::RpcKind kind = rpc.options->kind();
    if (kind == v1::RPC_KIND_READ || kind == v1::RPC_KIND_WATCH || kind == v1::RPC_KIND_CONTROL) {
      EXPECT_TRUE(rpc.options->refusals().empty()) << rpc.path;
    }
  }
}

TEST(RpcTableTest, RolesAreThoseOfTheOption) {
  Shop shop;
  shop.options().add_roles(v1::ROLE_ADMIN);
  const RpcTable some = *shop.Table();
  const Rpc& rpc = some.rpcs()[0];
  EXPECT_EQ(rpc.path, "/shop.Shop/Buy");
  for (const v1::Role role : kRoles) {
    EXPECT_EQ(MayCall(role, rpc), role == v1::ROLE_PLATFORM || role == v1::ROLE_ADMIN) << role;
  }
  Shop nobody;
  nobody.options().clear_roles();
  const RpcTable none = *nobody.Table();
  Shop open;
  open.options().clear_roles();
  open.options().set_any_role(true);
  const RpcTable every = *open.Table();
  for (const v1::Role role : kRoles) {
    EXPECT_FALSE(MayCall(role, none.rpcs()[0])) << role;
    EXPECT_TRUE(MayCall(role, every.rpcs()[0])) << role;
  }
  EXPECT_FALSE(voucher::MayCall(v1::Authority(), every.rpcs()[0]));
}

TEST(RpcTableTest, OneOfSeveralRolesIsEnoughAndNoRoleIsNot) {
  const RpcTable table = *ServedRpcs();
  const Rpc* redeem = table.Find("voucher.v1.CreditService", "Redeem");
  v1::Authority who;
  EXPECT_FALSE(voucher::MayCall(who, *redeem));
  who.add_roles(v1::ROLE_UNSPECIFIED);
  who.add_roles(v1::ROLE_PLATFORM);
  EXPECT_FALSE(voucher::MayCall(who, *redeem));
  who.add_roles(v1::ROLE_PROVIDER);
  EXPECT_TRUE(voucher::MayCall(who, *redeem));
}

TEST(RpcTableTest, AnRpcWithoutOptionOrWithOneThatCannotHoldIsNamed) {
  struct Case {
    const char* what;
    std::function<void(Shop&)> break_it;
  };
  const Case cases[] = {
      {"no option voucher.v1.rpc", [](Shop& shop) { shop.method().clear_options(); }},
      {"no kind", [](Shop& shop) { shop.options().clear_kind(); }},
      {"streams otherwise", [](Shop& shop) { shop.options().set_kind(v1::RPC_KIND_WATCH); }},
      {"streams otherwise", [](Shop& shop) { shop.options().set_kind(v1::RPC_KIND_STREAM); }},
      {"streams otherwise", [](Shop& shop) { shop.method().set_server_streaming(true); }},
      {"streams otherwise", [](Shop& shop) { shop.method().set_client_streaming(true); }},
      {"roles besides", [](Shop& shop) { shop.options().set_any_role(true); }},
      {"unknown role", [](Shop& shop) { shop.options().add_roles(v1::ROLE_UNSPECIFIED); }},
      {"unknown role",
       [](Shop& shop) { shop.options().add_roles(static_cast<v1::Role>(v1::Role_ARRAYSIZE)); }},
      {"no scopes", [](Shop& shop) { shop.options().clear_scopes(); }},
      {"unknown scope",
       [](Shop& shop) { shop.options().set_scopes(0, v1::SCOPE_KIND_UNSPECIFIED); }},
      {"scopes besides", [](Shop& shop) { shop.options().add_scopes(v1::SCOPE_KIND_PROVIDER); }},
      {"unknown refusal", [](Shop& shop) { shop.options().add_refusals(v1::REASON_UNSPECIFIED); }},
      {"promises", [](Shop& shop) { shop.options().set_two_persons(true); }},
      {"promises", [](Shop& shop) { shop.options().set_validate_only(true); }},
      {"no max_request_bytes", [](Shop& shop) { shop.options().clear_max_request_bytes(); }},
  };
  EXPECT_TRUE(Shop().Table().ok());
  for (const Case& wrong : cases) {
    Shop shop;
    wrong.break_it(shop);
    const absl::StatusOr<RpcTable> table = shop.Table();
    ASSERT_EQ(table.status().code(), absl::StatusCode::kInvalidArgument) << wrong.what;
    EXPECT_THAT(std::string(table.status().message()),
                AllOf(HasSubstr("shop.Shop.Buy"), HasSubstr(wrong.what)));
  }
}

TEST(RpcTableTest, ARequestOfMoreBytesThanItsRpcTakesIsTooLarge) {
  Shop shop;
  const RpcTable table = *shop.Table();
  EXPECT_EQ(table.max_request_bytes(), 1000u);
  EXPECT_TRUE(CheckRequestBytes(table.rpcs()[0], 1000).ok());
  const absl::Status status = CheckRequestBytes(table.rpcs()[0], 1001);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), HasSubstr("/shop.Shop/Buy takes at most 1000"));
}

// Who may call what, and how far, as it was decided: whoever widens it says so here too.
TEST(RpcTableTest, EveryRpcIsOpenToThoseOfTheListAndNoOther) {
  std::string found;
  const absl::StatusOr<RpcTable> table = ServedRpcs();
  ASSERT_TRUE(table.ok()) << table.status();
  for (const Rpc& rpc : table->rpcs()) {
    absl::StrAppend(&found, rpc.path.substr(1), rpc.options->retry_safe() ? "" : " once", ":");
    for (const v1::Role role : kRoles) {
      if (MayCall(role, rpc)) absl::StrAppend(&found, " ", v1::Role_Name(role).substr(5));
    }
    for (const int scope : rpc.options->scopes()) {
      if (scope == v1::SCOPE_KIND_NONE) continue;
      absl::StrAppend(&found, " /",
                      v1::ScopeKind_Name(static_cast<v1::ScopeKind>(scope)).substr(11));
    }
    found += "\n";
  }
  std::ostringstream decided;
  decided << std::ifstream("tests/server/rpc_access.txt").rdbuf();
  EXPECT_EQ(found, decided.str());
}

}  // namespace
}  // namespace voucher
