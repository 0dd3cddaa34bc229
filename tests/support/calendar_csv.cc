#include "tests/support/calendar_csv.h"

#include <fstream>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace voucher {

absl::StatusOr<Calendar> ReadCalendarCsv(const std::string& path, int first_year, int last_year) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot open ", path));
  std::vector<CivilDay> holidays;
  std::vector<CivilDay> workdays;
  std::string line;
  bool heading = true;
  while (std::getline(file, line)) {
    if (line.empty() || line.front() == '#') continue;
    if (std::exchange(heading, false)) continue;
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    const std::optional<CivilDay> day = ParseIsoDate(cells[0]);
    if (cells.size() != 3 || !day || (cells[1] != "holiday" && cells[1] != "workday")) {
      return absl::InvalidArgumentError(absl::StrCat("cannot read: ", line));
    }
    (cells[1] == "holiday" ? holidays : workdays).push_back(*day);
  }
  return Calendar::Create(first_year, last_year, std::move(holidays), std::move(workdays));
}

}  // namespace voucher
