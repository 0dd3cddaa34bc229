# voucher_test(name SOURCES file... [LIBS target...] [ARGS word...] [LABELS label...] [TIMEOUT seconds] [ENV NAME=value...]
#              [SERIAL] [NO_MAIN])
#
# One GoogleTest binary and one ctest test of the same name. Its results are also written to
# build/<preset>/test-results/<name>.xml, from which ./dev test counts single cases.
# LABELS defaults to "unit"; the sanitizers run "unit", "scenario" and "end_to_end".
# TIMEOUT defaults to 120 s and is five times as long under a sanitizer. SERIAL: never beside another test, for those that
# load the machine or measure time. NO_MAIN: the sources bring their own main().
function(voucher_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL;NO_MAIN" "TIMEOUT" "SOURCES;LIBS;ARGS;LABELS;ENV")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "voucher_test(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(VOUCHER_SANITIZE)
    math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * 5")
  endif()

  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE voucher_options ${arg_LIBS} GTest::gmock GTest::gtest)
  if(NOT arg_NO_MAIN)
    target_link_libraries(${name} PRIVATE GTest::gtest_main)
  endif()
  voucher_precompiled(${name} voucher_test_headers)
  # Test files share the names of their small constants, so they are never joined into unity files.
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests UNITY_BUILD OFF)

  # Tests find checked-in data relative to the repository root.
  add_test(NAME ${name}
    COMMAND ${name} --gtest_output=xml:${PROJECT_BINARY_DIR}/test-results/${name}.xml ${arg_ARGS}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "${arg_ENV}"
    RUN_SERIAL ${arg_SERIAL})
endfunction()
