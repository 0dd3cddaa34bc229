// docs/metrics.md is what a server shows, the alerts ask for nothing else, and every name of
// server/metrics stands there.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/ledger.h"
#include "server/access/rpc_table.h"
#include "server/host/clocks.h"
#include "server/metrics/metrics.h"
#include "tests/server/http_get.h"
#include "tests/server/trial_program.h"
#include "tests/support/scratch_directory.h"

namespace voucher::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kList[] = "docs/metrics.md";

// What Prometheus is told of one family.
struct Family {
  std::string type;
  std::string help;
  std::vector<std::string> labels;  // in order; "[name]" for one that some series lack
};
using Families = std::map<std::string, Family>;

std::string ReadText(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// All matches of the pattern's first group.
std::vector<std::string> FindAll(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    found.push_back((*it)[1]);
  }
  return found;
}

// Label names of a family from those of each of its series.
std::vector<std::string> LabelsOf(const std::vector<std::vector<std::string>>& series) {
  std::vector<std::string> all;
  std::map<std::string, size_t> counts;
  for (const auto& names : series) {
    for (const std::string& name : names) {
      if (++counts[name] == 1) all.push_back(name);
    }
  }
  for (std::string& name : all) {
    if (name == "sandbox" || counts[name] < series.size()) name = absl::StrCat("[", name, "]");
  }
  return all;
}

// The families of a scrape, in text, whose names begin with voucher_.
Families FamiliesOf(const std::string& scraped) {
  static const std::regex kLabel("([a-z_]+)=\"");
  Families families;
  std::map<std::string, std::vector<std::vector<std::string>>> series;
  std::string name;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(scraped, '\n'))) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 3));
    if (words.size() == 4 && words[1] == "HELP") {
      name = words[2];
      families[name].help = words[3];
    } else if (words.size() == 4 && words[1] == "TYPE") {
      families[name].type = words[3];
    } else if (absl::StartsWith(line, name)) {
      std::vector<std::string> labels = FindAll(line, kLabel);
      labels.erase(std::remove(labels.begin(), labels.end(), "le"), labels.end());
      series[name].push_back(std::move(labels));
    }
  }
  for (auto& [family, value] : families) value.labels = LabelsOf(series[family]);
  for (auto it = families.begin(); it != families.end();) {
    it = absl::StartsWith(it->first, "voucher_") ? std::next(it) : families.erase(it);
  }
  return families;
}

std::string ListOf(const Families& families) {
  std::string list =
      "# Metrics\n\n"
      "What `voucherd` shows at `/metrics`, written by `tests/server/metrics_list_test.cc` from "
      "what a server shows. Labels in\n"
      "brackets are not on every series: those of sandbox programs, and only those, carry "
      "`sandbox=\"true\"`. The series\n"
      "`exposer_…` are those of the HTTP library.\n\n"
      "| name | type | labels | what it says |\n| --- | --- | --- | --- |\n";
  for (const auto& [name, family] : families) {
    absl::StrAppend(&list, "| `", name, "` | ", family.type, " | ",
                    absl::StrJoin(family.labels, ", "), " | ", family.help, " |\n");
  }
  return list;
}

// The names in a file of rules that no family has: whole words that begin with voucher_, without
// parts of the names of recorded series, which have colons.
std::vector<std::string> UnknownNames(const std::string& rules, const Families& families) {
  static const std::regex kName("(?:^|[^a-z0-9_:])(voucher_[a-z0-9_]+)(?![a-z0-9_:])");
  std::set<std::string> known;
  for (const auto& [name, family] : families) {
    known.insert(name);
    if (family.type != "histogram") continue;
    for (const char* end : {"_bucket", "_sum", "_count"}) known.insert(name + end);
  }
  std::vector<std::string> unknown;
  for (std::string& name : FindAll(rules, kName)) {
    if (known.count(name) == 0) unknown.push_back(std::move(name));
  }
  return unknown;
}

