// The services of the contract, for tests that look at every RPC.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"

namespace voucher {

// Those of the files proto/voucher/v1/*_service.proto, found from the repository root. The program
// must hold the generated code of them all.
inline std::vector<const google::protobuf::ServiceDescriptor*> AllServices() {
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  for (const auto& file : std::filesystem::directory_iterator("proto/voucher/v1")) {
    const std::string name = "voucher/v1/" + file.path().filename().string();
    if (name.find("_service.proto") == std::string::npos) continue;
    const auto* proto = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(name);
    EXPECT_NE(proto, nullptr) << name;
    if (proto == nullptr) continue;
    for (int i = 0; i < proto->service_count(); ++i) services.push_back(proto->service(i));
  }
  EXPECT_FALSE(services.empty());
  return services;
}

}  // namespace voucher
