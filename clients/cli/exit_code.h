// How voucherctl ends.
#pragma once

namespace voucher::cli {

// Of several that apply to one run, the greatest is returned.
enum ExitCode : int {
  kOk = 0,
  // The server answered no: a refusal with its receipt, a role that does not allow the call,
  // something that is not there.
  kRefused = 1,
  // Wrong usage, or a request or file that is malformed; nothing of it was recorded.
  kMalformed = 2,
  // No answer to rely on: unreachable, overloaded, out of time, broken. Repeat it with the same
  // request id.
  kUnavailable = 3,
};

}  // namespace voucher::cli
