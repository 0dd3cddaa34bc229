// voucherctl quote: what hypothetical applications would get.
#pragma once

#include <cstddef>
#include <string>

#include "clients/cli/session.h"

namespace voucher::cli {

// Quotes every line of `file` ("-" is standard input), `concurrency` at a time, and prints the
// answers in the order of the lines on session.out. Lines that are malformed, or that the server
// does not answer, are named on session.err and have no answer line. A refusal is an answer: the
// exit code is kOk unless some line was malformed or unavailable. Needs session.client.
int QuoteFile(const std::string& file, size_t concurrency, Session& session);

}  // namespace voucher::cli
