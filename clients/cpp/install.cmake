# cmake --install build/release --component voucher_client --prefix DIR

include(CMakePackageConfigHelpers)

# Generated headers lie in the build tree here and beside the client's once installed.
foreach(property INTERFACE_INCLUDE_DIRECTORIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES)
  set_property(TARGET voucher_proto PROPERTY ${property}
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/gen> $<INSTALL_INTERFACE:include/voucher_client>)
endforeach()

install(TARGETS voucher_client voucher_proto EXPORT voucher_client
  ARCHIVE DESTINATION lib COMPONENT voucher_client)
install(FILES client.h refused.h retry.h rpc_options.h
  DESTINATION include/voucher_client/clients/cpp COMPONENT voucher_client)
install(DIRECTORY ${PROJECT_BINARY_DIR}/gen/google ${PROJECT_BINARY_DIR}/gen/voucher
  DESTINATION include/voucher_client COMPONENT voucher_client
  FILES_MATCHING PATTERN "*.pb.h"
  PATTERN "*.grpc.pb.h" EXCLUDE PATTERN journal EXCLUDE PATTERN config EXCLUDE)
install(EXPORT voucher_client NAMESPACE voucher:: FILE voucher_client-targets.cmake
  DESTINATION lib/cmake/voucher_client COMPONENT voucher_client)
configure_package_config_file(voucher_client-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/voucher_client-config.cmake
  INSTALL_DESTINATION lib/cmake/voucher_client)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/voucher_client-config.cmake
  DESTINATION lib/cmake/voucher_client COMPONENT voucher_client)
