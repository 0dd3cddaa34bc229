#include "clients/cli/session.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace voucher::cli {

absl::Status Session::Connect() {
  client::Options options;
  options.principal = principal;
  options.deadline = absl::Seconds(deadline_seconds);
  absl::StatusOr<std::unique_ptr<client::Client>> connected =
      client::Client::Connect(server, std::move(options));
  if (!connected.ok()) return connected.status();
  client = *std::move(connected);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Session::ReadAll(absl::string_view file) {
  if (file == "-") return std::string(std::istreambuf_iterator<char>(in), {});
  std::ifstream stream{std::string(file), std::ios::binary};
  std::string content(std::istreambuf_iterator<char>(stream), {});
  if (!stream.is_open() || stream.bad()) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read '", file, "'"));
  }
  return content;
}

}  // namespace voucher::cli
