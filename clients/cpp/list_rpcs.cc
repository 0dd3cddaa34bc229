// Writes voucher/v1/rpcs.pb.h: every unary RPC of the public API, from the descriptors of its
// services, for code that needs one of something for each.
//
//   voucher_list_rpcs DESCRIPTOR_SET HEADER
#include <cstdio>
#include <fstream>

#include "google/protobuf/descriptor.pb.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: voucher_list_rpcs DESCRIPTOR_SET HEADER\n", stderr);
    return 1;
  }
  google::protobuf::FileDescriptorSet files;
  std::ifstream in(argv[1], std::ios::binary);
  if (!files.ParseFromIstream(&in)) {
    std::fprintf(stderr, "voucher_list_rpcs: %s holds no descriptors\n", argv[1]);
    return 1;
  }
  std::ofstream out(argv[2], std::ios::trunc);
  out << "// Every unary RPC of the public API: RPC(service, method). Made by voucher_list_rpcs.\n"
         "#pragma once\n\n#define VOUCHER_UNARY_RPCS(RPC)";
  for (const auto& file : files.file()) {
    for (const auto& service : file.service()) {
      for (const auto& method : service.method()) {
        if (method.client_streaming() || method.server_streaming()) continue;
        out << " \\\n  RPC(" << service.name() << ", " << method.name() << ")";
      }
    }
  }
  out << "\n";
  out.close();
  return out.good() ? 0 : 1;
}
