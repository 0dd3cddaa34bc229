#include "server/config/config.h"

#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

#include "ledger/base/civil.h"
#include "ledger/base/status_macros.h"

namespace voucher {

namespace {

// Gathers what the textproto parser finds.
class ParseErrors : public google::protobuf::io::ErrorCollector {
 public:
  explicit ParseErrors(absl::string_view name) : name_(name) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    errors_.push_back(absl::StrCat(name_, ":", line + 1, ":", column + 1, ": ", message));
  }
  std::string Text() const { return absl::StrJoin(errors_, "\n"); }

 private:
  std::string name_;
  std::vector<std::string> errors_;
};

}  // namespace

std::string ListenAddress::ToString() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return is_v6 ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

std::optional<ListenAddress> ParseListenAddress(absl::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return std::nullopt;
  ListenAddress address;
  uint32_t port = 0;
  const absl::string_view digits = text.substr(colon + 1);
  if (digits.empty() || digits.size() > 5 || !absl::SimpleAtoi(digits, &port) || port > 65'535) {
    return std::nullopt;
  }
  address.port = static_cast<uint16_t>(port);
  absl::string_view host = text.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) {
    if (!absl::ConsumeSuffix(&host, "]") || host.find(':') == absl::string_view::npos) {
      return std::nullopt;
    }
  } else if (host.find_first_of(":[]") != absl::string_view::npos) {
    return std::nullopt;
  }
  if (host.empty() || host.find_first_of(" \t/") != absl::string_view::npos) return std::nullopt;
  address.host = std::string(host);
  const bool is_digits_and_dots = host.find_first_not_of("0123456789.") == absl::string_view::npos;
  address.is_loopback =
      host == "localhost" || host == "::1" || (is_digits_and_dots && host.substr(0, 4) == "127.");
  return address;
}

absl::StatusOr<ServerConfig> ParseConfig(const std::string& textproto, absl::string_view name) {
  ServerConfig config;
  ParseErrors errors(name);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (!parser.ParseFromString(textproto, &config)) {
    return absl::InvalidArgumentError(errors.Text());
  }
  return config;
}

absl::StatusOr<ServerConfig> ReadConfigFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) {
    return absl::NotFoundError(absl::StrCat("cannot read the configuration file ", path));
  }
  return ParseConfig(text.str(), path);
}

ServerConfig WithDefaults(ServerConfig config) {
  const auto fill = [](auto value, auto standard) { return value == 0 ? standard : value; };
  auto* queue = config.mutable_queue();
  queue->set_max_commands(fill(queue->max_commands(), uint64_t{65'536}));
  queue->set_max_bytes(fill(queue->max_bytes(), uint64_t{256} << 20));
  auto* group = config.mutable_group();
  group->set_max_commands(fill(group->max_commands(), uint64_t{8'192}));
  group->set_max_bytes(fill(group->max_bytes(), uint64_t{4} << 20));
  if (!config.has_platform_refusals()) {
    config.mutable_platform_refusals()->set_per_second(1'000);
    config.mutable_platform_refusals()->set_burst(50'000);
  }
  if (!config.has_other_refusals()) {
    config.mutable_other_refusals()->set_per_second(100);
    config.mutable_other_refusals()->set_burst(5'000);
  }
  config.set_min_free_bytes(fill(config.min_free_bytes(), uint64_t{512} << 20));
  config.set_drain_seconds(fill(config.drain_seconds(), 30));
  if (config.log_level() == config::v1::LOG_LEVEL_UNSPECIFIED) {
    config.set_log_level(config::v1::LOG_LEVEL_INFO);
  }
  return config;
}

std::optional<UnixNanos> ManualClockStart(const ServerConfig& config) {
  if (!config.development().has_manual_clock()) return std::nullopt;
  return ParseRfc3339(config.development().manual_clock().start());
}

}  // namespace voucher
