// voucherctl notice publish: applications onto public notice.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/cli/session.h"

namespace voucher::cli {

// What goes on notice: exactly one of the three is given.
struct NoticeOptions {
  std::string program_id;
  std::vector<uint64_t> application_ids;
  std::string file;     // CSV with the column application_id; "-" is standard input
  bool listed = false;  // every LISTED application of the program
  // Only say how many there are.
  bool dry_run = false;
};

// One PublishNotice for up to 8,192 applications, several if LISTED ones are more; a longer file is
// malformed, since a notice is all or nothing. Applications that all went on one notice before, and
// need no other, are no failure: it is named. Returns the exit code. Needs session.client unless it
// is a dry run of given ids or a file.
int PublishNotice(const NoticeOptions& options, Session& session);

}  // namespace voucher::cli
