# How every target is compiled, whoever wrote it.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

# -g1 keeps function names and lines for backtraces at half the size of -g.
# Tests of a million commands are too slow at -O0, so Debug is lightly optimised.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
# Of the clang preset, which is there for what the compiler says: as quickly as it can.
set(CMAKE_CXX_FLAGS_WARNINGS "-O0 -g0")

find_program(VOUCHER_CCACHE ccache)
if(VOUCHER_CCACHE)
  # Paths relative to the source and no hashed working directory: presets that compile a file alike share its object.
  # Precompiled headers need the sloppiness: whether a file uses __TIME__ or a define of them is not looked at.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${VOUCHER_CCACHE})
endif()

find_program(VOUCHER_LLD ld.lld)
if(VOUCHER_LLD)
  add_link_options(-fuse-ld=lld)
endif()
