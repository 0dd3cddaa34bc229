# Precompiled headers: those of the ledger's state are most of the time of a file that includes them.

# voucher_precompile(name LIBS target... HEADERS header...)
#
# An object library whose precompiled headers other targets share.
function(voucher_precompile name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS;HEADERS")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}.cc CONTENT "")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE voucher_options ${arg_LIBS})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  voucher_compile_alike(${name})
endfunction()

# voucher_precompiled(target name): the target shares the headers of voucher_precompile(name).
function(voucher_precompiled target name)
  target_precompile_headers(${target} REUSE_FROM ${name})
  voucher_compile_alike(${target})
endfunction()

# What all that share precompiled headers must have alike.
function(voucher_compile_alike target)
  target_compile_options(${target} PRIVATE -pthread)
  if(CMAKE_UNITY_BUILD)
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "")  # presets that build everything anew
  elseif(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(${target} PRIVATE -fpch-preprocess)  # ccache needs it
  endif()
endfunction()

# voucher_with_state(target): the target sees the ledger's state in most of its files. Unity files do without.
function(voucher_with_state target)
  if(NOT CMAKE_UNITY_BUILD)
    voucher_precompiled(${target} voucher_state_headers)
  endif()
endfunction()

# voucher_with_api(target): the target calls the public API in most of its files. Unity files do without.
function(voucher_with_api target)
  if(NOT CMAKE_UNITY_BUILD)
    voucher_precompiled(${target} voucher_api_headers)
  endif()
endfunction()

if(NOT CMAKE_UNITY_BUILD)
  voucher_precompile(voucher_state_headers LIBS voucher_proto HEADERS ${PROJECT_SOURCE_DIR}/ledger/state/view.h)
endif()
# For what calls the public API: its messages, gRPC, and what goes with them everywhere.
set(voucher_api_header_list
  <absl/status/statusor.h> <absl/strings/str_cat.h> <grpcpp/grpcpp.h>
  <voucher/v1/admin_service.pb.h> <voucher/v1/application_service.pb.h> <voucher/v1/audit_service.pb.h>
  <voucher/v1/credit_service.pb.h> <voucher/v1/program_service.pb.h> <voucher/v1/registry_service.pb.h>
  <voucher/v1/settlement_service.pb.h>)
voucher_precompile(voucher_api_headers LIBS voucher_proto gRPC::grpc++ HEADERS ${voucher_api_header_list})
voucher_precompile(voucher_test_headers
  LIBS voucher_proto gRPC::grpc++ GTest::gmock GTest::gtest
  HEADERS <gmock/gmock.h> <gtest/gtest.h> ${voucher_api_header_list} ${PROJECT_SOURCE_DIR}/ledger/state/view.h)

# voucher_batched(target...): sources are compiled a few at a time. What a source needs of headers and templates is most of its
# cost, so a batch costs little more than one of its sources; more at a time would make a change of one source slow. Presets
# that build everything anew have larger batches.
function(voucher_batched)
  if(CMAKE_UNITY_BUILD)
    return()
  endif()
  foreach(target IN LISTS ARGN)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 5)
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      target_compile_options(${target} PRIVATE -Wno-subobject-linkage)  # a source in a batch looks like a header to it
    endif()
  endforeach()
endfunction()
