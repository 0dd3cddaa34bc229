# Everything comes from Debian 12's packages (docs/adr/0001).

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)                 # OpenSSL::Crypto
find_package(Protobuf 3.21 REQUIRED)               # protobuf::libprotobuf, protobuf::protoc
find_package(absl CONFIG REQUIRED)                 # absl::status, absl::statusor, absl::strings, ...
find_package(gRPC 1.51 CONFIG REQUIRED)            # gRPC::grpc++, gRPC::grpc++_reflection, gRPC::grpc_cpp_plugin
find_package(RocksDB 7.8 CONFIG REQUIRED)          # RocksDB::rocksdb-shared
find_package(prometheus-cpp CONFIG REQUIRED)       # prometheus-cpp::core, prometheus-cpp::pull
find_package(fmt CONFIG REQUIRED)
find_package(spdlog 1.10 CONFIG REQUIRED)          # spdlog::spdlog
find_package(CLI11 2.1 CONFIG REQUIRED)            # CLI11::CLI11
find_package(nlohmann_json 3.11 CONFIG REQUIRED)   # nlohmann_json::nlohmann_json
find_package(PkgConfig REQUIRED)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)  # PkgConfig::utf8proc
find_package(GTest 1.12 CONFIG REQUIRED)           # GTest::gtest, GTest::gmock, GTest::gtest_main
find_program(VOUCHER_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)  # Debian's: it sees python3-grpcio

# The allocator of what has to be fast (docs/adr/0011); the sanitizers bring their own.
find_library(VOUCHER_TCMALLOC tcmalloc_minimal REQUIRED)
add_library(voucher_allocator INTERFACE)
if(NOT VOUCHER_SANITIZE)
  target_link_libraries(voucher_allocator INTERFACE ${VOUCHER_TCMALLOC})
  target_compile_definitions(voucher_allocator INTERFACE VOUCHER_HAS_TCMALLOC)
endif()
