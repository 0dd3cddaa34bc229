# voucher_options: what our own code is compiled with. Generated code does not link it, so it is neither warned about nor
# instrumented.

add_library(voucher_options INTERFACE)
target_include_directories(voucher_options INTERFACE ${PROJECT_SOURCE_DIR})

target_compile_options(voucher_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wundef -Wimplicit-fallthrough -Wno-missing-field-initializers
  -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(voucher_options INTERFACE -Wthread-safety -Wrange-loop-analysis)
else()
  target_compile_options(voucher_options INTERFACE -Wduplicated-cond -Wlogical-op)
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # A source in a unity file looks like a header to this warning.
  target_compile_options(voucher_options INTERFACE -Wno-subobject-linkage)
endif()
if(VOUCHER_WERROR)
  target_compile_options(voucher_options INTERFACE -Werror)
endif()

# Bounds checks of the standard library wherever speed is not measured.
if(CMAKE_BUILD_TYPE STREQUAL Debug OR VOUCHER_SANITIZE)
  target_compile_definitions(voucher_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()

if(VOUCHER_SANITIZE)
  target_compile_options(voucher_options INTERFACE -fsanitize=${VOUCHER_SANITIZE} -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # GCC's manual: instrumented code gives false reports of this one.
    target_compile_options(voucher_options INTERFACE -Wno-maybe-uninitialized)
  endif()
  if(VOUCHER_SANITIZE STREQUAL thread)
    # Protobuf's headers lay map fields out differently where this is defined; Debian's library is built without it.
    target_compile_options(voucher_options INTERFACE -U__SANITIZE_THREAD__)
  endif()
  target_link_options(voucher_options INTERFACE -fsanitize=${VOUCHER_SANITIZE})
endif()

if(VOUCHER_COVERAGE)
  target_compile_options(voucher_options INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(voucher_options INTERFACE --coverage)
endif()
