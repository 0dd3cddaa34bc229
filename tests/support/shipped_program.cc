#include "tests/support/shipped_program.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"

namespace voucher {

std::vector<std::string> ShippedProgramIds() {
  std::vector<std::string> ids;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator("deploy/programs", error)) {
    if (file.path().extension() == ".textproto") ids.push_back(file.path().stem().string());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

absl::StatusOr<v1::ProgramRules> ReadShippedProgram(const std::string& program_id) {
  const std::string path = absl::StrCat("deploy/programs/", program_id, ".textproto");
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot open ", path));
  std::ostringstream text;
  text << file.rdbuf();
  v1::ProgramRules rules;
  if (!google::protobuf::TextFormat::ParseFromString(text.str(), &rules)) {
    return absl::InvalidArgumentError(absl::StrCat("cannot parse ", path));
  }
  return rules;
}

}  // namespace voucher
