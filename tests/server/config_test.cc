#include "server/config/config.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace voucher {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kGood[] = R"(
  listen_address: "127.0.0.1:7070"
  data_directory: "data"
  development { allow_plaintext: true }
  principals { name: "platform" roles: ROLE_PLATFORM }
)";

ServerConfig Parse(const std::string& text) {
  return ParseConfig(text, "test").value();
}

// kGood with `more` merged in: what `more` states replaces what kGood says.
ServerConfig Merged(const std::string& more) {
  ServerConfig config = Parse(kGood);
  config.MergeFrom(Parse(more));
  return config;
}

std::vector<std::string> BadFieldsOf(const ServerConfig& config, bool dev_clock) {
  std::vector<std::string> fields;
  for (const FieldProblem& problem : ValidateConfig(config, dev_clock)) {
    EXPECT_FALSE(problem.description.empty());
    fields.push_back(problem.field);
  }
  return fields;
}

std::vector<std::string> BadFields(const std::string& more, bool dev_clock = false) {
  return BadFieldsOf(Merged(more), dev_clock);
}

TEST(ListenAddressTest, TakesAddressesApartAndKnowsLoopback) {
  struct Case {
    const char* text;
    const char* host;
    int port;
    bool is_loopback;
  };
  for (const Case& c :
       {Case{"127.0.0.1:7070", "127.0.0.1", 7070, true}, Case{"127.8.9.1:0", "127.8.9.1", 0, true},
        Case{"localhost:65535", "localhost", 65535, true}, Case{"[::1]:80", "::1", 80, true},
        Case{"0.0.0.0:80", "0.0.0.0", 80, false}, Case{"[::]:80", "::", 80, false},
        Case{"127.0.0.1.example.org:80", "127.0.0.1.example.org", 80, false},
        Case{"10.127.0.1:80", "10.127.0.1", 80, false}}) {
    const auto address = ParseListenAddress(c.text);
    ASSERT_TRUE(address.has_value()) << c.text;
    EXPECT_EQ(address->host, c.host);
    EXPECT_EQ(address->port, c.port);
    EXPECT_EQ(address->is_loopback, c.is_loopback) << c.text;
    EXPECT_EQ(address->ToString(), c.text);
  }
}

TEST(ListenAddressTest, RefusesOtherForms) {
  for (const char* text : {"", ":80", "localhost", "localhost:", "localhost:65536", "localhost:-1",
                           "::1:80", "[127.0.0.1]:80", "unix:/tmp/x:1", "a b:80", "h:8a"}) {
    EXPECT_FALSE(ParseListenAddress(text).has_value()) << text;
  }
}

