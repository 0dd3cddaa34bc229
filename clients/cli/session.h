// What every command of one run shares.
#pragma once

#include <istream>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "clients/cpp/client.h"

namespace voucher::cli {

// Global flags, where to read and write, and the connection. Filled before a command runs.
struct Session {
  Session(std::istream& input, std::ostream& output, std::ostream& errors)
      : in(input), out(output), err(errors) {}

  std::istream& in;
  std::ostream& out;  // results
  std::ostream& err;  // complaints, notes, progress
  bool err_is_terminal = false;

  std::string server = "127.0.0.1:7070";
  std::string principal;
  double deadline_seconds = 60;
  bool json = false;
  std::string request_id;  // empty: a fresh one for each mutation

  std::unique_ptr<client::Client> client;

  // Makes the connection from the flags; the first call dials.
  absl::Status Connect();

  // The content of a file, or of `in` for "-". INVALID_ARGUMENT if it cannot be read.
  absl::StatusOr<std::string> ReadAll(absl::string_view file);
};

}  // namespace voucher::cli
