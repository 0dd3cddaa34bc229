#include "ledger/fsck/report.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace voucher {
namespace {

std::string JsonString(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", std::string(1, c));
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned>(c));
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

std::string CheckJson(const FsckCheck& check) {
  std::vector<std::string> findings;
  for (const std::string& finding : check.findings()) findings.push_back(JsonString(finding));
  return absl::StrCat("{\"name\":", JsonString(check.name()),
                      ",\"ok\":", check.ok() ? "true" : "false", ",\"examined\":", check.examined(),
                      ",\"finding_count\":", check.finding_count(), ",\"findings\":[",
                      absl::StrJoin(findings, ","), "],\"note\":", JsonString(check.note()), "}");
}

std::string CheckLine(const FsckCheck& check) {
  const std::string result =
      check.ok() ? "ok" : absl::StrCat("FAILED (", check.finding_count(), ")");
  return absl::StrFormat("  %-16s %-12s %12d  %s\n", check.name(), result, check.examined(),
                         check.note().empty() ? check.meaning() : check.note());
}

std::string FindingLines(const FsckCheck& check) {
  std::string out;
  for (const std::string& finding : check.findings()) {
    absl::StrAppend(&out, check.name(), ": ", finding, "\n");
  }
  if (const uint64_t more = check.finding_count() - check.findings().size(); more > 0) {
    absl::StrAppend(&out, check.name(), ": and ", more, " more\n");
  }
  return out;
}

}  // namespace

bool FsckReport::ok() const {
  return std::all_of(checks.begin(), checks.end(), [](const auto& check) { return check.ok(); });
}

std::string FsckReport::Verdict() const {
  if (ok()) return "fsck: ok";
  std::vector<std::string> failed;
  for (const FsckCheck& check : checks) {
    if (!check.ok()) failed.push_back(absl::StrCat(check.name(), " (", check.finding_count(), ")"));
  }
  return absl::StrCat("fsck: FAILED: ", absl::StrJoin(failed, ", "));
}

std::string FsckReport::Text() const {
  std::string out = absl::StrCat("ledger ", ledger_id, ", ", entries, " entries, root ",
                                 ToHex(AsBytes(root)), "\n");
  absl::StrAppendFormat(&out, "  %-16s %-12s %12s\n", "check", "result", "examined");
  for (const FsckCheck& check : checks) out += CheckLine(check);
  for (const FsckCheck& check : checks) out += FindingLines(check);
  return absl::StrCat(out, Verdict(), "\n");
}

std::string FsckReport::Json() const {
  std::vector<std::string> parts;
  for (const FsckCheck& check : checks) parts.push_back(CheckJson(check));
  return absl::StrCat("{\"ok\":", ok() ? "true" : "false", ",\"verdict\":", JsonString(Verdict()),
                      ",\"ledger_id\":", JsonString(ledger_id), ",\"entries\":", entries,
                      ",\"root\":", JsonString(ToHex(AsBytes(root))), ",\"checks\":[",
                      absl::StrJoin(parts, ","), "]}");
}

}  // namespace voucher
