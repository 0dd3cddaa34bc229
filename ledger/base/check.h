// Always-on assertions for the impossible: a broken invariant ends the process. Never used on
// input from outside.
#pragma once

#include <cstdlib>
#include <iostream>
#include <sstream>

namespace voucher::check_internal {

// Collects the message of a failed check; its destructor prints it to stderr and aborts.
class Failure {
 public:
  Failure(const char* file, int line, const char* condition) {
    text_ << file << ':' << line << ": check failed: " << condition << ' ';
  }
  Failure(const Failure&) = delete;
  Failure& operator=(const Failure&) = delete;
  [[noreturn]] ~Failure() {
    std::cerr << text_.str() << std::endl;
    std::abort();
  }

  std::ostream& stream() { return text_; }

 private:
  std::ostringstream text_;
};

// Gives both arms of the conditional in VOUCHER_CHECK the type void.
struct Voidify {
  void operator&(std::ostream&) const {}
};

}  // namespace voucher::check_internal

// VOUCHER_CHECK(held_fen >= 0) << "application " << id;
// Aborts with file, line, condition and message unless the condition holds, in every build type.
#define VOUCHER_CHECK(condition)                         \
  (__builtin_expect(static_cast<bool>(condition), true)) \
      ? static_cast<void>(0)                             \
      : ::voucher::check_internal::Voidify() &           \
            ::voucher::check_internal::Failure(__FILE__, __LINE__, #condition).stream()