// A server's metrics after something of every kind has happened.
class MetricsListTest : public ::testing::Test {
 protected:
  MetricsListTest() {
    LedgerStory story;
    TellMainJob(&story);
    OpenTrial(&story);
    PutClusterOfTrial(&story);
    ApproveClusterOfTrial(&story);
    ApplyForTrial(&story, 0, 50'000);  // the whole quota
    ApplyForTrial(&story, 2, 25'000);  // waits
    WriteLedger(directory_.Path("data"), story.stored(), story.stored().size());
    ManualClock clock(story.now());
    LedgerOptions options;
    options.path = directory_.Path("data");
    options.clock = &clock;
    options.ballast_bytes = 0;
    const auto ledger = Ledger::Open(options);
    EXPECT_TRUE(ledger.ok()) << ledger.status();
    const auto rpcs = ServedRpcs();
    EXPECT_TRUE(rpcs.ok()) << rpcs.status();
    const auto metrics = Metrics::Start("127.0.0.1:0");
    EXPECT_TRUE(metrics.ok()) << metrics.status();
    (*metrics)->Watch(ledger->get(), &clock);
    GroupReport group;
    group.items.push_back({"Redeem", v1::REASON_NON_TRANSFERABLE, 1, 1});
    (*metrics)->OnGroup(group);
    (*metrics)->OnUnrecorded("OVERLOADED", 1);
    (*metrics)->OnRpc(*rpcs->Find("voucher.v1.CreditService", "Redeem"), 0, 1);
    storage_gauges_ = (*ledger)->StorageGauges().size();
    const auto scraped = HttpGet(absl::StrCat("127.0.0.1:", (*metrics)->port()), "/metrics");
    EXPECT_TRUE(scraped.ok()) << scraped.status();
    families_ = FamiliesOf(*scraped);
    (*metrics)->Unwatch();
  }

  // How many families have names that begin like this.
  int64_t CountOf(absl::string_view prefix) const {
    return std::count_if(families_.begin(), families_.end(), [&](const auto& family) {
      return absl::StartsWith(family.first, prefix);
    });
  }

  ScratchDirectory directory_{"metrics_list"};
  Families families_;
  size_t storage_gauges_ = 0;
};

TEST_F(MetricsListTest, TheListIsWhatAServerShows) {
  if (std::getenv("VOUCHER_REWRITE") != nullptr) std::ofstream(kList) << ListOf(families_);
  EXPECT_EQ(ReadText(kList), ListOf(families_))
      << "if that is meant, VOUCHER_REWRITE=1 build/release/tests/metrics_list_test writes "
      << kList << " anew";
}

TEST_F(MetricsListTest, TheRulesAskForNothingElse) {
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator("deploy/prometheus")) {
    if (file.path().extension() != ".yml") continue;
    ++files;
    EXPECT_THAT(UnknownNames(ReadText(file.path()), families_), IsEmpty()) << file.path();
  }
  EXPECT_GE(files, 3);
}

TEST_F(MetricsListTest, EveryNameInTheSourceIsShown) {
  static const std::regex kLiteral("\"(voucher_[a-z0-9_]*)\"");
  std::set<std::string> literals;
  for (const auto& file : std::filesystem::directory_iterator("server/metrics")) {
    for (const std::string& name : FindAll(ReadText(file.path()), kLiteral)) {
      EXPECT_EQ(families_.count(name), 1) << file.path() << ": " << name;
      literals.insert(name);
    }
  }
  EXPECT_EQ(literals.size(), families_.size()) << "a name is not one literal";
}

TEST_F(MetricsListTest, EveryGaugeOfTheDatabasesHasAName) {
  EXPECT_EQ(CountOf("voucher_journal_") + CountOf("voucher_views_") + CountOf("voucher_disk_"),
            storage_gauges_);
}

TEST(MetricsNames, AMisspeltOneIsFound) {
  const Families families = {{"voucher_mode", {"gauge", "", {}}},
                             {"voucher_time_seconds", {"histogram", "", {}}}};
  EXPECT_THAT(UnknownNames("expr: voucher_mode == 1 and rate(voucher_time_seconds_bucket[5m])\n"
                           "record: verb:voucher_anything:rate5m",
                           families),
              IsEmpty());
  EXPECT_THAT(UnknownNames("expr: sum(voucher_mod) + voucher_mode_bucket\nvoucher_modes{a=\"b\"}",
                           families),
              ElementsAre("voucher_mod", "voucher_mode_bucket", "voucher_modes"));
}

TEST(MetricsNames, AListTellsLabelsThatSomeSeriesLack) {
  const Families families = FamiliesOf(
      "# HELP voucher_a Some words.\n# TYPE voucher_a counter\nvoucher_a{program=\"p\"} 1\n"
      "voucher_a{program=\"q\",sandbox=\"true\"} 1\n# HELP other x\n# TYPE other gauge\nother 1\n");
  ASSERT_EQ(families.size(), 1);
  EXPECT_THAT(families.at("voucher_a").labels, ElementsAre("program", "[sandbox]"));
  EXPECT_THAT(
      ListOf(families),
      ::testing::EndsWith("| `voucher_a` | counter | program, [sandbox] | Some words. |\n"));
}

}  // namespace
}  // namespace voucher::testing