TEST(ConfigTest, ASmallConfigurationIsGoodAndGetsItsDefaults) {
  EXPECT_THAT(BadFields(""), ElementsAre());
  const ServerConfig full = WithDefaults(Parse(kGood));
  EXPECT_EQ(full.queue().max_commands(), 65'536u);
  EXPECT_EQ(full.queue().max_bytes(), 268'435'456u);
  EXPECT_EQ(full.group().max_commands(), 8'192u);
  EXPECT_EQ(full.group().max_bytes(), 4'194'304u);
  EXPECT_EQ(full.platform_refusals().per_second(), 1'000);
  EXPECT_EQ(full.platform_refusals().burst(), 50'000);
  EXPECT_EQ(full.other_refusals().per_second(), 100);
  EXPECT_EQ(full.other_refusals().burst(), 5'000);
  EXPECT_EQ(full.min_free_bytes(), 536'870'912u);
  EXPECT_EQ(full.drain_seconds(), 30);
  EXPECT_EQ(full.log_level(), config::v1::LOG_LEVEL_INFO);
}

TEST(ConfigTest, TheShippedDevelopmentConfigurationIsGood) {
  const auto config = ReadConfigFile("deploy/config/development.textproto");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(ValidateConfig(*config, /*dev_clock=*/false), ElementsAre());
}

TEST(ConfigTest, PlaintextIsRefusedBeyondLoopback) {
  EXPECT_THAT(BadFields(R"(listen_address: "0.0.0.0:7070")"), ElementsAre("listen_address"));
  ServerConfig config = Parse(kGood);
  config.clear_development();
  EXPECT_THAT(BadFieldsOf(config, false), ElementsAre("development.allow_plaintext"));
}

TEST(ConfigTest, TheManualClockNeedsItsFlagAStartAndLoopback) {
  const std::string clock =
      R"(development { manual_clock { start: "2025-10-31T09:00:00+08:00" } })";
  EXPECT_THAT(BadFields(clock, /*dev_clock=*/false), ElementsAre("development.manual_clock"));
  EXPECT_THAT(BadFields(clock, /*dev_clock=*/true), ElementsAre());
  EXPECT_EQ(ManualClockStart(Merged(clock)), 1'761'872'400 * kNanosPerSecond);
  EXPECT_THAT(BadFields("", /*dev_clock=*/true), ElementsAre("development.manual_clock"));
  EXPECT_THAT(BadFields("development { manual_clock { start: \"tomorrow\" } }", true),
              ElementsAre("development.manual_clock.start"));
  EXPECT_THAT(BadFields(clock + R"(listen_address: "0.0.0.0:7070")", true),
              ElementsAre("listen_address", "development.manual_clock"));
}

TEST(ConfigTest, EveryBadValueIsNamed) {
  struct Case {
    const char* more;
    std::vector<std::string> fields;
  };
  const Case cases[] = {
      {R"(listen_address: "nonsense")", {"listen_address"}},
      {R"(metrics_listen_address: "9090")", {"metrics_listen_address"}},
      {"log_level: 9", {"log_level"}},
      {"min_free_bytes: 1", {"min_free_bytes"}},
      {"drain_seconds: 601", {"drain_seconds"}},
      {"drain_seconds: -1", {"drain_seconds"}},
      {"queue { max_commands: 16383 }", {"queue.max_commands"}},
      {"queue { max_bytes: 67108863 }", {"queue.max_bytes"}},
      {"group { max_commands: 65537 }", {"group.max_commands"}},
      {"group { max_bytes: 1048575 }", {"group.max_bytes"}},
      {"platform_refusals {}", {"platform_refusals.per_second"}},
      {"other_refusals { per_second: 2 burst: 1 }", {"other_refusals.burst"}},
      {R"(principals { name: "platform" roles: ROLE_ADMIN })", {"principals[1].name"}},
      {R"(principals { name: "" roles: ROLE_ADMIN })", {"principals[1].name"}},
      {R"(principals { name: "x" })", {"principals[1].roles"}},
      {R"(principals { name: "x" roles: ROLE_UNSPECIFIED })", {"principals[1].roles"}},
      {R"(principals { name: "x" roles: 77 })", {"principals[1].roles"}},
      {R"(principals { name: "x" roles: ROLE_ADMIN roles: ROLE_ADMIN })", {"principals[1].roles"}},
      {R"(principals { name: "x" roles: ROLE_PROVIDER })", {"principals[1].provider_id"}},
      {R"(principals { name: "x" roles: ROLE_ADMIN provider_id: "p" })",
       {"principals[1].provider_id"}},
      {R"(principals { name: "x" roles: ROLE_REVIEWER divisions: "420100" divisions: "4201" })",
       {"principals[1].divisions[1]"}},
      {R"(principals { name: "x" roles: ROLE_REVIEWER stages: "approve" })",
       {"principals[1].stages[0]"}},
      {R"(principals { name: "x" roles: ROLE_ADMIN divisions: "420100" stages: "CITY" })",
       {"principals[1].divisions", "principals[1].stages"}},
      {R"(principals { name: "x" roles: ROLE_ISSUER program_ids: "Hubei" })",
       {"principals[1].program_ids[0]"}},
      {R"(principals { name: "x" roles: ROLE_ADMIN program_ids: "hubei-2025" })",
       {"principals[1].program_ids"}},
  };
  for (const Case& c : cases) EXPECT_EQ(BadFields(c.more), c.fields) << c.more;
  EXPECT_THAT(
      BadFieldsOf(ServerConfig(), false),
      ElementsAre("listen_address", "development.allow_plaintext", "data_directory", "principals"));
}

TEST(ConfigTest, ParseErrorsNameFileLineAndColumn) {
  const auto config = ParseConfig("data_directory: \"x\"\nprincipal {}\n", "voucherd.textproto");
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("voucherd.textproto:2:"));
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("principal"));
  EXPECT_TRUE(absl::IsNotFound(ReadConfigFile("no/such/file").status()));
}

}  // namespace
}  // namespace voucher
