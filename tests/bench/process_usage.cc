#include "tests/bench/process_usage.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <unistd.h>

#include "tests/support/child_process.h"

namespace voucher::bench {
namespace {

// The number after a word of a file of lines; 0 if it is not there.
int64_t NumberAfter(const std::string& path, absl::string_view word) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    int64_t number = 0;
    if (words.size() >= 2 && words[0] == word && absl::SimpleAtoi(words[1], &number)) {
      return number;
    }
  }
  return 0;
}

}  // namespace

double CpuSeconds(pid_t pid) {
  const std::string stat = testing::ReadWholeFile(absl::StrCat("/proc/", pid, "/stat"));
  const size_t end_of_name = stat.rfind(')');
  if (end_of_name == std::string::npos) return 0;
  // proc(5): utime is field 14, stime 15; the name in parentheses is field 2.
  const std::vector<std::string> fields = absl::StrSplit(stat.substr(end_of_name + 2), ' ');
  int64_t user = 0, system = 0;
  if (fields.size() < 13 || !absl::SimpleAtoi(fields[11], &user) ||
      !absl::SimpleAtoi(fields[12], &system)) {
    return 0;
  }
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

int64_t PeakBytes(pid_t pid) {
  return NumberAfter(absl::StrCat("/proc/", pid, "/status"), "VmHWM:") * 1024;
}

int64_t WrittenBytes(pid_t pid) {
  return NumberAfter(absl::StrCat("/proc/", pid, "/io"), "write_bytes:");
}

}  // namespace voucher::bench
